import assert from 'node:assert/strict';
import { once } from 'node:events';
import { inspect } from 'node:util';
import { limits } from '../../../src/model/limits';
import { LogLimiter } from '../../../src/transport/log-limiter';
import type { EndpointSettings } from '../../../src/transport/settings';
import { TokenSource } from '../../../src/transport/token-source';
import { FakeClock } from '../../support/fake-clock';
import { jwt } from '../../support/jwt';
import { RecordingLogger } from '../../support/recording-logger';
import { ScriptedServer } from '../../support/scripted-server';

const secret = 'S3cret-Passw0rd';
const hour = 3_600_000;

describe('token source', () => {
	let server: ScriptedServer;
	let clock: FakeClock;
	let logger: RecordingLogger;
	/** What the server answers to the next logins; a number is a status. */
	let answers: (number | object)[];
	const changes: (string | null)[] = [];
	let source: TokenSource | null;

	function make(settings: Pick<EndpointSettings, 'token' | 'login'> = {}, random = () => 0) {
		source = new TokenSource({
			settings,
			clock,
			random,
			environment: {},
			log: new LogLimiter(logger, clock, 'tower'),
			changed: (token) => changes.push(token),
		});
		return source;
	}
	const withLogin = (more: Pick<EndpointSettings, 'token'> = {}) =>
		make({ ...more, login: { url: `http://${server.host}/login`, body: { password: secret } } });
	/** Lets time pass until the token is renewed. */
	async function renewed(ms: number) {
		const asked = once(server, 'request');
		clock.advance(ms);
		await asked;
	}
	const logins = () => server.requests.length;
	/** Resolves after the tokens have changed this often. */
	async function changed(count: number) {
		while (changes.length < count) await new Promise(setImmediate);
	}
	const failed = { code: 'LOGIN_FAILED' };

	beforeEach(async () => {
		clock = new FakeClock();
		logger = new RecordingLogger();
		answers = [];
		changes.length = 0;
		server = await ScriptedServer.listen();
		server.onRequest = (_request, response) => {
			const answer = answers.shift() ?? 500;
			if (typeof answer === 'number') response.writeHead(answer).end(secret);
			else response.end(JSON.stringify(answer));
		};
	});
	afterEach(async () => {
		source?.close();
		assert.equal(clock.timers, 0);
		await server.allGone();
		await server.close();
		assert.ok(!inspect(logger.lines).includes(secret));
	});

	it('has what the user sets', async () => {
		const tokens = make({ token: 'abc' });
		assert.deepEqual([tokens.current, await tokens.token()], ['abc', 'abc']);
		assert.equal(await tokens.refused('abc'), false);
		tokens.set('other');
		tokens.set('other');
		tokens.set(null);
		assert.deepEqual([tokens.current, await tokens.token()], [null, null]);
		assert.deepEqual(changes, ['other', null]);
		assert.deepEqual(logger.lines, []);
	});

	it('warns once of a token that has expired or will expire, and does nothing else', async () => {
		const seconds = clock.now() / 1_000;
		const tokens = make({ token: jwt({ exp: seconds - 60 }) });
		await tokens.token();
		await tokens.token();
		tokens.set(jwt({ exp: seconds + 3_600 }));
		clock.jump(clock.now() + limits.logEvery);
		await tokens.token();
		await tokens.token();
		clock.jump(clock.now() + 2 * hour);
		await tokens.token();
		assert.deepEqual(logger.lines, [
			'warn tower: the token expired at 2026-09-14T08:29:00.000Z; set a new one, or a login that fetches it.',
			'warn tower: the token expires at 2026-09-14T09:30:00.000Z; set a new one, or a login that fetches it.',
		]);
		assert.equal(clock.timers, 0);
	});

	it('logs in when a token is first needed, once for all who wait, and keeps it', async () => {
		const tokens = withLogin();
		answers.push({ token: 'first' });
		assert.equal(tokens.current, null);
		assert.deepEqual(await Promise.all([tokens.token(), tokens.token(), tokens.token()]), ['first', 'first', 'first']);
		clock.advance(100 * hour);
		assert.equal(await tokens.token(), 'first');
		assert.equal(logins(), 1);
		assert.deepEqual(changes, ['first']);
	});

	it('begins with a token that is set, and logs in when it expires', async () => {
		const tokens = withLogin({ token: jwt({ exp: clock.now() / 1_000 + 3_600 }) });
		assert.equal(await tokens.token(), tokens.current);
		assert.equal(logins(), 0);
		answers.push({ token: 'second' });
		await renewed(hour - limits.renewBefore);
		await changed(1);
		assert.equal(await tokens.token(), 'second');
	});

	it('renews a minute before the token expires, or at half of a short life', async () => {
		const tokens = withLogin();
		answers.push({ token: 'a', expires_in: 3_600 }, { token: 'b', expires_in: 40 }, { token: 'c' });
		await tokens.token();
		clock.advance(hour - limits.renewBefore - 1);
		assert.equal(logins(), 1);
		await renewed(1);
		await changed(2);
		assert.equal(tokens.current, 'b');
		clock.advance(19_999);
		assert.equal(logins(), 2);
		await renewed(1);
		await changed(3);
		assert.equal(tokens.current, 'c');
		assert.equal(clock.timers, 0);
	});

	it('spreads renewals, and waits longer than one timer can', async () => {
		const tokens = make({ login: { url: `http://${server.host}/login` } }, () => 1);
		answers.push({ token: 'a', expires_in: 40 * 86_400 }, { token: 'b' });
		await tokens.token();
		clock.advance(40 * 24 * hour - 1.5 * limits.renewBefore - 1);
		assert.equal(logins(), 1);
		await renewed(1);
		await changed(2);
	});

	it('does not storm a server whose tokens are born dead', async () => {
		const tokens = withLogin();
		for (let n = 0; n < 100; n++) answers.push({ token: `t${n}`, expires_in: 1 });
		await tokens.token();
		for (let at = 1; at <= 6; at++) {
			clock.advance(limits.loginEvery - 1);
			assert.equal(await tokens.token(), `t${at - 1}`);
			await renewed(1);
			await changed(at + 1);
		}
		assert.equal(logins(), 7);
	});

	it('repeats a renewal that fails as long as the old token lasts, and then when one is needed', async () => {
		let failures = -1;
		const tokens = make({ login: { url: `http://${server.host}/login` } }, () => {
			failures += 1;
			return 0;
		});
		answers.push({ token: 'a', expires_in: 600 });
		await tokens.token();
		for (const [index, wait] of [540_000, 500, 1_000, 2_000, 4_000, 8_000, 16_000].entries()) {
			assert.equal(clock.timers, 1);
			await renewed(wait);
			while (failures <= index) await new Promise(setImmediate);
			assert.equal(tokens.current, 'a');
		}
		assert.equal(clock.timers, 0);
		assert.deepEqual(logger.lines.length, 1);
		assert.match(
			logger.lines[0] ?? '',
			/^warn tower: the token could not be renewed: .* HTTP 500: .*\[LOGIN_FAILED\]$/,
		);
		clock.advance(hour);
		answers.push({ token: 'b' });
		assert.equal(await tokens.token(), 'b');
	});

	it('repeats a failed login not at once, and a refused one slowly', async () => {
		const tokens = withLogin();
		answers.push(503, 401, { token: 'a' });
		await assert.rejects(tokens.token(), failed);
		await assert.rejects(tokens.token(), failed);
		assert.equal(logins(), 1);
		clock.advance(limits.backoffFirst);
		await assert.rejects(tokens.token(), { ...failed, detail: 'refused' });
		clock.advance(limits.backoffRefused - 1);
		await assert.rejects(tokens.token(), failed);
		assert.equal(logins(), 2);
		clock.advance(1);
		assert.equal(await tokens.token(), 'a');
	});

	it('replaces a token that is refused, but not again within the slow back-off', async () => {
		const tokens = withLogin({ token: 'old' });
		answers.push({ token: 'a' }, { token: 'b' }, 401);
		assert.equal(await tokens.refused('old'), true);
		assert.equal(tokens.current, 'a');
		assert.equal(await tokens.refused('old'), true);
		assert.equal(await tokens.refused('a'), false);
		assert.equal(await tokens.token(), 'a');
		assert.equal(logins(), 1);
		clock.advance(limits.backoffRefused);
		assert.equal(await tokens.token(), 'b');
		clock.advance(limits.backoffRefused);
		assert.equal(await tokens.refused('b'), false);
		assert.match(logger.lines[0] ?? '', /HTTP 401/);
	});

	it('puts the renewal of a token that is refused off until the slow back-off is over', async () => {
		const tokens = withLogin({ token: 'old' });
		answers.push({ token: 'a', expires_in: 40 }, { token: 'b', expires_in: 40 }, { token: 'c', expires_in: 40 });
		await tokens.refused('old');
		assert.equal(await tokens.refused('a'), false);
		clock.advance(limits.backoffRefused - 1);
		assert.equal(logins(), 1);
		await renewed(1);
		await changed(2);
		assert.equal(tokens.current, 'b');
		await renewed(20_000);
		await changed(3);
		assert.equal(tokens.current, 'c');
	});

	it('takes a token by message, and forgets what was under way', async () => {
		const tokens = withLogin();
		server.onRequest = () => {};
		const asked = once(server, 'request');
		const waiting = tokens.token().catch((thrown) => thrown.code);
		await asked;
		tokens.set('mine');
		assert.equal(await tokens.token(), 'mine');
		clock.advance(limits.loginTimeout);
		assert.equal(await waiting, 'LOGIN_FAILED');
		assert.deepEqual([tokens.current, changes], ['mine', ['mine']]);
		server.onRequest = (_request, response) => response.end('{"token":"a"}');
		tokens.set(null);
		assert.equal(await tokens.token(), 'a');
	});

	it('gives up what is under way when it is closed, and can begin anew', async () => {
		const tokens = withLogin();
		answers.push({ token: 'a', expires_in: 600 }, { token: 'b', expires_in: 600 });
		await tokens.token();
		assert.equal(clock.timers, 1);
		tokens.close();
		tokens.close();
		assert.equal(clock.timers, 0);
		assert.equal(await tokens.token(), 'a');
		assert.equal(clock.timers, 1);
		server.onRequest = () => {};
		await renewed(540_000);
		tokens.close();
		await server.allGone();
		assert.deepEqual(logger.lines, []);
	});
});
