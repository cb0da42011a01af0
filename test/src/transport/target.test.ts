import assert from 'node:assert/strict';
import fc from 'fast-check';
import { limits } from '../../../src/model/limits';
import {
	cleanText,
	parseUrl,
	request,
	secretsOf,
	shownUrl,
	type TokenIn,
	tlsOptions,
} from '../../../src/transport/target';

describe('target', () => {
	it('shows URLs without credentials, query and fragment', () => {
		for (const [url, shown] of [
			['ws://tower:8043/api/v1/ws', 'ws://tower:8043/api/v1/ws'],
			['wss://me:pass@tower/ws?token=abc#x', 'wss://tower/ws?…'],
			['ws://[::1]:8043', 'ws://[::1]:8043/'],
			['no URL: pass', 'the given URL'],
			['mailto:me@tower', 'the given URL'],
		] as const) {
			assert.equal(shownUrl(url), shown);
		}
	});

	it('accepts the schemes that are asked for, and repeats no text that it refuses', () => {
		assert.equal(parseUrl('ws://tower/#part', ['ws:']).href, 'ws://tower/');
		for (const bad of ['', 'tower:8043', 'pass word', 'http://tower/pass?pass', 'ws://', 'javascript:pass']) {
			assert.throws(
				() => parseUrl(bad, ['ws:', 'wss:']),
				(thrown: Error) => Object(thrown).code === 'URL_INVALID' && !/\?pass|word/.test(thrown.message),
			);
		}
	});

	it('puts credentials into one header: the token, else an own header, else those of the URL', () => {
		const url = new URL('ws://me:p%40ss@tower/');
		const headers = { AUTHORIZATION: 'Own x', 'X-A': '1' };
		assert.deepEqual(request(url, { token: 't', headers }).headers, { 'X-A': '1', Authorization: 'Bearer t' });
		assert.deepEqual(request(url, { token: null, headers }).headers, headers);
		const basic = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
		assert.deepEqual(request(url, { token: null }).headers, { Authorization: basic });
		assert.equal(request(url, { token: null }).url.href, 'ws://tower/');
		assert.equal(url.username, 'me');
	});

	it('puts the token where it belongs, and nowhere else', () => {
		const url = new URL('ws://tower/ws?room=1&token=old');
		const headers = { cookie: 'a=1', 'x-api-key': 'old' };
		const token = 'a"b;c&d=e%f';
		const at = (tokenIn: TokenIn, tokenName?: string) => request(url, { token, headers, tokenIn, tokenName });
		const query = at('query');
		assert.equal(query.url.searchParams.get('token'), token);
		assert.equal(query.url.searchParams.get('room'), '1');
		assert.deepEqual(query.headers, headers);
		assert.equal(at('query', 'api key').url.searchParams.get('api key'), token);
		assert.deepEqual(at('header').headers, { cookie: 'a=1', 'X-API-Key': token });
		assert.deepEqual(at('header', 'X-Own').headers, { ...headers, 'X-Own': token });
		assert.deepEqual(at('cookie').headers, { 'x-api-key': 'old', Cookie: 'a=1; token=a%22b%3Bc&d=e%25f' });
		assert.deepEqual(at('cookie', 'session').headers.Cookie, 'a=1; session=a%22b%3Bc&d=e%25f');
		assert.deepEqual(at('message'), { url, headers });
		for (const tokenIn of ['query', 'header', 'cookie', 'bearer'] as const) {
			assert.deepEqual(request(url, { token: null, tokenIn, headers }), { url, headers });
		}
		for (const tokenIn of ['header', 'cookie', 'bearer'] as const) assert.deepEqual(at(tokenIn).url, url);
	});

	it('passes TLS settings on, and only those that are there', () => {
		assert.deepEqual(tlsOptions(undefined), {});
		assert.deepEqual(tlsOptions({ ca: undefined, rejectUnauthorized: false }), { rejectUnauthorized: false });
		const all = { ca: ['a', new Uint8Array([98])], cert: 'c', key: 'k', passphrase: 'p', servername: 's' };
		assert.deepEqual(tlsOptions(all), { ...all, ca: ['a', Buffer.from('b')] });
	});

	it('cleans what a server says', () => {
		assert.equal(cleanText(' a\r\n\u0000b\u2028c \u202ed ', []), 'a b c d');
		assert.equal(cleanText('x'.repeat(1_000), []).length, limits.shownText + 1);
	});

	it('removes a secret that the end of the text cuts off, from its eighth character on', () => {
		const secrets = secretsOf([], { token: 'abcdefghijklmnop/qrs' });
		assert.equal(cleanText('no: abcdefgh', secrets), 'no: ***');
		assert.equal(cleanText('no: abcdefghijklmnop%2Fq', secrets), 'no: ***');
		assert.equal(cleanText('abcdefghijklmnop/qrs abcdefghijklm', secrets), '*** ***');
		assert.equal(cleanText('no: abcdefg', secrets), 'no: abcdefg');
		assert.equal(cleanText('abcdefghi, no', secrets), 'abcdefghi, no');
	});

	it('removes every secret, however it is written', () => {
		const visible = fc
			.string({ minLength: 6, maxLength: 40, unit: 'grapheme-ascii' })
			.filter((text) => !/[\s*:%]/.test(text));
		fc.assert(
			fc.property(visible, visible, visible, fc.string(), (token, password, header, text) => {
				const access = { token, headers: { 'X-Key': `Key ${header}` }, tls: { passphrase: password } };
				const url = new URL('ws://tower/');
				url.username = 'me';
				url.password = password;
				url.searchParams.set('key', header);
				const secrets = secretsOf([url.href], access);
				const basic = Buffer.from(`me:${password}`).toString('base64');
				const query = request(url, { token, tokenIn: 'query' }).url.search;
				const cookie = request(url, { token, tokenIn: 'cookie' }).headers.Cookie ?? '';
				for (const written of [query.split('token=')[1] ?? '', cookie.slice('token='.length)]) {
					assert.ok(!cleanText(`x ${written}`, secrets).includes(written), written);
				}
				for (const secret of [token, password, header, basic, encodeURIComponent(token)]) {
					assert.ok(!cleanText(`${text}${secret}${text}`, secrets).includes(secret) || secret.length < 4);
				}
			}),
		);
	});
});
