import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Control } from '../../src/control';
import type { Dialect } from '../../src/dialects/dialect';
import { unraid } from '../../src/dialects/unraid';
import { Endpoint, type EndpointSettings } from '../../src/endpoint';
import { AgentStreamError, type ErrorCode } from '../../src/model/errors';
import type { StreamEvent } from '../../src/model/event';
import { limits } from '../../src/model/limits';
import { Pipeline } from '../../src/pipeline';
import { FakeClock } from '../support/fake-clock';
import { RecordingLogger } from '../support/recording-logger';
import { ScriptedServer } from '../support/scripted-server';
import { frameOf } from '../support/unraid-recordings';

const containers = (state: string, id = 'aaaaaaaaaaaa') => [{ id, name: 'plex', state }];
const fans = { fans: [{ id: 'hwmon1_fan1', name: 'Fan 1', controllable: true, pwm_percent: 30, rpm: 900 }] };
const plex = { unique_id: 'tower_container_plex_switch', action: 'off' };
const secret = 'S3cret-T0ken';

const is = (code: ErrorCode, pattern: RegExp) => (thrown: unknown) => {
	assert.ok(thrown instanceof AgentStreamError);
	assert.equal(thrown.code, code);
	assert.match(thrown.message, pattern);
	assert.ok(!thrown.message.includes(secret));
	return true;
};

