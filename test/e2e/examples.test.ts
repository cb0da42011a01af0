import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { WebSocket } from 'ws';
import type { Simulator } from '../../demo/servers';
import { AgentsApiSimulator } from '../../demo/simulators/agents-api';
import { jsonWebToken } from '../../demo/simulators/agents-api-token';
import { AiosSimulator } from '../../demo/simulators/aios';
import { AutosdlcSimulator } from '../../demo/simulators/autosdlc';
import { ClaudeCodeSimulator } from '../../demo/simulators/claude-code';
import { CustomSimulator } from '../../demo/simulators/custom';
import { UnraidSimulator } from '../../demo/simulators/unraid';
import { systemClock } from '../../src/model/clock';
import { type Broker, startAedes } from '../support/broker';
import { type NodeRed, startNodeRed } from '../support/node-red';

const folder = join(__dirname, '../../examples');

interface Node {
	readonly id: string;
	readonly type: string;
	readonly name?: string;
}

const life = { clock: systemClock, story: true, speed: 10 };
const token = jsonWebToken('example', Date.now() + 3_600_000);

/** Servers of the examples for other protocols, by the name of the file. */
const servers = {
	'claude-code': new ClaudeCodeSimulator(life),
	autosdlc: new AutosdlcSimulator({ ...life, speed: 3, token }),
	'agents-api': new AgentsApiSimulator({ ...life, token }),
	aios: new AiosSimulator({ ...life, token }),
	custom: new CustomSimulator(life),
} as const;

/** What a debug node showed. */
interface Shown {
	readonly name: string;
	readonly text: string;
}

/** An example with its addresses replaced by those of this test; everything else as a user imports it. */
function example(name: string, agent: string, broker: string): Node[] {
	const { port } = new URL(broker);
	const text = readFileSync(join(folder, `${name}.json`), 'utf8')
		.replaceAll('ws://tower.local:8043/api/v1/ws', agent)
		.replaceAll('mqtt://localhost:1883', broker)
		.replaceAll('"port": "1883"', `"port": "${port}"`)
		.replaceAll('"protocolVersion": "5"', '"protocolVersion": "4"');
	return JSON.parse(text) as Node[];
}

/** The same, with the endpoint at a server of another protocol, and its token entered. */
function directed(flow: readonly Node[], url: string): Node[] {
	const isEndpoint = ({ type }: Node) => type === 'agent-stream-endpoint';
	return flow.map((node) => (isEndpoint(node) ? { ...node, url, credentials: { token } } : node));
}

