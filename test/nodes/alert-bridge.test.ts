import assert from 'node:assert/strict';
import { type EventEmitter, once } from 'node:events';
import { connectAsync, type MqttClient } from 'mqtt';
import { UnraidSimulator } from '../../demo/simulators/unraid';
import { systemClock } from '../../src/model/clock';
import type { Entity } from '../../src/model/entity';
import { type Broker, startAedes } from '../support/broker';
import { disk, feed, hot, settings, withUserDir } from './support/alerts';
import { codeOf, deploy, type FlowNode, message, messages, node, start, status, stop } from './support/flow';

/** The client's events, which its own types hide from `once`. */
const emitter = (client: MqttClient) => client as unknown as EventEmitter;

const cold = { ...hot, id: 'cold', name: 'Cold', condition: { kind: 'below', levels: [{ value: 5 }] } };
const silent = { id: 'silent', name: 'Silent', condition: { kind: 'no_data', per: 'endpoint', severity: 'critical' } };
const topicOf = (rule: string) => `agent-stream/tower/alert/${rule}/problem`;
const summary = 'agent-stream/tower/alert/summary';

describe('agent-stream-alert before agent-stream-mqtt', () => {
	withUserDir();
	let broker: Broker;
	let client: MqttClient;
	/** All that came, oldest first. */
	const log: { readonly topic: string; readonly text: string }[] = [];

	beforeEach(async () => {
		broker = await startAedes();
		client = await connectAsync(broker.url);
		log.length = 0;
		client.on('message', (topic, payload) => log.push({ topic, text: payload.toString() }));
		await client.subscribeAsync('#', { qos: 1 });
	});
	afterEach(async () => {
		await stop();
		await client.endAsync(true);
		await broker.stop();
	});

	const last = (topic: string) => log.findLast((one) => one.topic === topic)?.text;
	const until = async (fits: () => boolean): Promise<void> => {
		while (!fits()) await once(emitter(client), 'message');
	};
	const becomes = (topic: string, text: string) => until(() => last(topic) === text);
	/** Announced components about alerts, by their unique ids. */
	const announced = (): string[] => {
		const topics = new Set(log.map(({ topic }) => topic).filter((topic) => /^homeassistant\/.*\/config$/.test(topic)));
		return [...topics].flatMap((topic) => {
			const { components = {} } = JSON.parse(last(topic) || '{}') as {
				components?: Record<string, { unique_id?: string }>;
			};
			return Object.values(components).flatMap(({ unique_id: id }) => (id?.includes('_alert_') ? [id] : []));
		});
	};
	const isOpen = (text: string) => text.endsWith('status.open');
	const flow = (over: object = {}, bridge: object = {}, ...more: readonly FlowNode[]): FlowNode[] => [
		{ id: 'mq', type: 'agent-stream-broker', url: broker.url },
		{ id: 'bridge', type: 'agent-stream-mqtt', broker: 'mq', ...bridge },
		{
			id: 'n',
			type: 'agent-stream-alert',
			...settings,
			outputs: 3,
			wires: [['raised'], [], ['bridge', 'own']],
			...over,
		},
		{ id: 'raised', type: 'helper' },
		{ id: 'own', type: 'helper' },
		...more,
	];
	const own = () => messages('own').flatMap(({ entity }) => entity as Entity[]);

	it('keeps its states while the bridge alone is deployed', async () => {
		await start(flow({ rules: [hot, cold] }));
		feed(disk(70));
		await becomes(topicOf('hot'), 'on');
		await becomes(topicOf('cold'), 'off');
		await status('bridge', isOpen);
		const from = log.length;
		await deploy(flow({ rules: [hot, cold] }, { name: 'again' }));
		await until(() => log.slice(from).some(({ topic, text }) => topic === topicOf('hot') && text === 'on'));
		await becomes('agent-stream/tower/availability', 'online');
		const told = log.slice(from).filter(({ topic }) => topic.includes('/alert/'));
		assert.deepEqual(
			told.filter(({ text }) => text === 'None' || text === ''),
			[],
		);
		assert.equal(last(summary), '1');
	});

	it('takes back what it makes no more when it is deployed alone, while it is raised', async () => {
		await start(flow({ rules: [hot, cold] }));
		feed(disk(70));
		await becomes(topicOf('hot'), 'on');
		await until(() => announced().length === 3);
		await deploy(flow({ rules: [{ ...hot, enabled: false }, cold] }));
		await becomes(topicOf('hot'), '');
		await until(() => announced().length === 2);
		assert.equal(last(topicOf('cold')), 'off');
		await becomes(summary, '0');
	});

	it('takes it back also where the bridge does not know yet what it had', async () => {
		await start(flow({ rules: [hot, cold] }));
		feed(disk(70));
		await until(() => announced().length === 3);
		await becomes(topicOf('hot'), 'on');
		await stop();
		await start(flow({ rules: [cold] }));
		await becomes(topicOf('hot'), '');
		await until(() => announced().length === 2);
		assert.equal(last(topicOf('cold')), 'off');
	});

	it('has its sensors again after a restart, before anything is heard of the server', async () => {
		const rules = [hot, cold, silent];
		await start(flow({ rules }));
		feed(disk(70));
		await becomes(topicOf('hot'), 'on');
		const gone = { connected: false, fresh: true, present: true };
		feed(disk(70, { available: false, availability: gone }));
		await becomes(topicOf('silent'), 'on');
		await becomes(summary, '2');
		await until(() => announced().length === 4);
		const device = own().at(-1)?.device;
		await stop();
		const from = log.length;
		await start(flow({ rules }));
		await until(() => log.slice(from).some(({ topic, text }) => topic === topicOf('hot') && text === 'on'));
		await message('own');
		assert.deepEqual(
			own().map(({ key, state }) => [key, state]),
			[
				['hot', 'on'],
				['cold', 'off'],
				['silent', 'on'],
				[null, 2],
			],
		);
		for (const entity of own()) assert.deepEqual(entity.device, device);
		for (const [rule, state] of [
			['hot', 'on'],
			['cold', 'off'],
			['silent', 'on'],
		] as const) {
			assert.equal(last(topicOf(rule)), state);
		}
		feed(disk(20));
		await becomes(topicOf('hot'), 'off');
		await becomes(topicOf('silent'), 'off');
	});

	it('is announced with the name of a server that was not there at first, and not before', async () => {
		const server = new UnraidSimulator({ clock: systemClock, speed: 100 });
		await server.start();
		const { port } = server;
		await server.stop();
		const url = `ws://127.0.0.1:${port}/api/v1/ws`;
		const again = { backoffFirstSeconds: '0.05', backoffLongestSeconds: '0.1' };
		const agent = { ...silent, entities: { subjects: ['server'], rows: ['cpu_usage', 'system_status'] } };
		await start(
			flow(
				{ rules: [agent] },
				{},
				{ id: 'server', type: 'agent-stream-endpoint', endpointId: 'tower', url, dialect: 'unraid', ...again },
				{ id: 'c', type: 'agent-stream-connect', endpoint: 'server', wires: [['map']] },
				{ id: 'map', type: 'agent-stream-entity', wires: [['n', 'bridge']] },
			),
		);
		await message('own', () => own().some(({ state }) => state === 'on'));
		assert.ok(own().every(({ provisional }) => provisional === true));
		await status('bridge', isOpen);
		assert.equal(last(topicOf('silent')), undefined);
		const fresh = new UnraidSimulator({ clock: systemClock, speed: 100 });
		await fresh.start(port);
		try {
			await becomes(topicOf('silent'), 'off');
			await until(() => announced().length === 2);
			const named = log.filter(({ topic, text }) => topic.startsWith('homeassistant/device/') && text !== '');
			for (const { text } of named)
				assert.equal((JSON.parse(text) as { device: Entity['device'] }).device.name, 'Tower');
			const first = messages('own').find(({ entity }) => (entity as Entity[]).some(({ provisional }) => !provisional));
			assert.deepEqual(new Set(first?.change as string[]), new Set(['added']));
		} finally {
			await fresh.stop();
		}
	});

	it('says once which entities another alert node has', async () => {
		const rules = Array.from({ length: 12 }, (_, index) => ({ ...hot, id: `hot-${index}` }));
		const other = { id: 'm', type: 'agent-stream-alert', ...settings, rules, outputs: 3, wires: [[], [], ['own']] };
		await start(flow({ rules }, {}, other));
		const entity = disk(20);
		for (const id of ['n', 'm']) node(id).receive({ entity, change: 'changed', payload: entity.state });
		const error = await message('caught');
		assert.equal(codeOf(error), 'ENTITY_COLLISION');
		assert.match(String((error.error as Error).message), /has 13 of the entities .*tower_alert_hot-0_problem, .*…/);
		assert.equal(own().length, 13);
		feed(disk(70));
		await message('own', () => own().some(({ state }) => state === 'on'));
		assert.equal(messages('caught').length, 1);
	});
});
