import assert from 'node:assert/strict';
import { limits } from '../../../src/model/limits';
import { endpointSettingsSchema, parseEndpointSettings, parseToken } from '../../../src/transport/settings';

const least = { id: 'tower', url: 'ws://tower:8043/api/v1/ws' };
const secret = 'S3cret T0ken';

describe('endpoint settings', () => {
	it('accepts the least and the most', () => {
		assert.deepEqual(parseEndpointSettings(least), least);
		const most = {
			...least,
			url: 'wss://tower/ws?x=1',
			token: 'abc',
			tokenIn: 'query',
			tokenName: 'api_key',
			login: {
				url: 'https://tower/login?x=1',
				method: 'POST',
				body: { user: 'me', password: 'p' },
				contentType: 'application/json',
				headers: { 'X-A': 'b' },
				tokenPath: 'data.token',
				expiresPath: 'data.expires["at"]',
			},
			namespace: '/agents',
			subscription: { events: ['a'], filters: {} },
			headers: { 'X-A': 'b c' },
			tls: {
				ca: ['x', new Uint8Array([1])],
				cert: 'c',
				key: 'k',
				passphrase: 'p',
				servername: 's',
				rejectUnauthorized: false,
			},
			proxy: 'http://proxy:3128',
			subscribe: ['disk_list_update'],
			strict: true,
			handshakeTimeout: 1,
			pingEvery: 1,
			pongWithin: 1,
			backoffFirst: 1,
			backoffLongest: 86_400_000,
			restBase: 'https://tower/api/v1',
			snapshot: false,
			pollEvery: 10_000,
			fallback: false,
			allowControl: true,
		};
		assert.deepEqual(parseEndpointSettings(most), most);
		assert.equal(parseEndpointSettings({ ...least, pollEvery: 0 }).pollEvery, 0);
		assert.equal(parseEndpointSettings({ ...least, token: ' abc\n' }).token, 'abc');
		assert.equal(parseEndpointSettings({ ...least, url: 'https://tower/ws' }).url, 'wss://tower/ws');
		assert.equal(parseEndpointSettings({ ...least, url: 'HTTP://tower/ws' }).url, 'ws://tower/ws');
		const login = { url: 'http://tower/login', method: 'GET' } as const;
		assert.deepEqual(parseEndpointSettings({ ...least, login }).login, login);
		assert.equal(endpointSettingsSchema.safeParse({ ...least, proxy: 'none', token: undefined }).success, true);
	});

	it('refuses the rest with a code, the place and a reason, and repeats no secret', () => {
		const login = { url: 'http://tower/login' };
		const deep = JSON.parse(`${'['.repeat(limits.depth + 2)}${']'.repeat(limits.depth + 2)}`);
		const cases: [object, string, RegExp][] = [
			[{ ...least, id: '' }, 'CONFIG_INVALID', /id: an id has/],
			[{ ...least, id: 'Tower' }, 'CONFIG_INVALID', /id: an id has/],
			[{ ...least, id: 'x'.repeat(65) }, 'CONFIG_INVALID', /id:/],
			[{ ...least, url: 'ftp://tower/' }, 'URL_INVALID', /url: write the URL as ws:/],
			[{ ...least, tokenIn: 'body' }, 'CONFIG_INVALID', /tokenIn/],
			[{ ...least, tokenName: 'a b' }, 'CONFIG_INVALID', /tokenName: a name has no spaces/],
			[{ ...least, namespace: 'agents' }, 'CONFIG_INVALID', /namespace: a namespace begins with/],
			[{ ...least, subscription: deep }, 'CONFIG_INVALID', /subscription: this must be JSON/],
			[{ ...least, subscription: 'x'.repeat(limits.settingSize) }, 'CONFIG_INVALID', /subscription: this must be JSON/],
			[{ ...least, subscription: 1n }, 'CONFIG_INVALID', /subscription: this must be JSON/],
			[{ ...least, login: { url: `ws://${secret}` } }, 'CONFIG_INVALID', /login\.url: write the login URL/],
			[{ ...least, login: { ...login, tokenPath: 'a..b' } }, 'CONFIG_INVALID', /login\.tokenPath: write the path/],
			[
				{ ...least, login: { ...login, method: 'GET', body: secret } },
				'CONFIG_INVALID',
				/login\.body: a GET has no body/,
			],
			[{ ...least, login: { ...login, contentType: `a/b\n${secret}` } }, 'CONFIG_INVALID', /login\.contentType/],
			[{ ...least, url: `ws://${secret}` }, 'URL_INVALID', /url/],
			[{ id: 'tower' }, 'URL_INVALID', /url/],
			[{ ...least, token: secret }, 'CONFIG_INVALID', /token: a token has no spaces/],
			[{ ...least, pollEvery: 9_999 }, 'CONFIG_INVALID', /pollEvery: poll every 10 s at most/],
			[{ ...least, pollEvery: -1 }, 'CONFIG_INVALID', /pollEvery/],
			[{ ...least, headers: { [secret]: 'x' } }, 'CONFIG_INVALID', /headers/],
			[{ ...least, headers: { 'X-A': `${secret}\r\nX-B: c` } }, 'CONFIG_INVALID', /headers\.X-A: a header has/],
			[{ ...least, proxy: `socks5://${secret}` }, 'CONFIG_INVALID', /proxy/],
			[{ ...least, restBase: 'ws://tower' }, 'CONFIG_INVALID', /restBase/],
			[{ ...least, pingEvery: 0 }, 'CONFIG_INVALID', /pingEvery/],
			[{ ...least, pingEvery: 1e10 }, 'CONFIG_INVALID', /pingEvery/],
			[{ ...least, subscribe: [''] }, 'CONFIG_INVALID', /subscribe\.0/],
			[{ ...least, colour: 'blue' }, 'CONFIG_INVALID', /colour/],
		];
		for (const [settings, code, sentence] of cases) {
			assert.throws(
				() => parseEndpointSettings(settings),
				(thrown: Error) => {
					assert.equal(Object(thrown).code, code);
					assert.match(thrown.message, sentence);
					if (!(secret in (Object(settings).headers ?? {}))) assert.ok(!thrown.message.includes(secret));
					return true;
				},
			);
		}
	});

	it('takes a token as it was pasted', () => {
		assert.deepEqual([parseToken(' abc\n'), parseToken(''), parseToken(null)], ['abc', null, null]);
		assert.throws(
			() => parseToken(secret),
			(thrown: Error) => !thrown.message.includes(secret),
		);
	});
});
