import assert from 'node:assert/strict';
import { limits } from '../../../src/model/limits';
import type { PublisherOptions } from '../../../src/mqtt/publisher';
import { change, container } from '../../support/entities';
import { FakeBridge } from '../../support/publishing';

const HOUR = 3_600_000;
const config = 'ha/device/agent-stream_tower/config';
const components = (bridge: FakeBridge, topic = config): Record<string, { p: string }> =>
	JSON.parse(bridge.retained.get(topic) ?? '{"components":{}}').components;

/** What a bridge of the name `old` left, that is gone. */
function left(over: Partial<PublisherOptions> = {}): FakeBridge {
	const bridge = new FakeBridge({ instance: 'old', ...over }).connect();
	bridge.publisher.apply([change(), change(container('plex')), change(container('db'))]);
	return bridge.pass(60_000).disconnect();
}
const following = (bridge: FakeBridge, over: Partial<PublisherOptions> = {}): FakeBridge =>
	new FakeBridge({ instance: 'new', ...over }, bridge.retained, bridge.clock);
const topicsOfOld = (bridge: FakeBridge): string[] =>
	[...bridge.retained.keys()].filter((topic) => topic.startsWith('as/bridge/old/'));

describe('mqtt/survey', () => {
	for (const discovery of ['device', 'entity'] as const) {
		for (const hasLedger of [true, false]) {
			const how = hasLedger ? 'its ledger' : 'its documents';
			it(`takes over what a bridge of another name left, by ${how} (${discovery} form)`, () => {
				const old = left({ discovery });
				if (!hasLedger) for (const topic of topicsOfOld(old)) old.retained.delete(topic);
				const bridge = following(old, { discovery });
				bridge.publisher.apply([change(), change(container('plex'))]);
				bridge.connect().pass(limits.orphanAfter + 10_000);
				const text = () => [...bridge.retained].filter(([topic]) => topic.startsWith('ha/')).join();
				assert.ok(text().includes('tower_container_db_state'), 'still announced');
				assert.equal(text().includes('as/bridge/old/'), false, 'by us');
				assert.equal(bridge.retained.get('as/tower/container/db/availability'), 'offline');
				assert.equal(bridge.retained.get('as/tower/container/plex/availability'), 'online');
				assert.deepEqual(topicsOfOld(bridge), []);
				bridge.pass(25 * HOUR);
				assert.equal(text().includes('tower_container_db_state'), false);
				assert.deepEqual(
					[...bridge.retained.keys()].filter((topic) => topic.includes('/db/') || topic.includes('_db_')),
					[],
				);
				assert.ok(text().includes('tower_container_plex_state'));
			});
		}
	}

	it('takes over when an endpoint is heard of only later', () => {
		const bridge = following(left()).connect();
		bridge.pass(60_000);
		assert.equal(topicsOfOld(bridge).length, 3);
		bridge.publisher.apply([change()]);
		bridge.pass(60_000);
		assert.equal(topicsOfOld(bridge).length, 0);
		assert.equal(Object.keys(components(bridge)).length, 3);
	});

	it('moves what it finds on a device of its own to where it belongs now, and never has it in two documents', () => {
		const old = new FakeBridge({ instance: 'old' }).connect();
		const own = { identifiers: ['agent-stream_tower_plex'], name: 'Tower plex', via_device: 'agent-stream_tower' };
		old.publisher.apply([
			change(),
			change(container('plex', { device: own })),
			change(container('db', { device: own })),
		]);
		old.pass(60_000).disconnect();
		const bridge = following(old);
		bridge.publisher.apply([change(), change(container('plex'))]);
		bridge.connect().pass(60_000);
		assert.ok('tower_container_plex_state' in components(bridge));
		assert.deepEqual(Object.keys(components(bridge, 'ha/device/agent-stream_tower_plex/config')), [
			'tower_container_db_state',
		]);
	});

	it('leaves other publishers’ topics alone, whatever they look like', () => {
		const old = left();
		const ours = JSON.parse(old.retained.get(config) ?? '');
		const foreign = new Map<string, string>([
			['ha/device/other/config', JSON.stringify(ours)],
			['ha/device/agent-stream_tower-2/config', JSON.stringify({ ...ours, origin: { name: 'someone' } })],
			['ha/device/agent-stream_nas/config', JSON.stringify(ours).replaceAll('tower', 'nas')],
			['ha/device/agent-stream_odd/config', '{"origin":{"name":"agent-stream"},"components":7}'],
			['ha/device/agent-stream_odder/config', 'no JSON'],
			[
				'ha/sensor/x/y/config',
				'{"unique_id":"x","state_topic":"as/tower/system/cpu","origin":{"name":"agent-stream"}}',
			],
			['ha/device/agent-stream_prefix/config', JSON.stringify(ours).replaceAll('"as/', '"other/')],
			['as/nas/system/cpu', '1'],
		]);
		for (const [topic, payload] of foreign) old.retained.set(topic, payload);
		const bridge = following(old);
		bridge.publisher.apply([change()]);
		bridge.connect().pass(30 * HOUR);
		for (const [topic, payload] of foreign) {
			assert.equal(bridge.retained.get(topic), payload, topic);
			assert.equal(
				bridge.sent(/./).some((message) => message.topic === topic),
				false,
				topic,
			);
		}
	});

	it('takes what it can use of a document that somebody has tampered with', () => {
		const old = left();
		for (const topic of topicsOfOld(old)) old.retained.delete(topic);
		const parsed = JSON.parse(old.retained.get(config) ?? '');
		Object.assign(parsed.components, {
			a: { p: 'climate', unique_id: 'a', state_topic: 'as/tower/x/a' },
			b: { p: 'sensor', unique_id: 'b', state_topic: 7 },
			c: { p: 'sensor', unique_id: 'c', state_topic: 'as/tower/c', availability: [null, 7, { topic: 8 }] },
			d: { p: 'sensor', unique_id: 'd', state_topic: 'as/tower/system/cpu' },
			e: 'nothing',
		});
		old.retained.set(config, JSON.stringify(parsed));
		const bridge = following(old);
		bridge.publisher.apply([change(), change(container('plex'))]);
		bridge.connect().pass(60_000);
		assert.deepEqual(Object.keys(components(bridge)), [
			'tower_system_cpu',
			'tower_container_plex_state',
			'tower_container_db_state',
		]);
	});

	it('leaves a bridge alone that lives, or that publishes for more than our endpoints', () => {
		const living = left();
		living.retained.set('as/bridge/old/availability', 'online');
		const one = following(living);
		one.publisher.apply([change()]);
		one.connect().pass(60_000);
		assert.equal(topicsOfOld(one).length, 3);
		const old = new FakeBridge({ instance: 'old' }).connect();
		old.publisher.apply([change(), change({ source: 'nas' })]);
		old.pass(60_000).disconnect();
		const two = following(old);
		two.publisher.apply([change()]);
		two.connect().pass(60_000);
		assert.equal(topicsOfOld(two).length, 3);
		two.publisher.apply([change({ source: 'nas' })]);
		two.pass(60_000);
		assert.equal(topicsOfOld(two).length, 0);
	});

	it('looks once for each endpoint, not with every connection', () => {
		const bridge = new FakeBridge();
		bridge.publisher.apply([change()]);
		const { recovery } = bridge.publisher;
		assert.ok(recovery.unread().includes('ha/device/+/config'));
		bridge.connect().pass(1_000).disconnect();
		assert.deepEqual(recovery.unread(), [config]);
		bridge.connect();
		bridge.publisher.apply([change({ source: 'nas' })]);
		assert.ok(recovery.unread().includes('ha/device/+/config'));
	});

	it('begins anew when the connection breaks meanwhile, and goes on where nothing may be read', () => {
		const bridge = following(left());
		bridge.publisher.apply([change()]);
		const { recovery } = bridge.publisher;
		const all = recovery.unread();
		recovery.readBack(all[0] ?? '', new Map());
		assert.equal(recovery.unread().length, all.length - 1);
		bridge.publisher.closed([]);
		assert.equal(recovery.unread().length, all.length);
		for (const filter of recovery.unread()) recovery.readBack(filter, null);
		assert.deepEqual(recovery.unread(), [config]);
	});
});
