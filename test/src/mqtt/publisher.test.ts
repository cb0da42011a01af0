import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Entity, EntityChange, State } from '../../../src/model/entity';
import { limits } from '../../../src/model/limits';
import { change, container } from '../../support/entities';
import { FakeBridge } from '../../support/publishing';

const document = /^ha\/device\/[^/]+\/config$/;
const STATE = 'as/tower/system/cpu';
const changed = (over: Partial<Entity>): EntityChange => change(over, 'changed');
const components = (bridge: FakeBridge, topic = 'ha/device/agent-stream_tower/config'): Record<string, { p: string }> =>
	JSON.parse(bridge.retained.get(topic) ?? '{"components":{}}').components;
const event = (over: Partial<Entity> = {}): Partial<Entity> => ({
	platform: 'event',
	row: 'note',
	state: 'info',
	options: ['info', 'alert'],
	...over,
});

describe('mqtt/publisher', () => {
	it('sends availability, ledger, document, state, attributes, in this order', () => {
		const bridge = new FakeBridge();
		bridge.publisher.apply([change({ attributes: { a: 1 } })]);
		bridge.connect();
		const kinds = bridge.log.map(({ kind }) => kind);
		assert.deepEqual(kinds, [
			'availability',
			'availability',
			'availability',
			'marker',
			'ledger',
			'document',
			'state',
			'attributes',
		]);
		assert.ok(bridge.log.every(({ retain }) => retain));
		assert.equal(bridge.retained.get(STATE), '1');
		assert.equal(bridge.retained.get(`${STATE}/attributes`), '{"a":1}');
		assert.equal(bridge.retained.get('as/bridge/one/availability'), 'online');
		assert.equal(bridge.retained.get('as/tower/availability'), 'online');
		assert.equal(bridge.retained.get('as/tower/type/system_update/availability'), 'online');
	});

	it('publishes nothing that is provisional before it comes with the name of its device', () => {
		const bridge = new FakeBridge().connect();
		const status = { always_available: true, state: 'offline' } as const;
		bridge.publisher.apply([change({ ...status, provisional: true })]);
		bridge.pass(60_000);
		assert.equal(bridge.publisher.count, 0);
		assert.deepEqual(components(bridge), {});
		assert.ok(![...bridge.retained.keys()].some((topic) => topic.startsWith('as/tower')));
		bridge.publisher.apply([change(status)]);
		bridge.pass(10_000);
		assert.deepEqual(Object.keys(components(bridge)), ['tower_system_cpu']);
		assert.equal(bridge.retained.get(STATE), 'offline');
	});

	it('has no availability for what tells of the connection itself', () => {
		const bridge = new FakeBridge().connect();
		bridge.publisher.apply([change({ event_type: '$connection', always_available: true })]);
		bridge.pass(10_000);
		assert.ok(bridge.retained.has(STATE));
		assert.ok(![...bridge.retained.keys()].some((topic) => topic.includes('/type/')));
	});

	it('sends only what changed', () => {
		const bridge = new FakeBridge().connect();
		bridge.publisher.apply([change({ attributes: { a: 1 } })]);
		bridge.pass(10_000);
		const before = bridge.log.length;
		bridge.publisher.apply([changed({ attributes: { a: 1 } }), changed({ attributes: { a: 1 }, name: 'Name of cpu' })]);
		bridge.pass(10_000);
		assert.equal(bridge.log.length, before);
		bridge.publisher.apply([changed({ attributes: { a: 1 }, state: 2 })]);
		bridge.drain();
		assert.deepEqual(
			bridge.log.slice(before).map(({ topic, payload }) => [topic, payload]),
			[[STATE, '2']],
		);
	});

	it('measures the deadband from what was published last, so that a drift is seen', () => {
		const bridge = new FakeBridge().connect();
		for (const state of [10, 10.4, 10.9, 11.2, null, 0, 0.3, 11.2]) {
			bridge.publisher.apply([changed({ state, deadband: 1, unit_of_measurement: '%' })]);
			bridge.pass(2_000);
		}
		assert.deepEqual(
			bridge.sent(/cpu$/).map(({ payload }) => payload),
			['10', '11.2', 'None', '0', '11.2'],
		);
	});

	it('waits a second between documents and repeats the last one once after connecting', () => {
		const bridge = new FakeBridge().connect();
		const start = bridge.clock.now();
		for (let n = 0; n < 5; n++) {
			bridge.publisher.apply([change({ row: `r${n}` })]);
			bridge.pass(300);
		}
		bridge.pass(60_000);
		const times = bridge.sent(document).map(({ at }) => at - start);
		for (const [index, at] of times.entries()) {
			if (index > 0) assert.ok(at - (times[index - 1] ?? 0) >= limits.documentEvery, String(times));
		}
		assert.equal(times.filter((at) => at === limits.documentAgain).length, 1, String(times));
		assert.ok(times.length <= 4, String(times));
		assert.equal(Object.keys(components(bridge)).length, 5);
	});

	it('holds states back until their document is out, and the first event a second longer', () => {
		const bridge = new FakeBridge().connect();
		bridge.publisher.apply([change()]);
		bridge.drain();
		bridge.publisher.apply([change({ row: 'late' }), change(event()), change(event(), 'fired')]);
		bridge.pass(10_000);
		const order = bridge.log.filter(({ at }) => at > 0);
		const second = order.filter(({ kind }) => kind === 'document')[1];
		const late = order.find(({ topic }) => topic.endsWith('/late'));
		const fired = order.find(({ kind }) => kind === 'event');
		assert.ok(second && late && fired);
		assert.ok(order.indexOf(second) < order.indexOf(late));
		assert.ok(fired.at - second.at >= limits.eventAfterDocument);
		assert.equal(fired.retain, false);
		assert.equal(fired.payload, '{"event_type":"info"}');
	});

	it('keeps events in order while the broker is away, and counts those that find no room', () => {
		const bridge = new FakeBridge().connect();
		bridge.publisher.apply([change(event())]);
		bridge.pass(5_000).disconnect();
		for (let n = 0; n < limits.eventQueue + 5; n++)
			bridge.publisher.apply([change(event({ attributes: { n } }), 'fired')]);
		assert.equal(bridge.publisher.counters.dropped, 5);
		assert.deepEqual(
			bridge.problems.map(({ code }) => code),
			['LIMIT_REACHED'],
		);
		bridge.connect().pass(5_000);
		const numbers = bridge.sent(/note$/).map(({ payload }) => JSON.parse(payload).n);
		assert.deepEqual(
			numbers,
			Array.from({ length: limits.eventQueue }, (_, n) => n + 5),
		);
	});

	it('fires nothing that is history, unknown or not announced', () => {
		const bridge = new FakeBridge().connect();
		bridge.publisher.apply([
			change(event()),
			change(event({ replayed: true }), 'fired'),
			change(event({ state: 'surprise' }), 'fired'),
		]);
		bridge.pass(5_000);
		assert.equal(bridge.sent(/note$/).length, 0);
		assert.deepEqual(
			bridge.problems.map(({ code }) => code),
			['ENTITY_INVALID'],
		);
	});

	it('gives events back that were lost on the way', () => {
		const bridge = new FakeBridge().connect();
		bridge.publisher.apply([change(event()), change(event(), 'fired')]);
		bridge.pass(5_000);
		bridge.disconnect(bridge.sent(/note$/)).connect().pass(1_000);
		assert.equal(bridge.sent(/note$/).length, 2);
	});

	it('tells availability of endpoint, type and thing apart', () => {
		const bridge = new FakeBridge().connect();
		bridge.publisher.apply([change(container('plex')), change()]);
		bridge.pass(2_000);
		const gone = { connected: true, fresh: true, present: false };
		bridge.publisher.apply([change(container('plex', { availability: gone }), 'availability')]);
		bridge.drain();
		assert.equal(bridge.retained.get('as/tower/container/plex/availability'), 'offline');
		assert.equal(bridge.retained.get('as/tower/type/container_list_update/availability'), 'online');
		bridge.publisher.apply([
			change({ availability: { connected: false, fresh: true, present: true } }, 'availability'),
		]);
		bridge.drain();
		assert.equal(bridge.retained.get('as/tower/availability'), 'offline');
	});

	it('answers a birth with each document once, after a pause', () => {
		const bridge = new FakeBridge().connect();
		bridge.publisher.apply([change()]);
		bridge.pass(60_000);
		const before = bridge.sent(document).length;
		for (let n = 0; n < 3; n++) bridge.publisher.homeAssistant('online', false);
		bridge.publisher.homeAssistant('nonsense', false);
		const at = bridge.clock.now();
		bridge.pass(60_000);
		const sent = bridge.sent(document).slice(before);
		assert.equal(sent.length, 1);
		const [only] = sent;
		assert.ok(only && only.at - at >= limits.birthDelay && only.at - at <= 2 * limits.birthDelay);
	});

	it('ignores a retained birth message', () => {
		const bridge = new FakeBridge().connect();
		bridge.publisher.apply([change()]);
		bridge.pass(60_000);
		const before = bridge.log.length;
		bridge.publisher.homeAssistant('online', true);
		bridge.pass(60_000);
		assert.equal(bridge.log.length, before);
	});

	it('removes an entity by a stub, then omission, then empties its topics', () => {
		const bridge = new FakeBridge().connect();
		bridge.publisher.homeAssistant('online', true);
		bridge.publisher.apply([change({ attributes: { a: 1 } }), change(container('plex'))]);
		bridge.pass(60_000);
		const before = bridge.log.length;
		bridge.publisher.apply([change(container('plex'), 'removed')]);
		bridge.pass(60_000);
		const sent = bridge.log.slice(before).filter(({ kind }) => kind !== 'ledger' && kind !== 'marker');
		const [stub, omitted, ...emptied] = sent;
		assert.deepEqual(JSON.parse(stub?.payload ?? '').components.tower_container_plex_state, { p: 'sensor' });
		assert.deepEqual(Object.keys(JSON.parse(omitted?.payload ?? '').components), ['tower_system_cpu']);
		assert.ok((omitted?.at ?? 0) - (stub?.at ?? 0) >= limits.documentEvery);
		assert.deepEqual(emptied.map(({ topic, payload }) => [topic, payload]).sort(), [
			['as/tower/container/plex/availability', ''],
			['as/tower/container/plex/state', ''],
			['as/tower/type/container_list_update/availability', ''],
		]);
		bridge.publisher.homeAssistant('online', false);
		const then = bridge.log.length;
		bridge.pass(60_000);
		assert.equal(bridge.log.slice(then).filter(({ kind }) => kind === 'document').length, 1);
	});

	it('repeats a removal after the next birth when Home Assistant may have been away', () => {
		const bridge = new FakeBridge().connect();
		bridge.publisher.apply([change(), change(container('plex'))]);
		bridge.pass(60_000);
		bridge.publisher.apply([change(container('plex'), 'removed')]);
		bridge.pass(60_000);
		const before = bridge.sent(document).length;
		bridge.publisher.homeAssistant('online', false);
		bridge.pass(60_000);
		const forms = bridge
			.sent(document)
			.slice(before)
			.map(({ payload }) => JSON.parse(payload).components.tower_container_plex_state);
		assert.deepEqual(
			forms.map((form) => form && Object.keys(form).length > 1),
			[true, false, undefined],
		);
		const then = bridge.sent(document).length;
		bridge.publisher.homeAssistant('online', false);
		bridge.pass(60_000);
		assert.equal(bridge.sent(document).length, then + 1);
	});

	it('removes a whole device by an empty document, once', () => {
		const bridge = new FakeBridge().connect();
		bridge.publisher.homeAssistant('online', true);
		bridge.publisher.apply([change(), change({ row: 'ram' })]);
		bridge.pass(60_000);
		const listed = bridge.publisher.purge({ source: 'tower', dryRun: true });
		assert.equal(listed.entities.length, 2);
		const before = bridge.log.length;
		bridge.pass(5_000);
		assert.equal(bridge.log.length, before);
		bridge.publisher.purge({ source: 'tower', dryRun: false });
		bridge.pass(60_000);
		const sent = bridge.log.slice(before);
		assert.equal(sent.filter(({ topic, payload }) => document.test(topic) && payload === '').length, 1);
		const left = [...bridge.retained.keys()].sort();
		assert.deepEqual(left, ['as/bridge/one/availability', 'as/bridge/one/ledger', 'as/bridge/one/marker']);
	});

	it('does not announce again what was deleted in Home Assistant, until it is asked to', () => {
		const bridge = new FakeBridge().connect();
		bridge.publisher.apply([change()]);
		bridge.pass(60_000);
		bridge.retained.delete('ha/device/agent-stream_tower/config');
		bridge.publisher.configMessage('ha/device/agent-stream_tower/config', '');
		bridge.publisher.apply([change({ row: 'new' }), changed({ state: 7 })]);
		bridge.publisher.homeAssistant('online', false);
		bridge.pass(60_000);
		assert.equal(bridge.retained.has('ha/device/agent-stream_tower/config'), false);
		assert.equal(bridge.retained.get(STATE), '7');
		const again = new FakeBridge({}, bridge.retained, bridge.clock);
		again.publisher.apply([change(), change({ row: 'new' })]);
		again.connect().pass(60_000);
		assert.equal(again.retained.has('ha/device/agent-stream_tower/config'), false);
		again.publisher.announce();
		again.pass(5_000);
		assert.deepEqual(Object.keys(components(again)), ['tower_system_cpu', 'tower_system_new']);
	});

	it('sees that a document was deleted while the bridge was away', () => {
		const bridge = new FakeBridge().connect();
		bridge.publisher.apply([change()]);
		bridge.pass(60_000).disconnect();
		bridge.retained.delete('ha/device/agent-stream_tower/config');
		bridge.connect().pass(60_000);
		assert.equal(bridge.retained.has('ha/device/agent-stream_tower/config'), false);
	});

	it('sees that a document was deleted while no bridge ran, whenever its entities come', () => {
		for (const isEarly of [true, false]) {
			const first = new FakeBridge().connect();
			first.publisher.apply([change()]);
			first.pass(60_000).disconnect();
			first.retained.delete('ha/device/agent-stream_tower/config');
			const bridge = new FakeBridge({}, first.retained, first.clock);
			if (isEarly) bridge.publisher.apply([change()]);
			bridge.connect();
			bridge.publisher.apply([change()]);
			bridge.pass(60_000);
			assert.equal(bridge.retained.has('ha/device/agent-stream_tower/config'), false);
			bridge.publisher.announce();
			bridge.pass(60_000);
			assert.equal(bridge.retained.has('ha/device/agent-stream_tower/config'), true);
		}
	});

	it('sends nothing again when the broker kept everything, all of it when it forgot', () => {
		const bridge = new FakeBridge().connect();
		bridge.publisher.apply([change(), change(container('plex'))]);
		bridge.pass(60_000);
		const before = new Map(bridge.retained);
		const length = bridge.log.length;
		bridge.disconnect().connect().pass(60_000);
		assert.deepEqual(
			bridge.log.slice(length).map(({ topic }) => topic),
			['as/bridge/one/availability', 'as/bridge/one/marker'],
		);
		bridge.disconnect();
		bridge.retained.clear();
		bridge.connect().pass(60_000);
		before.delete('as/bridge/one/marker');
		for (const [topic, payload] of before) assert.equal(bridge.retained.get(topic), payload, topic);
	});

	it('notices a broker that came back with an older store', () => {
		const bridge = new FakeBridge().connect();
		bridge.publisher.apply([change()]);
		bridge.pass(60_000);
		const old = new Map(bridge.retained);
		bridge.publisher.apply([changed({ state: 2 })]);
		bridge.pass(limits.markerEvery);
		bridge.publisher.apply([changed({ state: 3 })]);
		bridge.pass(limits.markerEvery).disconnect();
		bridge.retained.clear();
		for (const [topic, payload] of old) bridge.retained.set(topic, payload);
		bridge.connect().pass(60_000);
		assert.equal(bridge.retained.get(STATE), '3');
	});

	it('keeps the whole document after a restart, before all entities have been seen again', () => {
		const first = new FakeBridge().connect();
		first.publisher.apply([change(), change(container('plex')), change(event())]);
		first.pass(60_000).disconnect();
		const second = new FakeBridge({}, first.retained, first.clock);
		second.publisher.apply([change()]);
		second.connect().pass(20_000);
		assert.equal(second.sent(document).length, 0);
		assert.equal(Object.keys(components(second)).length, 3);
		second.publisher.apply([change({ row: 'ram' })]);
		second.pass(5_000);
		assert.equal(Object.keys(components(second)).length, 4);
	});

	it('keeps a document as it is whether its entities come before the ledger is read or after, with less than they once had', () => {
		const first = new FakeBridge().connect();
		const there = { connected: true, fresh: true, present: false };
		first.publisher.apply([change({ attributes: { a: 1 } }), change({ row: 'ram', availability: there })]);
		first.pass(60_000).disconnect();
		for (const isEarly of [true, false]) {
			const bridge = new FakeBridge({}, new Map(first.retained), first.clock);
			const tell = () => bridge.publisher.apply([change(), change({ row: 'ram' })]);
			if (isEarly) tell();
			bridge.connect();
			if (!isEarly) tell();
			bridge.pass(60_000);
			assert.equal(bridge.sent(document).length, 0, isEarly ? 'before' : 'after');
			assert.equal(bridge.retained.get('as/tower/system/availability'), 'online');
			assert.equal(bridge.retained.get(`${STATE}/attributes`), '{}');
		}
	});

	it('shows what vanished while it was away as gone, and removes it only after a long time', () => {
		const first = new FakeBridge().connect();
		first.publisher.apply([change(container('plex')), change(container('db'))]);
		first.pass(60_000).disconnect();
		const second = new FakeBridge({}, first.retained, first.clock).connect();
		second.pass(100_000);
		assert.equal(second.retained.get('as/tower/container/db/availability'), 'online');
		second.publisher.apply([change(container('plex'))]);
		second.pass(limits.orphanAfter);
		assert.equal(second.retained.get('as/tower/container/db/availability'), 'offline');
		assert.equal(second.retained.get('as/tower/container/plex/availability'), 'online');
		second.disconnect();
		const third = new FakeBridge({}, second.retained, second.clock).connect();
		third.publisher.apply([change(container('plex'))]);
		third.pass(limits.removeAfter - 300_000);
		assert.ok('tower_container_db_state' in components(third));
		third.pass(400_000);
		assert.deepEqual(Object.keys(components(third)), ['tower_container_plex_state']);
		assert.equal(third.retained.has('as/tower/container/db/state'), false);
	});

	it('finishes a removal that a restart interrupted', () => {
		const first = new FakeBridge().connect();
		first.publisher.apply([change(), change(container('plex'))]);
		first.pass(60_000);
		first.publisher.apply([change(container('plex'), 'removed')]);
		first.drain().disconnect();
		assert.deepEqual(components(first).tower_container_plex_state, { p: 'sensor' });
		const second = new FakeBridge({}, first.retained, first.clock).connect();
		second.pass(60_000);
		assert.deepEqual(Object.keys(components(second)), ['tower_system_cpu']);
		assert.equal(second.retained.has('as/tower/container/plex/state'), false);
	});

	for (const [from, to] of [
		['device', 'entity'],
		['entity', 'device'],
	] as const) {
		it(`migrates from the ${from} form to the ${to} form`, () => {
			const first = new FakeBridge({ discovery: from }).connect();
			first.publisher.apply([change(), change(container('plex'))]);
			first.pass(60_000).disconnect();
			const old = [...first.retained.keys()].filter((topic) => topic.startsWith('ha/'));
			const second = new FakeBridge({ discovery: to }, first.retained, first.clock);
			second.publisher.apply([change()]);
			second.connect().pass(60_000);
			const sent = second.log.filter(({ topic }) => topic.startsWith('ha/'));
			for (const topic of old) {
				const flag = sent.findIndex(
					(message) => message.topic === topic && message.payload.includes('migrate_discovery'),
				);
				const empty = sent.findIndex((message) => message.topic === topic && message.payload === '');
				const news = sent.findIndex((message) => !old.includes(message.topic));
				assert.ok(flag >= 0 && flag < news, `${topic}: ${flag} ${news}`);
				assert.ok(from === 'device' ? empty === -1 : news < empty, `${topic}: ${news} ${empty}`);
			}
			const left = [...second.retained.keys()].filter((topic) => topic.startsWith('ha/'));
			assert.equal(left.length, to === 'device' ? 1 : 2);
			const text = left.map((topic) => second.retained.get(topic)).join();
			assert.ok(text.includes('tower_system_cpu') && text.includes('tower_container_plex_state'));
		});
	}

	it('takes its announcements back when discovery is switched off, and leaves states', () => {
		const first = new FakeBridge().connect();
		first.publisher.apply([change()]);
		first.pass(60_000).disconnect();
		const second = new FakeBridge({ discovery: 'off' }, first.retained, first.clock);
		second.publisher.apply([change({ state: 5 })]);
		second.connect().pass(60_000);
		assert.equal(
			[...second.retained.keys()].some((topic) => topic.startsWith('ha/')),
			false,
		);
		assert.equal(second.retained.get(STATE), '5');
	});

	it('splits a device by subject when its document grows too large, and keeps it so', () => {
		const options = { documentSize: 4_000 };
		const first = new FakeBridge(options).connect();
		for (let n = 0; n < 12; n++) {
			first.publisher.apply([change({ row: `r${n}` }), change(container(`c${n}`))]);
			first.pass(2_000);
		}
		first.pass(60_000);
		const topics = [...first.retained.keys()].filter((topic) => topic.startsWith('ha/'));
		assert.deepEqual(topics.sort(), [
			'ha/device/agent-stream_tower--container/config',
			'ha/device/agent-stream_tower--system/config',
		]);
		assert.equal(Object.keys(components(first, topics[0])).length, 12);
		const flag = first.log.find(({ payload }) => payload === '{"migrate_discovery":true}');
		assert.equal(flag?.topic, 'ha/device/agent-stream_tower/config');
		first.disconnect();
		const second = new FakeBridge(options, first.retained, first.clock);
		second.publisher.apply([change({ row: 'r0' })]);
		second.connect().pass(60_000);
		assert.equal(second.sent(document).length, 0);
	});

	it('says nothing more on the topic of a device that was split a moment ago', () => {
		const options = { documentSize: 4_000 };
		const tell = (bridge: FakeBridge): void => {
			for (let n = 0; n < 12; n++) bridge.publisher.apply([change({ row: `r${n}` }), change(container(`c${n}`))]);
		};
		const first = new FakeBridge(options).connect();
		tell(first);
		first.pass(10_000).disconnect();
		const topic = 'ha/device/agent-stream_tower/config';
		first.retained.set(topic, '{"migrate_discovery":true}');
		for (const instance of ['one', 'two']) {
			const second = new FakeBridge({ ...options, instance }, new Map(first.retained), first.clock);
			tell(second);
			second.connect().pass(60_000);
			assert.deepEqual(
				second.sent(document).filter((message) => message.topic === topic),
				[],
				instance,
			);
		}
	});

	it('stubs a component before it changes its platform', () => {
		const bridge = new FakeBridge().connect();
		bridge.publisher.homeAssistant('online', true);
		bridge.publisher.apply([change(), change({ row: 'ram' })]);
		bridge.pass(60_000);
		const before = bridge.sent(document).length;
		bridge.publisher.apply([changed({ platform: 'binary_sensor', state: 'on' })]);
		bridge.pass(60_000);
		const forms = bridge.sent(document).slice(before);
		assert.deepEqual(
			forms
				.map(({ payload }) => JSON.parse(payload).components.tower_system_cpu)
				.map((form) => [form.p, 'name' in form]),
			[
				['sensor', false],
				['binary_sensor', true],
			],
		);
		assert.equal(bridge.retained.get(STATE), 'on');
	});

	it('leaves another program’s message on its topic alone', () => {
		const retained = new Map([['ha/device/agent-stream_tower/config', '{"origin":{"name":"other"},"components":{}}']]);
		const bridge = new FakeBridge({}, retained);
		bridge.publisher.apply([change()]);
		bridge.connect().pass(60_000);
		assert.equal(bridge.sent(document).length, 0);
		assert.deepEqual(
			bridge.problems.map(({ code }) => code),
			['PREFIX_TAKEN'],
		);
		assert.equal(bridge.retained.get(STATE), '1');
	});

	it('survives a ledger that is none', () => {
		for (const ledger of ['', 'null', '{', '[]', '{"version":2}', '{"version":1,"entities":[{}]}']) {
			const bridge = new FakeBridge({}, new Map([['as/bridge/one/ledger', ledger]]));
			bridge.publisher.apply([change()]);
			bridge.connect().pass(5_000);
			assert.equal(bridge.retained.get(STATE), '1');
			assert.deepEqual(
				bridge.problems.map(({ code }) => code),
				['BROKER_PROTOCOL'],
			);
		}
	});

	it('ends with the last state of every topic, whatever happens on the way', () => {
		const keys = ['a', 'b', 'c', 'd'];
		const step = fc.oneof(
			fc.record({ key: fc.constantFrom(...keys), state: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constant(null)) }),
			fc.record({ pass: fc.integer({ min: 1, max: 3_000 }) }),
			fc.record({ lose: fc.integer({ min: 0, max: 20 }) }),
			fc.constant({ forget: true }),
			fc.constant({ connect: true }),
			fc.constant({ restart: true }),
			fc.constant({ birth: true }),
		);
		const form = fc.constantFrom('device' as const, 'entity' as const, 'off' as const);
		fc.assert(
			fc.property(form, fc.array(step, { maxLength: 40 }), (discovery, steps) => {
				let bridge = new FakeBridge({ discovery }).connect();
				const last = new Map<string, State>();
				const reappear = (): void => {
					for (const [key, state] of last) bridge.publisher.apply([change(container(key, { state }))]);
				};
				for (const one of steps) {
					if ('key' in one) {
						last.set(one.key, one.state);
						bridge.publisher.apply([change(container(one.key, { state: one.state }), 'changed')]);
						bridge.drain();
					} else if ('pass' in one) bridge.pass(one.pass);
					else if ('lose' in one) loseLast(bridge, one.lose);
					else if ('forget' in one) {
						bridge.disconnect();
						bridge.retained.clear();
					} else if ('birth' in one) bridge.publisher.homeAssistant('online', false);
					else if ('restart' in one) {
						bridge.disconnect();
						bridge = new FakeBridge({ discovery }, bridge.retained, bridge.clock).connect();
						reappear();
					} else if (!bridge.connected) bridge.connect();
				}
				if (!bridge.connected) bridge.connect();
				bridge.pass(120_000);
				for (const [key, state] of last) {
					const payload = state === null ? 'None' : String(state);
					assert.equal(bridge.retained.get(`as/tower/container/${key}/state`), payload);
					assert.equal(bridge.retained.get(`as/tower/container/${key}/availability`), 'online');
				}
				assert.equal(bridge.retained.get('as/bridge/one/availability'), 'online');
				const text = [...bridge.retained].filter(([topic]) => topic.startsWith('ha/')).join();
				for (const key of last.keys()) {
					assert.equal(text.includes(`"tower_container_${key}_state"`), discovery !== 'off', key);
				}
				inOrder(bridge);
			}),
			{ numRuns: 300 },
		);
	});
});

/** Loses the connection together with the newest messages, whose retained copies the broker never had. */
function loseLast(bridge: FakeBridge, count: number): void {
	if (!bridge.connected) return;
	const lost = count === 0 ? [] : bridge.log.splice(-count);
	for (const { topic } of lost) {
		const before = bridge.log.findLast((message) => message.topic === topic && message.retain);
		if (before && before.payload !== '') bridge.retained.set(topic, before.payload);
		else bridge.retained.delete(topic);
	}
	bridge.disconnect(lost);
}

/** No state of an announced entity goes out before its document, and documents of one topic are a second apart. */
function inOrder(bridge: FakeBridge): void {
	const times = new Map<string, number>();
	for (const { topic, at, payload } of bridge.sent(/^ha\//)) {
		const before = times.get(topic);
		if (before !== undefined && payload !== '' && !payload.includes('migrate')) {
			assert.ok(at === before || at - before >= limits.documentEvery, `${topic} after ${at - before}`);
		}
		times.set(topic, at);
	}
}