describe('examples, run in a real Node-RED with a simulated server', function () {
	this.timeout(60_000);
	let red: NodeRed;
	let agent: UnraidSimulator;
	let broker: Broker;
	let client: MqttClient;
	let comms: WebSocket;
	const shown: Shown[] = [];
	const topics = new Map<string, string>();

	before(async () => {
		agent = new UnraidSimulator({ clock: systemClock, speed: 20 });
		[red, broker] = await Promise.all([startNodeRed(), startAedes(), agent.start()]);
		client = await connectAsync(broker.url);
		client.on('message', (topic, payload, { retain }) => {
			if (payload.length > 0 || !retain) topics.set(topic, payload.toString());
		});
		await client.subscribeAsync('#');
		comms = new WebSocket(`${red.url.replace('http', 'ws')}comms`);
		await once(comms, 'open');
		comms.on('message', (data) => {
			for (const { topic, data: message } of JSON.parse(String(data)) as {
				topic: string;
				data: { name?: string; msg?: unknown };
			}[]) {
				if (topic === 'debug') shown.push({ name: message.name ?? '', text: String(message.msg) });
			}
			comms.emit('shown');
		});
		comms.send(JSON.stringify({ subscribe: 'debug' }));
	});
	after(async () => {
		comms.terminate();
		await red.stop();
		await client.endAsync(true);
		await broker.stop();
		await agent.stop();
	});

	/** The debug node's first message that fits. */
	async function debug(name: string, fits: (text: string) => boolean = () => true): Promise<string> {
		for (;;) {
			const found = shown.find((candidate) => candidate.name === name && fits(candidate.text));
			if (found) return found.text;
			await once(comms, 'shown');
		}
	}

	async function published(topic: string | RegExp): Promise<string> {
		for (;;) {
			const found = [...topics.keys()].find((name) => (typeof topic === 'string' ? name === topic : topic.test(name)));
			if (found !== undefined) return topics.get(found) ?? '';
			await once(client as never, 'message');
		}
	}

	/** An endpoint's discovery document. */
	async function document(endpoint: string): Promise<void> {
		const text = await published(new RegExp(`^homeassistant/device/agent-stream_${endpoint}[^/]*/config$`));
		assert.ok('origin' in (JSON.parse(text) as object));
	}

	async function inject(flow: readonly Node[], name: string): Promise<void> {
		const node = flow.find((candidate) => candidate.type === 'inject' && candidate.name === name);
		assert.ok(node, `no inject node ${name}`);
		await red.inject(node.id);
	}

	/** By file: what a user sees happen. */
	const expected: Readonly<Record<string, (flow: readonly Node[]) => Promise<void>>> = {
		connect: async (flow) => {
			await debug('events', (text) => text === 'tower/system_update');
			await inject(flow, 'diagnose');
			assert.match(await debug('connection', (text) => text.includes('"frames"')), /"tower"/);
		},
		identify: async (flow) => {
			await inject(flow, 'a UPS frame');
			assert.equal(await debug('identified'), 'local/ups_status_update');
			await inject(flow, 'a field of the wrong type');
			await debug('unknown or invalid', (text) => text.includes('battery_charge_percent'));
			await inject(flow, 'no JSON');
			await debug('unknown or invalid', (text) => text.includes('not JSON'));
		},
		filter: async () => {
			await debug('the rest');
			agent.server.extraLoad = 90;
			assert.ok(Number(await debug('hot')) > 60);
			agent.server.extraLoad = 0;
		},
		'entity mapper': async () => {
			await debug('state', (text) => text === 'online');
		},
		'mqtt bridge': async (flow) => {
			await document('tower');
			assert.equal(await published('agent-stream/tower/ups/status'), 'online');
			await inject(flow, 'purge, dry run');
			assert.match(await debug('commands'), /tower_ups_status/);
		},
		command: async (flow) => {
			const carriedOut = (path: string) => agent.commands.some((command) => command.path === path);
			await inject(flow, 'stop the array, confirmed');
			await debug('result', (text) => text.includes('array_stop'));
			assert.ok(carriedOut('/array/stop'));
			await inject(flow, 'archive all notifications');
			await debug('result', (text) => text.includes('notifications_archive_all'));
			assert.ok(carriedOut('/notifications/archive/all'));
			agent.server.setArray('STARTED');
		},
		'Unraid to Home Assistant': async () => {
			assert.match(await published('agent-stream/tower/server/cpu_usage'), /^\d/);
			await published(/^homeassistant\/device\/agent-stream_tower[^/]*\/config$/);
			assert.deepEqual(
				[...topics.keys()].filter((topic) => topic.endsWith('_rate')),
				[],
			);
			assert.match(await debug('connection'), /open|connecting/);
		},
		'Temperature alert with core nodes': async () => {
			agent.server.extraLoad = 90;
			assert.match(await debug('alert'), /^CPU Temperature is hot: \d+(\.\d)? °C$/);
			agent.server.extraLoad = 0;
			await debug('alert', (text) => /^CPU Temperature is fine again/.test(text));
		},
		'UPS to MQTT topics': async () => {
			assert.equal(await published('agent-stream/tower/ups/battery'), '100');
			assert.deepEqual(
				[...topics.keys()].filter((topic) => topic.startsWith('homeassistant/')),
				[],
			);
		},
		'claude-code': async () => {
			await debug('who is asked', (text) => text.includes('needs your permission to use Bash'));
			assert.match(await published(/^agent-stream\/claude\/session\/infra-1[^/]*\/last_tool$/), /^(Grep|Bash)$/);
			await document('claude');
		},
		autosdlc: async (flow) => {
			assert.match(await published('agent-stream/sdlc/agent/coder-001/status'), /^(idle|busy|error)$/);
			await inject(flow, "one agent's log");
			await published('agent-stream/sdlc/system/agent_log');
			assert.ok(servers.autosdlc.subscriptions.includes('log-of-coder'));
			await document('sdlc');
		},
		'agents-api': async (flow) => {
			assert.match(await published(/^agent-stream\/agents\/agents\/known$/), /^[123]$/);
			await inject(flow, 'follow a conversation');
			await published('agent-stream/agents/conversations/message');
			await document('agents');
		},
		aios: async () => {
			assert.match(await published('agent-stream/aios/jobs/completed'), /^\d+$/);
			await published('agent-stream/aios/jobs/completion');
			await document('aios');
		},
		custom: async () => {
			assert.match(await published('agent-stream/skyline/air/temperature'), /^-?\d/);
			await debug('events', (text) => text === 'skyline/rooms');
			await published('agent-stream/skyline/room/hall/temperature');
			await document('skyline');
		},
	};

	// Those of the alert node have a test of their own: test/nodes/alert-examples.test.ts.
	for (const file of readdirSync(folder).filter((each) => !each.startsWith('alert-'))) {
		const name = file.replace(/\.json$/, '');
		const server: Simulator | undefined = (servers as { readonly [name: string]: Simulator })[name];
		it(name, async () => {
			await server?.start();
			shown.length = 0;
			await Promise.all([...topics.keys()].map((topic) => client.publishAsync(topic, '', { retain: true, qos: 1 })));
			topics.clear();
			const check = expected[name];
			assert.ok(check, `what does the example ${name} show?`);
			const told = example(name, agent.url, broker.url);
			const flow = server ? directed(told, server.url) : told;
			await red.deploy(flow);
			await check(flow);
			assert.doesNotMatch(red.log(), /TypeError|Uncaught/);
			await red.deploy([]);
			await server?.stop();
		});
	}
});
