import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import mqtt, { type MqttClient } from 'mqtt';
import { systemClock } from '../../../src/model/clock';
import type { AgentStreamError } from '../../../src/model/errors';
import type { Logger } from '../../../src/model/logger';
import { Bridge, type BridgeParts, type BridgeState } from '../../../src/mqtt/bridge';
import type { BridgeCommand } from '../../../src/mqtt/command';
import { type BridgeSettingsInput, bridgeSettingsSchema } from '../../../src/mqtt/settings';
import { type Broker, mosquittoPaths, startAedes, startMosquitto } from '../../support/broker';
import { change } from '../../support/entities';
import { requireProgram } from '../../support/require';

const SECRET = 'hunter2-do-not-log';
const config = 'homeassistant/device/agent-stream_tower/config';

/** A client that subscribes to everything and remembers what is retained, and what came. */
class Watcher {
	readonly seen: { topic: string; payload: string; retain: boolean }[] = [];
	private constructor(readonly client: MqttClient) {}

	static async open(url: string): Promise<Watcher> {
		const client = await mqtt.connectAsync(url, { protocolVersion: 4, reconnectPeriod: 50 });
		const watcher = new Watcher(client);
		client.on('message', (topic, payload, { retain }) =>
			watcher.seen.push({ topic, payload: payload.toString(), retain }),
		);
		await client.subscribeAsync('#', { qos: 1 });
		return watcher;
	}

	async until(what: string, found: () => boolean, within = 8_000): Promise<void> {
		const end = Date.now() + within;
		while (!found()) {
			if (Date.now() > end) assert.fail(`not seen: ${what}; last: ${JSON.stringify(this.seen.slice(-8))}`);
			await delay(20);
		}
	}

	last(topic: string): string | undefined {
		return this.seen.findLast((message) => message.topic === topic)?.payload;
	}
}

const fresh = async (url: string): Promise<Map<string, string>> => {
	const watcher = await Watcher.open(url);
	await delay(200);
	await watcher.client.endAsync();
	return new Map(watcher.seen.filter(({ retain }) => retain).map(({ topic, payload }) => [topic, payload]));
};

const lines: string[] = [];
const log = (line: string): void => {
	lines.push(line);
};
const logger: Logger = { debug: log, info: log, warn: log, error: log };

interface Observed {
	readonly bridge: Bridge;
	readonly states: BridgeState[];
	readonly errors: AgentStreamError[];
	readonly commands: BridgeCommand[];
}

const parts: BridgeParts = { clock: systemClock, logger, random: Math.random, version: '0.1.0' };

