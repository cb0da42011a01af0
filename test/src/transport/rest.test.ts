import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type Clock, systemClock } from '../../../src/model/clock';
import { AgentStreamError } from '../../../src/model/errors';
import { limits } from '../../../src/model/limits';
import { RestClient, type RestOptions } from '../../../src/transport/rest';
import type { Access } from '../../../src/transport/target';
import { ConnectProxy } from '../../support/connect-proxy';
import { FakeClock } from '../../support/fake-clock';
import { ScriptedServer, testTls } from '../../support/scripted-server';

const secret = 'S3cret-T0ken-0123456789';

describe('REST client', () => {
	let server: ScriptedServer;
	const open: RestClient[] = [];

	/** A client of the server, closed after the test. */
	function client(
		access: Partial<Access> = {},
		clock: Clock = systemClock,
		base = `http://${server.host}/api/v1`,
		more: Partial<RestOptions> = {},
	) {
		const counters = { calls: 0, failed: 0 };
		const options = { base, access: () => ({ token: null, ...access }), clock, environment: {}, counters };
		const rest = new RestClient({ ...options, ...more });
		open.push(rest);
		return Object.assign(rest, { counted: counters });
	}

	const answer = (status: number, body: string, headers: Record<string, string> = {}) => {
		server.onRequest = (_request, response) => response.writeHead(status, headers).end(body);
	};
	const failure = (code: string, sentence: RegExp) => (thrown: Error) => {
		assert.equal(Object(thrown).code, code);
		assert.match(thrown.message, sentence);
		assert.ok(!`${thrown.message} ${thrown.stack}`.includes(secret));
		return true;
	};

	beforeEach(async () => {
		server = await ScriptedServer.listen();
	});
	afterEach(async () => {
		for (const rest of open.splice(0)) rest.close();
		await server.allGone();
		await server.close();
	});

	it('reads JSON with the token in the header, over one connection', async () => {
		answer(200, '{"name":"tower"}', { 'Content-Type': 'application/json' });
		const rest = client({ token: secret, headers: { 'X-A': 'b' } });
		assert.deepEqual(await rest.get('/system'), { name: 'tower' });
		await rest.get('/metrics/history?metric=cpu');
		const [first, second] = server.requests;
		assert.deepEqual([first?.method, first?.url], ['GET', '/api/v1/system']);
		assert.deepEqual([first?.headers.authorization, first?.headers['x-a']], [`Bearer ${secret}`, 'b']);
		assert.equal(second?.url, '/api/v1/metrics/history?metric=cpu');
		assert.equal(server.connections, 1);
		assert.deepEqual(rest.counted, { calls: 2, failed: 0 });
	});

	it('puts the token where it belongs; one that belongs into a message is a bearer token here', async () => {
		answer(200, '1');
		const seen: unknown[] = [];
		for (const tokenIn of ['message', 'bearer', 'header', 'cookie', 'query'] as const) {
			await client({ token: secret, tokenIn }).get('/x?a=1');
			const request = server.requests.at(-1);
			const { authorization, cookie, 'x-api-key': key } = request?.headers ?? {};
			seen.push([request?.url, authorization, key, cookie].map((text) => String(text).replace(secret, '*')).join(' '));
		}
		assert.deepEqual(seen, [
			'/api/v1/x?a=1 Bearer * undefined undefined',
			'/api/v1/x?a=1 Bearer * undefined undefined',
			'/api/v1/x?a=1 undefined * undefined',
			'/api/v1/x?a=1 undefined undefined token=*',
			'/api/v1/x?a=1&token=* undefined undefined undefined',
		]);
		answer(500, 'no');
		await assert.rejects(
			client({ token: secret, tokenIn: 'query' }).get('/x'),
			failure('REST_FAILED', /\/x was answered/),
		);
	});

	it('repeats a call once whose token was refused, where there is another one by then', async () => {
		for (const [tokens, renews, code] of [
			[['old', 'new'], true, null],
			[['old', 'old'], true, 'UNAUTHORIZED'],
			[['old', 'new'], false, 'UNAUTHORIZED'],
		] as const) {
			const left: string[] = [...tokens];
			const refused: (string | null)[] = [];
			server.onRequest = ({ headers }, response) =>
				response.writeHead(headers.authorization === 'Bearer new' ? 200 : 401).end('1');
			const rest = client({}, systemClock, undefined, {
				access: async () => ({ token: left.shift() ?? null }),
				refused: async (token) => {
					refused.push(token);
					return renews;
				},
			});
			const call = rest.command({ method: 'POST', path: '/x' });
			if (code === null) assert.deepEqual(await call, { status: 200, body: 1 });
			else await assert.rejects(call, failure(code, /HTTP 401; set the token of this endpoint, or its login/));
			assert.deepEqual(refused, ['old']);
			assert.equal(left.length, renews ? 0 : 1);
			assert.deepEqual(rest.counted, { calls: 1, failed: code === null ? 0 : 1 });
		}
		const rest = client({}, systemClock, undefined, {
			access: () => Promise.reject(new AgentStreamError('LOGIN_FAILED', 'No.')),
		});
		await assert.rejects(rest.get('/x'), failure('LOGIN_FAILED', /^No\.$/));
		assert.equal(rest.counted.failed, 1);
	});

	it('knows a path that is not there', async () => {
		const rest = client();
		assert.equal(await rest.get('/nothing'), undefined);
		assert.equal(rest.counted.failed, 0);
	});

	it('sends commands with a JSON body, and says what the server answered', async () => {
		const rest = client();
		answer(200, '{"success":true}');
		const command = { method: 'POST', path: '/docker/my%20app/start', body: { force: true } } as const;
		assert.deepEqual(await rest.command(command), { status: 200, body: { success: true } });
		const [request] = server.requests;
		assert.deepEqual([request?.method, request?.url], ['POST', '/api/v1/docker/my%20app/start']);
		assert.deepEqual([request?.body, request?.headers['content-type']], ['{"force":true}', 'application/json']);
		answer(204, '');
		assert.deepEqual(await rest.command({ method: 'DELETE', path: '/x' }), { status: 204, body: null });
		answer(200, 'done');
		assert.deepEqual(await rest.command({ method: 'PUT', path: '/x' }), { status: 200, body: 'done' });
	});

	it('explains refusals, bounded and without the secret', async () => {
		const rest = client({ token: secret });
		const command = { method: 'POST', path: '/x' } as const;
		answer(401, `{"error":"${secret}"}`);
		await assert.rejects(
			rest.get('/x'),
			failure('UNAUTHORIZED', /GET http:.*\/x was refused with HTTP 401; set the token/),
		);
		answer(500, `${secret}\n${'x'.repeat(10_000)}`);
		await assert.rejects(rest.command(command), failure('REST_FAILED', /HTTP 500: \*\*\* x{100,200}…\.$/));
		answer(404, 'no container');
		await assert.rejects(rest.command(command), failure('REST_FAILED', /HTTP 404: no container\./));
		answer(302, '', { Location: `https://elsewhere/api?t=${secret}` });
		await assert.rejects(rest.get('/x'), failure('REST_FAILED', /redirects to https:\/\/elsewhere\/api\?…; use/));
		assert.deepEqual(rest.counted, { calls: 4, failed: 4 });
	});

	it('never leaves its base', async () => {
		const rest = client();
		for (const path of [
			'',
			'x',
			'//evil/',
			'/../x',
			'/a/%2e%2e/../../x',
			'/a\\b',
			'/a/../b',
			'/docker/%2E%2E/start',
			'/..%2fx',
			'/%zz',
			'/a\r\nb',
			'/a?b\nc',
		]) {
			await assert.rejects(rest.get(path), failure('URL_INVALID', /must stay below it/), path);
		}
		assert.equal(server.requests.length, 0);
		assert.equal(await rest.get('/vm/a%2Fb..c/start'), undefined);
		assert.equal(server.requests[0]?.url, '/api/v1/vm/a%2Fb..c/start');
		await assert.rejects(client({}, systemClock, 'no URL').get('/x'), failure('URL_INVALID', /cannot be read/));
	});

	it('repeats a call that came too early, as long as the wait is short', async () => {
		const clock = new FakeClock();
		const rest = client({}, clock);
		const busy = [{ 'Retry-After': '3' }, {}];
		server.onRequest = (_request, response) => {
			const headers = busy.shift();
			if (headers) response.writeHead(429, headers).end();
			else response.end('1');
		};
		const start = clock.after.bind(clock);
		const waits: number[] = [];
		clock.after = (ms, run) => {
			if (ms === limits.restTimeout) return start(ms, run);
			waits.push(ms);
			setImmediate(() => clock.advance(ms));
			return start(ms, run);
		};
		assert.equal(await rest.get('/x'), 1);
		assert.deepEqual(waits, [3_000, limits.backoffFirst]);
		answer(429, '', { 'Retry-After': '3600' });
		await assert.rejects(rest.get('/x'), failure('REST_FAILED', /HTTP 429/));
		answer(429, '', { 'Retry-After': '1' });
		await assert.rejects(rest.get('/x'), failure('REST_FAILED', /HTTP 429/));
		assert.deepEqual(waits.slice(2), [1_000, 1_000]);
		assert.equal(clock.timers, 0);
	});

	it('gives up an answer that takes too long, is too large, or is cut', async () => {
		const clock = new FakeClock();
		const rest = client({}, clock);
		server.onRequest = () => {};
		const slow = rest.get('/slow');
		await once(server, 'request');
		clock.advance(limits.restTimeout);
		await assert.rejects(slow, failure('REST_FAILED', /did not answer within 10 s/));
		answer(200, 'x'.repeat(limits.restBody + 1));
		await assert.rejects(rest.get('/large'), failure('REST_FAILED', /more than \d+ bytes/));
		server.onRequest = (_request, response) => {
			response.writeHead(200, { 'Content-Length': '10' });
			response.write('123', () => response.destroy());
		};
		await assert.rejects(rest.get('/cut'), failure('REST_FAILED', /cut/));
		assert.equal(clock.timers, 0);
	});

	it('explains a server that is not there', async () => {
		const free = await ScriptedServer.listen();
		const base = `http://${free.host}/`;
		await free.close();
		await assert.rejects(client({}, systemClock, base).get('/x'), failure('REST_FAILED', /nothing listens there/));
	});

	it('gives up what is under way when it is closed, for good', async () => {
		const rest = client();
		server.onRequest = () => {};
		const call = rest.get('/x');
		await once(server, 'request');
		rest.close();
		rest.close();
		await assert.rejects(call, failure('REST_FAILED', /given up/));
		await server.allGone();
		await assert.rejects(rest.get('/x'), failure('REST_FAILED', /given up/));
	});

	it('speaks TLS with a CA, and goes through a proxy', async () => {
		const pair = testTls('test-only-localhost');
		const secure = await ScriptedServer.listen(pair);
		const proxy = await ConnectProxy.listen();
		secure.onRequest = (_request, response) => response.end('1');
		const base = `https://${secure.host}`;
		await assert.rejects(client({}, systemClock, base).get('/x'), failure('REST_FAILED', /self-signed/));
		const tls = { ca: pair.cert };
		assert.equal(await client({ tls }, systemClock, base).get('/x'), 1);
		const access = { tls, token: secret, proxy: `http://${proxy.host}` };
		assert.equal(await client(access, systemClock, base).get('/x'), 1);
		assert.equal(proxy.tunnels.length, 1);
		assert.equal(proxy.tunnels[0]?.headers.authorization, undefined);
		assert.equal(secure.requests.at(-1)?.headers.authorization, `Bearer ${secret}`);
		await proxy.allGone();
		proxy.manner = 407;
		await assert.rejects(
			client(access, systemClock, base).get('/x'),
			failure('UNAUTHORIZED', /credentials of the proxy/),
		);
		proxy.manner = 'hang';
		const clock = new FakeClock();
		const hanging = client(access, clock, base).get('/x');
		await once(proxy, 'connect');
		clock.advance(limits.restTimeout);
		await assert.rejects(hanging, failure('REST_FAILED', /did not answer/));
		await proxy.allGone();
		for (const rest of open) rest.close();
		await proxy.close();
		await secure.close();
	});
});
