import assert from 'node:assert/strict';
import { AgentStreamError } from '../../../src/model/errors';
import { limits } from '../../../src/model/limits';
import { closedWith, failedWith, refusedWith, retryAfter } from '../../../src/transport/failures';

const failed = (code: string) => failedWith('ws://tower/', Object.assign(new Error('text'), { code }), 'text');

describe('failures', () => {
	it('gives every network and TLS error a stable code and a sentence that says what to do', () => {
		const cases: [string, string, boolean, RegExp][] = [
			['ENOTFOUND', 'UNREACHABLE', false, /host name is not known; check/],
			['EAI_AGAIN', 'UNREACHABLE', false, /name server/],
			['ECONNREFUSED', 'UNREACHABLE', false, /nothing listens there; check/],
			['EHOSTUNREACH', 'UNREACHABLE', false, /does not answer/],
			['ETIMEDOUT', 'UNREACHABLE', false, /no answer in time/],
			['ECONNRESET', 'UNREACHABLE', false, /cut the connection/],
			['EMFILE', 'UNREACHABLE', false, /cannot be reached: text/],
			['DEPTH_ZERO_SELF_SIGNED_CERT', 'TLS_FAILED', true, /self-signed certificate; add/],
			['SELF_SIGNED_CERT_IN_CHAIN', 'TLS_FAILED', true, /unknown authority; add/],
			['CERT_HAS_EXPIRED', 'TLS_FAILED', true, /expired; renew/],
			['ERR_TLS_CERT_ALTNAME_INVALID', 'TLS_FAILED', true, /another name/],
			['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'TLS_FAILED', true, /CERTIFICATE_REQUIRED/],
			['ERR_OSSL_PEM_NO_START_LINE', 'TLS_FAILED', true, /check the certificates/],
			['HPE_INVALID_CONSTANT', 'REFUSED', false, /does not answer in HTTP/],
			['ERR_INVALID_CHAR', 'CONFIG_INVALID', true, /settings/],
		];
		for (const [code, wanted, isSlow, sentence] of cases) {
			const { error, slow } = failed(code);
			assert.deepEqual([error.code, slow], [wanted, isSlow], code);
			assert.match(error.message, sentence);
			assert.match(error.message, /ws:\/\/tower\/.*\.$/);
		}
	});

	it('advises a scheme that the URL can have', () => {
		for (const code of ['ECONNRESET', 'EPIPE', 'EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER', 'HPE_INVALID_CONSTANT']) {
			const thrown = Object.assign(new Error('text'), { code });
			for (const [where, advice] of [
				['ws://tower/', 'ws:// or wss://'],
				['https://tower/login', 'http:// or https://'],
			] as const) {
				assert.ok(failedWith(where, thrown, 'text').error.message.endsWith(`check the port, and ${advice}.`), code);
			}
		}
	});

	it('passes our own errors on', () => {
		const error = new AgentStreamError('URL_INVALID', 'No.');
		assert.deepEqual(failedWith('x', error, ''), { error, slow: true, retryAfter: null });
	});

	it('has an answer to every HTTP status', () => {
		for (let status = 100; status < 600; status++) {
			const { error, slow } = refusedWith('ws://tower/', status, null, null);
			assert.match(error.code, /^(REFUSED|UNAUTHORIZED)$/);
			assert.equal(slow, status < 500 && status !== 429, String(status));
		}
	});

	it('says what a close code means', () => {
		assert.match(closedWith('ws://tower/', 1005, '').error.message, /closed \(1005\): .*restarting\.$/);
		assert.match(closedWith('ws://tower/', null, '').error.message, /closed \(1006\): it was cut/);
		assert.match(closedWith('ws://tower/', 4_242, 'own words').error.message, /\(4242\): .*own \("own words"\)\.$/);
	});

	it('reads Retry-After in both forms, within bounds', () => {
		const now = Date.UTC(2026, 8, 14, 8, 30);
		assert.equal(retryAfter('7', now), 7_000);
		assert.equal(retryAfter('Mon, 14 Sep 2026 08:30:09 GMT', now), 9_000);
		assert.equal(retryAfter('Mon, 14 Sep 2020 08:30:09 GMT', now), 0);
		assert.equal(retryAfter('999999999999', now), limits.retryAfterLongest);
		for (const none of [undefined, '', 'soon', '-5x']) assert.equal(retryAfter(none, now), null);
	});

	it('takes the close codes that refuse for a refusal', () => {
		for (const code of [3000, 3003, 4401, 4403]) {
			const { error, slow } = closedWith('ws://tower/', code, 'no');
			assert.deepEqual([error.code, slow], ['UNAUTHORIZED', true]);
			assert.match(error.message, /closed the connection \(\d+\) \("no"\): it wants a token/);
		}
		assert.equal(closedWith('ws://tower/', 4001, '').error.code, 'CLOSED');
	});
});