function suite(name: string, start: (test: Mocha.Context) => Promise<Broker>): void {
	describe(`mqtt/bridge on ${name}`, () => {
		let broker: Broker;
		let opened: Observed[] = [];
		let watcher: Watcher | undefined;

		const open = (input: Partial<BridgeSettingsInput> = {}, over: Partial<BridgeParts> = {}): Observed => {
			const bridge = new Bridge(bridgeSettingsSchema.parse({ url: broker.url, ...input }), { ...parts, ...over });
			const observed: Observed = { bridge, states: [], errors: [], commands: [] };
			bridge.on('state', (state) => observed.states.push(state));
			bridge.on('error', (error) => observed.errors.push(error));
			bridge.on('command', (command) => observed.commands.push(command));
			bridge.start();
			opened.push(observed);
			return observed;
		};
		const phase = async ({ bridge }: Observed, wanted: BridgeState['phase'], cause?: string): Promise<void> => {
			const end = Date.now() + 8_000;
			while (bridge.state.phase !== wanted || (cause && bridge.state.cause?.code !== cause)) {
				if (Date.now() > end) assert.fail(`is ${bridge.state.phase} (${bridge.state.cause?.message}), not ${wanted}`);
				await delay(20);
			}
		};

		beforeEach(async function () {
			broker = await start(this);
		});

		afterEach(async () => {
			await Promise.all(opened.map(({ bridge }) => bridge.stop()));
			opened = [];
			await watcher?.client.endAsync(true);
			watcher = undefined;
			await broker?.stop();
		});

		it('retains availability, document, state and attributes, and says goodbye', async () => {
			const one = open();
			one.bridge.apply([change({ attributes: { serial: 'S1' } }), change({ row: 'name', state: 'Grüße 😀' })]);
			await phase(one, 'open');
			watcher = await Watcher.open(broker.url);
			await watcher.until('attributes', () => watcher?.last('agent-stream/tower/system/cpu/attributes') !== undefined);
			const retained = await fresh(broker.url);
			assert.equal(retained.get('agent-stream/tower/system/cpu'), '1');
			assert.equal(retained.get('agent-stream/tower/system/name'), 'Grüße 😀');
			assert.equal(retained.get('agent-stream/tower/availability'), 'online');
			assert.equal(retained.get('agent-stream/bridge/bridge/availability'), 'online');
			assert.equal(Object.keys(JSON.parse(retained.get(config) ?? '').components).length, 2);
			await one.bridge.stop();
			assert.equal((await fresh(broker.url)).get('agent-stream/bridge/bridge/availability'), 'offline');
			assert.deepEqual(
				one.states.map((state) => state.phase),
				['connecting', 'open', 'closed'],
			);
		});

		it('lets the broker say offline when it dies', async () => {
			watcher = await Watcher.open(broker.url);
			const one = open();
			await phase(one, 'open');
			const { link } = one.bridge as unknown as { link: { connection: { client: MqttClient } } };
			link.connection.client.stream.destroy();
			await watcher.until('will', () => watcher?.last('agent-stream/bridge/bridge/availability') === 'offline');
			await phase(one, 'open');
			await watcher.until('online', () => watcher?.last('agent-stream/bridge/bridge/availability') === 'online');
		});

		it('keeps the newest value of each entity while the broker is away', async () => {
			const one = open();
			one.bridge.apply([change()]);
			await phase(one, 'open');
			await delay(100);
			await broker.down(true);
			await phase(one, 'waiting', 'BROKER_UNREACHABLE');
			for (let state = 2; state <= 50; state++) one.bridge.apply([change({ state }, 'changed')]);
			await broker.up();
			await phase(one, 'open');
			watcher = await Watcher.open(broker.url);
			await watcher.until('the newest', () => watcher?.last('agent-stream/tower/system/cpu') === '50');
			assert.ok(one.bridge.counters.published < 20, String(one.bridge.counters.published));
		});

		it('publishes everything again to a broker that forgot it', async () => {
			const one = open();
			one.bridge.apply([change(), change({ row: 'ram', state: 5 })]);
			await phase(one, 'open');
			await delay(100);
			await broker.down(false);
			await phase(one, 'waiting');
			await broker.up();
			await phase(one, 'open');
			watcher = await Watcher.open(broker.url);
			await watcher.until('ram', () => watcher?.last('agent-stream/tower/system/ram') === '5');
			await watcher.until('document', () => (watcher?.last(config)?.length ?? 0) > 2);
		});

		it('takes commands, and refuses nonsense and retained ones', async () => {
			const client = await mqtt.connectAsync(broker.url);
			const set = (row: string): string => `agent-stream/tower/system/${row}/set`;
			await client.publishAsync(set('power'), 'on', { retain: true, qos: 1 });
			const one = open({ commands: true });
			const command = { actions: ['on', 'off'], destructive: false };
			one.bridge.apply([change({ platform: 'switch', row: 'power', state: 'off', command }), change()]);
			await phase(one, 'open');
			const end = Date.now() + 5_000;
			const until = async (done: () => boolean): Promise<void> => {
				while (!done() && Date.now() < end) await delay(20);
				assert.ok(done(), JSON.stringify([one.commands, one.errors.map(({ message }) => message)]));
			};
			await until(() => one.errors.length === 1);
			assert.match(one.errors[0]?.message ?? '', /retained/i);
			await client.publishAsync(set('power'), 'off', { qos: 1 });
			await until(() => one.commands.length === 1);
			assert.deepEqual(one.commands, [
				{ unique_id: 'tower_system_power', source: 'tower', action: 'off', confirmed: false, topic: set('power') },
			]);
			await client.publishAsync(set('power'), 'explode', { qos: 1 });
			await client.publishAsync(set('cpu'), 'on', { qos: 1 });
			await until(() => one.errors.length === 3);
			assert.ok(one.errors.every(({ code }) => code === 'COMMAND_REFUSED'));
			assert.equal(one.commands.length, 1);
			await client.endAsync();
		});

		it('answers a birth with the document', async () => {
			watcher = await Watcher.open(broker.url);
			const one = open({}, { random: () => 0 });
			one.bridge.apply([change()]);
			await phase(one, 'open');
			const documents = (): number => watcher?.seen.filter(({ topic }) => topic === config).length ?? 0;
			await watcher.until('document and its repetition', () => documents() === 2);
			await watcher.client.publishAsync('homeassistant/status', 'online');
			await watcher.until('document after birth', () => documents() === 3);
			await delay(300);
			assert.equal(documents(), 3);
		});

		it('does not announce again what Home Assistant deleted', async () => {
			watcher = await Watcher.open(broker.url);
			const one = open();
			one.bridge.apply([change()]);
			await phase(one, 'open');
			await watcher.until('document', () => watcher?.last(config) !== undefined);
			await watcher.client.publishAsync(config, '', { retain: true, qos: 1 });
			await watcher.until('emptied', () => watcher?.last(config) === '');
			one.bridge.apply([change({ row: 'new', state: 3 })]);
			await watcher.until('state', () => watcher?.last('agent-stream/tower/system/new') === '3');
			await delay(1_300);
			assert.equal(watcher.last(config), '');
		});

		it('refuses to publish beside another bridge of the same prefix and endpoint', async () => {
			const one = open({ instance: 'first' });
			one.bridge.apply([change()]);
			await phase(one, 'open');
			const two = open({ instance: 'second' });
			two.bridge.apply([change({ state: 99 })]);
			await phase(two, 'waiting', 'PREFIX_TAKEN');
			const three = open({ instance: 'first' });
			await phase(three, 'waiting', 'PREFIX_TAKEN');
			const four = open({ instance: 'fourth' });
			await phase(four, 'open');
			four.bridge.apply([change({ source: 'other' })]);
			four.bridge.apply([change({ state: 98 })]);
			await phase(four, 'waiting', 'PREFIX_TAKEN');
			const retained = await fresh(broker.url);
			assert.equal(retained.get('agent-stream/tower/system/cpu'), '1');
			assert.equal(retained.get('agent-stream/bridge/first/availability'), 'online');
			assert.equal(retained.get('agent-stream/bridge/fourth/availability'), 'offline');
			assert.equal(one.bridge.state.phase, 'open');
		});

		it('recovers its ledger from the broker and purges what an earlier run left', async () => {
			const one = open();
			one.bridge.apply([change(), change({ row: 'ram' })]);
			await phase(one, 'open');
			await delay(1_300);
			await one.bridge.stop();
			const two = open();
			await phase(two, 'open');
			const foreign = await mqtt.connectAsync(broker.url);
			await foreign.publishAsync('homeassistant/device/other/config', '{"origin":{"name":"x"}}', {
				retain: true,
				qos: 1,
			});
			assert.equal(two.bridge.purge({ source: 'tower', dryRun: true }).entities.length, 2);
			two.bridge.purge({ source: 'tower', dryRun: false });
			await delay(2_500);
			const left = [...(await fresh(broker.url)).keys()].sort();
			assert.deepEqual(left, [
				'agent-stream/bridge/bridge/availability',
				'agent-stream/bridge/bridge/ledger',
				'agent-stream/bridge/bridge/marker',
				'homeassistant/device/other/config',
			]);
			await foreign.endAsync();
		});

		it('takes over from a bridge of another name that is gone, and leaves other programs’ topics alone', async () => {
			const first = open({ instance: 'first' });
			first.bridge.apply([change(), change({ subject: 'disk', key: 'S1', row: 'temperature' })]);
			await phase(first, 'open');
			await delay(1_300);
			await first.bridge.stop();
			const foreign = await mqtt.connectAsync(broker.url);
			const others = ['homeassistant/device/zigbee/config', 'homeassistant/sensor/zigbee/x/config'];
			for (const topic of others)
				await foreign.publishAsync(topic, '{"origin":{"name":"x"}}', { retain: true, qos: 1 });
			const second = open({ instance: 'second' });
			second.bridge.apply([change()]);
			await phase(second, 'open');
			watcher = await Watcher.open(broker.url);
			await watcher.until('old ledger emptied', () => watcher?.last('agent-stream/bridge/first/ledger') === '');
			const retained = await fresh(broker.url);
			assert.deepEqual(
				[...retained.keys()].filter((topic) => topic.startsWith('agent-stream/bridge/first/')),
				[],
			);
			const text = retained.get(config) ?? '';
			assert.deepEqual(Object.keys(JSON.parse(text).components).sort(), [
				'tower_disk_S1_temperature',
				'tower_system_cpu',
			]);
			assert.ok(!text.includes('bridge/first'));
			for (const topic of others) assert.equal(retained.get(topic), '{"origin":{"name":"x"}}');
			await foreign.publishAsync(others[0] ?? '', '', { retain: true, qos: 1 });
			second.bridge.apply([change({ state: 2 }, 'changed')]);
			await watcher.until('it goes on', () => watcher?.last('agent-stream/tower/system/cpu') === '2');
			await foreign.endAsync();
		});

		it('gives back what an earlier run kept', async () => {
			const one = open({}, { memory: () => ({ energy: { total: 7 } }) });
			one.bridge.apply([change()]);
			assert.equal(await one.bridge.recall(8_000), null);
			await phase(one, 'open');
			watcher = await Watcher.open(broker.url);
			await watcher.until('state', () => watcher?.last('agent-stream/tower/system/cpu') === '1');
			await one.bridge.stop();
			const two = open();
			assert.deepEqual(await two.bridge.recall(8_000), { energy: { total: 7 } });
			assert.deepEqual(await two.bridge.recall(0), { energy: { total: 7 } });
		});

		it('ends for good when the broker goes away while it is told so', async () => {
			const timers = new Set<unknown>();
			const clock = {
				now: () => Date.now(),
				after: (ms: number, run: () => void) => {
					const timer = systemClock.after(ms, () => {
						timers.delete(timer);
						run();
					});
					timers.add(timer);
					return timer;
				},
				cancel: (timer: Parameters<typeof systemClock.cancel>[0]) => {
					timers.delete(timer);
					systemClock.cancel(timer);
				},
			};
			let clients = 0;
			const load = async () => ({
				connect: ((...given: Parameters<typeof mqtt.connect>) => {
					clients++;
					return mqtt.connect(...given);
				}) as typeof mqtt.connect,
			});
			const one = open({}, { clock, load });
			one.bridge.apply([change()]);
			await phase(one, 'open');
			await delay(100);
			const { link } = one.bridge as unknown as { link: { connection: { client: MqttClient } } };
			const { client } = link.connection;
			// A broker that does not speak MQTT 5 was asked twice.
			clients = 0;
			const stopped = one.bridge.stop();
			client.stream.destroy();
			await stopped;
			await delay(1_500);
			assert.equal(one.bridge.state.phase, 'closed');
			assert.equal(timers.size, 0);
			assert.equal(clients, 0);
			assert.equal(client.connected, false);
			assert.deepEqual(
				one.states.map((state) => state.phase),
				['connecting', 'open', 'closed'],
			);
		});

		it('publishes thousands of states through the window', async () => {
			watcher = await Watcher.open(broker.url);
			const one = open({ discovery: 'off' });
			one.bridge.apply(Array.from({ length: 3_000 }, (_, n) => change({ row: `r${n}`, state: n })));
			await phase(one, 'open');
			await watcher.until('the last one', () => watcher?.last('agent-stream/tower/system/r2999') === '2999', 15_000);
			const rows = new Set(watcher.seen.filter(({ topic }) => /\/r\d+$/.test(topic)).map(({ topic }) => topic));
			assert.equal(rows.size, 3_000);
		});

		it('starts and stops in every state without leaving anything', async () => {
			const timers: unknown[] = [];
			const clock = {
				now: () => Date.now(),
				after: (ms: number, run: () => void) => {
					const timer = systemClock.after(ms, () => {
						timers.splice(timers.indexOf(timer), 1);
						run();
					});
					timers.push(timer);
					return timer;
				},
				cancel: (timer: Parameters<typeof systemClock.cancel>[0]) => {
					const at = timers.indexOf(timer);
					if (at >= 0) timers.splice(at, 1);
					systemClock.cancel(timer);
				},
			};
			for (const pause of [0, 5, 30, 200, 1_200]) {
				const one = open({}, { clock });
				one.bridge.apply([change()]);
				await delay(pause);
				await one.bridge.stop();
				await one.bridge.stop();
				assert.equal(one.bridge.state.phase, 'closed');
				assert.equal(timers.length, 0, `after ${pause} ms`);
			}
		});
	});
}

