import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { NodeAPI } from 'node-red';
import { AlertEntities, type AlertEntitiesParts } from '../../nodes/glue/alert-entities';
import { EntityDirectory, entitiesIn } from '../../nodes/glue/entities';
import { AlertEngine } from '../../src/alert/engine';
import { type Alert, type AlertRule, alertRulesSchema } from '../../src/model/alert';
import { type Entity, type EntityChange, entitySchema } from '../../src/model/entity';
import { limits } from '../../src/model/limits';
import { makeEntity } from '../support/entities';
import { FakeClock } from '../support/fake-clock';
import { FakeBridge } from '../support/publishing';

const rules: readonly AlertRule[] = alertRulesSchema.parse([
	{
		id: 'hot',
		name: 'Hot',
		entities: { rows: ['temperature'] },
		condition: { kind: 'above', levels: [{ value: 50, severity: 'critical' }] },
	},
	{ id: 'silent', name: 'Silent', condition: { kind: 'no_data', severity: 'warning', per: 'endpoint' } },
	{ id: 'ups', name: 'UPS', entities: { subjects: ['ups'] }, condition: { kind: 'is', states: ['on_battery'] } },
]);
const gone = { connected: false, fresh: true, present: true };
const temperature = (state: number, over: Partial<Entity> = {}) => makeEntity({ row: 'temperature', state, ...over });

/** What a node answers that is alone, and whose endpoints are all there. */
const alone = (over: Partial<AlertEntitiesParts> = {}): AlertEntitiesParts => ({
	clock: new FakeClock(),
	claim: () => true,
	isTaken: () => false,
	refused: () => assert.fail('something was refused'),
	isEndpoint: () => true,
	isConnected: () => false,
	...over,
});
const told = (changes: readonly EntityChange[]) => changes.map(({ kind, entity }) => `${kind} ${entity.unique_id}`);
/** As it is read from a file. */
const kept = (own: AlertEntities): unknown => JSON.parse(JSON.stringify(own.save()));
const alert = (rule: string, over: Partial<Alert> = {}): Alert => {
	const engine = new AlertEngine({ rules, clock: new FakeClock(), graceMs: 0 });
	engine.apply({ kind: 'added', entity: temperature(60), previous: undefined });
	const [one] = engine.active();
	assert.ok(one);
	return { ...one, rule, ...over };
};

