import assert from 'node:assert/strict';
import { connectAsync, type MqttClient } from 'mqtt';
import type { NodeMessage } from 'node-red';
import { UnraidSimulator } from '../../demo/simulators/unraid';
import { systemClock } from '../../src/model/clock';
import { type Broker, startAedes } from '../support/broker';
import { type FlowNode, message, messages, node, start, status, stop } from './support/flow';

const secret = 'S3cret-T0ken';
const told = ({ command }: NodeMessage) => command as Record<string, unknown>;

describe('agent-stream-command', () => {
	let simulator: UnraidSimulator;

	beforeEach(async () => {
		simulator = new UnraidSimulator({ clock: systemClock, token: secret });
		await simulator.start();
	});
	afterEach(async () => {
		await stop();
		await simulator.stop();
	});

	const endpoint = (settings: object = {}): FlowNode => ({
		id: 'end',
		type: 'agent-stream-endpoint',
		endpointId: 'tower',
		url: simulator.url,
		dialect: 'unraid',
		allowControl: true,
		...settings,
	});
	const flow = (settings: object = {}, endpointSettings: object = {}): FlowNode[] => [
		endpoint(endpointSettings),
		{ id: 'cmd', type: 'agent-stream-command', endpoint: 'end', wires: [['done'], ['failed']], ...settings },
		{ id: 'con', type: 'agent-stream-connect', endpoint: 'end', wires: [['seen'], []] },
		{ id: 'done', type: 'helper' },
		{ id: 'failed', type: 'helper' },
		{ id: 'seen', type: 'helper' },
	];
	const credentials = { end: { token: secret } };

	/** Starts, and waits until the endpoint knows the containers. */
	async function begin(settings: object = {}, endpointSettings: object = {}): Promise<void> {
		await start(flow(settings, endpointSettings), credentials);
		await message('seen', ({ topic }) => topic === 'tower/container_list_update');
		await message('seen', ({ topic }) => topic === 'tower/array_status_update');
	}
	const plex = () => simulator.server.containers.find(({ name }) => name === 'plex');
	const called = () => simulator.commands.map(({ method, path }) => `${method} ${path}`);

	it('runs the command that it was set to, with parameters of the message, and fetches the new state', async () => {
		await begin({ command: 'container_stop' });
		node('cmd').receive({ topic: 'kept', payload: { container: 'plex' } });
		const answer = await message('done');
		assert.deepEqual([answer.topic, (answer.payload as { success: boolean }).success], ['kept', true]);
		const { name, parameters, method, status: code, done } = told(answer);
		assert.deepEqual(
			{ name, parameters, method, code, done },
			{ name: 'container_stop', parameters: { container: 'plex' }, method: 'POST', code: 200, done: true },
		);
		assert.deepEqual(called(), [`POST /docker/${plex()?.id}/stop`]);
		assert.equal((await status('cmd', (text) => text.includes('status.done'))).fill, 'green');
		await message('seen', ({ topic, payload }) => {
			const list = topic === 'tower/container_list_update' ? (payload as { name: string; state: string }[]) : [];
			return list.some((one) => one.name === 'plex' && one.state !== 'running');
		});
	});

	it('takes the command from msg.command or msg.topic, and parameters that were typed in', async () => {
		await begin({ parameters: '{"container":"sonarr"}', parametersType: 'json' });
		node('cmd').receive({ command: 'container_start', topic: 'container_stop' });
		node('cmd').receive({ topic: 'container_restart' });
		await message('done', () => messages('done').length === 2);
		const id = simulator.server.containers.find(({ name }) => name === 'sonarr')?.id;
		assert.deepEqual(called().sort(), [`POST /docker/${id}/restart`, `POST /docker/${id}/start`]);
	});

	it('takes commands on entities, as people write them and as the bridge sends them', async () => {
		await begin();
		const unique_id = 'tower_container_plex_switch';
		node('cmd').receive({ payload: { entity: unique_id, action: 'off' } });
		await message('done');
		node('cmd').receive({ payload: 'on', command: { unique_id, action: 'on', source: 'tower', topic: 't' } });
		await message('done', () => messages('done').length === 2);
		assert.deepEqual(called(), [`POST /docker/${plex()?.id}/stop`, `POST /docker/${plex()?.id}/start`]);
		assert.deepEqual(told(messages('done')[0] ?? {}).unique_id, unique_id);
	});

	it('runs what can do harm only with msg.payload.confirm true, and says why not on its second output', async () => {
		await begin({ command: 'array_stop' });
		for (const payload of [undefined, 'confirm', true, { confirm: 'true' }, { confirm: 1 }]) {
			node('cmd').receive({ payload });
		}
		await message('failed', () => messages('failed').length === 5);
		for (const one of messages('failed')) {
			assert.match(String(one.payload), /not confirmed.*Nothing was sent/);
			assert.equal((one.error as { code: string }).code, 'COMMAND_REFUSED');
			assert.equal(told(one).done, false);
		}
		assert.equal((await status('cmd', (text) => text.endsWith('errors.COMMAND_REFUSED'))).fill, 'red');
		assert.deepEqual(called(), []);
		node('cmd').receive({ payload: { confirm: true } });
		await message('done');
		assert.deepEqual(called(), ['POST /array/stop']);
		assert.deepEqual(messages('caught'), []);
	});

	it('can ask for a confirmation of everything', async () => {
		await begin({ command: 'notifications_archive_all', askAlways: true });
		node('cmd').receive({ payload: 1 });
		assert.match(String((await message('failed')).payload), /confirm = true/);
		node('cmd').receive({ payload: { confirm: true } });
		await message('done');
		assert.deepEqual(called(), ['POST /notifications/archive/all']);
	});

	it('sends nothing where control is off, for others’ entities, or for what was done already', async () => {
		await begin({}, { allowControl: false });
		node('cmd').receive({ topic: 'array_start' });
		assert.match(String((await message('failed')).payload), /does not allow control/);
		await stop();
		await begin();
		const unique_id = 'tower_container_plex_switch';
		const bridged = { unique_id, action: 'off', source: 'tower', topic: 't' };
		const wrong: [object, RegExp][] = [
			[{ command: { ...bridged, source: 'other' } }, /belongs to the endpoint other/],
			[{ command: { ...bridged, direct: true } }, /carried out already/],
			[{ command: { ...bridged, done: true } }, /carried out already/],
			[{ command: { action: 'off' } }, /no command: unique_id/],
			[{ payload: 5 }, /asks for no command/],
			[{ topic: 'nothing' }, /no such command: nothing/],
			[{ topic: 'container_stop', payload: { container: 'nope' } }, /lists no container "nope"/],
			[{ topic: 'container_stop' }, /container is missing/],
		];
		for (const [index, [given, reason]] of wrong.entries()) {
			node('cmd').receive(given as NodeMessage);
			await message('failed', () => messages('failed').length === index + 1);
			assert.match(String(messages('failed')[index]?.payload), reason);
		}
		assert.deepEqual(called(), []);
	});

	it('tells what the server answered when it refused, and no secret', async () => {
		await begin({ command: 'parity_check_start' });
		simulator.server.setArray('STOPPED');
		node('cmd').receive({ payload: '' });
		const { payload, error } = await message('failed');
		assert.match(String(payload), /HTTP 409.*Array is not started/);
		assert.equal((error as { code: string }).code, 'REST_FAILED');
		assert.ok(!JSON.stringify([...messages('failed'), ...messages('seen').map(({ topic }) => topic)]).includes(secret));
	});

	it('tells the flow of a reboot that was asked for', async () => {
		await begin({ command: 'system_reboot' });
		node('cmd').receive({ payload: { confirm: true } });
		const { payload } = await message('seen', ({ topic }) => topic === 'tower/action_requested');
		assert.equal((payload as { action: string }).action, 'reboot');
	});

	it('says that it has no endpoint', async () => {
		await start(flow().filter(({ id }) => id === 'cmd'));
		assert.equal((await status('cmd', (text) => text.endsWith('errors.CONFIG_INVALID'))).fill, 'red');
	});

	describe('straight from the mqtt bridge', () => {
		let broker: Broker;
		let client: MqttClient;
		const topics = new Map<string, string>();

		beforeEach(async () => {
			broker = await startAedes();
			client = await connectAsync(broker.url);
			topics.clear();
			client.on('message', (topic, payload) => topics.set(topic, payload.toString()));
			await client.subscribeAsync('#', { qos: 1 });
		});
		afterEach(async () => {
			await stop();
			await client.endAsync(true);
			await broker.stop();
		});

		const bridged = (settings: object, endpointSettings: object = {}): FlowNode[] => [
			endpoint(endpointSettings),
			{ id: 'con', type: 'agent-stream-connect', endpoint: 'end', wires: [['map'], []] },
			{ id: 'map', type: 'agent-stream-entity', wires: [['bridge']] },
			{ id: 'mq', type: 'agent-stream-broker', url: broker.url },
			{ id: 'bridge', type: 'agent-stream-mqtt', broker: 'mq', wires: [['out', 'cmd']], ...settings },
			{ id: 'out', type: 'helper' },
			{ id: 'cmd', type: 'agent-stream-command', endpoint: 'end', wires: [['done'], ['failed']] },
			{ id: 'done', type: 'helper' },
			{ id: 'failed', type: 'helper' },
		];
		const arrival = () => new Promise<unknown>((resolve) => client.once('message', resolve));
		async function saw(topic: string, fits: (payload: string) => boolean): Promise<void> {
			while (!fits(topics.get(topic) ?? '')) await arrival();
		}
		const announced = () => [...topics].filter(([topic]) => topic.startsWith('homeassistant/')).map(([, text]) => text);
		const plexSwitch = 'agent-stream/tower/container/plex/switch';

		async function beginBridge(settings: object = {}, endpointSettings: object = {}): Promise<void> {
			await start(bridged(settings, endpointSettings), credentials);
			await saw(plexSwitch, (text) => text === 'on');
		}

		const caught = (pattern: RegExp) =>
			message('caught', ({ error }) => pattern.test(String((error as { message?: unknown } | undefined)?.message)));

		it('a switch that is turned in Home Assistant reaches the server, and its true state comes back', async () => {
			await beginBridge();
			while (!announced().some((text) => text.includes(`${plexSwitch}/set`))) await arrival();
			await client.publishAsync(`${plexSwitch}/set`, 'off', { qos: 1 });
			const { payload, command } = await message('out');
			assert.equal((payload as { success: boolean }).success, true);
			const { unique_id, action, done, source } = command as Record<string, unknown>;
			assert.deepEqual([unique_id, action, done, source], ['tower_container_plex_switch', 'off', true, 'tower']);
			await saw(plexSwitch, (text) => text === 'off');
			assert.deepEqual(called(), [`POST /docker/${plex()?.id}/stop`]);
			// The answer is no command: the command node behind the bridge does nothing again.
			await message('failed');
			assert.equal(called().length, 1);
		});

		it('with its commands sent out too, nothing is carried out twice', async () => {
			await beginBridge({ emitCommands: true });
			await client.publishAsync('agent-stream/tower/array/stop/set', '{"confirm":true}', { qos: 1 });
			await message('failed', () => messages('failed').length === 2);
			const [first, second] = messages('out');
			assert.deepEqual([first?.payload, told(first ?? {}).direct], [{ confirm: true }, true]);
			assert.equal(told(second ?? {}).done, true);
			assert.deepEqual(called(), ['POST /array/stop']);
		});

		it('refuses what is not confirmed, and tells what failed', async () => {
			await beginBridge();
			await client.publishAsync('agent-stream/tower/array/stop/set', 'PRESS', { qos: 1 });
			await caught(/needs the payload \{"confirm":true\}/);
			simulator.refuse(503);
			await client.publishAsync(`${plexSwitch}/set`, 'off', { qos: 1 });
			const failed = await message('out');
			assert.match(String(failed.payload), /HTTP 503/);
			assert.deepEqual([told(failed).done, told(failed).action], [false, 'off']);
			assert.equal(topics.get(plexSwitch), 'on');
			assert.deepEqual(called(), []);
		});

		it('announces no control where nobody would carry it out', async () => {
			await beginBridge({}, { allowControl: false });
			while (announced().length === 0) await arrival();
			await client.publishAsync(`${plexSwitch}/set`, 'off', { qos: 1 });
			await caught(/has no action "off"/);
			assert.ok(!announced().join().includes('command_topic'));
			assert.deepEqual([called(), messages('out').length], [[], 0]);
		});

		it('leaves the command to the flow where only messages are wanted', async () => {
			await start(
				[
					...bridged({ emitCommands: true }).map((one) => (one.id === 'end' ? endpoint({ allowControl: false }) : one)),
					{ id: 'end2', type: 'agent-stream-endpoint', endpointId: 'unused', url: simulator.url, dialect: 'unraid' },
				],
				credentials,
			);
			await saw(plexSwitch, (text) => text === 'on');
			while (!announced().join().includes(`${plexSwitch}/set`)) await arrival();
			await client.publishAsync(`${plexSwitch}/set`, 'off', { qos: 1 });
			const { payload, command } = await message('out');
			assert.deepEqual([payload, (command as { direct: boolean }).direct], ['off', false]);
			assert.match(String((await message('failed')).payload), /does not allow control/);
			assert.deepEqual(called(), []);
		});
	});
});
