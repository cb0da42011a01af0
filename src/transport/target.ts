import { AgentStreamError } from '../model/errors';
import { limits } from '../model/limits';

/** TLS options in Node's words; texts are PEM. */
export interface TlsSettings {
	readonly ca?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
	readonly cert?: string | Uint8Array | undefined;
	readonly key?: string | Uint8Array | undefined;
	readonly passphrase?: string | undefined;
	/** The name that the certificate must be for, where it is not the URL's host. */
	readonly servername?: string | undefined;
	/** False accepts any certificate: encrypted, but not protected from a man in the middle. */
	readonly rejectUnauthorized?: boolean | undefined;
}

/**
 * Where a token stands: `Authorization: Bearer …`, a query parameter, a header or a cookie of the request; or in no request at all,
 * because the protocol has a message for it (of its session, or of the Socket.IO handshake).
 */
export type TokenIn = 'bearer' | 'query' | 'header' | 'cookie' | 'message';

/** How to get in: credentials, TLS and proxy. Asked for anew at every attempt, because a token can change. */
export interface Access {
	readonly token: string | null;
	/** Where the token stands, and nowhere else: `bearer` unless set; on Socket.IO `message`, which is `auth.token` there. */
	readonly tokenIn?: TokenIn | undefined;
	/** Name of the parameter, header or cookie: `token`, `X-API-Key`, `token` unless set. */
	readonly tokenName?: string | undefined;
	readonly headers?: Readonly<Record<string, string>> | undefined;
	readonly tls?: TlsSettings | undefined;
	/** URL of an HTTP(S) proxy, `none`, or absent: what the environment says. */
	readonly proxy?: string | undefined;
}

/** TLS options as Node's `tls.connect` takes them. */
export interface NodeTlsOptions {
	ca?: (string | Buffer)[];
	cert?: string | Buffer;
	key?: string | Buffer;
	passphrase?: string;
	servername?: string;
	rejectUnauthorized?: boolean;
}

/**
 * A URL that may be shown: no credentials, no query, no fragment (`?…` says that there is a query). Never throws.
 */
export function shownUrl(url: string | URL): string {
	const parsed = url instanceof URL ? url : URL.canParse(url) ? new URL(url) : null;
	if (!parsed?.host) return 'the given URL';
	return `${parsed.protocol}//${parsed.host}${parsed.pathname}${parsed.search === '' ? '' : '?…'}`;
}

/**
 * Parses a URL and checks its scheme.
 * @throws AgentStreamError URL_INVALID, without repeating the text, which may hold a secret
 */
export function parseUrl(text: string, schemes: readonly string[]): URL {
	const url = URL.canParse(text) ? new URL(text) : null;
	if (url?.hostname && schemes.includes(url.protocol)) {
		url.hash = '';
		return url;
	}
	const wanted = schemes.map((scheme) => `${scheme}//`).join(' or ');
	const found = url?.hostname ? `${shownUrl(url)} cannot be used here` : 'The URL cannot be read';
	throw new AgentStreamError('URL_INVALID', `${found}: write it as ${wanted}host:port/path.`);
}

/**
 * What is sent: the URL without its credentials, and the headers of every request. The token stands where `tokenIn` says; credentials of
 * the URL become Basic authorization, unless something else authorizes. The URL can hold the token: only `shownUrl` of it may be shown.
 */
