import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, request } from 'node:http';
import { connect } from 'node:net';
import WebSocket from 'ws';
import { type SimulatorOptions, UnraidSimulator } from '../../demo/simulators/unraid';
import { readRecording } from '../../demo/simulators/unraid-recording';
import { FakeClock } from '../support/fake-clock';

interface Envelope {
	readonly event: string;
	readonly timestamp: string;
	readonly data: unknown;
}
type Fields = Record<string, unknown>;

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

describe('the Unraid simulator', () => {
	let clock: FakeClock;
	let simulator: UnraidSimulator;
	const clients: WebSocket[] = [];

	async function start(options: Partial<SimulatorOptions> = {}): Promise<void> {
		clock = new FakeClock();
		simulator = new UnraidSimulator({ clock, ...options });
		await simulator.start();
	}

	/** A bare client, with all it gets. */
	async function client(options: WebSocket.ClientOptions = {}): Promise<{ socket: WebSocket; texts: string[] }> {
		const socket = new WebSocket(simulator.url, { perMessageDeflate: false, ...options });
		const texts: string[] = [];
		clients.push(socket);
		socket.on('message', (data) => texts.push(String(data)));
		socket.on('error', () => undefined);
		await once(socket, 'open');
		return { socket, texts };
	}

	/** Waits until the other side has handled what this side sent: a ping comes back behind it. */
	async function settled(socket: WebSocket): Promise<void> {
		socket.ping();
		await once(socket, 'pong');
	}

	/** Lets time pass in steps that leave this client time to answer pings. */
	async function pass(seconds: number, socket: WebSocket): Promise<void> {
		for (let passed = 0; passed < seconds; passed += 20) {
			clock.advance(20_000);
			await settled(socket);
			await settled(socket);
		}
	}

	async function refusal(
		options: WebSocket.ClientOptions = {},
		path = '/api/v1/ws',
	): Promise<{ status: number; headers: Fields }> {
		const socket = new WebSocket(`ws://127.0.0.1:${simulator.port}${path}`, options);
		socket.on('error', () => undefined);
		const [, response] = (await once(socket, 'unexpected-response')) as [unknown, import('node:http').IncomingMessage];
		response.resume();
		return { status: response.statusCode ?? 0, headers: response.headers };
	}

	function call(
		path: string,
		method = 'GET',
		body?: unknown,
		headers = {},
	): Promise<{ status: number; text: string; headers: Fields }> {
		return new Promise((resolve, reject) => {
			const url = `http://127.0.0.1:${simulator.port}/api/v1${path}`;
			const sent = (method === 'GET' ? get : request)(url, { method, headers, agent: false }, (response) => {
				let text = '';
				response.setEncoding('utf8');
				response.on('data', (part) => {
					text += part;
				});
				response.on('end', () => resolve({ status: response.statusCode ?? 0, text, headers: response.headers }));
			});
			sent.on('error', reject);
			sent.end(body === undefined ? undefined : JSON.stringify(body));
		});
	}

	async function json(path: string, method = 'GET', body?: unknown): Promise<unknown> {
		return JSON.parse((await call(path, method, body)).text);
	}

	async function list(path: string): Promise<Fields[]> {
		return (await json(path)) as Fields[];
	}

	async function object(path: string): Promise<Fields> {
		return (await json(path)) as Fields;
	}

	const parsed = (texts: readonly string[]): Envelope[] => texts.map((text) => JSON.parse(text) as Envelope);

	afterEach(async () => {
		for (const socket of clients.splice(0)) socket.terminate();
		await simulator.stop();
		assert.equal(clock.timers, 0, 'timers left');
	});

	describe('on the socket', () => {
		it('sends no snapshot, then each topic at its interval', async () => {
			await start();
			clock.advance(5_000);
			const { socket, texts } = await client();
			await settled(socket);
			assert.deepEqual(texts, []);
			await pass(60, socket);
			const count = (event: string): number => parsed(texts).filter((one) => one.event === event).length;
			assert.equal(count('system_update'), 4);
			assert.equal(count('container_list_update'), 2);
			assert.equal(count('ups_status_update'), 1);
			assert.equal(count('disk_list_update'), 0);
			assert.equal(count('fan_control_update'), 12);
		});

		it('writes one envelope per message: line feed, nanoseconds with offset, Go escapes', async () => {
			await start();
			const { socket, texts } = await client();
			simulator.emit('share_list_update');
			simulator.emit('system_update');
			await settled(socket);
			for (const text of texts) {
				assert.equal(text.indexOf('\n'), text.length - 1);
				assert.doesNotMatch(text, /[<>&]/);
				assert.match((JSON.parse(text) as Envelope).timestamp, RFC3339);
			}
			assert.match(texts[0] ?? '', /Movies, TV \\u0026 4K \\u003cHDR\\u003e/);
			assert.match(texts[0] ?? '', /\+02:00/);
		});

		it('fragments above 4096 bytes', async () => {
			await start();
			const { socket, texts } = await client();
			const bytes: Buffer[] = [];
			const raw = (socket as unknown as { _socket: NodeJS.ReadableStream })._socket;
			raw.on('data', (part: Buffer) => bytes.push(part));
			simulator.emit('disk_list_update');
			await settled(socket);
			const first = Buffer.concat(bytes);
			assert.ok((texts[0] ?? '').length > 8_192);
			// FIN clear and opcode text; 126 = the length follows in two bytes.
			assert.deepEqual([first[0], first[1], first.readUInt16BE(2)], [0x01, 126, 4_096]);
			assert.equal(first[4 + 4_096], 0x00);
		});

		it('shuffles networks, temperatures and fans', async () => {
			await start();
			const { socket, texts } = await client();
			simulator.burst('network_list_update', 20);
			await settled(socket);
			const orders = new Set(parsed(texts).map(({ data }) => (data as Fields[]).map(({ name }) => name).join()));
			assert.ok(orders.size > 3);
		});

		it('takes a subscription as the whole filter and ignores what is none', async () => {
			await start();
			const { socket, texts } = await client();
			const got = async (): Promise<string[]> => {
				texts.length = 0;
				for (const topic of ['system_update', 'ups_status_update', 'collector_state_change']) simulator.emit(topic);
				await settled(socket);
				return parsed(texts).map(({ event }) => event);
			};
			const all = ['system_update', 'ups_status_update', 'update'];
			const steps: [message: string, expected: string[]][] = [
				['{"subscribe":["ups_status_update","update"]}', ['ups_status_update', 'update']],
				['{"subscribe":"system_update"}', ['ups_status_update', 'update']],
				['{"subscribe":["system_update",1]}', ['ups_status_update', 'update']],
				['no json', ['ups_status_update', 'update']],
				['{"subscribe":["System_Update","collector_state_change"]}', []],
				['{"subscribe":[]}', all],
				['{"subscribe":["system_update"]}', ['system_update']],
				['{"subscribe":null}', all],
			];
			assert.deepEqual(await got(), all);
			for (const [message, expected] of steps) {
				socket.send(message);
				await settled(socket);
				assert.deepEqual(await got(), expected, message);
			}
		});

		it('is open at /api/v1/ws only, for origins of its own', async () => {
			await start();
			for (const path of ['/ws', '/api/v1/ws/', '/', '/api/v1/system']) {
				assert.equal((await refusal({}, path)).status, 404, path);
			}
			for (const origin of ['http://evil.example', 'null'])
				assert.equal((await refusal({ origin })).status, 403, origin);
			await client({ origin: `http://127.0.0.1:${simulator.port}` });
			await client({ origin: 'http://localhost:1880' });
			const { socket } = await client();
			assert.equal(socket.extensions, '');
		});

		it('pings every 30 s and cuts at 60 s without a pong', async () => {
			await start();
			const good = await client();
			const mute = await client({ autoPong: false } as WebSocket.ClientOptions);
			const pinged = [good, mute].map(({ socket }) => once(socket, 'ping'));
			clock.advance(30_000);
			await Promise.all(pinged);
			await settled(good.socket);
			const closed = once(mute.socket, 'close');
			clock.advance(30_000);
			assert.deepEqual((await closed)[0], 1006);
			await settled(good.socket);
			assert.equal(simulator.connections, 1);
		});

		it('closes with 1009 above 64 KiB and with 1002 on a bad frame', async () => {
			await start();
			const large = await client();
			const closed = once(large.socket, 'close');
			large.socket.send(' '.repeat(65_537));
			assert.equal((await closed)[0], 1009);
			const fits = await client();
			fits.socket.send(' '.repeat(65_536));
			await settled(fits.socket);

			const raw = connect(simulator.port, '127.0.0.1');
			raw.write(
				'GET /api/v1/ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MTIzNDU2Nzg5MDEyMzQ1Ng==\r\n\r\n',
			);
			await once(raw, 'data');
			raw.write(Buffer.from([0x81, 0x01, 0x41]));
			const [answer] = (await once(raw, 'data')) as [Buffer];
			raw.destroy();
			assert.deepEqual([...answer.subarray(0, 4)], [0x88, 0x02, 0x03, 0xea]);
		});

		it('gives up a client that does not read', async () => {
			await start();
			const { socket } = await client();
			const reader = await client();
			const closed = once(socket, 'close');
			socket.pause();
			const large = 'x'.repeat(1_000_000);
			// The network's buffers take some; the queue of 256 comes after them.
			for (let index = 0; index < 290; index += 1) {
				simulator.raw(large);
				await settled(reader.socket);
			}
			clock.advance(1_000);
			socket.resume();
			await closed;
			assert.equal(simulator.connections, 1);
		});

		it('speaks the older generation: update, nine topics, the document’s fields', async () => {
			await start({ generation: '1.1.0' });
			const { socket, texts } = await client();
			simulator.server.setDiskStandby('disk3', true);
			for (const topic of ['vm_list_update', 'array_status_update', 'zfs_pools_update', 'ups_status_update'])
				simulator.emit(topic);
			await settled(socket);
			const frames = parsed(texts);
			assert.deepEqual(
				frames.map(({ event }) => event),
				['update', 'update', 'update', 'update'],
			);
			const [disks, machines, array, ups] = frames.map(({ data }) => data) as [Fields[], Fields[], Fields, Fields];
			assert.deepEqual(
				disks.filter(({ temperature_celsius }) => temperature_celsius === null).map(({ name }) => name),
				['disk3', 'flash', 'Docker vDisk', 'Log'],
			);
			assert.equal(machines[0]?.vcpus, 4);
			assert.equal(array.parity_check_status, 'idle');
			assert.equal(ups.battery_runtime_seconds, 2_490);
		});
	});

	describe('over REST', () => {
		it('tells the same as the socket', async () => {
			await start();
			for (const [path, field] of [
				['/system', 'cpu_usage_percent'],
				['/array', 'num_disks'],
				['/ups', 'battery_charge_percent'],
				['/notifications', 'overview'],
			] as const) {
				assert.ok(field in (await object(path)), path);
			}
			assert.equal((await list('/disks')).length, 10);
			assert.equal((await list('/docker')).length, 5);
			assert.deepEqual(await json('/health'), { status: 'ok' });
			assert.equal((await object('/docker/plex')).id, 'a8ec3fe855e1');
			assert.equal((await call('/docker/stats')).status, 404);
			assert.equal((await call('/nothing')).status, 404);
		});

		it('asks for its token, everywhere but at /health', async () => {
			await start({ token: 'secret' });
			const closed = await call('/system');
			assert.deepEqual([closed.status, closed.text], [401, '{"error":"Unauthorized"}\n']);
			assert.match(String(closed.headers['www-authenticate']), /^Bearer /);
			assert.equal((await call('/health')).status, 200);
			assert.equal((await call('/system?token=secret')).status, 401);
			assert.equal((await call('/system', 'GET', undefined, { Authorization: 'Bearer secret' })).status, 200);
			assert.equal((await refusal()).status, 401);
			await client({ headers: { Authorization: 'Bearer secret' } });
			simulator.setToken('other');
			assert.equal((await refusal({ headers: { Authorization: 'Bearer secret' } })).status, 401);
		});

		it('lets 100 requests through at once and 50 a second', async () => {
			await start();
			const statuses = async (count: number): Promise<number[]> =>
				(await Promise.all(Array.from({ length: count }, () => call('/health')))).map(({ status }) => status);
			const first = await statuses(103);
			assert.equal(first.filter((status) => status === 429).length, 3);
			assert.equal((await refusal()).status, 429);
			clock.advance(100);
			assert.equal((await statuses(6)).filter((status) => status === 429).length, 1);
		});

		it('carries out commands, which the next frame shows, and records them', async () => {
			await start();
			const { socket, texts } = await client();
			const stopped = JSON.parse((await call('/docker/32bd010d6849/stop', 'POST')).text) as Fields;
			assert.equal(stopped.success, true);
			assert.match(String(stopped.timestamp), RFC3339);
			simulator.emit('container_list_update');
			await settled(socket);
			const sonarr = (parsed(texts).at(0)?.data as Fields[] | undefined)?.find(({ name }) => name === 'sonarr');
			assert.deepEqual([sonarr?.state, sonarr?.ports, sonarr?.volume_mappings], ['exited', null, null]);
			assert.equal((await call(`/vm/${encodeURIComponent('Windows 11')}/pause`, 'POST')).status, 200);
			assert.equal((await list('/vm'))[0]?.state, 'paused');
			assert.equal((await call('/array/parity-check/start', 'POST')).status, 200);
			assert.equal((await object('/array')).parity_check_status, 'running');
			assert.deepEqual(
				simulator.commands.map(({ method, path }) => `${method} ${path}`),
				['POST /docker/32bd010d6849/stop', 'POST /vm/Windows%2011/pause', 'POST /array/parity-check/start'],
			);
		});

		it('refuses what the agent refuses', async () => {
			await start();
			const cases: [path: string, body: unknown, status: number][] = [
				['/docker/plex/stop', undefined, 400],
				['/docker/ffffffffffff/stop', undefined, 500],
				['/docker/a8ec3fe855e1/remove', {}, 400],
				['/vm/72ee10e1adf156559b8427925982219a/start', undefined, 500],
				['/vm/Windows%2011/reset', undefined, 400],
				['/vm/%E0%A4%A/start', undefined, 400],
				['/disks/sdd/spinup', undefined, 404],
				['/docker/a8ec3fe855e1/remove', { confirm: true }, 200],
			];
			for (const [path, body, status] of cases) assert.equal((await call(path, 'POST', body)).status, status, path);
			assert.deepEqual(await json('/notifications/archive/all', 'POST'), { message: 'all carried out' });
		});
	});

	describe('the server', () => {
		it('puts a disk to sleep and wakes it', async () => {
			await start();
			simulator.server.setDiskStandby('disk3', true);
			const asleep = (await list('/disks')).find(({ name }) => name === 'disk3');
			assert.deepEqual(
				[asleep?.temperature_celsius, asleep?.spin_state, asleep?.smart_status, asleep?.smart_attributes],
				[0, 'standby', 'UNKNOWN', undefined],
			);
			simulator.server.setDiskStandby('disk3', false);
			const awake = (await list('/disks')).find(({ name }) => name === 'disk3');
			assert.ok(Number(awake?.temperature_celsius) > 20);
		});

		it('discharges the battery to LOWBATT and charges it again', async () => {
			await start({ pace: { parity: 600, battery: 300 } });
			simulator.server.ups('ONBATT');
			clock.advance(120_000);
			const half = await object('/ups');
			assert.equal(half.status, 'ONBATT');
			assert.ok(Math.abs(Number(half.battery_charge_percent) - 60) < 2);
			clock.advance(160_000);
			assert.equal((await object('/ups')).status, 'ONBATT LOWBATT');
			simulator.server.ups('ONLINE');
			clock.advance(60_000);
			assert.ok(Number((await object('/ups')).battery_charge_percent) > 10);
			simulator.server.ups(null);
			const before = simulator.sent;
			simulator.emit('ups_status_update');
			assert.equal(simulator.sent, before);
			assert.equal((await object('/ups')).connected, false);
		});

		it('gets hotter and louder under load, and cools down', async () => {
			await start();
			clock.advance(300_000);
			const calm = await object('/system');
			simulator.server.extraLoad = 80;
			clock.advance(300_000);
			const busy = await object('/system');
			assert.ok(Number(busy.cpu_usage_percent) > Number(calm.cpu_usage_percent) + 20);
			assert.ok(Number(busy.cpu_temp_celsius) > Number(calm.cpu_temp_celsius) + 10);
			const speed = ({ fans }: Fields): number => Math.max(...(fans as { rpm: number }[]).map(({ rpm }) => rpm));
			assert.ok(speed(busy) > speed(calm) + 200);
			simulator.server.extraLoad = 0;
			clock.advance(300_000);
			assert.ok(Number((await object('/system')).cpu_temp_celsius) < Number(busy.cpu_temp_celsius) - 10);
		});

		it('runs a parity check to its end, warming the disks', async () => {
			await start({ pace: { parity: 600, battery: 300 } });
			const before = Number((await list('/disks'))[0]?.temperature_celsius);
			simulator.server.parityCheck('start');
			clock.advance(300_000);
			const half = await object('/array');
			assert.equal(half.parity_check_status, 'running');
			assert.ok(Math.abs(Number(half.parity_check_progress) - 50) < 2);
			assert.ok(Number((await list('/disks'))[0]?.temperature_celsius) > before + 4);
			clock.advance(310_000);
			assert.equal((await object('/array')).parity_check_status, '');
		});

		it('lives the same life for the same seed, and its story goes round', async () => {
			const lives: string[] = [];
			for (let run = 0; run < 2; run += 1) {
				await start({ seed: 7, story: true, speed: 10, pace: { parity: 800, battery: 300 } });
				const states = new Set<string>();
				for (let minute = 0; minute < 10; minute += 1) {
					clock.advance(15_000);
					states.add(simulator.server.power.status);
					lives[run] = `${lives[run] ?? ''}${simulator.server.cpuTemperature} ${simulator.server.containers.length} `;
				}
				assert.ok(states.has('ONLINE') && states.has('ONBATT'));
				await simulator.stop();
			}
			assert.equal(lives[0], lives[1]);
			assert.match(lives[0] ?? '', / 4 /);
		});

		it('gives a container that comes back another id', async () => {
			await start();
			const { id } = simulator.server.containers.find(({ name }) => name === 'backup') ?? {};
			simulator.server.container('backup').remove();
			assert.equal((await list('/docker')).length, 4);
			simulator.server.recreate('backup');
			const again = (await list('/docker')).find(({ name }) => name === 'backup');
			assert.match(String(again?.id), /^[0-9a-f]{12}$/);
			assert.notEqual(again?.id, id);
		});
	});

	describe('faults', () => {
		it('drops, refuses and comes back on its port', async () => {
			await start();
			const { socket } = await client();
			const dropped = once(socket, 'close');
			simulator.drop();
			assert.equal((await dropped)[0], 1006);
			simulator.refuse(503);
			assert.equal((await refusal()).status, 503);
			simulator.refuse(null);
			const again = await client();
			const { port } = simulator;
			const closed = once(again.socket, 'close');
			await simulator.stop();
			assert.equal((await closed)[0], 1005);
			await simulator.start(port);
			assert.equal(simulator.port, port);
			await client();
		});

		it('says who has its port', async () => {
			await start();
			const second = new UnraidSimulator({ clock: new FakeClock() });
			await assert.rejects(second.start(simulator.port), { code: 'EADDRINUSE' });
		});

		it('freezes: the connection stands, but nothing is read, written or answered', async () => {
			await start();
			const frozen = await client();
			simulator.freeze();
			const other = await client();
			frozen.socket.ping();
			frozen.socket.on('pong', () => assert.fail('answered'));
			simulator.emit('system_update');
			await pass(120, other.socket);
			assert.deepEqual(frozen.texts, []);
			assert.equal(frozen.socket.readyState, WebSocket.OPEN);
		});

		it('sends what is broken, and fails as an agent with a NaN inside does', async () => {
			await start();
			const { socket, texts } = await client();
			simulator.malformed('truncated');
			simulator.malformed('huge');
			simulator.burst('system_update', 50);
			await settled(socket);
			assert.throws(() => JSON.parse(texts[0] ?? ''));
			assert.ok((texts[1] ?? '').length > 2_000_000);
			assert.equal(texts.length, 52);
			const closed = once(socket, 'close');
			await simulator.fail();
			assert.equal((await closed)[0], 1006);
			assert.equal(texts.at(-1), '');
		});
	});

	it('plays a recording word for word, round after round, with REST to match', async () => {
		const recording = readRecording('test/fixtures/unraid/live-60s.jsonl').slice(0, 20);
		const last = recording.at(-1)?.t ?? 0;
		await start({ recording, speed: 2 });
		const { socket, texts } = await client();
		clock.advance(last / 2);
		await settled(socket);
		assert.deepEqual(
			texts,
			recording.map(({ raw }) => raw),
		);
		const disks = recording
			.map(({ raw }) => JSON.parse(raw) as Envelope)
			.filter(({ event }) => event === 'disk_list_update');
		assert.deepEqual(await json('/disks'), disks.at(-1)?.data);
		assert.equal((await call('/zfs/none')).status, 404);
		clock.advance((last + 1_000) / 2);
		await settled(socket);
		assert.equal(texts.length, 40);
	});
});
