import assert from 'node:assert/strict';
import { runInNewContext } from 'node:vm';
import { demoFlow } from '../../demo/flow';
import { rulesFor } from '../../demo/flow/alerts';
import { boardCode } from '../../demo/flow/alerts-board';
import type { FlowNode } from '../../demo/node-red';
import { demoServers } from '../../demo/servers';
import { dialects } from '../../src/dialects';
import { type AlertRule, alertRulesSchema } from '../../src/model/alert';

const unraid = { url: 'ws://127.0.0.1:8043/api/v1/ws', control: true, speed: 1 };
const agents = demoServers.map(({ name, port }) => ({ name, url: `ws://127.0.0.1:${port}/`, token: undefined }));
const flowOf = (parts: Pick<Parameters<typeof demoFlow>[0], 'unraid' | 'agents'>) =>
	demoFlow({ broker: 'mqtt://127.0.0.1', ...parts }).nodes;
const nodes = flowOf({ unraid, agents });

const nodeOf = (id: string): FlowNode | undefined => nodes.find((node) => node.id === id);
const wiresOf = (id: string): readonly (readonly string[])[] => (nodeOf(id)?.wires ?? []) as string[][];

/** Ids of the nodes that a message of an output reaches, over wires and links. @param ends types of nodes behind which nobody looks */
function reached(from: string, port: number, ends: readonly string[] = []): ReadonlySet<string> {
	const found = new Set<string>();
	const follow = (next: readonly string[]): void => {
		for (const id of next) {
			if (found.has(id)) continue;
			found.add(id);
			const node = nodeOf(id);
			if (node && !ends.includes(node.type))
				follow(node.type === 'link out' ? (node.links as string[]) : wiresOf(id).flat());
		}
	};
	follow(wiresOf(from)[port] ?? []);
	return found;
}

const passed = (from: string, port: number) => reached(from, port, ['agent-stream-alert']);
const ofType = (type: string, among = nodes): FlowNode[] => among.filter((node) => node.type === type);
const rulesOf = (id: string): AlertRule[] => alertRulesSchema.parse(nodeOf(id)?.rules);

describe('the demo’s alerts', () => {
	it('has one node with Unraid’s presets and one with those of all other protocols, each for its own server', () => {
		const presets = (name: string) => dialects.find((dialect) => dialect.name === name)?.alerts ?? [];
		assert.deepEqual(rulesOf('alerts-unraid-alert'), presets('unraid'));
		const rules = rulesOf('alerts-agents-alert');
		const wanted = demoServers.flatMap(({ name }) => presets(name).map(({ id }) => `${name}-${id}`));
		assert.ok(wanted.length > 30);
		assert.deepEqual(
			rules.map(({ id }) => id),
			wanted,
		);
		const endpoints = ofType('agent-stream-endpoint');
		for (const { id, entities } of rules) {
			const endpoint = endpoints.find(({ endpointId }) => endpointId === entities.sources[0]);
			assert.ok(id.startsWith(`${String(endpoint?.dialect)}-`), id);
		}
	});

	it('waits for less where the server lives faster', () => {
		const waits = (speed: number) =>
			rulesFor([{ dialect: 'unraid', endpointId: 'tower', speed }]).map(({ raiseFor, clearFor }) => [
				raiseFor,
				clearFor ?? 0,
			]);
		assert.deepEqual(
			waits(10).flat(),
			waits(1)
				.flat()
				.map((wait) => wait / 10),
		);
		assert.doesNotThrow(() =>
			alertRulesSchema.parse(rulesFor([{ dialect: 'unraid', endpointId: 'tower', speed: 10 }])),
		);
	});

	it('wires every mapper to an alert node, and its entities about alerts to the bridge of the same server', () => {
		for (const mapper of ofType('agent-stream-entity')) {
			const source = String(mapper.source);
			const [alert, ...others] = ofType('agent-stream-alert').filter(({ id }) => passed(mapper.id, 0).has(id));
			assert.ok(alert && others.length === 0, source);
			const bridge = ofType('agent-stream-mqtt').find(({ id }) => wiresOf(mapper.id)[0]?.includes(id));
			assert.ok(bridge && reached(alert.id, 2).has(bridge.id), source);
			if (mapper.z !== 'agents-tab') continue;
			const gates = ofType('agent-stream-filter').filter(({ id }) => wiresOf(id)[0]?.includes(bridge.id));
			assert.deepEqual(
				gates.map(({ sources }) => sources),
				[source],
			);
		}
	});

	it('asks for the list, lays it out, and sends what was pressed to the node that told of it', () => {
		for (const alert of ['alerts-unraid-alert', 'alerts-agents-alert']) {
			assert.ok(reached('alerts-start', 0).has(alert));
			assert.ok(reached('alerts-board', 1).has(alert));
			for (const port of [0, 1]) assert.ok(reached(alert, port).has('alerts-board'));
		}
		const buttons = 'alerts-whose-button';
		assert.ok(reached('alerts-active', 0).has(buttons) && reached('alerts-active', 0).has('alerts-board'));
		assert.deepEqual(
			[0, 1].map((port) =>
				ofType('agent-stream-alert').flatMap(({ id }) => (passed(buttons, port).has(id) ? [id] : [])),
			),
			[['alerts-unraid-alert'], ['alerts-agents-alert']],
		);
	});

	it('has only what was chosen', () => {
		const alone = flowOf({ unraid, agents: [] });
		assert.deepEqual(
			ofType('agent-stream-alert', alone).map(({ id }) => id),
			['alerts-unraid-alert'],
		);
		const ids = new Set(alone.map(({ id }) => id));
		assert.deepEqual(
			alone.flatMap(({ links }) => (links as string[] | undefined)?.filter((id) => !ids.has(id)) ?? []),
			[],
		);
	});
});

