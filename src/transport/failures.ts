import { AgentStreamError, type ErrorCode } from '../model/errors';
import { limits } from '../model/limits';

/** Why an attempt or a connection ended, and what that means for the next attempt. */
export interface Failure {
	readonly error: AgentStreamError;
	/** True where repeating will hardly help: a refusal, a bad certificate, a bad URL. */
	readonly slow: boolean;
	/** Milliseconds that the server asked us to wait; null where it did not. */
	readonly retryAfter: number | null;
}

/** A failure that is worth a quick retry. */
export const quick = (code: ErrorCode, sentence: string, cause?: unknown): Failure => ({
	error: new AgentStreamError(code, sentence, cause),
	slow: false,
	retryAfter: null,
});

/** A failure that will most likely come again. */
export const slow = (error: AgentStreamError): Failure => ({ error, slow: true, retryAfter: null });

/** What an HTTP status in place of the upgrade means: code, sentence after "… HTTP 401: ", and whether to retry slowly. */
const statuses: Readonly<Record<number, readonly [ErrorCode, string, boolean]>> = {
	400: ['REFUSED', 'it does not understand the request; check the URL', true],
	401: ['UNAUTHORIZED', 'it wants a token, or another one; set the token of this endpoint', true],
	403: ['REFUSED', 'it forbids this; check the rights of the token, and an Origin header if you set one', true],
	404: ['REFUSED', 'there is no stream at this path; check the path of the URL', true],
	407: ['UNAUTHORIZED', 'the proxy wants credentials; set them in the proxy URL', true],
	426: ['REFUSED', 'it speaks another version of the protocol; check the URL and the dialect', true],
	429: ['REFUSED', 'too many requests; we wait as long as it asks', false],
};

/**
 * An HTTP answer instead of the upgrade.
 * @param who who answered, with the URL: `ws://tower:8043/api/v1/ws`, or the proxy on the way there
 * @param location where a redirect points, fit to be shown
 */
export function refusedWith(who: string, status: number, location: string | null, retryAfter: number | null): Failure {
	const [code, advice, isSlow] = statuses[status] ?? statusClass(status, location);
	const error = new AgentStreamError(code, `${who} answered with HTTP ${status}: ${advice}.`);
	return { error, slow: isSlow, retryAfter };
}

function statusClass(status: number, location: string | null): readonly [ErrorCode, string, boolean] {
	if (status >= 500) return ['REFUSED', 'it is not ready; we keep trying', false];
	if (status >= 400) return ['REFUSED', 'it refuses; check the URL', true];
	if (status >= 300) return ['REFUSED', `it redirects to ${location ?? 'an unknown place'}; use that URL`, true];
	return ['REFUSED', 'it is a web server without a stream at this path; check the path of the URL', true];
}

/** What a network error means: code, and the sentence after the URL. */
const networkErrors: Readonly<Record<string, readonly [ErrorCode, string]>> = {
	ENOTFOUND: ['UNREACHABLE', 'cannot be reached: its host name is not known; check the name, or use the IP address'],
	EAI_AGAIN: ['UNREACHABLE', 'cannot be reached: the name server does not answer; check the network'],
	ECONNREFUSED: ['UNREACHABLE', 'cannot be reached: nothing listens there; check that the server runs, and the port'],
	EHOSTUNREACH: ['UNREACHABLE', 'cannot be reached: the host does not answer; check that it is on'],
	ENETUNREACH: ['UNREACHABLE', 'cannot be reached: there is no route to its network; check the network'],
	ETIMEDOUT: ['UNREACHABLE', 'cannot be reached: no answer in time; check the address, and firewalls'],
	ECONNRESET: ['UNREACHABLE', 'cut the connection before it was open; check the port, and ws:// or wss://'],
	EPIPE: ['UNREACHABLE', 'cut the connection before it was open; check the port, and ws:// or wss://'],
};

const unknownIssuer = 'has a certificate of an unknown authority; add its CA certificate to the TLS settings';

/** What a TLS error means: the sentence after the URL. */
const tlsErrors: Readonly<Record<string, string>> = {
	DEPTH_ZERO_SELF_SIGNED_CERT: 'has a self-signed certificate; add that certificate as CA to the TLS settings',
	SELF_SIGNED_CERT_IN_CHAIN: unknownIssuer,
	UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownIssuer,
	UNABLE_TO_GET_ISSUER_CERT: unknownIssuer,
	UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownIssuer,
	CERT_HAS_EXPIRED: 'has a certificate that has expired; renew it there, and check the clock here',
	CERT_NOT_YET_VALID: 'has a certificate that is not valid yet; check the clocks',
	ERR_TLS_CERT_ALTNAME_INVALID: 'has a certificate for another name; use that name, or set it as server name',
	EPROTO: 'does not speak TLS there, or no version that we know; check the port, and ws:// or wss://',
	ERR_SSL_WRONG_VERSION_NUMBER: 'does not speak TLS there; check the port, and ws:// or wss://',
};

