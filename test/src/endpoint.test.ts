import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import type { Dialect } from '../../src/dialects/dialect';
import { type ConnectionState, Endpoint, type EndpointSettings, type Phase } from '../../src/endpoint';
import { type Clock, systemClock } from '../../src/model/clock';
import { AgentStreamError } from '../../src/model/errors';
import type { StreamEvent } from '../../src/model/event';
import { limits } from '../../src/model/limits';
import { FakeClock } from '../support/fake-clock';
import { plainDialect } from '../support/plain-dialect';
import { RecordingLogger } from '../support/recording-logger';
import { ScriptedServer } from '../support/scripted-server';

const secret = 'S3cret-T0ken-0123456789';
/** Lets Node read its sockets once. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const frame = (type: string, data: unknown) => JSON.stringify({ type, data });

describe('endpoint', () => {
	let server: ScriptedServer;
	const running: Endpoint[] = [];

	/** An endpoint of the server, stopped after the test. */
	function setUp(
		settings: Partial<EndpointSettings> = {},
		dialect: Dialect | 'auto' = plainDialect(),
		clock: Clock = systemClock,
	) {
		const logger = new RecordingLogger();
		const endpoint = new Endpoint(
			{ id: 'tower', url: `ws://${server.host}/ws`, snapshot: false, proxy: 'none', ...settings },
			{ dialect, clock, logger, random: () => 0 },
		);
		running.push(endpoint);
		const events: StreamEvent[] = [];
		const states: ConnectionState[] = [];
		endpoint.on('event', (event) => events.push(event));
		endpoint.on('state', (state) => states.push(state));
		return { endpoint, logger, events, states };
	}

	/** Resolves when the endpoint is in a phase. */
	async function reaches(endpoint: Endpoint, phase: Phase): Promise<ConnectionState> {
		while (endpoint.state.phase !== phase) await once(endpoint, 'state');
		return endpoint.state;
	}

	/** Resolves when so many events have come. */
	async function hasEvents(endpoint: Endpoint, events: readonly StreamEvent[], count: number): Promise<void> {
		while (events.length < count) await once(endpoint, 'event');
	}

	/** The phase while a fake clock waits for the next attempt: lets it come. */
	function passWait(clock: FakeClock, endpoint: Endpoint): void {
		clock.advance((endpoint.state.nextAttempt ?? clock.now()) - clock.now());
	}

	beforeEach(async () => {
		server = await ScriptedServer.listen();
	});
	afterEach(async () => {
		await Promise.all(running.splice(0).map((endpoint) => endpoint.stop()));
		await server.allGone();
		await server.close();
	});

	it('does nothing before it is started, connects, and turns frames into events', async () => {
		const { endpoint, events, states } = setUp();
		assert.equal(endpoint.state.phase, 'idle');
		const frames: unknown[] = [];
		endpoint.on('frame', (text) => frames.push(text));
		endpoint.start();
		endpoint.start();
		await reaches(endpoint, 'open');
		server.client.send(frame('alpha', { x: 1 }));
		server.client.send('not JSON');
		await hasEvents(endpoint, events, 2);
		assert.deepEqual([events[0]?.source, events[0]?.type, events[0]?.data], ['tower', 'alpha', { x: 1 }]);
		assert.deepEqual([events[1]?.type, events[1]?.valid], ['invalid', false]);
		assert.deepEqual(frames, [frame('alpha', { x: 1 }), 'not JSON']);
		assert.deepEqual(
			states.map(({ phase }) => phase),
			['connecting', 'open'],
		);
		await Promise.all([endpoint.stop(), endpoint.stop()]);
		await endpoint.stop();
		assert.equal(endpoint.state.phase, 'closed');
		endpoint.start();
		await reaches(endpoint, 'open');
		assert.equal(server.upgrades.length, 2);
	});

	it('reads 10,000 frames in a burst, all and in order', async () => {
		const { endpoint, events } = setUp();
		endpoint.start();
		await reaches(endpoint, 'open');
		for (let n = 0; n < 10_000; n++) server.client.send(frame('alpha', n));
		await hasEvents(endpoint, events, 10_000);
		assert.ok(events.every(({ data }, n) => data === n));
		const { counters, types } = endpoint.diagnose();
		assert.deepEqual([counters.frames, counters.events, types.alpha?.count], [10_000, 10_000, 10_000]);
	});

	it('stops in every phase, and leaves no socket and no timer', async () => {
		const reach: Record<string, (endpoint: Endpoint) => Promise<unknown>> = {
			idle: async () => {},
			connecting: async (endpoint) => {
				server.onUpgrade = (_request, socket) => socket.resume();
				endpoint.start();
				await once(server, 'upgrade');
			},
			open: async (endpoint) => {
				endpoint.start();
				await reaches(endpoint, 'open');
			},
			waiting: async (endpoint) => {
				server.onUpgrade = ScriptedServer.refuse(503);
				endpoint.start();
				await reaches(endpoint, 'waiting');
			},
		};
		for (const [phase, go] of Object.entries(reach)) {
			server.onUpgrade = server.accept;
			const clock = new FakeClock();
			const { endpoint } = setUp({}, plainDialect(), clock);
			await go(endpoint);
			assert.equal(endpoint.state.phase, phase);
			await Promise.all([endpoint.stop(), endpoint.stop()]);
			assert.equal(clock.timers, 0, phase);
			await server.allGone();
		}
	});

	it('gives each failure its own code', async () => {
		const clock = new FakeClock();
		const { endpoint } = setUp({}, plainDialect(), clock);
		const codes: (string | undefined)[] = [];
		const lost = async () => codes.push((await reaches(endpoint, 'waiting')).cause?.code);
		endpoint.start();
		const retry = async (script: typeof server.onUpgrade) => {
			server.onUpgrade = script;
			passWait(clock, endpoint);
		};
		// Accepts and never upgrades.
		server.onUpgrade = (_request, socket) => socket.resume();
		await once(server, 'upgrade');
		clock.advance(limits.handshake);
		await lost();
		for (const status of [401, 403, 404, 429, 503]) {
			await retry(ScriptedServer.refuse(status));
			await lost();
		}
		// A black hole after one frame: nothing is answered any more, not even pings.
		await retry(server.accept);
		await reaches(endpoint, 'open');
		server.client.pause();
		clock.advance(limits.pingEvery);
		clock.advance(limits.pongWithin);
		await lost();
		// A reset of an open connection.
		await retry(server.accept);
		await reaches(endpoint, 'open');
		for (const socket of server.sockets) socket.resetAndDestroy();
		await lost();
		await server.allGone();
		const { port } = server;
		await server.close();
		passWait(clock, endpoint);
		await lost();
		assert.deepEqual(codes, [
			'HANDSHAKE_TIMEOUT',
			'UNAUTHORIZED',
			'REFUSED',
			'REFUSED',
			'REFUSED',
			'REFUSED',
			'SILENT',
			'CLOSED',
			'UNREACHABLE',
		]);
		assert.ok(port > 0);
	});

	it('shows a bad URL as such, and retries slowly', async () => {
		const clock = new FakeClock();
		const { endpoint } = setUp({ url: 'tower:8043' }, plainDialect(), clock);
		endpoint.start();
		const { cause, nextAttempt = 0 } = await reaches(endpoint, 'waiting');
		assert.equal(cause?.code, 'URL_INVALID');
		assert.ok(nextAttempt - clock.now() >= limits.backoffRefused);
	});

	it('waits as long as a 429 asks', async () => {
		const clock = new FakeClock();
		server.onUpgrade = ScriptedServer.refuse(429, { 'Retry-After': '42' });
		const { endpoint } = setUp({}, plainDialect(), clock);
		endpoint.start();
		// The clock of the header is ours: seconds from now.
		const { nextAttempt = 0 } = await reaches(endpoint, 'waiting');
		assert.equal(nextAttempt - clock.now(), 42_000);
	});

	it('keeps the token out of everything, and connects with a new one', async () => {
		const url = `ws://user:${secret}@${server.host}/ws?key=${secret}`;
		const settings = {
			url,
			token: secret,
			headers: { 'X-Api-Key': secret },
			restBase: `http://u:${secret}@${server.host}/`,
		};
		const { endpoint, logger, states } = setUp({ ...settings, allowControl: true });
		server.onUpgrade = ScriptedServer.refuse(401, {}, secret);
		server.onRequest = (_request, response) => response.writeHead(500).end(secret);
		endpoint.start();
		await reaches(endpoint, 'waiting');
		const failure = await endpoint.request({ method: 'POST', path: '/x' }).catch((thrown: unknown) => thrown);
		assert.ok(failure instanceof AgentStreamError);
		const everything = inspect([logger.lines, states, endpoint.state, endpoint.diagnose(), failure], { depth: 20 });
		assert.ok(everything.includes('UNAUTHORIZED'));
		assert.ok(!everything.includes(secret), everything);
		assert.deepEqual([endpoint.diagnose().token, endpoint.diagnose().headers], [true, ['X-Api-Key']]);
		server.onUpgrade = server.accept;
		assert.throws(() => endpoint.setToken('two words'), { code: 'CONFIG_INVALID' });
		endpoint.setToken('another');
		await reaches(endpoint, 'open');
		assert.equal(server.upgrades.at(-1)?.headers.authorization, 'Bearer another');
		server.client.close(4001, 'another');
		await reaches(endpoint, 'waiting');
		assert.ok(!inspect([endpoint.diagnose(), logger.lines], { depth: 20 }).includes('"another"'));
		assert.deepEqual(endpoint.diagnose().lastClose?.code, 4001);
	});

	it('restores the subscription after a reconnect', async () => {
		const { endpoint } = setUp({ subscribe: ['alpha'] });
		const asked = async () => {
			const [client] = await once(server, 'client');
			const [text] = await once(client, 'message');
			return String(text);
		};
		const first = asked();
		endpoint.start();
		assert.equal(await first, '{"subscribe":["alpha"]}');
		const more = once(server.client, 'message');
		endpoint.want(['alpha', 'beta']);
		endpoint.want(['beta', 'alpha']);
		assert.equal(String((await more)[0]), '{"subscribe":["alpha","beta"]}');
		const second = asked();
		endpoint.reconnect();
		assert.equal(await second, '{"subscribe":["alpha","beta"]}');
		const none = once(server.client, 'message');
		endpoint.want([]);
		assert.equal(String((await none)[0]), '{"subscribe":[]}');
		assert.deepEqual(endpoint.diagnose().subscribed, []);
		assert.equal(endpoint.diagnose().counters.reconnects, 1);
	});

	it('opens only when the session says so, and shows its refusal', async () => {
		const clock = new FakeClock();
		const dialect = plainDialect({
			opened: (link) => link.send('token?'),
			decode: (text) => ({ data: String(text) }),
		});
		const refusing = plainDialect({
			opened: (link) => link.refuse(new AgentStreamError('UNAUTHORIZED', 'The server does not know this token.')),
		});
		const { endpoint } = setUp({}, dialect, clock);
		const [client] = await Promise.all([once(server, 'client'), Promise.resolve(endpoint.start())]);
		assert.equal(String((await once(client[0], 'message'))[0]), 'token?');
		assert.equal(endpoint.state.phase, 'connecting');
		assert.throws(() => endpoint.send('x'), { code: 'NOT_CONNECTED' });
		clock.advance(limits.handshake);
		assert.equal((await reaches(endpoint, 'waiting')).cause?.code, 'HANDSHAKE_TIMEOUT');
		const { endpoint: refused } = setUp({}, refusing, clock);
		refused.start();
		assert.equal((await reaches(refused, 'waiting')).cause?.message, 'The server does not know this token.');
	});

	it('sends text, bytes and objects, and refuses what has no JSON', async () => {
		const { endpoint } = setUp();
		assert.throws(() => endpoint.send('x'), { code: 'NOT_CONNECTED' });
		endpoint.start();
		await reaches(endpoint, 'open');
		const circular: Record<string, unknown> = {};
		circular.self = circular;
		assert.throws(() => endpoint.send(circular), { code: 'SEND_FAILED' });
		assert.throws(() => endpoint.send(() => {}), { code: 'SEND_FAILED' });
		endpoint.send({ subscribe: ['x'] });
		assert.equal(String((await once(server.client, 'message'))[0]), '{"subscribe":["x"]}');
	});

	it('lets commands through only where control is allowed', async () => {
		const request = { method: 'POST', path: '/array/start' } as const;
		const { endpoint: guarded } = setUp();
		guarded.start();
		await assert.rejects(guarded.request(request), { code: 'COMMAND_REFUSED', message: /does not allow control/ });
		const { endpoint } = setUp({ allowControl: true });
		await assert.rejects(endpoint.request(request), { code: 'NOT_CONNECTED' });
		endpoint.start();
		server.onRequest = (_request, response) => response.end('{"success":true}');
		assert.deepEqual(await endpoint.request(request), { status: 200, body: { success: true } });
		assert.equal(server.requests[0]?.url, '/rest/array/start');
		const { endpoint: restless } = setUp({ allowControl: true }, { ...plainDialect(), restBase: () => null });
		restless.start();
		await assert.rejects(restless.request(request), { code: 'COMMAND_REFUSED', message: /no REST interface/ });
	});

	it('outlives listeners that throw', async () => {
		const { endpoint, logger, events } = setUp();
		let later = 0;
		endpoint.on('event', () => assert.fail('a bug of a flow'));
		endpoint.on('event', () => (later += 1));
		endpoint.start();
		await reaches(endpoint, 'open');
		for (let n = 0; n < 100; n++) server.client.send(frame('alpha', n));
		server.client.ping();
		await once(server.client, 'pong');
		assert.equal(events.length, 100);
		assert.equal(later, 100);
		assert.equal(endpoint.diagnose().counters.listenerFailures, 100);
		assert.equal(logger.lines.filter((line) => line.includes('a bug of a flow')).length, 1);
	});

	describe('snapshot', () => {
		it('fetches the subscribed types one after another, and a frame that came meanwhile wins', async () => {
			const { endpoint, events } = setUp({ snapshot: true, subscribe: ['alpha', 'beta', 'delta'] });
			let inFlight = 0;
			server.onRequest = (request, response) => {
				inFlight += 1;
				assert.equal(inFlight, 1);
				if (request.url === '/rest/beta') server.client.send(frame('beta', 'stream'));
				setImmediate(() => {
					inFlight -= 1;
					response.end(JSON.stringify(`rest ${request.url}`));
				});
			};
			const stream = once(endpoint, 'event');
			endpoint.start();
			await stream;
			await hasEvents(endpoint, events, 2);
			while (server.requests.length < 2 || inFlight > 0) await once(server, 'request');
			await endpoint.request({ method: 'POST', path: '/x' }).catch(() => {});
			assert.deepEqual(
				server.requests.map(({ url }) => url),
				['/rest/alpha', '/rest/beta'],
			);
			assert.deepEqual(
				events.map(({ type, via, data }) => [type, via, data]),
				[
					['alpha', 'rest', 'rest /rest/alpha'],
					['beta', 'stream', 'stream'],
				],
			);
		});

		it('is optional in its parts: a missing path and a failure cost one log line and nothing else', async () => {
			const { endpoint, events, logger } = setUp({ snapshot: true });
			server.onRequest = (request, response) => {
				if (request.url === '/rest/alpha') response.writeHead(404).end();
				else if (request.url === '/rest/beta') response.writeHead(500).end('broken');
				else response.end('[1]');
			};
			endpoint.start();
			await hasEvents(endpoint, events, 1);
			assert.deepEqual([events[0]?.type, endpoint.state.phase], ['gamma', 'open']);
			const lines = logger.lines.filter((line) => line.includes('could not be fetched'));
			assert.equal(lines.length, 1);
			assert.match(lines[0] ?? '', /\/beta could not be fetched: .*HTTP 500: broken\. \[REST_FAILED\]/);
			assert.deepEqual([endpoint.diagnose().counters.restCalls, endpoint.diagnose().counters.restFailed], [3, 1]);
		});

		it('is taken at most once in 10 s on a flapping link', async () => {
			const clock = new FakeClock();
			const { endpoint, events } = setUp({ snapshot: true, subscribe: ['alpha'] }, plainDialect(), clock);
			server.onRequest = (_request, response) => response.end('1');
			endpoint.start();
			await hasEvents(endpoint, events, 1);
			const start = clock.now();
			for (let flaps = 0; flaps < 4; flaps++) {
				server.client.terminate();
				await reaches(endpoint, 'waiting');
				passWait(clock, endpoint);
				await reaches(endpoint, 'open');
			}
			assert.ok(clock.now() - start < limits.roundEvery);
			assert.equal(server.requests.length, 1);
			clock.advance(limits.roundEvery - (clock.now() - start));
			await hasEvents(endpoint, events, 2);
			assert.equal(server.requests.length, 2);
		});
	});

	describe('polling', () => {
		const calm = { snapshot: true, pingEvery: 86_400_000 };
		const polled: Dialect = {
			...plainDialect(),
			types: {
				...plainDialect().types,
				flash: { title: 'test', interval: null, list: false, rest: '/flash', poll: true },
				own: { title: 'test', interval: null, list: false, own: true },
			},
		};
		const asked = (path: string) => server.requests.filter(({ url }) => url === `/rest${path}`).length;
		/** Resolves when REST has been asked so often, and its last answer has been read. */
		const requests = async (endpoint: Endpoint, count: number) => {
			while (server.requests.length < count) await once(server, 'request');
			await endpoint.refresh(['delta']);
			for (let turns = 0; turns < 20; turns++) await turn();
		};

		beforeEach(() => {
			server.onRequest = (request, response) => response.end(JSON.stringify(`rest ${request.url}`));
		});

		it('fetches what only REST knows on connecting and every 5 minutes, with the token, and never asks the stream for it', async () => {
			const clock = new FakeClock();
			const settings = { ...calm, token: secret, subscribe: ['alpha', 'flash', 'own'] };
			const { endpoint, events } = setUp(settings, polled, clock);
			const filter = once(server, 'client').then(async ([client]) => String((await once(client, 'message'))[0]));
			endpoint.start();
			assert.equal(await filter, '{"subscribe":["alpha"]}');
			await requests(endpoint, 2);
			for (let polls = 1; polls <= 4; polls++) {
				clock.advance(limits.pollEvery);
				await hasEvents(endpoint, events, 2 + polls);
			}
			assert.deepEqual([asked('/alpha'), asked('/flash'), server.requests.length], [1, 5, 6]);
			assert.deepEqual(
				events.slice(1, 3).map(({ type, via, replayed, every }) => [type, via, replayed, every]),
				[
					['flash', 'rest', true, limits.pollEvery],
					['flash', 'rest', false, limits.pollEvery],
				],
			);
			assert.ok(server.requests.every(({ headers }) => headers.authorization === `Bearer ${secret}`));
			endpoint.want(['flash']);
			assert.equal(String((await once(server.client, 'message'))[0]), '{"subscribe":[]}');
			await endpoint.stop();
			assert.equal(clock.timers, 0);
		});

		it('takes over while the WebSocket is refused, says so, and gives back at once', async () => {
			const clock = new FakeClock();
			const { endpoint, events, states, logger } = setUp({ ...calm, token: secret }, polled, clock);
			server.onUpgrade = ScriptedServer.refuse(503);
			endpoint.start();
			await reaches(endpoint, 'waiting');
			clock.advance(limits.fallbackAfter - 1);
			for (let turns = 0; turns < 20; turns++) await turn();
			assert.deepEqual([server.requests.length, endpoint.state.pollingSince], [0, undefined]);
			clock.advance(1);
			while (endpoint.state.pollingSince === undefined) await once(endpoint, 'state');
			assert.deepEqual([server.requests.length, endpoint.diagnose().state.pollingSince], [4, clock.now()]);
			assert.deepEqual(
				events.map(({ type, via, replayed, every, valid }) => [type, via, replayed, every, valid]),
				[
					['alpha', 'rest', true, 60_000, true],
					['beta', 'rest', true, 60_000, true],
					['gamma', 'rest', true, 60_000, true],
					['flash', 'rest', true, limits.pollEvery, true],
				],
			);
			assert.ok(!inspect([states, logger.lines, endpoint.diagnose()], { depth: 20 }).includes(secret));
			clock.advance(60_000);
			await hasEvents(endpoint, events, 7);
			assert.equal(events.at(-1)?.replayed, false);
			await reaches(endpoint, 'waiting');
			server.onUpgrade = server.accept;
			const before = server.requests.length;
			const polledLast = clock.now();
			passWait(clock, endpoint);
			assert.ok(clock.now() - polledLast >= limits.roundEvery);
			await reaches(endpoint, 'open');
			assert.equal(endpoint.state.pollingSince, undefined);
			await requests(endpoint, before + 4);
			clock.advance(60_000);
			await requests(endpoint, before + 4);
			assert.equal(server.requests.length, before + 4);
			await endpoint.stop();
			assert.equal(clock.timers, 0);
		});

		it('is over when REST fails too, and can be switched off', async () => {
			const clock = new FakeClock();
			server.onUpgrade = ScriptedServer.refuse(503);
			const { endpoint, states, events } = setUp(calm, polled, clock);
			endpoint.start();
			await reaches(endpoint, 'waiting');
			clock.advance(limits.fallbackAfter);
			while (endpoint.state.pollingSince === undefined) await once(endpoint, 'state');
			server.onRequest = (_request, response) => response.writeHead(500).end();
			clock.advance(60_000);
			while (endpoint.state.pollingSince !== undefined) await once(endpoint, 'state');
			assert.equal(events.length, 4);
			assert.equal(states.filter(({ pollingSince }, n) => pollingSince !== states[n - 1]?.pollingSince).length, 2);
			await endpoint.stop();
			assert.equal(clock.timers, 0);
			const { endpoint: off } = setUp({ ...calm, fallback: false }, polled, clock);
			const before = server.requests.length;
			off.start();
			await reaches(off, 'waiting');
			assert.equal(clock.timers, 1);
			clock.advance(limits.fallbackAfter);
			for (let turns = 0; turns < 20; turns++) await turn();
			assert.equal(server.requests.length, before);
		});

		it('drops an answer that the stream has overtaken, and one that comes after the stop', async () => {
			const clock = new FakeClock();
			server.onUpgrade = ScriptedServer.refuse(503);
			const { endpoint, events } = setUp({ ...calm, subscribe: ['alpha'] }, polled, clock);
			let answer = () => {};
			server.onRequest = (_request, response) => {
				answer = () => response.end('"old"');
			};
			endpoint.start();
			await reaches(endpoint, 'waiting');
			clock.advance(limits.fallbackAfter);
			await once(server, 'request');
			server.onUpgrade = server.accept;
			endpoint.reconnect();
			await reaches(endpoint, 'open');
			server.client.send(frame('alpha', 'new'));
			await hasEvents(endpoint, events, 1);
			answer();
			await requests(endpoint, 1);
			assert.deepEqual(
				events.map(({ data }) => data),
				['new'],
			);
			clock.advance(limits.roundEvery);
			await once(server, 'request');
			await endpoint.stop();
			answer();
			for (let turns = 0; turns < 20; turns++) await turn();
			assert.deepEqual([events.length, clock.timers], [1, 0]);
		});

		it('waits as REST asks it to (429), one request at a time', async () => {
			const clock = new FakeClock();
			const { endpoint, events } = setUp({ ...calm, subscribe: ['alpha', 'beta'] }, polled, clock);
			let refusals = 1;
			server.onRequest = (request, response) => {
				if (refusals-- > 0) response.writeHead(429, { 'Retry-After': '2' }).end();
				else response.end(JSON.stringify(`rest ${request.url}`));
			};
			const start = clock.now();
			endpoint.start();
			while (events.length < 2) {
				await turn();
				if (server.requests.length === 1) clock.advance(10);
			}
			assert.ok(clock.now() - start >= 2_000);
			assert.deepEqual([asked('/alpha'), asked('/beta')], [2, 1]);
		});
	});

	it('tells the dialect by itself and then does what that dialect does', async () => {
		const path = join(__dirname, '../fixtures/unraid/live-60s.jsonl');
		const frames = readFileSync(path, 'utf8').split('\n').slice(0, 8);
		const { endpoint, events } = setUp({ subscribe: ['system_update'] }, 'auto');
		endpoint.start();
		await reaches(endpoint, 'open');
		assert.equal(endpoint.diagnose().dialect, null);
		const asked = once(server.client, 'message');
		for (const line of frames) server.client.send(JSON.parse(line).raw ?? line);
		await hasEvents(endpoint, events, frames.length);
		assert.equal(endpoint.dialect?.name, 'unraid');
		assert.ok(events.every(({ dialect }) => dialect === 'unraid'));
		assert.match(String((await asked)[0]), /system_update/);
		assert.equal(endpoint.diagnose().restBase, `http://${server.host}/api/v1`);
	});

	it('does not lose what waits for a decision when the connection ends', async () => {
		const { endpoint, events } = setUp({}, 'auto');
		endpoint.start();
		await reaches(endpoint, 'open');
		server.client.send('{"nobody":"knows this"}');
		server.client.close(1001);
		await reaches(endpoint, 'waiting');
		assert.deepEqual(events[0]?.data, { nobody: 'knows this' });
	});

	it('leaves no timer, socket or listener after dozens of reconnects', async () => {
		const clock = new FakeClock();
		const { endpoint } = setUp({}, plainDialect(), clock);
		endpoint.start();
		for (let round = 0; round < 48; round++) {
			await reaches(endpoint, 'open');
			assert.equal(clock.timers, 1);
			if (round % 4 === 0) endpoint.reconnect();
			else if (round % 4 === 1) for (const socket of server.sockets) socket.resetAndDestroy();
			else if (round % 4 === 2) server.client.close(1001);
			else server.client.terminate();
			if (round % 4 !== 0) {
				await reaches(endpoint, 'waiting');
				passWait(clock, endpoint);
			}
			while (clock.timers > 1) await turn();
		}
		await reaches(endpoint, 'open');
		assert.equal(endpoint.diagnose().counters.reconnects, 48);
		assert.deepEqual([endpoint.listenerCount('event'), endpoint.listenerCount('state')], [1, 1]);
		await endpoint.stop();
		await server.allGone();
		assert.equal(clock.timers, 0);
	});
});
