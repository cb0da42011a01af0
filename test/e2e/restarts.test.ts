import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { UnraidSimulator } from '../../demo/simulators/unraid';
import { systemClock } from '../../src/model/clock';
import { type Broker, mosquittoPaths, startMosquitto } from '../support/broker';
import { type NodeRed, startNodeRed } from '../support/node-red';
import { requireProgram } from '../support/require';

const at = { z: 'tab', x: 100, y: 100 };

/** The shortest useful flow. */
const flow = (agent: string, broker: string) => [
	{ id: 'tab', type: 'tab', label: 'restarts' },
	{
		id: 'end',
		type: 'agent-stream-endpoint',
		endpointId: 'tower',
		url: agent,
		dialect: 'unraid',
		headers: [],
		snapshot: true,
		backoffFirstSeconds: '0.2',
		backoffLongestSeconds: '0.5',
	},
	{ id: 'mq', type: 'agent-stream-broker', url: broker, protocolVersion: '5' },
	{ id: 'con', type: 'agent-stream-connect', endpoint: 'end', types: '', wires: [['map'], []], ...at },
	{ id: 'map', type: 'agent-stream-entity', emit: 'changed', per: 'entity', source: 'local', wires: [['out']], ...at },
	{ id: 'out', type: 'agent-stream-mqtt', broker: 'mq', discovery: 'device', wires: [[]], ...at },
];

describe('agent, broker and Node-RED, killed and restarted in turn', function () {
	this.timeout(60_000);
	let red: NodeRed;
	let agent: UnraidSimulator;
	let broker: Broker;
	/** What the broker holds, as somebody sees it who subscribes now. */
	let subscriber: MqttClient;
	const held = new Map<string, string>();

	async function subscribe(): Promise<void> {
		held.clear();
		subscriber = await connectAsync(broker.url, { reconnectPeriod: 0 });
		subscriber.on('error', () => undefined);
		subscriber.on('message', (topic, payload) => held.set(topic, payload.toString()));
		await subscriber.subscribeAsync('#', { qos: 1 });
	}

	async function holds(topic: string, value: string): Promise<void> {
		while (held.get(topic) !== value) await once(subscriber as never, 'message');
	}

	const state = (path: string) => `agent-stream/tower/${path}`;

	/** The UPS changes, and every part of the way must carry it to a subscriber. */
	async function showsUps(words: string, shown: string): Promise<void> {
		agent.server.ups(words);
		agent.emit('ups_status_update');
		await holds(state('ups/status'), shown);
		await holds(state('availability'), 'online');
		await holds(state('type/ups_status_update/availability'), 'online');
	}

	before(async function () {
		const mosquitto = requireProgram(this, 'mosquitto', mosquittoPaths);
		agent = new UnraidSimulator({ clock: systemClock, speed: 10 });
		[red, broker] = await Promise.all([startNodeRed(), startMosquitto(mosquitto), agent.start()]);
		await subscribe();
		await red.deploy(flow(agent.url, broker.url));
		await showsUps('ONLINE', 'online');
	});
	after(async () => {
		await subscriber?.endAsync(true);
		await red?.stop();
		await broker?.stop();
		await agent?.stop();
	});

	it('agent: everything is offline at once, and right again after', async () => {
		const { port } = agent;
		await agent.stop();
		await holds(state('availability'), 'offline');
		agent.server.ups('ONBATT');
		await agent.start(port);
		await holds(state('ups/status'), 'on_battery');
		await holds(state('availability'), 'online');
	});

	it('broker that kept its messages: what changed meanwhile arrives', async () => {
		await broker.down(true);
		agent.server.ups('ONLINE');
		agent.emit('ups_status_update');
		await broker.up();
		await subscribe();
		await holds(state('ups/status'), 'online');
		await holds(state('availability'), 'online');
	});

	it('broker that forgot everything: everything comes again', async () => {
		await broker.down(false);
		await broker.up();
		await subscribe();
		await holds(state('ups/status'), 'online');
		await holds(state('array/started'), 'on');
		while (![...held.keys()].some((topic) => topic.startsWith('homeassistant/device/'))) {
			await once(subscriber as never, 'message');
		}
	});

	it('Node-RED, killed: its will says offline, and after the restart all is right', async () => {
		const killed = red.restart();
		const bridge = [...held.keys()].find((topic) => /^agent-stream\/bridge\/[^/]+\/availability$/.test(topic));
		assert.ok(bridge);
		await holds(bridge, 'offline');
		await killed;
		await holds(bridge, 'online');
		await showsUps('ONBATT', 'on_battery');
		assert.doesNotMatch(red.log(), /TypeError|Uncaught/);
	});

	it('Node-RED, ended: energy goes on where it was', async () => {
		/** The total that the mapper kept when its process ended, Wh. */
		const kept = async (): Promise<number> => {
			await red.restart('SIGTERM');
			const text = await readFile(join(red.userDir, 'agent-stream', 'map.json'), 'utf8');
			const memory = JSON.parse(text) as { tower: Record<string, { watt_hours: number }> };
			return memory.tower.tower_ups_energy?.watt_hours ?? 0;
		};
		const first = await kept();
		assert.ok(first > 0);
		await showsUps('ONLINE', 'online');
		// A mapper that had started from 0 would have less now: the simulator has run for longer before than since.
		assert.ok((await kept()) >= first);
	});
});
