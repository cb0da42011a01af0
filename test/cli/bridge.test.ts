import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createReadStream, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { connectAsync, type MqttClient } from 'mqtt';
import { WebSocketServer } from 'ws';
import { UnraidSimulator } from '../../demo/simulators/unraid';
import { systemClock } from '../../src/model/clock';
import { type Recorded, readRecording } from '../../src/replay/recording';
import type { ReplayCommand } from '../../src/replay/rest';
import { type ReplayOptions, ReplayServer } from '../../src/replay/server';
import { startAedes } from '../support/broker';
import { cli, fixture, Running, temporaryFolder } from './harness';

const file = temporaryFolder();

/** What a subscriber of everything sees: the newest payload of every topic. */
class Watcher {
	readonly topics = new Map<string, string>();

	constructor(readonly client: MqttClient) {
		client.on('message', (topic, payload) => this.topics.set(topic, payload.toString()));
	}

	/** Waits until a topic has a payload that fits. */
	async saw(topic: string, pattern: RegExp): Promise<string> {
		for (;;) {
			const payload = this.topics.get(topic);
			if (payload !== undefined && pattern.test(payload)) return payload;
			await new Promise((resolve) => this.client.once('message', resolve));
		}
	}
}

async function watch(url: string): Promise<Watcher> {
	const client = await connectAsync(url);
	const watcher = new Watcher(client);
	await client.subscribeAsync('#');
	return watcher;
}