describe('Control', () => {
	let server: ScriptedServer;
	let clock: FakeClock;
	let endpoint: Endpoint;
	let control: Control;
	let logger: RecordingLogger;
	const events: StreamEvent[] = [];

	async function begin(
		settings: Partial<EndpointSettings> = {},
		frames: readonly string[] = [],
		dialect: Dialect = unraid,
	): Promise<void> {
		clock = new FakeClock();
		logger = new RecordingLogger();
		const { host } = server;
		endpoint = new Endpoint(
			{
				id: 'tower',
				url: `ws://${host}/api/v1/ws`,
				snapshot: false,
				pollEvery: 0,
				proxy: 'none',
				allowControl: true,
				token: secret,
				...settings,
			},
			{ dialect, clock, logger, random: () => 0 },
		);
		control = new Control(endpoint, clock);
		events.length = 0;
		endpoint.on('event', (event) => events.push(event));
		endpoint.start();
		while (endpoint.state.phase !== 'open') await once(endpoint, 'state');
		const all = [
			frameOf('container_list_update', containers('running')),
			frameOf('fan_control_update', fans),
			...frames,
		];
		for (const frame of all) server.client.send(frame);
		while (events.length < all.length) await once(endpoint, 'event');
	}

	/** What the server was asked to do, without what it was asked for. */
	const calls = () =>
		server.requests.filter(({ method }) => method !== 'GET').map(({ method, url }) => `${method} ${url}`);

	beforeEach(async () => {
		server = await ScriptedServer.listen();
		server.onRequest = (_request, response) => {
			response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"success":true,"message":"done"}');
		};
	});
	afterEach(async () => {
		control.close();
		await endpoint.stop();
		assert.equal(clock.timers, 0);
		assert.equal(endpoint.listenerCount('event'), 1);
		await server.allGone();
		await server.close();
		assert.ok(!logger.lines.join().includes(secret));
	});

	it('carries out a command on an entity, once, with the token, and tells what was done', async () => {
		await begin();
		const { answer, ...call } = await control.run(plex, false);
		assert.deepEqual(call, { method: 'POST', path: '/docker/aaaaaaaaaaaa/stop', body: null, status: 200 });
		assert.deepEqual(answer, { success: true, message: 'done' });
		assert.deepEqual(calls(), ['POST /api/v1/docker/aaaaaaaaaaaa/stop']);
		assert.equal(server.requests[0]?.headers.authorization, `Bearer ${secret}`);
		assert.equal(server.requests[0]?.body, '');
	});

	it('carries out a command of the table, on the id that a container has now', async () => {
		await begin({}, [frameOf('container_list_update', containers('running', 'bbbbbbbbbbbb'))]);
		await control.run({ name: 'container_set_autostart', parameters: { container: 'plex', enabled: true } }, false);
		assert.deepEqual(calls(), ['POST /api/v1/docker/bbbbbbbbbbbb/autostart']);
		assert.deepEqual(JSON.parse(server.requests[0]?.body ?? ''), { enabled: true, confirm: true });
		assert.equal(server.requests[0]?.headers['content-type'], 'application/json');
	});

	it('sends nothing where the endpoint does not allow control, and keeps nothing', async () => {
		await begin({ allowControl: false });
		await assert.rejects(control.run(plex, true), is('COMMAND_REFUSED', /does not allow control/));
		assert.deepEqual(server.requests, []);
		assert.equal(endpoint.listenerCount('event'), 1, 'only this test listens');
	});

	it('refuses what does not exist, what the entity cannot do, and values that do not fit, with the reason', async () => {
		await begin();
		const no = async (command: Parameters<Control['run']>[0], pattern: RegExp) =>
			assert.rejects(control.run(command, true), is('COMMAND_REFUSED', pattern));
		await no({ unique_id: 'tower_container_nope_switch', action: 'on' }, /There is no entity/);
		await no({ unique_id: 'tower_container_plex_state', action: 'on' }, /There is no entity/);
		await no({ ...plex, action: 'explode' }, /cannot explode/);
		await no({ name: 'make_coffee', parameters: {} }, /no such command: make_coffee/);
		await no({ name: 'vm_start', parameters: { vm: 'nope' } }, /lists no vm "nope"/);
		const fan = await idOf('Fan Fan 1 Speed');
		for (const [value, reason] of [
			[101, /outside 0 to 100/],
			[12.5, /not on its step of 1/],
			['40', /no number/],
			[Number.NaN, /no number/],
		] as const) {
			await no({ ...fan, action: 'set', value }, reason);
		}
		assert.deepEqual(server.requests, []);
	});

	/** An entity's id by its name, as a mapper beside it makes it. */
	async function idOf(name: string): Promise<{ unique_id: string }> {
		const pipeline = new Pipeline({ source: 'tower', dialect: unraid, clock: new FakeClock(), changed: () => {} });
		for (const event of events) pipeline.event(event);
		const unique_id = pipeline.entities().find((entity) => entity.name === name)?.unique_id;
		pipeline.close();
		assert.ok(unique_id, name);
		return { unique_id };
	}

	it('sets a fan', async () => {
		await begin();
		await control.run({ ...(await idOf('Fan Fan 1 Speed')), action: 'set', value: 40 }, false);
		assert.deepEqual(calls(), ['POST /api/v1/fans/speed']);
		assert.deepEqual(JSON.parse(server.requests[0]?.body ?? ''), { fan_id: 'hwmon1_fan1', pwm_percent: 40 });
	});

	it('carries out what can do harm only when it is confirmed, whichever way it is asked', async () => {
		const array = frameOf('array_status_update', { state: 'STARTED' });
		await begin({}, [array]);
		const named = { name: 'array_stop', parameters: {} };
		const entity = { ...(await idOf('Stop Array')), action: 'press' };
		for (const command of [named, entity]) {
			await assert.rejects(control.run(command, false), is('COMMAND_REFUSED', /not confirmed/));
		}
		assert.deepEqual(server.requests, []);
		for (const command of [named, entity]) await control.run(command, true);
		assert.deepEqual(calls(), ['POST /api/v1/array/stop', 'POST /api/v1/array/stop']);
	});

	it('fetches what a command changed, once, soon after, and tells it as an event', async () => {
		await begin();
		server.onRequest = (request, response) => {
			const body = request.method === 'GET' ? containers('exited') : { success: true };
			response.writeHead(200).end(JSON.stringify(body));
		};
		await control.run(plex, false);
		await control.run({ ...plex, action: 'on' }, false);
		assert.equal(server.requests.length, 2);
		clock.advance(limits.refreshAfter - 1);
		assert.equal(server.requests.length, 2);
		clock.advance(1);
		const [event] = (await once(endpoint, 'event')) as [StreamEvent];
		assert.deepEqual([event.type, event.via], ['container_list_update', 'rest']);
		assert.deepEqual(event.data, containers('exited'));
		assert.deepEqual(
			server.requests.slice(2).map(({ url }) => url),
			['/api/v1/docker'],
		);
	});

	it('fetches nothing after a command that failed, and logs a fetch that failed', async () => {
		await begin();
		server.onRequest = ({ method }, response) => {
			response.writeHead(method === 'GET' ? 503 : 409).end('{"success":false,"message":"busy"}');
		};
		await assert.rejects(control.run(plex, false), is('REST_FAILED', /HTTP 409.*busy/));
		clock.advance(limits.refreshAfter);
		assert.equal(server.requests.length, 1);
		server.onRequest = ({ method }, response) => {
			response.writeHead(method === 'GET' ? 503 : 200).end('{}');
		};
		await control.run(plex, false);
		clock.advance(limits.refreshAfter);
		await once(server, 'request');
		while (!logger.lines.some((line) => /\/docker could not be fetched again.*503/.test(line))) {
			await new Promise((resolve) => setImmediate(resolve));
		}
	});

	it('sends a command that is under way only once, and another one for the same entity after it', async () => {
		await begin();
		const held: (() => void)[] = [];
		server.onRequest = (_request, response) => {
			held.push(() => response.writeHead(200).end('{}'));
		};
		const first = control.run(plex, false);
		await once(server, 'request');
		await assert.rejects(control.run(plex, false), is('COMMAND_REFUSED', /under way/));
		const second = control.run({ ...plex, action: 'on' }, false);
		const elsewhere = control.run({ name: 'mqtt_test', parameters: {} }, false);
		await once(server, 'request');
		assert.deepEqual(calls(), ['POST /api/v1/docker/aaaaaaaaaaaa/stop', 'POST /api/v1/mqtt/test']);
		held.shift()?.();
		await first;
		await once(server, 'request');
		assert.equal(calls().at(-1), 'POST /api/v1/docker/aaaaaaaaaaaa/start');
		for (const answer of held) answer();
		await Promise.all([second, elsewhere]);
		await Promise.all([control.run(plex, false), once(server, 'request').then(() => held.at(-1)?.())]);
	});

	it('lets only a few commands wait for one entity, and none for long', async () => {
		await begin();
		const held: (() => void)[] = [];
		server.onRequest = (_request, response) => {
			held.push(() => response.writeHead(200).end('{}'));
		};
		const fan = await idOf('Fan Fan 1 Speed');
		const set = (value: number) => control.run({ ...fan, action: 'set', value }, false);
		const running = set(0);
		await once(server, 'request');
		const waiting = Array.from({ length: limits.commandsWaiting }, (_, index) => set(index + 1));
		const late = Promise.all(waiting.map((each) => assert.rejects(each, is('COMMAND_REFUSED', /busy for 31 s/))));
		await assert.rejects(set(99), is('LIMIT_REACHED', /wait/));
		clock.jump(clock.now() + (limits.commandExpiry + 1) * 1_000);
		held.shift()?.();
		await running;
		await late;
		assert.equal(calls().length, 1);
	});

	it('gives a command up that is not answered, and sends it no second time', async () => {
		await begin();
		server.onRequest = () => {};
		const run = control.run(plex, false);
		const failed = assert.rejects(run, is('REST_FAILED', /did not answer within 60 s; it may still do/));
		await once(server, 'request');
		clock.jump(clock.now() + limits.commandTimeout - 1);
		clock.advance(1);
		await failed;
		assert.equal(calls().length, 1);
	});

	it('tells of a shutdown that was asked for', async () => {
		await begin();
		const command = { name: 'system_shutdown', parameters: {} };
		await control.run(command, true);
		const told = events.at(-1);
		assert.deepEqual([told?.type, told?.source, told?.dialect], ['action_requested', 'tower', 'unraid']);
		assert.deepEqual(told?.data, { action: 'shutdown', message: 'done', at: new Date(clock.now()).toISOString() });
		server.onRequest = (_request, response) => {
			response.writeHead(500).end('{"success":false,"message":"no"}');
		};
		const before = events.length;
		await assert.rejects(control.run(command, true), is('REST_FAILED', /HTTP 500/));
		assert.equal(events.length, before);
	});

	it('takes an answer without a success key for success', async () => {
		await begin();
		server.onRequest = (_request, response) => {
			response.writeHead(200).end('{"message":"All notifications archived"}');
		};
		const { answer } = await control.run({ name: 'notifications_archive_all', parameters: {} }, false);
		assert.deepEqual(answer, { message: 'All notifications archived' });
	});

	it('says which events it needs', async () => {
		await begin();
		for (const type of ['container_list_update', 'vm_list_update', 'fan_control_update', 'system_update']) {
			assert.ok(control.types.includes(type), type);
		}
		assert.ok(!control.types.includes('zfs_arc_stats_update'));
		assert.equal(control.commands, unraid.commands);
	});

	describe('with commands of the stream', () => {
		const row = { group: 'room', parameters: [] } as const;
		const talking: Dialect = {
			...unraid,
			commands: [
				{
					...row,
					name: 'join',
					title: 'Join',
					risk: 'none',
					request: () => ({ message: { join: 1 }, answer: ({ type }) => type === 'ups_status_update' }),
				},
				{ ...row, name: 'say', title: 'Say', risk: 'low', request: () => ({ message: { say: 1 } }) },
			],
		};
		const ask = (name: string) => control.run({ name, parameters: {} }, false);

		it('sends one, and gives the event that answers it', async () => {
			await begin({}, [], talking);
			const asked = ask('join');
			await once(server.client, 'message');
			server.client.send(frameOf('vm_list_update', []));
			server.client.send(frameOf('ups_status_update', { connected: true }));
			const message = { join: 1 };
			assert.deepEqual(await asked, {
				method: null,
				path: null,
				body: message,
				status: null,
				answer: { connected: true },
			});
			assert.deepEqual(await ask('say'), { method: null, path: null, body: { say: 1 }, status: null, answer: null });
		});

		it('says when no answer comes, and stops listening', async () => {
			await begin({}, [], talking);
			const before = endpoint.listenerCount('event');
			const asked = ask('join');
			await once(server.client, 'message');
			clock.advance(limits.answerWithin);
			await assert.rejects(asked, is('NO_ANSWER', /did not answer within 10 s/));
			assert.equal(endpoint.listenerCount('event'), before);
		});

		it('lets one that only asks for another part of the stream through without control', async () => {
			await begin({ allowControl: false }, [], talking);
			await assert.rejects(ask('say'), is('COMMAND_REFUSED', /does not allow control/));
			const asked = ask('join');
			await once(server.client, 'message');
			server.client.send(frameOf('ups_status_update', {}));
			await asked;
		});

		it('fails at once where there is no connection', async () => {
			await begin({}, [], talking);
			await endpoint.stop();
			await assert.rejects(ask('join'), is('NOT_CONNECTED', /Not connected/));
		});
	});
});