/** What the page draws, as far as these tests look. */
interface Drawn {
	readonly counts: readonly { readonly severity: string; readonly count: number }[];
	readonly active: readonly { readonly [name: string]: unknown }[];
	readonly past: readonly { readonly [name: string]: unknown }[];
	readonly watched: number;
}

/** The function node, with what it was told to do later and what it sent. */
class Board {
	private readonly kept = new Map<string, unknown>();
	readonly timers: (() => void)[] = [];
	readonly sent: ([{ readonly payload: Drawn }, null] | [null, { readonly topic: string }])[] = [];

	take(msg: object): void {
		runInNewContext(`(function () { ${boardCode}\n})()`, {
			msg: structuredClone(msg),
			context: {
				get: (name: string) => this.kept.get(name),
				set: (name: string, value: unknown) => this.kept.set(name, value),
			},
			node: { send: (messages: Board['sent'][number]) => this.sent.push(messages) },
			setTimeout: (run: () => void) => this.timers.push(run),
		});
	}

	drawn(): Drawn {
		return JSON.parse(JSON.stringify(this.sent.at(-1)?.[0]?.payload)) as Drawn;
	}
}

const time = (minutesAgo: number): string => new Date(Date.now() - minutesAgo * 60_000).toISOString();
const alert = (entity: string, more: object = {}) => ({
	id: `hot/${entity}`,
	rule: 'hot',
	rule_name: 'Hard disk temperature',
	severity: 'warning',
	entity,
	name: 'Disk disk1 Temperature',
	device: 'Tower',
	source: 'tower',
	value: 46.04,
	unit: '°C',
	threshold: 45,
	threshold_source: 'disk',
	peak: 47,
	count: 1,
	since: time(3),
	raised: time(2),
	cleared: null,
	acknowledged: false,
	unknown: false,
	...more,
});
const list = (
	from: string,
	active: readonly object[],
	past: readonly object[] = [],
	mutes: readonly object[] = [],
) => ({
	topic: 'alerts/list',
	from,
	payload: {
		active,
		past,
		rules: [
			{ rule: 'hot', matches: 2, mutedUntil: null },
			{ rule: 'other', matches: 0, mutedUntil: null },
		],
		mutes,
	},
});

describe('the demo’s page of alerts', () => {
	it('puts the worst first, of all nodes, and counts', () => {
		const board = new Board();
		board.take(list('unraid', [alert('a')], [alert('old', { cleared: time(5) })]));
		board.take(list('agents', [alert('b', { severity: 'critical' })], [alert('new', { cleared: time(1) })]));
		const { counts, active, past, watched } = board.drawn();
		assert.deepEqual(
			counts.map(({ count }) => count),
			[1, 1, 0],
		);
		assert.deepEqual(
			active.map(({ from, entity, value, limit, by, lasts }) => [from, entity, value, limit, by, lasts]),
			[
				['agents', 'b', '46 °C', '45 °C', 'disk', '3 min'],
				['unraid', 'a', '46 °C', '45 °C', 'disk', '3 min'],
			],
		);
		assert.deepEqual(
			past.map(({ entity, peak }) => [entity, peak]),
			[
				['new', '47 °C'],
				['old', '47 °C'],
			],
		);
		assert.equal(watched, 2);
	});

	it('asks for the list once for many changes', () => {
		const board = new Board();
		for (const entity of ['a', 'b', 'c']) board.take({ payload: 'Hot', alert: { ...alert(entity), state: 'raised' } });
		assert.equal(board.timers.length, 1);
		board.timers[0]?.();
		assert.equal(JSON.stringify(board.sent), '[[null,{"topic":"list"}]]');
		board.take({ topic: 'acknowledge', payload: { rule: 'hot', entity: 'a' } });
		assert.equal(board.timers.length, 2);
	});

	it('shows the text, until when it is muted and whether it can be lifted here, and that nobody knows its value', () => {
		const board = new Board();
		const text = 'Disk 1 is hot';
		const until = new Date(Date.now() + 3_600_000).toISOString();
		const both = [alert('a', { unknown: true, text }), alert('b')];
		const shown = (...mutes: readonly object[]) => {
			board.take(list('unraid', both, [], mutes));
			return board.drawn().active.map((one) => [one.text, one.value, one.muted !== '', one.mutedHere]);
		};
		board.take(list('agents', []));
		assert.deepEqual(shown({ rule: 'hot', entity: 'a', until }, { rule: 'other', until }), [
			[text, 'unknown', true, true],
			[undefined, '46 °C', false, false],
		]);
		for (const mute of [{ rule: 'hot', until }, { until }]) {
			assert.deepEqual(
				shown(mute).map(([, , muted, here]) => [muted, here]),
				[
					[true, false],
					[true, false],
				],
			);
		}
		assert.deepEqual(
			shown().map(([, , muted]) => muted),
			[false, false],
		);
	});
});
