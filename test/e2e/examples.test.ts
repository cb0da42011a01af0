import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { WebSocket } from 'ws';
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
			const document = JSON.parse(
				await published(/^homeassistant\/device\/agent-stream_tower[^/]*\/config$/),
			) as object;
			assert.ok('origin' in document);
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
	};

	for (const file of readdirSync(folder)) {
		const name = file.replace(/\.json$/, '');
		it(name, async () => {
			shown.length = 0;
			await Promise.all([...topics.keys()].map((topic) => client.publishAsync(topic, '', { retain: true, qos: 1 })));
			topics.clear();
			const check = expected[name];
			assert.ok(check, `what does the example ${name} show?`);
			const flow = example(name, agent.url, broker.url);
			await red.deploy(flow);
			await check(flow);
			assert.doesNotMatch(red.log(), /TypeError|Uncaught/);
			await red.deploy([]);
		});
	}
});