export function request(url: URL, access: Access): { url: URL; headers: Record<string, string> } {
	const headers: Record<string, string> = {};
	const drop = (name: string) => {
		const known = Object.keys(headers).find((each) => each.toLowerCase() === name.toLowerCase());
		const value = known === undefined ? undefined : headers[known];
		if (known !== undefined) delete headers[known];
		return value;
	};
	const bare = new URL(url);
	bare.username = '';
	bare.password = '';
	for (const [name, value] of Object.entries(access.headers ?? {})) headers[name] = value;
	const { token, tokenIn = 'bearer', tokenName } = access;
	if (token !== null && tokenIn === 'bearer') {
		drop('Authorization');
		headers.Authorization = `Bearer ${token}`;
	} else if (token !== null && tokenIn === 'header') {
		const name = tokenName ?? 'X-API-Key';
		drop(name);
		headers[name] = token;
	} else if (token !== null && tokenIn === 'cookie') {
		const others = drop('Cookie');
		headers.Cookie = `${others ? `${others}; ` : ''}${tokenName ?? 'token'}=${cookieValue(token)}`;
	} else if (token !== null && tokenIn === 'query') {
		bare.searchParams.set(tokenName ?? 'token', token);
	}
	if (url.username !== '' && !Object.keys(headers).some((name) => name.toLowerCase() === 'authorization')) {
		const pair = `${decoded(url.username)}:${decoded(url.password)}`;
		headers.Authorization = `Basic ${Buffer.from(pair).toString('base64')}`;
	}
	return { url: bare, headers };
}

/** TLS settings as Node takes them: absent ones are left out. */
export function tlsOptions(tls: TlsSettings | undefined): NodeTlsOptions {
	if (!tls) return {};
	const list =
		tls.ca === undefined ? [] : typeof tls.ca === 'string' || tls.ca instanceof Uint8Array ? [tls.ca] : tls.ca;
	return {
		...(list.length > 0 && { ca: list.map(pem) }),
		...(tls.cert !== undefined && { cert: pem(tls.cert) }),
		...(tls.key !== undefined && { key: pem(tls.key) }),
		...(tls.passphrase !== undefined && { passphrase: tls.passphrase }),
		...(tls.servername !== undefined && { servername: tls.servername }),
		...(tls.rejectUnauthorized !== undefined && { rejectUnauthorized: tls.rejectUnauthorized }),
	};
}

/** Everything that must not appear in a text, longest first. */
export function secretsOf(urls: readonly (string | undefined)[], access: Access): string[] {
	const secrets = new Set<string>();
	const add = (text: string | null | undefined, least: number) => {
		if (!text || text.length < least) return;
		secrets
			.add(text)
			.add(encodeURIComponent(text))
			.add(cookieValue(text))
			.add(`${new URLSearchParams({ '': text })}`.slice(1));
	};
	add(access.token, 4);
	add(access.tls?.passphrase, 4);
	for (const value of Object.values(access.headers ?? {})) {
		add(value, 6);
		add(value.replace(/^\S+\s+/, ''), 6);
	}
	for (const text of urls) {
		if (text === undefined || !URL.canParse(text)) continue;
		const url = new URL(text);
		add(decoded(url.password), 4);
		if (url.username !== '') {
			add(Buffer.from(`${decoded(url.username)}:${decoded(url.password)}`).toString('base64'), 4);
		}
		for (const value of url.searchParams.values()) add(value, 6);
	}
	return [...secrets].sort((a, b) => b.length - a.length);
}

/** A text from outside, fit for a log line: one line, no control characters, no secret, bounded. */
export function cleanText(text: string, secrets: readonly string[]): string {
	let clean = text.slice(0, limits.restBody);
	for (const secret of secrets) clean = clean.replaceAll(secret, '***');
	const cut = Math.max(0, ...secrets.map((secret) => cutOff(clean, secret)));
	if (cut > 0) clean = `${clean.slice(0, -cut)}***`;
	clean = clean.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
	return clean.length > limits.shownText ? `${clean.slice(0, limits.shownText)}…` : clean;
}

/** A part of a secret shorter than this is taken for chance. */
const leastCut = 8;

/** How many characters at the end of a text are the beginning of a secret: a close reason, for one, is cut after 123 bytes. */
function cutOff(text: string, secret: string): number {
	for (let length = Math.min(secret.length - 1, text.length); length >= leastCut; length -= 1) {
		if (text.endsWith(secret.slice(0, length))) return length;
	}
	return 0;
}

/** A token as a cookie's value: what may not stand there (RFC 6265) is percent-encoded, as servers decode it. */
function cookieValue(token: string): string {
	return token.replace(/[",;\\%]/g, encodeURIComponent);
}

function pem(value: string | Uint8Array): string | Buffer {
	return typeof value === 'string' ? value : Buffer.from(value);
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
