import { EventEmitter, once } from 'node:events';
import type { Node, NodeAPI, NodeMessage } from 'node-red';
import helper from 'node-red-node-test-helper';
import alert from '../../../nodes/alert';
import broker from '../../../nodes/broker';
import command from '../../../nodes/command';
import connect from '../../../nodes/connect';
import endpoint from '../../../nodes/endpoint';
import entity from '../../../nodes/entity';
import filter from '../../../nodes/filter';
import identify from '../../../nodes/identify';
import mqtt from '../../../nodes/mqtt';

helper.init(require.resolve('node-red'));

/** `RED` of the runtime that the flow runs in: what its nodes share hangs on it. */
export let runtime: NodeAPI;

/** Stands in for the core node `tls-config`, which the helper does not load: same fields, certificate in the flow. */
function tlsConfig(RED: NodeAPI): void {
	RED.nodes.registerType('agent-stream-test-tls', function (this: Node, config) {
		RED.nodes.createNode(this, config);
		const { ca } = config as unknown as { ca: string };
		Object.assign(this, {
			valid: true,
			addTLSOptions: (options: object) => Object.assign(options, { ca, rejectUnauthorized: true }),
		});
	});
}

const nodes = [tlsConfig, endpoint, connect, identify, filter, entity, alert, broker, mqtt, command];
const tab = { id: 'tab', type: 'tab', label: 'test' };

/** What arrived at each `helper` node, and the `catch` node `catch`. */
const arrived = new Map<string, NodeMessage[]>();

/** One node of a flow. */
export interface FlowNode {
	readonly id: string;
	readonly type: string;
	readonly [property: string]: unknown;
}

type Credentials = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Config nodes stand on no tab. */
const isConfig = ({ type }: FlowNode) => /-(endpoint|broker|tls)$/.test(type);

function complete(flow: readonly FlowNode[]): object[] {
	return [
		tab,
		...flow.map((node) => (isConfig(node) ? node : { z: 'tab', x: 1, y: 1, wires: [], ...node })),
		{ id: 'catcher', z: 'tab', x: 1, y: 1, type: 'catch', scope: null, uncaught: false, wires: [['caught']] },
		{ id: 'caught', z: 'tab', x: 1, y: 1, type: 'helper', wires: [] },
	];
}

function watch(flow: readonly FlowNode[]): void {
	for (const id of [...flow.filter(({ type }) => type === 'helper').map((node) => node.id), 'caught']) {
		const list = arrived.get(id) ?? [];
		arrived.set(id, list);
		node(id).on('input', (message) => {
			list.push(message);
			node(id).emit('collected');
		});
	}
}

/** Starts a flow, with a catch node whose messages arrive at `caught`. */
export async function start(flow: readonly FlowNode[], credentials: Credentials = {}): Promise<void> {
	arrived.clear();
	shown.clear();
	const grab = (RED: NodeAPI): void => {
		runtime = RED;
		RED.events.on('node-status', showed);
	};
	await helper.load([grab, ...nodes], complete(flow), credentials);
	watch(flow);
}

/** Deploys another version of the flow: only nodes that changed are restarted. */
export async function deploy(flow: readonly FlowNode[]): Promise<void> {
	const before = new Map([...arrived.keys()].map((id) => [id, node(id)]));
	await helper.setFlows(complete(flow), 'nodes');
	const fresh = flow.filter(({ id, type }) => type === 'helper' && before.get(id) !== node(id));
	if (fresh.length > 0) watch(fresh);
}

/** Stops the flow and forgets its nodes. */
export async function stop(): Promise<void> {
	runtime.events.off('node-status', showed);
	await helper.unload();
}

/** A running node. */
export function node(id: string): Node {
	return helper.getNode(id);
}

/** What arrived at a helper node so far. */
export function messages(id: string): readonly NodeMessage[] {
	return arrived.get(id) ?? [];
}

/** The first message at a helper node that fits, waiting for it if need be. */
export async function message(id: string, fits: (message: NodeMessage) => boolean = () => true): Promise<NodeMessage> {
	for (;;) {
		const found = messages(id).find(fits);
		if (found) return found;
		await once(node(id), 'collected');
	}
}

/** What a node shows under itself. */
interface Shown {
	readonly fill?: string;
	readonly text?: string;
}

const shown = new Map<string, Shown>();
const statusSeen = new EventEmitter();

function showed({ id, status }: { id: string; status: Shown }): void {
	shown.set(id, status);
	statusSeen.emit('status');
}

/** A node's status once its text fits. */
export async function status(id: string, fits: (text: string) => boolean): Promise<Shown> {
	for (;;) {
		const now = shown.get(id);
		if (now && fits(now.text ?? '')) return now;
		await once(statusSeen, 'status');
	}
}

/** The code of the error that a catch node got. */
export function codeOf({ error }: NodeMessage): unknown {
	return (error as { code?: unknown } | undefined)?.code;
}