describe('entities about alerts', () => {
	it('are announced by a real publisher under the device of the server, stay available without it, and follow the alerts', () => {
		const clock = new FakeClock();
		const bridge = new FakeBridge({}, new Map(), clock).connect();
		const engine = new AlertEngine({ rules, clock, graceMs: 0 });
		const own = new AlertEntities(rules, alone());
		const known = new Set<string>();
		const take = (entity: Entity) => {
			engine.apply({ kind: 'changed', entity, previous: undefined });
			own.learn(entity, !known.has(entity.unique_id));
			known.add(entity.unique_id);
			const changes = own.changes(engine.active());
			for (const change of changes) entitySchema.parse(change.entity);
			bridge.publisher.apply([{ kind: 'changed', entity, previous: undefined }, ...changes]);
			bridge.pass(5_000);
			return changes;
		};
		assert.deepEqual(
			take(temperature(40)).map(({ kind, entity }) => [kind, entity.unique_id]),
			[
				['added', 'tower_alert_hot_problem'],
				['added', 'tower_alert_silent_problem'],
				['added', 'tower_alert_summary'],
			],
		);
		assert.deepEqual(take(temperature(41)), []);
		const [, config = '{}'] = [...bridge.retained].find(([topic]) => /\/device\/.*\/config$/.test(topic)) ?? [];
		const components = Object.values((JSON.parse(config) as { components: Record<string, unknown> }).components) as {
			unique_id?: string;
			device_class?: string;
			availability?: { topic: string }[];
		}[];
		const problem = components.find(({ unique_id: id }) => id === 'tower_alert_hot_problem');
		assert.equal(problem?.device_class, 'problem');
		assert.equal(problem?.availability?.length, 1);
		assert.ok(components.some(({ unique_id: id }) => id === 'tower_temperature' || id === 'tower_system_temperature'));
		assert.equal(bridge.retained.get('as/tower/alert/hot/problem'), 'off');
		take(temperature(60));
		assert.equal(bridge.retained.get('as/tower/alert/hot/problem'), 'on');
		assert.equal(bridge.retained.get('as/tower/alert/summary'), '1');
		const endpoint = [...bridge.retained.keys()].find((topic) => /^as\/.*tower.*availability$/.test(topic)) ?? '';
		take(temperature(60, { availability: gone, available: false }));
		assert.equal(bridge.retained.get('as/tower/alert/silent/problem'), 'on');
		assert.ok(
			[...bridge.retained].some(([topic, word]) => /availability$/.test(topic) && word === 'offline'),
			endpoint,
		);
		take(temperature(40));
		assert.equal(bridge.retained.get('as/tower/alert/summary'), '0');
		assert.deepEqual(bridge.problems, []);
	});

	it('are kept apart by endpoint, and belong to the server where things are devices of their own', () => {
		const own = new AlertEntities(rules, alone());
		const device = { identifiers: ['agent-stream_tower_disk_a'], name: 'Tower a', via_device: 'agent-stream_tower' };
		own.learn(temperature(1, { device }), true);
		assert.deepEqual(own.changes([])[0]?.entity.device, { identifiers: ['agent-stream_tower'], name: 'tower' });
		own.learn(makeEntity({ row: 'load' }), true);
		own.learn(temperature(1, { source: 'backup' }), true);
		const changes = own.changes([]);
		assert.equal(changes[0]?.entity.device.name, 'Tower');
		assert.deepEqual([...new Set(changes.map(({ entity }) => entity.source))], ['tower', 'backup']);
	});

	it('are unknown where nobody tells of them any more, and the server is as it was', () => {
		const clock = new FakeClock();
		const bridge = new FakeBridge({}, new Map(), clock).connect();
		const own = new AlertEntities(rules, alone({ clock }));
		own.learn(temperature(60), true);
		const entity = temperature(60);
		bridge.publisher.apply([{ kind: 'added', entity, previous: undefined }, ...own.changes([alert('hot')])]);
		bridge.pass(5_000);
		assert.equal(bridge.retained.get('as/tower/alert/hot/problem'), 'on');
		const gone: string[] = [];
		const directory = new EntityDirectory();
		directory.onWithdrawn((entities) => gone.push(...entities.map(({ unique_id: id }) => id)));
		directory.offer('alert', () => own.told(), 2)();
		assert.equal(gone.length, 3);
		bridge.publisher.unreport(gone);
		bridge.pass(5_000);
		const states = ['hot/problem', 'silent/problem', 'summary'].map((path) =>
			bridge.retained.get(`as/tower/alert/${path}`),
		);
		assert.deepEqual(states, ['None', 'None', 'None']);
		assert.equal(bridge.retained.get('as/tower/availability'), 'online');
	});

	it('wait for the name of their device, and keep the one that they have', () => {
		const own = new AlertEntities(rules, alone());
		const device = { identifiers: ['agent-stream_tower'], name: 'Unraid' };
		const early = makeEntity({ row: 'status', always_available: true, provisional: true, device });
		own.learn(early, true);
		const first = own.changes([]);
		assert.ok(first.length > 0 && first.every(({ entity }) => entity.provisional && entitySchema.parse(entity)));
		assert.deepEqual(own.save(), { servers: [], made: [] });
		own.learn(makeEntity({ row: 'status' }), false);
		const named = own.changes([]);
		assert.deepEqual(
			told(named),
			told(first).map((line) => line.replace('changed', 'added')),
		);
		assert.ok(named.every(({ entity }) => !('provisional' in entity) && entity.device.name === 'Tower'));
		own.learn(early, false);
		assert.deepEqual(own.changes([]), []);
	});

	it('are there again after a restart, as the alerts are, before the server is', () => {
		const first = new AlertEntities(rules, alone());
		for (const row of ['temperature', 'load']) first.learn(makeEntity({ row }), true);
		const before = first.changes([alert('hot')]);
		const second = new AlertEntities(rules, alone());
		second.restore(kept(first));
		const after = second.changes([alert('hot')]);
		assert.deepEqual(told(after), told(before));
		assert.deepEqual(
			after.map(({ entity }) => [entity.row, entity.state, entity.device, entity.availability.connected]),
			before.map(({ entity }) => [entity.row, entity.state, entity.device, false]),
		);
		assert.deepEqual(kept(second), kept(first));
		second.learn(makeEntity({ row: 'temperature' }), true);
		assert.ok(second.changes([]).every(({ kind, entity }) => kind === 'changed' && entity.availability.connected));
	});

	it('are taken back where their rule is gone, a few times and not those of another node', () => {
		const first = new AlertEntities(rules, alone());
		for (const row of ['temperature', 'load']) first.learn(makeEntity({ row }), true);
		first.changes([]);
		const clock = new FakeClock();
		const taken = new Set<string>();
		const parts = alone({ clock, isTaken: (id) => taken.has(id) });
		const rest = rules.filter(({ id }) => id === 'silent');
		const second = new AlertEntities(rest, parts);
		second.restore(kept(first));
		const changes = second.changes([]);
		assert.deepEqual(told(changes), [
			'removed tower_alert_hot_problem',
			'added tower_alert_silent_problem',
			'added tower_alert_summary',
		]);
		for (const { entity } of changes) entitySchema.parse(entity);
		assert.deepEqual(second.changes([]), []);
		clock.advance((second.next() ?? 0) - clock.now());
		assert.deepEqual(told(second.changes([])), ['removed tower_alert_hot_problem']);
		// It may be that nobody has heard it before a restart.
		const third = new AlertEntities(rest, parts);
		third.restore(kept(second));
		assert.equal(told(third.changes([]))[0], 'removed tower_alert_hot_problem');
		taken.add('tower_alert_hot_problem');
		clock.advance(60_000);
		assert.deepEqual([...third.changes([]), ...second.changes([])], []);
		taken.clear();
		const all = new AlertEntities([], parts);
		all.restore(kept(first));
		const last: EntityChange[] = [];
		for (let at: number | null = clock.now(); at !== null; at = all.next()) {
			clock.advance(at - clock.now());
			last.push(...all.changes([]));
		}
		assert.deepEqual([...new Set(told(last))].sort(), [
			'removed tower_alert_hot_problem',
			'removed tower_alert_silent_problem',
			'removed tower_alert_summary',
		]);
		assert.equal(last.length, 24);
		assert.deepEqual(all.save().made, []);
	});

	it('of a rule that watches other things now wait for what it finds', () => {
		const first = new AlertEntities(rules, alone());
		for (const row of ['temperature', 'load']) first.learn(makeEntity({ row }), true);
		first.changes([]);
		const edited = alertRulesSchema.parse(
			rules.map((rule) => (rule.id === 'hot' ? { ...rule, entities: { rows: ['heat'] } } : rule)),
		);
		const clock = new FakeClock();
		const take = (row: string) => {
			const own = new AlertEntities(edited, alone({ clock }));
			own.restore(kept(first));
			const out = told(own.changes([]));
			own.learn(makeEntity({ row }), true);
			out.push(...told(own.changes([])));
			clock.advance(limits.orphanAfter);
			out.push(...told(own.changes([])));
			return out.filter((line) => line.includes('hot'));
		};
		assert.deepEqual(take('heat'), ['added tower_alert_hot_problem']);
		assert.deepEqual(take('load'), ['removed tower_alert_hot_problem']);
	});

	it('go with an endpoint that is not there and was not heard of for a day', () => {
		const clock = new FakeClock();
		const first = new AlertEntities(rules, alone({ clock }));
		first.learn(makeEntity({ row: 'load' }), true);
		first.changes([]);
		const restored = () => {
			const own = new AlertEntities(rules, alone({ clock, isEndpoint: () => false }));
			own.restore(kept(first));
			return told(own.changes([]));
		};
		assert.deepEqual(restored(), ['added tower_alert_silent_problem', 'added tower_alert_summary']);
		clock.advance(limits.alertForget);
		assert.deepEqual(restored(), ['removed tower_alert_silent_problem', 'removed tower_alert_summary']);
	});

	it('are all the same with a memory that is damaged, or an older one', () => {
		for (const saved of [undefined, 1, [], { servers: [1, { source: 'x' }], made: [null, {}] }]) {
			const own = new AlertEntities(rules, alone());
			own.restore(saved);
			assert.deepEqual(own.changes([]), []);
		}
	});

	it('that another node has are told of once, all together', () => {
		const refused: (readonly string[])[] = [];
		let isFree = false;
		const own = new AlertEntities(rules, alone({ claim: () => isFree, refused: (ids) => void refused.push(ids) }));
		own.learn(temperature(1), true);
		assert.deepEqual([...own.changes([]), ...own.changes([])], []);
		assert.deepEqual(refused, [['tower_alert_hot_problem', 'tower_alert_silent_problem', 'tower_alert_summary']]);
		isFree = true;
		assert.equal(own.changes([]).length, 3);
	});
});

