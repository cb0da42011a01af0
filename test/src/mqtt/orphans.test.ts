import assert from 'node:assert/strict';
import type { Entity } from '../../../src/model/entity';
import { limits } from '../../../src/model/limits';
import { change, container } from '../../support/entities';
import { FakeBridge } from '../../support/publishing';

const HOUR = 3_600_000;
const config = 'ha/device/agent-stream_tower/config';
const ups = (row = 'battery', over: Partial<Entity> = {}): Partial<Entity> => ({
	subject: 'ups',
	row,
	event_type: 'ups_status_update',
	state: 100,
	...over,
});
const disk = (row: string, over: Partial<Entity> = {}): Partial<Entity> => ({
	subject: 'disk',
	key: 'S1',
	row,
	event_type: 'disk_list_update',
	...over,
});

/** The words of all availability topics of an announced entity. */
function words(bridge: FakeBridge, id: string): (string | undefined)[] {
	const { components } = JSON.parse(bridge.retained.get(config) ?? '{"components":{}}');
	const list = components[id]?.availability as { topic: string }[] | undefined;
	assert.ok(list, `${id} is not announced`);
	return list.map(({ topic }) => bridge.retained.get(topic));
}
const isAvailable = (bridge: FakeBridge, id: string): boolean => words(bridge, id).every((word) => word === 'online');

/** A run that published these, and ended. */
function earlier(...entities: Partial<Entity>[]): FakeBridge {
	const bridge = new FakeBridge().connect();
	bridge.publisher.apply(entities.map((entity) => change(entity)));
	return bridge.pass(60_000).disconnect();
}
const following = (bridge: FakeBridge): FakeBridge => new FakeBridge({}, bridge.retained, bridge.clock);

