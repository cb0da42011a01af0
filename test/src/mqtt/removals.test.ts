import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Device, Entity } from '../../../src/model/entity';
import { limits } from '../../../src/model/limits';
import type { PublisherOptions } from '../../../src/mqtt/publisher';
import { change } from '../../support/entities';
import { FakeBridge } from '../../support/publishing';

const server: Device = { identifiers: ['agent-stream_tower'], name: 'Tower' };
const own = (key: string): Device => ({
	identifiers: [`agent-stream_tower_container_${key}`],
	name: `Tower ${key}`,
	via_device: 'agent-stream_tower',
});
const container = (key: string, over: Partial<Entity> = {}): Partial<Entity> => ({
	subject: 'container',
	key,
	row: 'state',
	event_type: 'container_list_update',
	transient: true,
	device: server,
	...over,
});

/** What can happen to entities and to the bridge. */
type Step =
	| { readonly key: string; readonly isOwn: boolean }
	| { readonly gone: string }
	| { readonly pass: number }
	| { readonly restart: boolean }
	| { readonly birth: boolean };

interface Shown {
	readonly at: number;
	readonly topic: string;
	/** Component ids announced in full, and as stubs. */
	readonly full: readonly string[];
	readonly stubs: readonly string[];
}

/** All documents that went out, in order. */
const documents = (...bridges: FakeBridge[]): Shown[] =>
	bridges
		.flatMap((bridge) => bridge.sent(/^ha\/device\//))
		.map(({ topic, payload, at }) => {
			const components: [string, object][] = payload === '' ? [] : Object.entries(JSON.parse(payload).components ?? {});
			const ids = (isFull: boolean) =>
				components.filter(([, component]) => 'unique_id' in component === isFull).map(([id]) => id);
			return { at, topic, full: ids(true), stubs: ids(false) };
		});

/** Home Assistant refuses a unique id that stands in another document, and needs a second to let go of one. */
function assertNeverTwice(shown: readonly Shown[]): void {
	const holders = new Map<string, { topic: string; freeAt: number | null }>();
	for (const { at, topic, full, stubs } of shown) {
		for (const [id, holder] of holders) {
			if (holder.topic === topic && holder.freeAt === null && !full.includes(id)) {
				assert.ok(stubs.includes(id) || full.length === 0, `${id} left ${topic} without a stub`);
				holder.freeAt = at;
			}
		}
		for (const id of full) {
			const holder = holders.get(id);
			if (holder && holder.topic !== topic) {
				assert.ok(holder.freeAt !== null, `${id} is in ${holder.topic} and ${topic}`);
				assert.ok(at - holder.freeAt >= limits.documentEvery, `${id} in ${topic} after ${at - holder.freeAt} ms`);
			}
			holders.set(id, { topic, freeAt: null });
		}
	}
}

describe('mqtt/removals', () => {
	for (const documentSize of [limits.documentSize, 1_024]) {
		for (const when of ['before', 'after']) {
			it(`moves entities to a device of their own and back, told ${when} the ledger is read (documents of ${documentSize})`, () => {
				const options: Partial<PublisherOptions> = { documentSize };
				let bridge = new FakeBridge(options).connect();
				bridge.publisher.apply([change(), change(container('plex')), change(container('db'))]);
				bridge.pass(60_000).disconnect();
				const runs = [bridge];
				for (const isOwn of [true, false, true]) {
					bridge = new FakeBridge(options, bridge.retained, bridge.clock);
					const tell = () =>
						bridge.publisher.apply([
							change(),
							...['plex', 'db'].map((key) => change(container(key, { device: isOwn ? own(key) : server }))),
						]);
					if (when === 'before') tell();
					bridge.connect();
					if (when === 'after') tell();
					bridge.pass(60_000);
					runs.push(bridge);
					const [holder] = [...bridge.retained].filter(([, payload]) =>
						payload.includes('"tower_container_plex_state":{'),
					);
					assert.equal(JSON.parse(holder?.[1] ?? '{}').device?.name, isOwn ? 'Tower plex' : 'Tower');
					bridge.disconnect();
				}
				assertNeverTwice(documents(...runs));
			});
		}
	}

	it('moves an entity within a run, and its state comes with its new document', () => {
		const bridge = new FakeBridge().connect();
		bridge.publisher.apply([change(), change(container('plex'))]);
		bridge.pass(60_000);
		bridge.publisher.apply([change(container('plex', { device: own('plex'), state: 9 }), 'changed')]);
		bridge.pass(60_000);
		assertNeverTwice(documents(bridge));
		assert.equal(bridge.retained.get('as/tower/container/plex/state'), '9');
	});

	it('waits however long it takes to read the old document back', () => {
		const first = new FakeBridge().connect();
		first.publisher.apply([change(), change(container('plex'))]);
		first.pass(60_000).disconnect();
		const bridge = new FakeBridge({}, first.retained, first.clock);
		bridge.publisher.apply([change(), change(container('plex', { device: own('plex') }))]);
		const { publisher } = bridge;
		const { topics, recovery } = publisher;
		publisher.opened({
			marker: first.retained.get(topics.marker) ?? null,
			ledger: first.retained.get(topics.ledger) ?? null,
		});
		for (const filter of recovery.unread()) recovery.readBack(filter, new Map());
		// The broker is slow: some time goes by before the old document is there, and more before it can go out.
		const old = 'ha/device/agent-stream_tower/config';
		for (const filter of recovery.unread().filter((one) => one !== old)) recovery.readBack(filter, new Map());
		bridge.clock.jump(bridge.clock.now() + 20_000);
		const early = publisher.take(100).filter(({ topic }) => topic.startsWith('ha/'));
		assert.deepEqual(early, []);
		bridge.connected = true;
		bridge.pass(60_000);
		assertNeverTwice(documents(first, bridge));
		assert.ok(documents(bridge).some(({ full }) => full.includes('tower_container_plex_state')));
	});

	it('does not wait for a document that is not ours, or was deleted', () => {
		for (const payload of ['{"origin":{"name":"other"}}', undefined]) {
			const first = new FakeBridge().connect();
			first.publisher.apply([change(), change(container('plex'))]);
			first.pass(60_000).disconnect();
			const old = 'ha/device/agent-stream_tower/config';
			if (payload === undefined) first.retained.delete(old);
			else first.retained.set(old, payload);
			const bridge = new FakeBridge({}, first.retained, first.clock);
			bridge.publisher.apply([change(container('plex', { device: own('plex') }))]);
			bridge.connect().pass(60_000);
			assert.ok(documents(bridge).some(({ full }) => full.includes('tower_container_plex_state')));
			assert.equal(bridge.retained.get(old), payload);
		}
	});

	it('tells a removal again that was lost on the way', () => {
		const bridge = new FakeBridge().connect();
		bridge.publisher.homeAssistant('online', true);
		bridge.publisher.apply([change(), change(container('plex'))]);
		bridge.pass(60_000);
		const held = bridge.retained.get('ha/device/agent-stream_tower/config') ?? '';
		const before = bridge.log.length;
		bridge.publisher.apply([change(container('plex'), 'removed')]);
		bridge.drain();
		const lost = bridge.log.slice(before).filter(({ kind }) => kind === 'document');
		assert.equal(lost.length, 1);
		bridge.retained.set('ha/device/agent-stream_tower/config', held);
		bridge.log.splice(bridge.log.indexOf(lost[0] as (typeof lost)[0]), 1);
		bridge.disconnect(lost).connect().pass(60_000);
		const told = documents(bridge).filter(({ stubs }) => stubs.includes('tower_container_plex_state'));
		assert.equal(told.length, 1);
	});

	it('announces no more than it must of what is removed once more', () => {
		const bridge = new FakeBridge().connect();
		const plex = { icon: 'mdi:docker', attributes: { a: 1 } };
		const word = { device_class: 'enum', options: ['running', 'exited'], state: 'running' };
		bridge.publisher.apply([change(), change(container('plex', { ...plex, ...word }))]);
		bridge.pass(60_000);
		bridge.publisher.apply([change(container('plex'), 'removed')]);
		bridge.pass(60_000).stop();
		const next = new FakeBridge({}, bridge.retained, bridge.clock);
		next.publisher.apply([change()]);
		next.connect().pass(10_000);
		next.publisher.homeAssistant('online', false);
		next.pass(60_000);
		const forms = next
			.sent(/^ha\/device/)
			.map(({ payload }) => JSON.parse(payload).components.tower_container_plex_state);
		assert.deepEqual(
			forms.filter((form) => form !== undefined),
			[
				{
					p: 'sensor',
					unique_id: 'tower_container_plex_state',
					state_topic: 'as/tower/container/plex/state',
					name: 'Name of state',
					default_entity_id: 'sensor.tower_name_of_state',
					device_class: 'enum',
					options: ['running', 'exited'],
				},
				{ p: 'sensor' },
			],
		);
	});

	it('repeats no removal of one that is off by default: it would come back on', () => {
		const bridge = new FakeBridge().connect();
		bridge.publisher.apply([change(), change(container('plex', { enabled_by_default: false }))]);
		bridge.pass(60_000);
		bridge.publisher.apply([change(container('plex'), 'removed')]);
		bridge.pass(60_000);
		const before = documents(bridge).length;
		bridge.publisher.homeAssistant('online', false);
		bridge.pass(60_000);
		assert.ok(
			documents(bridge)
				.slice(before)
				.every(({ full }) => !full.includes('tower_container_plex_state')),
		);
	});

	/** Removed, announced again and ended, before the ledger knew of the latter. */
	const emptiedByUs: Step[] = [
		{ key: 'a', isOwn: true },
		{ gone: 'a' },
		{ pass: 1_000 },
		{ key: 'a', isOwn: true },
		{ restart: true },
	];

	it('has no entity in two documents, whatever moves and breaks', () => {
		const step: fc.Arbitrary<Step> = fc.oneof(
			fc.record({ key: fc.constantFrom('a', 'b', 'c'), isOwn: fc.boolean() }),
			fc.record({ gone: fc.constantFrom('a', 'b', 'c') }),
			fc.record({ pass: fc.integer({ min: 1, max: 4_000 }) }),
			fc.constant({ restart: true }),
			fc.constant({ birth: true }),
		);
		fc.assert(
			fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
				let bridge = new FakeBridge().connect();
				const runs = [bridge];
				const where = new Map<string, boolean>();
				const entity = (key: string) => container(key, { device: where.get(key) ? own(key) : server });
				bridge.publisher.apply([change()]);
				for (const one of steps) {
					if ('key' in one) {
						where.set(one.key, one.isOwn);
						bridge.publisher.apply([change(entity(one.key))]);
						bridge.drain();
					} else if ('gone' in one) {
						if (where.has(one.gone)) bridge.publisher.apply([change(entity(one.gone), 'removed')]);
						where.delete(one.gone);
						bridge.drain();
					} else if ('pass' in one) bridge.pass(one.pass);
					else if ('birth' in one) bridge.publisher.homeAssistant('online', false);
					else {
						bridge.disconnect();
						// No process ends, starts and asks for its topics in less.
						bridge.clock.jump(bridge.clock.now() + 1_000);
						bridge = new FakeBridge({}, bridge.retained, bridge.clock);
						runs.push(bridge);
						bridge.publisher.apply([change(), ...[...where.keys()].map((key) => change(entity(key)))]);
						bridge.connect();
					}
				}
				bridge.pass(120_000);
				assertNeverTwice(documents(...runs));
				for (const [key, isOwn] of where) {
					const topic = `ha/device/agent-stream_tower${isOwn ? `_container_${key}` : ''}/config`;
					const text = bridge.retained.get(topic) ?? '';
					assert.ok(text.includes(`"unique_id":"tower_container_${key}_state"`), `${key} in ${topic}`);
				}
			}),
			{ numRuns: 500, examples: [[emptiedByUs]] },
		);
	});
});
