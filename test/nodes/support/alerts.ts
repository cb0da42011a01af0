import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodeMessage } from 'node-red';
import helper from 'node-red-node-test-helper';
import type { AlertChange } from '../../../src/model/alert';
import type { Entity } from '../../../src/model/entity';
import { makeEntity } from '../../support/entities';
import { type FlowNode, message, messages, node, stop } from './flow';

/** A rule with two levels. */
export const hot = {
	id: 'hot',
	name: 'Hot',
	entities: { subjects: ['disk'], rows: ['temperature'] },
	condition: {
		kind: 'above',
		levels: [
			{ severity: 'warning', value: 50 },
			{ severity: 'critical', value: 60 },
		],
		hysteresis: 3,
	},
	text: '{name} has {value} {unit} ({severity})',
};

/** What the alert nodes of the tests are set to. */
export const settings = { rules: [hot], graceSeconds: '0', wires: [['raised'], ['cleared'], ['entities']] };

/** An alert node `n` with a helper node behind each output. */
export function flow(over: object = {}, ...more: readonly FlowNode[]): FlowNode[] {
	return [
		{ id: 'n', type: 'agent-stream-alert', ...settings, ...over },
		...['raised', 'cleared', 'entities'].map((id) => ({ id, type: 'helper' })),
		...more,
	];
}

/** A disk's temperature. */
export const disk = (state: Entity['state'], over: Partial<Entity> = {}): Entity =>
	makeEntity({
		subject: 'disk',
		key: 'one',
		row: 'temperature',
		name: 'Disk 1 Temperature',
		unit_of_measurement: '°C',
		state,
		...over,
	});

/** Entities as a mapper sends them. */
export const feed = (...entities: readonly Entity[]): void => {
	for (const entity of entities) node('n').receive({ entity, change: 'changed', payload: entity.state });
};

/** A verb. */
export const tell = (topic: string, payload?: unknown): void => node('n').receive({ topic, payload } as NodeMessage);

/** The alert that a message carries. */
export const alertOf = (one: NodeMessage): AlertChange => one.alert as AlertChange;

const lists = () => messages('raised').filter(({ topic }) => topic === 'alerts/list');

/** What arrived at a helper node, without answers to `list`. */
export const told = (id: string): readonly NodeMessage[] => messages(id).filter(({ topic }) => topic !== 'alerts/list');

/** The answer to `list`: it comes after everything that was sent before. */
export const settled = async (): Promise<NodeMessage> => {
	const count = lists().length;
	tell('list');
	await message('raised', () => lists().length > count);
	return lists().at(-1) ?? {};
};

/** The message that makes it so many. */
export const nth = async (id: string, count: number): Promise<NodeMessage> => {
	await message(id, () => told(id).length >= count);
	return told(id)[count - 1] ?? {};
};

/** Gives the runtime of the tests a user directory; returns the folder of nodes' memories in it. */
export function withUserDir(): () => string {
	let userDir = '';
	const folder = () => join(userDir, 'agent-stream');
	before(async () => {
		userDir = await mkdtemp(join(tmpdir(), 'agent-stream-alert-'));
		helper.settings({ userDir });
	});
	after(async () => {
		helper.settings({ userDir: undefined });
		await rm(userDir, { recursive: true, force: true });
	});
	afterEach(async () => {
		await stop();
		await rm(folder(), { recursive: true, force: true });
	});
	return folder;
}