suite('aedes', () => startAedes());
suite('mosquitto', (test) => startMosquitto(requireProgram(test, 'mosquitto', mosquittoPaths)));

describe('mqtt/bridge', () => {
	it('shows refused credentials, retries slowly and tells nobody the password', async () => {
		const broker = await startAedes('right');
		const delays: number[] = [];
		const clock = {
			...systemClock,
			after: (ms: number, run: () => void) => {
				delays.push(ms);
				return systemClock.after(ms, run);
			},
		};
		const settings = bridgeSettingsSchema.parse({
			url: broker.url,
			username: 'me',
			password: SECRET,
			protocolVersion: 4,
		});
		const bridge = new Bridge(settings, { ...parts, clock });
		bridge.start();
		while (bridge.state.phase !== 'waiting') await once(bridge, 'state');
		assert.equal(bridge.state.cause?.code, 'BROKER_UNAUTHORIZED');
		assert.ok((delays.at(-1) ?? 0) >= 30_000);
		await bridge.stop();
		const inUrl = new Bridge(bridgeSettingsSchema.parse({ url: broker.url.replace('//', `//me:${SECRET}@`) }), parts);
		inUrl.start();
		while (inUrl.state.phase !== 'waiting') await once(inUrl, 'state');
		assert.equal(inUrl.state.cause?.code, 'BROKER_UNAUTHORIZED');
		assert.ok(!JSON.stringify([bridge.state, inUrl.state, lines]).includes(SECRET));
		assert.ok(!`${inUrl.state.cause?.message} ${inUrl.state.cause?.stack}`.includes(SECRET));
		await inUrl.stop();
		const right = new Bridge(bridgeSettingsSchema.parse({ url: broker.url, username: 'me', password: 'right' }), parts);
		right.start();
		while (right.state.phase !== 'open') await once(right, 'state');
		await right.stop();
		await broker.stop();
	});

	it('does not wait for what an earlier run kept longer than it is told, nor beyond its end', async () => {
		const bridge = new Bridge(bridgeSettingsSchema.parse({ url: 'mqtt://127.0.0.1:1' }), parts);
		bridge.start();
		assert.equal(await bridge.recall(20), undefined);
		const asked = bridge.recall(60_000);
		await bridge.stop();
		assert.equal(await asked, undefined);
	});

	it('shows a broker that is not there, and waits longer each time', async () => {
		const delays: number[] = [];
		const clock = {
			...systemClock,
			after: (ms: number, run: () => void) => {
				delays.push(ms);
				return systemClock.after(Math.min(ms, 5), run);
			},
		};
		const bridge = new Bridge(bridgeSettingsSchema.parse({ url: 'mqtt://127.0.0.1:1' }), {
			...parts,
			clock,
			random: () => 1,
		});
		const causes: unknown[] = [];
		bridge.on('state', ({ phase, cause }) => {
			if (phase === 'waiting') causes.push(cause?.code);
		});
		bridge.start();
		while (causes.length < 9) await once(bridge, 'state');
		await bridge.stop();
		assert.deepEqual(new Set(causes), new Set(['BROKER_UNREACHABLE']));
		assert.deepEqual(delays.slice(0, 8), [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
	});

	it('refuses settings that cannot work', () => {
		const parse = (input: object) => bridgeSettingsSchema.safeParse({ url: 'mqtt://x', ...input }).success;
		assert.ok(parse({ topicPrefix: 'home/agents' }));
		for (const topicPrefix of ['', '/x', 'x/', 'a//b', 'a/#', '+', 'a\u0000', '$SYS'])
			assert.ok(!parse({ topicPrefix }), topicPrefix);
		for (const url of ['http://x', 'x', 'mqtt://', '']) assert.ok(!parse({ url }), url);
	});
});