describe('mqtt/orphans', () => {
	it('shows nothing as live that nobody has reported in this run, before the bridge says that it is there', () => {
		const bridge = following(earlier({}, ups())).connect();
		assert.equal(bridge.retained.get('as/tower/availability'), 'offline');
		assert.equal(bridge.retained.get('as/tower/type/ups_status_update/availability'), 'offline');
		const order = bridge.log.map(({ topic, payload }) => `${topic} ${payload}`);
		const online = order.indexOf('as/bridge/one/availability online');
		for (const topic of ['as/tower/availability', 'as/tower/type/system_update/availability'])
			assert.ok(order.indexOf(`${topic} offline`) < online, order.join('\n'));
		bridge.pass(30 * HOUR);
		assert.equal(isAvailable(bridge, 'tower_system_cpu'), false);
	});

	it('shows it again as soon as it is reported, type by type', () => {
		const bridge = following(earlier({}, ups())).connect();
		bridge.publisher.apply([change()]);
		bridge.drain();
		assert.equal(isAvailable(bridge, 'tower_system_cpu'), true);
		assert.equal(isAvailable(bridge, 'tower_ups_battery'), false);
	});

	it('does not touch what was reported before the broker was reached', () => {
		const bridge = following(earlier({}, ups()));
		bridge.publisher.apply([change(), change(ups())]);
		bridge.connect().pass(60_000);
		const said = bridge.sent(/^as\/tower\/.*availability$/).filter(({ payload }) => payload === 'offline');
		assert.deepEqual(said, []);
	});

	it('keeps a state of its own file from looking live, too', () => {
		const first = earlier({}, ups());
		const ledger = first.retained.get('as/bridge/one/ledger');
		first.retained.delete('as/bridge/one/ledger');
		const bridge = following(first);
		bridge.publisher.recovery.restore(ledger);
		bridge.connect();
		assert.equal(bridge.retained.get('as/tower/availability'), 'offline');
	});

	it('leaves an entity whose type never comes again unavailable, and removes nothing', () => {
		const bridge = following(earlier({}, ups())).connect();
		bridge.publisher.apply([change()]);
		bridge.pass(100 * HOUR);
		assert.equal(isAvailable(bridge, 'tower_ups_battery'), false);
		assert.equal(bridge.retained.get('as/tower/ups/battery'), '100');
	});

	it('shows what a living thing has no value for any more as unknown, and never removes it', () => {
		const bridge = following(
			earlier(disk('temperature'), disk('hours', { state: 1_234, attributes: { a: 1 } })),
		).connect();
		bridge.publisher.apply([change(disk('temperature', { state: null }))]);
		bridge.pass(100);
		assert.equal(bridge.retained.get('as/tower/disk/S1/hours'), '1234');
		bridge.pass(limits.orphanAfter);
		assert.equal(bridge.retained.get('as/tower/disk/S1/hours'), 'None');
		assert.equal(bridge.retained.get('as/tower/disk/S1/hours/attributes'), '{}');
		bridge.pass(100 * HOUR);
		assert.equal(bridge.retained.get('as/tower/disk/S1/hours'), 'None');
		assert.equal(isAvailable(bridge, 'tower_disk_S1_hours'), true);
		bridge.publisher.apply([change(disk('hours', { state: 1_235 }))]);
		bridge.drain();
		assert.equal(bridge.retained.get('as/tower/disk/S1/hours'), '1235');
	});

	it('shows a part of the server that its type no longer tells of as unavailable, and never removes it', () => {
		const bridge = following(
			earlier(ups('battery'), { subject: 'power', row: 'load', event_type: 'ups_status_update' }),
		);
		bridge.connect();
		bridge.publisher.apply([change({ subject: 'power', row: 'load', event_type: 'ups_status_update' })]);
		bridge.pass(limits.orphanAfter + 5_000);
		assert.equal(isAvailable(bridge, 'tower_ups_battery'), false);
		assert.equal(isAvailable(bridge, 'tower_power_load'), true);
		assert.equal(bridge.retained.get('as/tower/ups/battery'), 'None');
		bridge.pass(100 * HOUR);
		assert.equal(bridge.retained.get('as/tower/ups/availability'), 'offline');
		bridge.publisher.apply([change(ups('battery'))]);
		bridge.pass(5_000);
		assert.equal(isAvailable(bridge, 'tower_ups_battery'), true);
		assert.equal(bridge.retained.get('as/tower/ups/battery'), '100');
	});

	it('makes a thing that nobody reports unavailable although it never was able to vanish', () => {
		const bridge = following(earlier(disk('temperature'), disk('temperature', { key: 'S2' }))).connect();
		bridge.publisher.apply([change(disk('temperature'))]);
		bridge.pass(limits.orphanAfter + 5_000);
		assert.equal(isAvailable(bridge, 'tower_disk_S2_temperature'), false);
		assert.equal(isAvailable(bridge, 'tower_disk_S1_temperature'), true);
		// The next run knows how.
		const next = following(bridge.disconnect()).connect();
		next.publisher.apply([change(disk('temperature')), change(disk('temperature', { key: 'S2' }))]);
		next.pass(5_000);
		assert.equal(isAvailable(next, 'tower_disk_S2_temperature'), true);
	});

	it('shows what is available without its endpoint as unknown until it is reported', () => {
		const status = { row: 'status', state: 'on', always_available: true };
		const bridge = following(earlier(status)).connect();
		assert.equal(bridge.retained.get('as/tower/system/status'), 'None');
		bridge.publisher.apply([change(status)]);
		bridge.drain();
		assert.equal(bridge.retained.get('as/tower/system/status'), 'on');
	});

	it('counts no absence while it was off, or the server was', () => {
		const first = earlier(container('plex'), container('db'));
		const second = following(first).connect();
		second.publisher.apply([change(container('plex'))]);
		second.pass(limits.orphanAfter + 10_000).stop();
		second.clock.jump(second.clock.now() + 30 * HOUR);
		const third = following(second).connect();
		third.publisher.apply([change(container('plex'))]);
		third.pass(60_000);
		assert.equal(third.retained.get('as/tower/container/db/availability'), 'offline');
		const away = { connected: false, fresh: true, present: true };
		third.publisher.apply([change(container('plex', { availability: away }), 'availability')]);
		third.pass(30 * HOUR);
		assert.equal(third.retained.has('as/tower/container/db/state'), true);
		third.publisher.apply([change(container('plex'), 'availability')]);
		third.pass(limits.removeAfter - HOUR);
		assert.equal(third.retained.has('as/tower/container/db/state'), true);
		third.pass(HOUR + 60_000);
		assert.equal(third.retained.has('as/tower/container/db/state'), false);
	});

	it('goes on counting absence over a restart', () => {
		const second = following(earlier(container('plex'), container('db'))).connect();
		second.publisher.apply([change(container('plex'))]);
		second.pass(20 * HOUR).stop();
		const third = following(second).connect();
		third.publisher.apply([change(container('plex'))]);
		third.pass(3 * HOUR);
		assert.equal(third.retained.has('as/tower/container/db/state'), true);
		third.pass(2 * HOUR);
		assert.equal(third.retained.has('as/tower/container/db/state'), false);
	});

	it('counts a machine that slept as no absence', () => {
		const second = following(earlier(container('plex'), container('db'))).connect();
		second.publisher.apply([change(container('plex'))]);
		second.pass(HOUR);
		second.clock.jump(second.clock.now() + 48 * HOUR);
		second.pass(60_000);
		assert.equal(second.retained.has('as/tower/container/db/state'), true);
	});

	it('never removes anything where it is told so', () => {
		const first = earlier(container('plex'), container('db'));
		const bridge = new FakeBridge({ removeAfter: null }, first.retained, first.clock).connect();
		bridge.publisher.apply([change(container('plex'))]);
		bridge.pass(1_000 * HOUR);
		assert.equal(bridge.retained.get('as/tower/container/db/availability'), 'offline');
	});

	it('shows nothing as live any more that nobody reports any more, until somebody does', () => {
		const bridge = new FakeBridge().connect();
		bridge.publisher.apply([change(), change(ups())]);
		bridge.pass(60_000);
		assert.equal(isAvailable(bridge, 'tower_ups_battery'), true);
		bridge.publisher.unreport(['tower_ups_battery', 'tower_nobody_knows']);
		bridge.pass(1_000);
		assert.equal(bridge.retained.get('as/tower/type/ups_status_update/availability'), 'offline');
		assert.equal(isAvailable(bridge, 'tower_system_cpu'), true);
		bridge.pass(30 * HOUR);
		assert.equal(isAvailable(bridge, 'tower_ups_battery'), false);
		bridge.publisher.apply([change(ups())]);
		bridge.pass(1_000);
		assert.equal(isAvailable(bridge, 'tower_ups_battery'), true);
		assert.equal(isAvailable(bridge, 'tower_system_cpu'), true);
	});

	it('counts no absence while nobody reports the type', () => {
		const earlierRun = earlier({}, container('plex'), container('old'));
		const bridge = following(earlierRun).connect();
		bridge.publisher.apply([change(), change(container('plex'))]);
		bridge.pass(HOUR);
		bridge.publisher.unreport(['tower_container_plex_state']);
		bridge.pass(48 * HOUR);
		assert.ok(bridge.retained.get(config)?.includes('tower_container_old_state'));
	});

	it('judges nothing that somebody still has, though it was not reported to this bridge', () => {
		const bridge = new FakeBridge({}, earlier({}, ups(), container('plex')).retained);
		const alive = new FakeBridge({}, bridge.retained, bridge.clock, undefined, (id) => id.includes('plex')).connect();
		alive.publisher.apply([change(), change(container('other'))]);
		alive.pass(30 * HOUR);
		assert.ok(alive.retained.get(config)?.includes('tower_container_plex_state'));
	});

	it('counts no absence twice, however often it is restarted', () => {
		let bridge = earlier({}, container('plex'), container('old'));
		let missing = 0;
		while (missing < 23.9 * HOUR) {
			bridge = following(bridge).connect();
			bridge.publisher.apply([change(), change(container('plex'))]);
			bridge.pass(32 * 60_000);
			missing += 32 * 60_000;
			assert.ok(bridge.retained.get(config)?.includes('tower_container_old_state'), `after ${missing / HOUR} h`);
			bridge.stop();
		}
	});
});
