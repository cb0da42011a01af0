import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { demoFlow } from '../../demo/flow';
import { boardCode, type Layout } from '../../demo/flow/board';
import { layouts } from '../../demo/flow/layouts';
import type { FlowNode } from '../../demo/node-red';
import { demoServers } from '../../demo/servers';
import { dialectNamed } from '../../src/dialects';
import type { Entity } from '../../src/model/entity';
import { makeEntity } from '../support/entities';

const token = 'a-token-of-the-demo';
const whole = demoFlow({
	broker: 'mqtt://user:secret@127.0.0.1:1883',
	unraid: { url: 'ws://127.0.0.1:8043/api/v1/ws', control: true, speed: 10 },
	agents: demoServers.map(({ name, port, token: asks }) => ({
		name,
		url: `ws://127.0.0.1:${port}/`,
		token: asks ? token : undefined,
	})),
});

const definition = whole.nodes.find(({ dialect }) => dialect === 'custom')?.definition;

describe('the demo’s flow', () => {
	it('is whole: every node that another one names is there, once', () => {
		const ids = new Set(whole.nodes.map(({ id }) => id));
		assert.equal(ids.size, whole.nodes.length);
		const lacking = whole.nodes.flatMap((node) => {
			const { wires = [], links = [] } = node as { wires?: string[][]; links?: string[] };
			const named = [node.z, node.group, node.page, node.endpoint, node.broker, node.ui, node.theme] as (
				| string
				| undefined
			)[];
			return [...named, ...wires.flat(), ...links].filter((id) => id && !ids.has(id));
		});
		assert.deepEqual(lacking, []);
	});

	it('puts no node upon another', () => {
		const places = whole.nodes.filter(({ x }) => x !== undefined);
		const near = (a: FlowNode, b: FlowNode) =>
			a.z === b.z && Math.abs(Number(a.x) - Number(b.x)) < 60 && Math.abs(Number(a.y) - Number(b.y)) < 35;
		assert.deepEqual(
			places.flatMap((one, index) =>
				places
					.slice(index + 1)
					.filter((other) => near(one, other))
					.map(({ id }) => [one.id, id]),
			),
			[],
		);
	});

	it('has a row and a group on the page for each server, and keeps tokens among the credentials', () => {
		const types = (type: string) => whole.nodes.filter((node) => node.type === type).length;
		assert.equal(types('agent-stream-endpoint'), 1 + demoServers.length);
		assert.equal(types('ui-template'), demoServers.length + 1 + 2);
		assert.deepEqual(whole.credentials, {
			'demo-broker': { username: 'user', password: 'secret' },
			'agents-agents-api-endpoint': { token },
		});
		assert.doesNotMatch(JSON.stringify(whole.nodes), new RegExp(`${token}|secret@`));
	});

	it('has no endpoint id that an example for one of its servers has, so that both can be deployed', () => {
		const own = whole.nodes.map(({ endpointId }) => endpointId);
		for (const { name } of demoServers) {
			const example = JSON.parse(readFileSync(join(__dirname, `../../examples/${name}.json`), 'utf8')) as FlowNode[];
			const taken = example.map(({ endpointId }) => endpointId).filter((id) => id !== undefined);
			assert.equal(taken.length, 1);
			assert.ok(!own.includes(taken[0]), name);
		}
	});

	it('leaves out what was not chosen', () => {
		const { nodes } = demoFlow({ broker: 'mqtt://127.0.0.1', unraid: null, agents: [] });
		assert.deepEqual(
			nodes.filter(({ type }) => type === 'tab' || type === 'ui-page'),
			[],
		);
	});

	for (const [dialect, layout] of Object.entries(layouts)) {
		it(`${dialect}: its board shows rows that there are`, () => {
			const { subjects, rows = [] } = dialectNamed(dialect, dialect === 'custom' ? String(definition) : undefined);
			const known = new Set([
				...subjects.flatMap(({ subject, rows: all }) => all.map(({ key }) => `${subject}/${key}`)),
				...rows.map(({ subject, row }) => `${subject}/${row}`),
			]);
			const { facts, tables, strips = [], lines = [] } = layout;
			const shown = [
				...[...facts, ...lines].map(({ at }) => at),
				...tables.flatMap(({ subject, called, columns }) =>
					[called, ...columns.map(({ row }) => row)].map((row) => `${subject}/${row}`),
				),
				...strips.map(({ subject, row }) => `${subject}/${row}`),
			];
			assert.deepEqual(
				shown.filter((row) => !known.has(row)),
				[],
			);
		});
	}
});

