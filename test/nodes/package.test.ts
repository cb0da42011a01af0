import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import type { WebSocket } from 'ws';
import { type Broker, startAedes } from '../support/broker';
import { type NodeRed, startNodeRed } from '../support/node-red';
import { ScriptedServer } from '../support/scripted-server';
import { liveFrames } from './support/fixtures';

const names = ['endpoint', 'connect', 'identify', 'filter', 'entity', 'alert', 'broker', 'mqtt', 'command'];
const examples = join(__dirname, '../../examples');

interface NodeSet {
	readonly module: string;
	readonly name: string;
	readonly types: readonly string[];
	readonly enabled: boolean;
	readonly err?: string;
}

describe('the built package in a real Node-RED', function () {
	this.timeout(60_000);
	let red: NodeRed;
	let agent: ScriptedServer;
	let broker: Broker;
	let client: MqttClient;
	const seen = new Map<string, string>();

	before(async () => {
		[red, agent, broker] = await Promise.all([startNodeRed(), ScriptedServer.listen(), startAedes()]);
		client = await connectAsync(broker.url);
		client.on('message', (topic, payload) => seen.set(topic, payload.toString()));
		await client.subscribeAsync('#');
		agent.on('client', (socket: WebSocket) => {
			for (const frame of liveFrames) socket.send(frame);
		});
	});
	after(async () => {
		await red.stop();
		await client.endAsync(true);
		await broker.stop();
		await agent.close();
	});

	it('loads every node set, with texts, help and icons', async () => {
		const sets = ((await red.get('nodes')) as NodeSet[]).filter(({ module }) => module.startsWith('@agent-stream/'));
		assert.deepEqual(sets.map(({ name }) => name).sort(), [...names].sort());
		for (const { name, types, enabled, err } of sets) {
			assert.deepEqual({ types, enabled, err }, { types: [`agent-stream-${name}`], enabled: true, err: undefined });
			const texts = (await red.get(`nodes/@agent-stream/node-red-agent-stream/${name}/messages?lng=en-US`)) as object;
			assert.ok(`agent-stream-${name}` in texts);
		}
		const icon = await red.get('icons/@agent-stream/node-red-agent-stream/agent-stream-connect.svg');
		assert.match(String(icon), /^<svg/);
	});

	it('runs the shortest flow from an agent to a broker, and keeps secrets to itself', async () => {
		const at = { z: 'tab', x: 100, y: 100 };
		await red.deploy([
			{ id: 'tab', type: 'tab', label: 'shortest' },
			{
				id: 'end',
				type: 'agent-stream-endpoint',
				endpointId: 'tower',
				url: `ws://${agent.host}/`,
				dialect: 'auto',
				headers: [],
				snapshot: false,
				credentials: { token: 'very-secret' },
			},
			{ id: 'mq', type: 'agent-stream-broker', url: broker.url, protocolVersion: '5' },
			{ id: 'con', type: 'agent-stream-connect', endpoint: 'end', types: '', wires: [['map'], []], ...at },
			{
				id: 'map',
				type: 'agent-stream-entity',
				emit: 'changed',
				per: 'entity',
				source: 'local',
				wires: [['out']],
				...at,
			},
			{ id: 'out', type: 'agent-stream-mqtt', broker: 'mq', discovery: 'device', wires: [[]], ...at },
		]);
		while (!seen.has('agent-stream/tower/ups/battery')) await once(client as never, 'message');
		assert.equal(agent.upgrades.at(-1)?.headers.authorization, 'Bearer very-secret');
		const flows = readFileSync(join(red.userDir, 'flows.json'), 'utf8');
		assert.doesNotMatch(flows + red.log() + JSON.stringify([...seen]), /very-secret/);
		assert.deepEqual(await red.get('credentials/agent-stream-endpoint/end'), {
			has_token: true,
			has_loginPassword: false,
			has_loginBody: false,
			loginUser: '',
			proxyUser: '',
			...unset,
		});
	});

	for (const file of readdirSync(examples).filter((name) => name.endsWith('.json'))) {
		it(`loads the example ${file}`, async () => {
			const flows = JSON.parse(readFileSync(join(examples, file), 'utf8')) as { type: string }[];
			const before = red.log().length;
			await red.deploy(flows);
			assert.doesNotMatch(
				red.log().slice(before),
				/missing types|Waiting for missing|CONFIG_INVALID|is not a function/i,
			);
		});
	}
});

/** What the editor is told of credentials that are not set. */
const unset = Object.fromEntries(
	['proxyPassword', ...Array.from({ length: 8 }, (_, index) => `header${index + 1}`)].map((name) => [
		`has_${name}`,
		false,
	]),
);