describe('the directory of entities', () => {
	const flow = [
		{ id: 'map', type: 'agent-stream-entity', wires: [['dot', 'out', 'fun']] },
		{ id: 'other', type: 'agent-stream-entity', wires: [['gate']] },
		{ id: 'off', type: 'agent-stream-entity', d: true, wires: [['direct']] },
		{ id: 'dot', type: 'junction', wires: [['dot2']] },
		{ id: 'dot2', type: 'junction', wires: [['dot', 'dotted']] },
		{ id: 'out', type: 'link out', links: ['in'], wires: [] },
		{ id: 'in', type: 'link in', links: ['out'], wires: [['linked']] },
		{ id: 'fun', type: 'function', wires: [['behind']] },
		{ id: 'gate', type: 'agent-stream-filter', wires: [['passed'], ['rest']] },
		{ id: 'direct', type: 'agent-stream-alert', wires: [] },
	];
	const events = new EventEmitter();
	const RED = {
		events,
		nodes: { eachNode: (each: (node: object) => void) => void flow.map(each) },
	} as unknown as NodeAPI;

	it('finds what reaches a node by junctions, links and gates, and nothing else', () => {
		const directory = new EntityDirectory();
		directory.offer('map', () => [makeEntity({ row: 'a' })]);
		directory.offer('other', () => [makeEntity({ row: 'b' }), makeEntity({ row: 'c' })]);
		directory.offer('off', () => [makeEntity({ row: 'd' })]);
		const ungate = directory.gate('gate', ({ row }) => row === 'c');
		const reach = (id: string) => directory.reaching(RED, id).map(({ row }) => row);
		assert.deepEqual(['dotted', 'linked', 'behind', 'passed', 'rest', 'direct'].map(reach), [
			['a'],
			['a'],
			[],
			['c'],
			[],
			[],
		]);
		ungate();
		assert.deepEqual(reach('passed'), []);
		assert.equal(directory.all().length, 4);
	});

	it('knows by which output entities leave a node, and what passes none', () => {
		const directory = new EntityDirectory();
		const wired = [
			{ id: 'map', type: 'agent-stream-entity', wires: [['alert', 'out']] },
			{ id: 'alert', type: 'agent-stream-alert', wires: [['notify'], ['notify'], ['out']] },
			{ id: 'out', type: 'link out', links: ['in'], wires: [] },
			{ id: 'in', type: 'link in', links: ['out'], wires: [['bridge']] },
			{ id: 'two', type: 'agent-stream-alert', wires: [[], [], ['other']] },
		];
		const eachNode = (each: (node: object) => void) => void wired.map(each);
		const flows = { events: new EventEmitter(), nodes: { eachNode } } as unknown as NodeAPI;
		directory.offer('map', () => [makeEntity({ row: 'a' })]);
		const gone: string[] = [];
		directory.onWithdrawn((entities) => gone.push(...entities.map(({ row }) => row)));
		const withdraw = directory.offer('alert', () => [makeEntity({ row: 'b' })], 2);
		const reach = (id: string) => directory.reaching(flows, id).map(({ row }) => row);
		assert.deepEqual(['bridge', 'notify', 'other', 'alert'].map(reach), [['a', 'b'], [], [], ['a']]);
		assert.deepEqual([directory.all().length, directory.offered().length], [1, 2]);
		withdraw();
		assert.deepEqual([gone, reach('bridge')], [['b'], ['a']]);
	});

	it('gives a unique id to one node at a time', () => {
		const directory = entitiesIn(RED);
		assert.equal(entitiesIn({ events } as unknown as NodeAPI), directory);
		assert.ok(directory.claim('x', 'one') && directory.claim('x', 'one'));
		assert.equal(directory.claim('x', 'two'), false);
		assert.deepEqual([directory.isTaken('x', 'two'), directory.isTaken('x', 'one')], [true, false]);
		directory.release('one');
		assert.ok(directory.claim('x', 'two'));
	});

	it('lets go only of what the same node offered', () => {
		const directory = new EntityDirectory();
		const first = directory.offer('map', () => []);
		directory.offer('map', () => [makeEntity()]);
		first();
		assert.equal(directory.all().length, 1);
	});
});
