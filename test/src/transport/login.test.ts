import assert from 'node:assert/strict';
import { once } from 'node:events';
import { inspect } from 'node:util';
import { limits } from '../../../src/model/limits';
import { Login } from '../../../src/transport/login';
import type { EndpointSettings, LoginSettings } from '../../../src/transport/settings';
import { ConnectProxy } from '../../support/connect-proxy';
import { FakeClock } from '../../support/fake-clock';
import { jwt } from '../../support/jwt';
import { ScriptedServer, testTls } from '../../support/scripted-server';

const secret = 'S3cret-Passw0rd';

describe('login', () => {
	let server: ScriptedServer;
	let clock: FakeClock;
	const open: Login[] = [];

	/** A login at the server, closed after the test. */
	function login(more: Partial<LoginSettings> = {}, settings: Pick<EndpointSettings, 'tls' | 'proxy'> = {}) {
		const url = `http://${server.host}/login?key=${secret}`;
		const made = new Login({ login: { url, ...more }, settings, clock, environment: {} });
		open.push(made);
		return made;
	}

	const answer = (status: number, body: string, headers: Record<string, string> = {}) => {
		server.onRequest = (_request, response) => response.writeHead(status, headers).end(body);
	};
	const failure = (sentence: RegExp, detail?: string) => (thrown: Error) => {
		assert.equal(Object(thrown).code, 'LOGIN_FAILED');
		assert.equal(Object(thrown).detail, detail);
		assert.match(thrown.message, sentence);
		assert.ok(!inspect(thrown, { depth: 10 }).includes(secret));
		return true;
	};

	beforeEach(async () => {
		clock = new FakeClock();
		server = await ScriptedServer.listen();
	});
	afterEach(async () => {
		for (const each of open.splice(0)) each.close();
		await server.allGone();
		await server.close();
		assert.equal(clock.timers, 0);
	});

	it('sends what is set, as it is set', async () => {
		answer(200, '{"access_token":"abc"}');
		const form = `username=me&password=${secret}`;
		for (const [more, method, body, type] of [
			[{ body: { user: 'me', password: secret } }, 'POST', `{"user":"me","password":"${secret}"}`, 'application/json'],
			[{ body: form }, 'POST', form, 'application/x-www-form-urlencoded'],
			[{ body: '{"a":1}' }, 'POST', '{"a":1}', 'application/json'],
			[{ body: 'x', contentType: 'text/plain' }, 'POST', 'x', 'text/plain'],
			[{}, 'POST', '', undefined],
			[{ method: 'GET' }, 'GET', '', undefined],
		] as const) {
			assert.deepEqual(await login({ ...more, headers: { 'X-Own': secret } }).grant(), { token: 'abc', expires: null });
			const request = server.requests.at(-1);
			assert.deepEqual([request?.method, request?.body, request?.headers['content-type']], [method, body, type]);
			assert.deepEqual([request?.url, request?.headers['x-own']], [`/login?key=${secret}`, secret]);
			assert.equal(request?.headers.authorization, undefined);
		}
	});

	it('finds the token and its expiry in the answer', async () => {
		const now = clock.now();
		const own = jwt({ exp: now / 1_000 + 60 });
		for (const [body, more, token, expires] of [
			[{ token: 'abc' }, {}, 'abc', null],
			[{ token: 'second', access_token: 'first', expires_in: 60 }, {}, 'first', now + 60_000],
			[{ access_token: null, token: 'Bearer abc' }, {}, 'abc', null],
			[{ data: [{ jwt: own }], expires_in: 3_600 }, { tokenPath: 'data[0].jwt' }, own, now + 60_000],
			[{ token: own, until: '2026-09-14T09:30:00Z' }, { expiresPath: 'until' }, own, now + 3_600_000],
			[{ token: own, until: 'never' }, { expiresPath: 'until' }, own, now + 60_000],
		] as const) {
			answer(200, JSON.stringify(body));
			assert.deepEqual(await login(more).grant(), { token, expires });
		}
	});

	it('says what to do where there is no token, and tells nothing of what was said', async () => {
		for (const [status, body, sentence, detail] of [
			[
				401,
				secret,
				/^The login at http:\/\/127\S+\/login\?… was answered with HTTP 401: it refuses us; check the body/,
				'refused',
			],
			[404, secret, /HTTP 404: there is no such login; check its URL and method\.$/, 'refused'],
			[503, secret, /HTTP 503: it is not ready; we keep trying\.$/, undefined],
			[204, '', /was not answered with JSON; check the login URL\.$/, 'refused'],
			[200, `<html>${secret}`, /was not answered with JSON/, 'refused'],
			[200, `{"key":"${secret}"}`, /brought no token at access_token or token; set the token path/, 'refused'],
			[200, '{"token":7}', /brought no token/, 'refused'],
			[200, `{"token":"${secret}\\n "}`, /holds spaces or special characters/, 'refused'],
		] as const) {
			answer(status, body);
			const isTrimmed = status === 200 && body.includes('\\n');
			if (isTrimmed) assert.equal((await login().grant()).token, secret);
			else await assert.rejects(login().grant(), failure(sentence, detail), body);
		}
		answer(200, `{"token":"${secret} x"}`);
		await assert.rejects(login().grant(), failure(/holds spaces or special characters/, 'refused'));
		answer(302, '', { Location: `/sso?key=${secret}` });
		await assert.rejects(
			login().grant(),
			failure(/HTTP 302: it redirects to http:\/\/\S+\/sso\?…; use that URL/, 'refused'),
		);
	});

	it('gives up a server that is silent, too loud, or not there', async () => {
		server.onRequest = () => {};
		const silent = login().grant();
		await once(server, 'request');
		clock.advance(limits.loginTimeout);
		await assert.rejects(silent, failure(/^The login failed: .* did not answer within 10 s/));
		answer(200, ' '.repeat(limits.loginBody + 1));
		await assert.rejects(login().grant(), failure(/more than \d+ bytes/));
		const free = await ScriptedServer.listen();
		const url = `http://${free.host}/`;
		await free.close();
		await assert.rejects(login({ url }).grant(), failure(/nothing listens there/));
	});

	it('uses the TLS settings and the proxy of the endpoint', async () => {
		const pair = testTls('test-only-localhost');
		const secure = await ScriptedServer.listen(pair);
		const proxy = await ConnectProxy.listen();
		secure.onRequest = (_request, response) => response.end('{"token":"abc"}');
		const url = `https://${secure.host}/login`;
		await assert.rejects(login({ url }).grant(), failure(/self-signed certificate/));
		const settings = { tls: { ca: pair.cert }, proxy: `http://${proxy.host}` };
		assert.equal((await login({ url }, settings).grant()).token, 'abc');
		assert.equal(proxy.tunnels.length, 1);
		for (const each of open) each.close();
		await proxy.close();
		await secure.close();
	});
});
