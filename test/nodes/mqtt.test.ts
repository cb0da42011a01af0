import assert from 'node:assert/strict';
import { type EventEmitter, once } from 'node:events';
import { connectAsync, type MqttClient } from 'mqtt';
import { type Broker, startAedes } from '../support/broker';
import { ScriptedServer } from '../support/scripted-server';
import { liveFrame } from './support/fixtures';
import { codeOf, deploy, type FlowNode, message, messages, node, start, status, stop } from './support/flow';

/** The client's events, which its own types hide from `once`. */
const emitter = (client: MqttClient) => client as unknown as EventEmitter;

const ups = liveFrame('ups_status_update');

describe('agent-stream-broker and agent-stream-mqtt', () => {
	let broker: Broker;
	let client: MqttClient;
	/** Everything retained, by topic. */
	const retained = new Map<string, string>();

	async function begin(password?: string): Promise<void> {
		broker = await startAedes(password);
		client = await connectAsync(broker.url, password === undefined ? {} : { username: 'me', password });
		retained.clear();
		client.on('message', (topic, payload) => retained.set(topic, payload.toString()));
		await client.subscribeAsync('#', { qos: 1 });
	}
	afterEach(async () => {
		await stop();
		await client.endAsync(true);
		await broker.stop();
	});

	const flow = (settings: object = {}, brokerSettings: object = {}): FlowNode[] => [
		{ id: 'mq', type: 'agent-stream-broker', url: broker.url, ...brokerSettings },
		{ id: 'map', type: 'agent-stream-entity', source: 'tower', dialect: 'unraid', wires: [['bridge']] },
		{ id: 'bridge', type: 'agent-stream-mqtt', broker: 'mq', wires: [['out']], ...settings },
		{ id: 'out', type: 'helper' },
	];

	async function published(topic: string, fits: (payload: string) => boolean = () => true): Promise<string> {
		for (;;) {
			const payload = retained.get(topic);
			if (payload !== undefined && fits(payload)) return payload;
			await once(emitter(client), 'message');
		}
	}

	it('publishes states and announces the device', async () => {
		await begin();
		await start(flow());
		node('map').receive({ payload: ups });
		await published('agent-stream/tower/ups/battery');
		const topics = () => [...retained.keys()];
		while (!topics().some((topic) => topic.startsWith('homeassistant/device/'))) await once(emitter(client), 'message');
		assert.match((await status('bridge', (text) => text.endsWith('status.open'))).fill ?? '', /green/);
	});

	it('uses prefixes and form as chosen', async () => {
		await begin();
		await start(flow({ topicPrefix: 'mine', discoveryPrefix: 'ha', discovery: 'entity' }));
		node('map').receive({ payload: ups });
		await published('mine/tower/ups/battery');
		while (![...retained.keys()].some((topic) => topic.startsWith('ha/sensor/')))
			await once(emitter(client), 'message');
		assert.ok(![...retained.keys()].some((topic) => topic.startsWith('agent-stream/')));
	});

	it('shows unavailability at once through the shortest flow', async () => {
		await begin();
		const server = await ScriptedServer.listen();
		const url = `ws://${server.host}/`;
		await start([
			...flow(),
			{ id: 'end', type: 'agent-stream-endpoint', endpointId: 'tower', url, dialect: 'unraid', snapshot: false },
			{ id: 'con', type: 'agent-stream-connect', endpoint: 'end', wires: [['map'], []] },
		]);
		const [one] = await once(server, 'client');
		// The first entities wait for the server's name.
		one.send(liveFrame('system_update'));
		one.send(ups);
		await published('agent-stream/tower/ups/battery');
		const online = [...retained].filter(([, payload]) => payload === 'online').map(([topic]) => topic);
		one.terminate();
		while (!online.some((topic) => retained.get(topic) === 'offline')) await once(emitter(client), 'message');
		await server.close();
	});

	it('lists and removes what it published', async () => {
		await begin();
		await start(flow({ discovery: 'off' }));
		node('map').receive({ payload: ups });
		await published('agent-stream/tower/ups/battery');
		node('bridge').receive({ topic: 'purge', payload: { dryRun: true } });
		const { payload } = await message('out');
		const listed = payload as { unique_id: string }[];
		assert.ok(listed.some(({ unique_id }) => unique_id === 'tower_ups_battery'));
		node('bridge').receive({ topic: 'purge', payload: { uniqueIds: ['tower_ups_battery'] } });
		assert.equal(
			((await message('out', () => messages('out').length === 2)).payload as unknown[]).length,
			listed.length,
		);
		await published('agent-stream/tower/ups/battery', (text) => text === '');
	});

	it('keeps away what was purged while it is still reported, until it is asked to announce', async () => {
		await begin();
		await start(flow());
		const report = (charge: number) =>
			node('map').receive({
				payload: ups.replace(/"battery_charge_percent":[\d.]+/, `"battery_charge_percent":${charge}`),
			});
		const count = () => status('bridge', (text) => text.endsWith('status.open'));
		report(50);
		await published('agent-stream/tower/ups/battery', (text) => text === '50');
		node('bridge').receive({ topic: 'purge', payload: {} });
		await published('agent-stream/tower/ups/battery', (text) => text === '');
		const config = [...retained.keys()].find((topic) => topic.startsWith('homeassistant/device/')) ?? '';
		await published(config, (text) => text === '');
		report(60);
		// What is held back leaves no message to wait for: the next thing that the bridge does is to announce.
		node('bridge').receive({ topic: 'announce' });
		const text = await published(config, (payload) => payload !== '');
		assert.ok(Object.keys(JSON.parse(text).components).length > 5, text);
		await published('agent-stream/tower/ups/battery', (payload) => payload === '60');
		assert.equal((await count()).fill, 'green');
	});

	it('takes over from a bridge node that was deleted, and shows what is no longer chosen as unavailable', async () => {
		await begin();
		await start(flow());
		node('map').receive({ payload: ups });
		node('map').receive({ payload: liveFrame('container_list_update') });
		await published('agent-stream/tower/ups/battery');
		await published('agent-stream/bridge/bridge/ledger', (text) => text.includes('ups/battery'));
		const isOfUps = (text: string) => text.includes('"unique_id":"tower_ups_battery"');
		const documents = () => [...retained].filter(([topic]) => topic.startsWith('homeassistant/device/'));
		while (!documents().some(([, text]) => isOfUps(text))) await once(emitter(client), 'message');
		const rest = flow().filter(({ id }) => id !== 'bridge');
		const map = rest.find(({ id }) => id === 'map') as FlowNode;
		await deploy([
			...rest.filter(({ id }) => id !== 'map'),
			{ ...map, subjects: '!ups', wires: [['other']] },
			{ id: 'other', type: 'agent-stream-mqtt', broker: 'mq', wires: [['out']] },
		]);
		node('map').receive({ payload: ups });
		node('map').receive({ payload: liveFrame('container_list_update') });
		await published('agent-stream/bridge/bridge/ledger', (text) => text === '');
		await published('agent-stream/tower/type/ups_status_update/availability', (text) => text === 'offline');
		await published('agent-stream/tower/type/container_list_update/availability', (text) => text === 'online');
		assert.ok(documents().some(([, text]) => isOfUps(text)));
		assert.ok(!documents().some(([, text]) => text.includes('agent-stream/bridge/bridge/')));
	});

	it('knows all entities at once when it is deployed alone', async () => {
		await begin();
		await start(flow());
		node('map').receive({ payload: ups });
		node('map').receive({ payload: liveFrame('container_list_update') });
		await published('agent-stream/tower/ups/battery');
		await published('agent-stream/bridge/bridge/ledger', (text) => text.includes('ups/battery'));
		const alive = 'agent-stream/bridge/bridge/availability';
		await deploy(flow({ name: 'renamed' }));
		await published(alive, (text) => text === 'online');
		// What only the ledger knew would be offline by now.
		assert.equal(retained.get('agent-stream/tower/type/ups_status_update/availability'), 'online');
	});

	it('sends commands out', async () => {
		await begin();
		await start(flow({ emitCommands: true }));
		node('map').receive({ payload: liveFrame('container_list_update') });
		const isSwitch = (topic: string) =>
			/\/container\/plex\/[a-z_]+$/.test(topic) && /^(on|off)$/i.test(retained.get(topic) ?? '');
		for (;;) {
			const documents = [...retained].filter(([topic]) => topic.startsWith('homeassistant/device/'));
			const found = /"command_topic":"([^"]*plex[^"]*)"|"cmd_t":"([^"]*plex[^"]*)"/.exec(
				documents.map(([, text]) => text).join(),
			);
			const topic = found?.[1] ?? found?.[2];
			if (topic && [...retained.keys()].some(isSwitch)) {
				await client.publishAsync(topic.replace(/^~/, 'agent-stream'), 'off', { qos: 1 });
				break;
			}
			await once(emitter(client), 'message');
		}
		const { payload, command } = await message('out', (one) => one.command !== undefined);
		assert.equal(payload, 'off');
		assert.equal((command as { action: string }).action, 'off');
	});

	it('tells catch nodes of what is no entity, and goes on', async () => {
		await begin();
		await start(flow());
		node('bridge').receive({ payload: 1 });
		node('bridge').receive({ entity: { unique_id: 'x' } });
		node('bridge').receive({ topic: 'purge', payload: 'all' });
		await message('caught', () => messages('caught').length === 3);
		for (const one of messages('caught')) assert.equal(codeOf(one), 'INPUT_INVALID');
		node('map').receive({ payload: ups });
		await published('agent-stream/tower/ups/battery');
	});

	it('says that the broker refused it, once', async () => {
		await begin('right');
		await start(flow(), { mq: { username: 'me', password: 'wrong' } });
		assert.equal(codeOf(await message('caught')), 'BROKER_UNAUTHORIZED');
		assert.equal((await status('bridge', (text) => text.endsWith('state.waiting'))).fill, 'red');
		assert.doesNotMatch(JSON.stringify(messages('caught')), /wrong/);
	});

	it('says that it has no broker', async () => {
		await begin();
		await start([...flow().filter(({ id }) => id !== 'mq')]);
		assert.equal((await status('bridge', (text) => text.endsWith('errors.CONFIG_INVALID'))).fill, 'red');
	});

	it('leaves no connection behind, however often it is deployed', async () => {
		await begin();
		await start(flow());
		for (let round = 0; round < 5; round += 1) {
			await deploy(flow({ removeAfterHours: round }));
			node('map').receive({
				payload: ups.replace(/"battery_charge_percent":[\d.]+/, `"battery_charge_percent":${round}`),
			});
			await published('agent-stream/tower/ups/battery', (payload) => payload === String(round));
			assert.deepEqual(messages('caught'), []);
		}
	});
});
