import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { NodeAPI } from 'node-red';
import { AlertEntities } from '../../nodes/glue/alert-entities';
import { EntityDirectory, entitiesIn } from '../../nodes/glue/entities';
import { AlertEngine } from '../../src/alert/engine';
import { type AlertRule, alertRulesSchema } from '../../src/model/alert';
import { type Entity, entitySchema } from '../../src/model/entity';
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

describe('entities about alerts', () => {
	it('are announced by a real publisher under the device of the server, stay available without it, and follow the alerts', () => {
		const clock = new FakeClock();
		const bridge = new FakeBridge({}, new Map(), clock).connect();
		const engine = new AlertEngine({ rules, clock, graceMs: 0 });
		const own = new AlertEntities(rules, () => true);
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
		const own = new AlertEntities(rules, () => true);
		const device = { identifiers: ['agent-stream_tower_disk_a'], name: 'Tower a', via_device: 'agent-stream_tower' };
		own.learn(temperature(1, { device }), true);
		assert.deepEqual(own.changes([])[0]?.entity.device, { identifiers: ['agent-stream_tower'], name: 'tower' });
		own.learn(makeEntity({ row: 'load' }), true);
		own.learn(temperature(1, { source: 'backup' }), true);
		const changes = own.changes([]);
		assert.equal(changes[0]?.entity.device.name, 'Tower');
		assert.deepEqual([...new Set(changes.map(({ entity }) => entity.source))], ['tower', 'backup']);
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

	it('gives a unique id to one node at a time', () => {
		const directory = entitiesIn(RED);
		assert.equal(entitiesIn({ events } as unknown as NodeAPI), directory);
		assert.ok(directory.claim('x', 'one') && directory.claim('x', 'one'));
		assert.equal(directory.claim('x', 'two'), false);
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