describe('agent-stream bridge', () => {
	let frames: Recorded[];
	const cleanups: (() => Promise<unknown>)[] = [];

	before(async () => {
		frames = [];
		for await (const recorded of readRecording(createReadStream(fixture('encoded-typical.jsonl'))))
			frames.push(recorded);
	});

	afterEach(async () => {
		for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
	});

	async function serve(options: Partial<ReplayOptions> = {}): Promise<ReplayServer> {
		const server = new ReplayServer({ frames, port: 0, speed: 0, ...options }, systemClock);
		await server.start();
		cleanups.push(() => server.stop());
		return server;
	}

	async function broker(password?: string) {
		const started = await startAedes(password);
		cleanups.push(() => started.stop());
		return started;
	}

	async function watching(url: string): Promise<Watcher> {
		const watcher = await watch(url);
		cleanups.push(() => watcher.client.endAsync());
		return watcher;
	}

	function bridge(endpoint: string, brokerUrl: string, ...argv: string[]): Running {
		const env = { TOKEN: 'secret-token' };
		const running = new Running(['bridge', '--endpoint', endpoint, '--id', 'tower', '--broker', brokerUrl, ...argv], {
			env,
		});
		cleanups.push(() => running.interrupt());
		return running;
	}

	it('publishes states and discovery, and offline at its end', async () => {
		const [server, { url }] = await Promise.all([serve(), broker()]);
		const watcher = await watching(url);
		const running = bridge(server.url, url);
		await watcher.saw('agent-stream/tower/server/cpu_usage', /^12\.5$/);
		await watcher.saw('agent-stream/bridge/tower/availability', /^online$/);
		const configs = [...watcher.topics.keys()].filter((topic) => /^homeassistant\/device\/.*\/config$/.test(topic));
		assert.ok(configs.length > 0);
		assert.equal(await running.interrupt(), 0);
		await watcher.saw('agent-stream/bridge/tower/availability', /^offline$/);
		assert.equal(running.listeners, 0);
		assert.equal(running.stdout, '');
		assert.match(running.stderr, /connected to ws:\/\/127/);
		assert.match(running.stderr, /connected to mqtt:\/\/127/);
	});

	it('takes prefixes and the classic form, or no discovery', async () => {
		const [server, { url }] = await Promise.all([serve(), broker()]);
		const watcher = await watching(url);
		const classic = bridge(
			server.url,
			url,
			'--discovery',
			'entity',
			'--discovery-prefix',
			'ha',
			'--topic-prefix',
			'a/b',
		);
		await watcher.saw('a/b/tower/server/cpu_usage', /^12\.5$/);
		assert.equal(await classic.interrupt(), 0);
		const topics = [...watcher.topics.keys()];
		assert.ok(topics.some((topic) => /^ha\/sensor\/.*\/config$/.test(topic)));
		const off = bridge(server.url, url, '--discovery', 'off', '--topic-prefix', 'c', '--discovery-prefix', 'none');
		await watcher.saw('c/tower/server/cpu_usage', /^12\.5$/);
		assert.equal(await off.interrupt(), 0);
		assert.ok(![...watcher.topics.keys()].some((topic) => topic.startsWith('none/')));
	});

	it('tries an endpoint and a broker that are not there again, and ends by time with 0', async () => {
		const server = await serve();
		const { url, down, up } = await broker();
		await server.stop();
		await down(false);
		const ended = bridge(server.url, url, '--for', '0.3');
		assert.equal(await ended.status, 0);
		assert.match(ended.stderr, /UNREACHABLE/);
		assert.match(ended.stderr, /BROKER_UNREACHABLE/);
		const running = bridge(server.url, url);
		await running.saw('stderr', /BROKER_UNREACHABLE/);
		await up();
		await serve({ port: Number(new URL(server.url).port) });
		const watcher = await watching(url);
		await watcher.saw('agent-stream/tower/server/cpu_usage', /^12\.5$/);
		assert.equal(await running.interrupt(), 0);
	});

	it('ends with 1 where the broker refuses the credentials at the start, without naming them', async () => {
		const [server, { url }] = await Promise.all([serve(), broker('right')]);
		const refused = bridge(server.url, url.replace('mqtt://', 'mqtt://user:wrong-password@'));
		assert.equal(await refused.status, 1);
		assert.match(refused.stderr, /BROKER_UNAUTHORIZED/);
		assert.equal(refused.stderr.match(/refused the user name/g)?.length, 1, refused.stderr);
		assert.doesNotMatch(refused.stderr, /wrong-password/);
		const accepted = bridge(server.url, url.replace('mqtt://', 'mqtt://user:right@'));
		await accepted.saw('stderr', /connected to mqtt/);
		assert.equal(await accepted.interrupt(), 0);
	});

	it('carries out commands where it is allowed to', async () => {
		// The server tells its name first: Home Assistant makes ids of it.
		const few = frames.filter(({ frame }) => /"name":"plex"|"event":"system_update"/.test(String(frame)));
		const [server, { url }] = await Promise.all([serve({ frames: few }), broker()]);
		const called: ReplayCommand[] = [];
		server.on('command', (command) => called.push(command));
		const watcher = await watching(url);
		const running = bridge(server.url, url, '--allow-control');
		const plex = 'agent-stream/tower/container/plex/switch';
		await watcher.saw(plex, /^(on|off)$/i);
		await watcher.client.publishAsync(`${plex}/set`, 'OFF');
		await running.saw('stderr', /tower_container_plex_switch: off was carried out/);
		await watcher.client.publishAsync(`${plex}/set`, 'nonsense');
		await running.saw('stderr', /COMMAND_REFUSED/);
		assert.deepEqual(
			called.map(({ method }) => method),
			['POST'],
		);
		assert.match(called[0]?.path ?? '', /\/docker\/.*\/stop$/);
		assert.equal(await running.interrupt(), 0);
	});

	it('brings the true state back after a command, and wants what can do harm confirmed', async () => {
		const simulator = new UnraidSimulator({ clock: systemClock });
		await simulator.start();
		cleanups.push(() => simulator.stop());
		const { url } = await broker();
		const watcher = await watching(url);
		const running = bridge(simulator.url, url, '--allow-control');
		const plex = 'agent-stream/tower/container/plex/switch';
		await watcher.saw(plex, /^on$/);
		const set = (topic: string, payload: string) => watcher.client.publishAsync(`${topic}/set`, payload, { qos: 1 });
		await set(plex, 'off');
		await watcher.saw(plex, /^off$/);
		const stop = 'agent-stream/tower/array/stop';
		await set(stop, 'PRESS');
		await running.saw('stderr', /COMMAND_REFUSED: .*needs the payload \{"confirm":true\}/);
		await set(stop, '{"confirm":true}');
		await watcher.saw('agent-stream/tower/array/started', /^off$/);
		assert.deepEqual(
			simulator.commands.map(({ path }) => path.replace(/[0-9a-f]{12}/, '<id>')),
			['/docker/<id>/stop', '/array/stop'],
		);
		assert.equal(await running.interrupt(), 0);
	});

	it('asks for what its entities are made of, told the protocol or not', async () => {
		const { url } = await broker();
		const frame = frames.find((each) => String(each.frame).includes('"event":"system_update"'));
		assert.ok(frame);
		for (const argv of [[], ['--dialect', 'unraid']]) {
			const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
			cleanups.push(() => new Promise((resolve) => server.close(resolve)));
			await once(server, 'listening');
			const asked = new Promise<{ subscribe: string[] }>((resolve) => {
				server.on('connection', (client) => {
					client.on('message', (data) => resolve(JSON.parse(String(data))));
					client.send(String(frame.frame));
				});
			});
			const running = bridge(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/ws`, url, ...argv);
			const { subscribe } = await asked;
			assert.ok(subscribe.includes('disk_list_update') && subscribe.includes('update'));
			assert.ok(
				!subscribe.some((type) => ['flash', 'action_requested', 'agent_stream'].includes(type)),
				String(subscribe),
			);
			assert.equal(await running.interrupt(), 0);
		}
	});

	it('takes the token from the environment only', async () => {
		const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
		cleanups.push(() => new Promise((resolve) => server.close(resolve)));
		await once(server, 'listening');
		const { url } = await broker();
		const running = bridge(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, url, '--token-env', 'TOKEN');
		const [, request] = await once(server, 'connection');
		assert.equal(request.headers.authorization, 'Bearer secret-token');
		assert.equal(await running.interrupt(), 0);
		assert.doesNotMatch(running.stderr, /secret-token/);
		assert.equal(await bridge('ws://127.0.0.1:1', url, '--token-env', 'UNSET').status, 2);
	});

	it('keeps what must last in its state file', async () => {
		const [server, { url }] = await Promise.all([serve(), broker()]);
		const watcher = await watching(url);
		const path = file('state.json');
		const running = bridge(server.url, url, '--state', path);
		await watcher.saw('agent-stream/tower/server/cpu_usage', /^12\.5$/);
		assert.equal(await running.interrupt(), 0);
		const saved = JSON.parse(readFileSync(path, 'utf8'));
		assert.equal(saved.version, 1);
		assert.ok(Object.keys(saved.memory).every((id) => id.startsWith('tower_') || id.startsWith('$')));
		assert.ok(saved.ledger.entities.length > 100);
		const again = bridge(server.url, url, '--state', path);
		await again.saw('stderr', /connected to mqtt/);
		assert.equal(await again.interrupt(), 0);
		assert.doesNotMatch(again.stderr, /warning/);
	});

	it('goes on with energy after a restart, from the broker or, where there is one, from its file', async () => {
		const data = { connected: true, status: 'ONLINE', power_watts: 500, nominal_power_watts: 900 };
		const ups = JSON.stringify({ event: 'ups_status_update', timestamp: new Date().toISOString(), data });
		const named = frames.find(({ frame }) => String(frame).includes('"event":"system_update"'));
		assert.ok(named);
		const server = await serve({ frames: [named, { ...named, frame: ups }] });
		const { url } = await broker();
		const watcher = await watching(url);
		const publish = (total: number) =>
			watcher.client.publishAsync(
				'agent-stream/bridge/tower/memory',
				JSON.stringify({ tower_ups_energy: { watt_hours: total, watts: 500, at: Date.now() } }),
				{ retain: true, qos: 1 },
			);
		await publish(4_000);
		const path = file('energy.json');
		const first = bridge(server.url, url, '--dialect', 'unraid', '--state', path);
		await watcher.saw('agent-stream/tower/ups/energy', /^4(\.|$)/);
		assert.equal(await first.interrupt(), 0);
		const kept = JSON.parse(watcher.topics.get('agent-stream/bridge/tower/memory') ?? '{}');
		assert.ok(kept.tower_ups_energy.watt_hours >= 4_000);
		await publish(8_000);
		const second = bridge(server.url, url, '--dialect', 'unraid');
		await watcher.saw('agent-stream/tower/ups/energy', /^8(\.|$)/);
		assert.equal(await second.interrupt(), 0);
		const third = bridge(server.url, url, '--dialect', 'unraid', '--state', path);
		await watcher.saw('agent-stream/tower/ups/energy', /^4(\.|$)/);
		assert.equal(await third.interrupt(), 0);
	});

	it('starts without what it cannot learn, and says so', async () => {
		const server = await serve();
		const { url, down } = await broker();
		await down(true);
		const running = bridge(server.url, url);
		await running.saw('stderr', /energy counts from 0/);
		await running.saw('stderr', /connected to ws/);
		assert.equal(await running.interrupt(), 0);
	});

	it('ends with 2 for wrong usage', async () => {
		const right = ['--endpoint', 'ws://127.0.0.1:1', '--id', 'a', '--broker', 'mqtt://127.0.0.1:1', '--for', '0'];
		assert.equal((await cli(['bridge', ...right])).exit, 0);
		const wrong: string[][] = [
			['--broker', 'http://x'],
			['--endpoint', 'tower'],
			['--id', 'A'],
			['--discovery', 'all'],
			['--topic-prefix', 'a/#'],
			['--discovery-prefix', ''],
			['--for', '-1'],
			['--token', 'secret'],
			['extra'],
		];
		for (const argv of wrong) assert.equal((await cli(['bridge', ...right, ...argv])).exit, 2, argv.join(' '));
	});
});