/**
 * An error of a socket before the connection was open.
 * @param where what was called, fit to be shown
 * @param text the error's own text, fit to be shown: used where the table has no sentence
 */
export function failedWith(where: string, thrown: unknown, text: string): Failure {
	if (thrown instanceof AgentStreamError) return slow(thrown);
	const code = errorCode(thrown);
	const known = networkErrors[code];
	if (known) return quick(known[0], `${where} ${inSchemesOf(where, known[1])}.`, thrown);
	const tls = tlsErrors[code];
	if (tls) return slow(new AgentStreamError('TLS_FAILED', `${where} ${inSchemesOf(where, tls)}.`, thrown));
	if (/^(ERR_SSL_|ERR_TLS_|ERR_OSSL_|CERT_|UNABLE_TO_|CRL_)|CERT|_CA$/.test(code)) {
		const sentence = `TLS with ${where} failed (${code}); check the certificates in the TLS settings.`;
		return slow(new AgentStreamError('TLS_FAILED', sentence, thrown));
	}
	if (code.startsWith('HPE_')) {
		const sentence = inSchemesOf(where, 'does not answer in HTTP; check the port, and ws:// or wss://');
		return quick('REFUSED', `${where} ${sentence}.`);
	}
	if (/^ERR_(HTTP_)?INVALID_/.test(code)) {
		return slow(new AgentStreamError('CONFIG_INVALID', `The settings for ${where} cannot be used: ${text}.`));
	}
	return quick('UNREACHABLE', `${where} cannot be reached: ${text || 'unknown error'}.`);
}

/** Advice on schemes, in those that the URL can have: a login or a REST call has no `ws:`. */
function inSchemesOf(where: string, sentence: string): string {
	return /^https?:/.test(where) ? sentence.replace('ws:// or wss://', 'http:// or https://') : sentence;
}

/** What the close codes of RFC 6455 and their registry mean to a user. */
const closeCodes: Readonly<Record<number, string>> = {
	1000: 'the server ended it',
	1001: 'the server goes away',
	1002: 'the server saw a protocol error',
	1003: 'the server does not take such data',
	1005: 'the server ended it without a reason; it may be restarting',
	1006: 'it was cut without goodbye; the server stopped, or the network failed',
	1007: 'the server got text that is not UTF-8',
	1008: 'the server says that we broke its rules; check the token and what is sent',
	1009: 'a message was too large for the server',
	1011: 'the server has an internal error',
	1012: 'the server restarts',
	1013: 'the server is overloaded',
};

/** Close codes that refuse us: "unauthorized" and "forbidden" of the registry, and those that servers make of HTTP's 401 and 403. */
const refusalCodes: ReadonlySet<number> = new Set([3000, 3003, 4401, 4403]);

/**
 * The end of a connection that was open.
 * @param code close code; null where the socket only failed
 * @param reason the server's own words, fit to be shown
 */
export function closedWith(where: string, code: number | null, reason: string): Failure {
	const meaning = code === null ? closeCodes[1006] : (closeCodes[code] ?? 'the server gives a reason of its own');
	const words = reason === '' ? '' : ` ("${reason}")`;
	if (code !== null && refusalCodes.has(code)) {
		const sentence = `${where} closed the connection (${code})${words}: it wants a token, or another one; set the token of this endpoint.`;
		return slow(new AgentStreamError('UNAUTHORIZED', sentence));
	}
	return quick('CLOSED', `The connection to ${where} is closed (${code ?? 1006}): ${meaning}${words}.`);
}

/** The code of a thrown error (`ECONNREFUSED`), or an empty text. */
export function errorCode(thrown: unknown): string {
	const code: unknown = typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : null;
	return typeof code === 'string' ? code : '';
}

/** A `Retry-After` header (seconds or a date) in milliseconds from `now`, at most `limits.retryAfterLongest`; null where there is none. */
export function retryAfter(header: string | undefined, now: number): number | null {
	if (header === undefined || header.trim() === '') return null;
	const wait = /^\s*\d+\s*$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now;
	return Number.isNaN(wait) ? null : Math.min(Math.max(wait, 0), limits.retryAfterLongest);
}