/** What a board draws, as far as these tests look. */
interface Drawn {
	readonly facts: readonly { readonly label: string; readonly text: string; readonly tone?: string }[];
	readonly tables: readonly {
		readonly titles: readonly string[];
		readonly rows: readonly { readonly name: string; readonly cells: readonly object[] }[];
	}[];
	readonly offline: boolean;
}

describe('the demo’s board', () => {
	const layout: Layout = {
		facts: [{ label: 'working', at: 'total/working', tone: 'primary' }],
		tables: [
			{
				subject: 'task',
				title: 'Task',
				called: 'state',
				drop: ' State',
				most: 2,
				columns: [
					{ title: 'State', row: 'state', as: 'chip' },
					{ title: 'Progress', row: 'progress', as: 'bar' },
				],
			},
		],
	};

	/** Sends messages of an entity mapper through the function node, until it has told the widget. */
	function draw(messages: readonly { readonly entity: Entity; readonly change?: string }[]): Drawn {
		const kept = new Map<string, unknown>();
		const timers: (() => void)[] = [];
		const sent: { readonly payload: Drawn }[] = [];
		for (const msg of messages) {
			runInNewContext(`(function () { ${boardCode}\n})()`, {
				msg,
				env: { get: () => layout },
				context: {
					get: (name: string) => kept.get(name),
					set: (name: string, value: unknown) => kept.set(name, value),
				},
				node: { send: (message: { payload: Drawn }) => sent.push(message) },
				setTimeout: (run: () => void) => timers.push(run),
			});
		}
		assert.equal(timers.length, 1, 'one message for many changes');
		timers[0]?.();
		return JSON.parse(JSON.stringify(sent.at(-1)?.payload)) as Drawn;
	}

	const task = (key: string, row: string, state: string | number | null, more: Partial<Entity> = {}) => ({
		entity: makeEntity({
			subject: 'task',
			key,
			row,
			name: `Task ${key} ${row === 'state' ? 'State' : 'Progress'}`,
			state,
			...more,
		}),
		change: 'changed',
	});

	it('lays out what the entities say', () => {
		const drawn = draw([
			{ entity: makeEntity({ subject: 'total', row: 'working', state: 3 }) },
			task('2', 'state', 'in_progress'),
			task('2', 'progress', 40, { unit_of_measurement: '%' }),
			task('1', 'state', 'failed'),
			task('3', 'state', null),
		]);
		assert.deepEqual(drawn.facts, [{ label: 'working', text: '3', tone: 'primary' }]);
		assert.deepEqual(drawn.tables[0]?.titles, ['Task', 'State', 'Progress']);
		assert.deepEqual(
			drawn.tables[0].rows.map(({ name, cells }) => [name, ...cells]),
			[
				['Task 1', { as: 'chip', text: 'failed', tone: 'error' }, { text: '' }],
				['Task 2', { as: 'chip', text: 'in progress', tone: 'primary' }, { as: 'bar', text: '40 %', percent: 40 }],
			],
		);
		assert.equal(drawn.offline, false);
	});

	it('forgets what is removed, shows nothing of what is unavailable, and says that it is offline', () => {
		const gone = { connected: false, fresh: true, present: true };
		const drawn = draw([
			task('1', 'state', 'failed'),
			{ ...task('1', 'state', 'failed'), change: 'removed' },
			task('2', 'state', 'created', { availability: gone }),
		]);
		assert.deepEqual(drawn.tables[0]?.rows, []);
		assert.deepEqual(drawn.facts, [{ label: 'working', text: '–' }]);
		assert.equal(drawn.offline, true);
	});
});
