import { z } from 'zod';
import { AgentStreamError } from '../model/errors';
import { nestedDeeper } from '../model/json';
import { limits } from '../model/limits';
import { parsePath } from '../model/path';

/** The longest time that a timer can be set to in earnest: a day. */
const longest = 86_400_000;
const time = z.number().int().min(1).max(longest).optional();
const pem = z.union([z.string(), z.instanceof(Uint8Array)]);

/** Whether a text is a URL with one of these schemes and a host. */
const isUrl = (schemes: readonly string[]) => (text: string) => {
	const url = URL.canParse(text) ? new URL(text) : null;
	return url !== null && url.hostname !== '' && schemes.includes(url.protocol);
};

/** Visible ASCII without spaces, as HTTP allows it in a bearer token; empty = none. */
const tokenSchema = z
	.string()
	.trim()
	.max(8_192)
	.regex(/^[\x21-\x7e]*$/, 'a token has no spaces, line breaks or special characters');

/** Further headers of a request. */
const headersSchema = z.record(
	z.string().regex(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,128}$/, 'this is no name of a header'),
	z.string().regex(/^[\t\x20-\x7e\x80-\xff]{0,8192}$/, 'a header has no line breaks or special characters'),
);

/** Any JSON, bounded. */
const jsonSchema = z.unknown().refine((value) => {
	if (nestedDeeper(value, limits.depth)) return false;
	try {
		return (JSON.stringify(value)?.length ?? 0) <= limits.settingSize;
	} catch {
		return false;
	}
}, `this must be JSON of at most ${limits.settingSize} characters`);

const pathSchema = z
	.string()
	.trim()
	.max(255)
	.refine((text) => parsePath(text) !== null, 'write the path as data.token');

/** A request that fetches a token, and renews it. What it holds may be secret. */
const loginSchema = z
	.strictObject({
		url: z
			.string()
			.trim()
			.max(2_048)
			.refine(isUrl(['http:', 'https:']), 'write the login URL as http://host:port/path or https://host:port/path'),
		/** `POST` unless set. */
		method: z.enum(['POST', 'GET']).optional(),
		/** Text as it is sent, or JSON. */
		body: jsonSchema.optional(),
		/** Of the body: `application/json` where that is JSON, else `application/x-www-form-urlencoded`, unless set. */
		contentType: z
			.string()
			.trim()
			.regex(/^[\x20-\x7e]{3,255}$/, 'a content type is written as application/json')
			.optional(),
		headers: headersSchema.optional(),
		/** Where the token stands in the JSON answer: `access_token`, else `token`, unless set. */
		tokenPath: pathSchema.optional(),
		/** Where the answer says when the token expires: seconds from now, or a time. Unless set: the token's own `exp`, or `expires_in`. */
		expiresPath: pathSchema.optional(),
	})
	.refine(({ method, body }) => method !== 'GET' || body === undefined, {
		message: 'a GET has no body; use POST, or leave the body out',
		path: ['body'],
	});
/** See `login` of {@link endpointSettingsSchema}. */
export type LoginSettings = Readonly<z.infer<typeof loginSchema>>;

/** Settings of one endpoint. Times in milliseconds; what is absent is as in `limits`. */
export const endpointSettingsSchema = z.strictObject({
	/** Root of every unique id. */
	id: z.string().regex(/^[a-z0-9-]{1,64}$/, 'an id has 1 to 64 lower case letters, digits and hyphens'),
	url: z
		.string()
		.trim()
		.max(2_048)
		.refine(isUrl(['ws:', 'wss:', 'http:', 'https:']), 'write the URL as ws://host:port/path or wss://host:port/path')
		// The server that is meant is the same.
		.transform((text) => text.replace(/^http/i, 'ws')),
	/** Sent to the stream and to REST, where `tokenIn` says. With a login: what it begins with. */
	token: tokenSchema.optional(),
	/** Where the token stands; see `Access`. Absent: where the dialect has it. */
	tokenIn: z.enum(['bearer', 'query', 'header', 'cookie', 'message']).optional(),
	/** Name of the query parameter, header or cookie: `token`, `X-API-Key`, `token` unless set. */
	tokenName: z
		.string()
		.trim()
		.regex(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,128}$/, 'a name has no spaces or special characters')
		.optional(),
	/** Fetches the token, and renews it. */
	login: loginSchema.optional(),
	/** Socket.IO namespace: `/` unless set. */
	namespace: z
		.string()
		.trim()
		.regex(/^\/[^\s,?#]{0,254}$/, 'a namespace begins with / and has no spaces or commas')
		.optional(),
	/** What of the stream is wanted, in the protocol's own form: the dialect checks it. Absent = everything. */
	subscription: jsonSchema.optional(),
	/** Further headers of every request. */
	headers: headersSchema.optional(),
	tls: z
		.strictObject({
			ca: z.union([pem, z.array(pem)]).optional(),
			cert: pem.optional(),
			key: pem.optional(),
			passphrase: z.string().optional(),
			servername: z.string().optional(),
			rejectUnauthorized: z.boolean().optional(),
		})
		.optional(),
	/** `http://` or `https://` proxy, `none`, or absent: what the environment says. */
	proxy: z
		.union([
			z.literal('none'),
			z
				.string()
				.trim()
				.refine(isUrl(['http:', 'https:']), 'write the proxy as http://host:port'),
		])
		.optional(),
	/** Event types to ask for; empty or absent = all. */
	subscribe: z.array(z.string().min(1).max(255)).max(1_000).optional(),
	/** Reject an event with any error, instead of dropping the bad field. */
	strict: z.boolean().optional(),
	handshakeTimeout: time,
	pingEvery: time,
	pongWithin: time,
	backoffFirst: time,
	backoffLongest: time,
	/** REST base, where it is not the dialect's own guess. */
	restBase: z
		.string()
		.trim()
		.refine(isUrl(['http:', 'https:']), 'write the REST base as http://host:port/path')
		.optional(),
	/** Fetch the first picture by REST after connecting: true unless set. */
	snapshot: z.boolean().optional(),
	/** How often what only REST knows is fetched; 0 = only with the first picture. */
	pollEvery: z
		.number()
		.int()
		.max(longest)
		.refine((every) => every === 0 || every >= limits.roundEvery, 'poll every 10 s at most, or 0 = never')
		.optional(),
	/** Fetch by REST what the stream would tell, while the stream is down: true unless set. */
	fallback: z.boolean().optional(),
	/** Let commands through to the server: false unless set. */
	allowControl: z.boolean().optional(),
});
/** See {@link endpointSettingsSchema}. */
export type EndpointSettings = Readonly<z.infer<typeof endpointSettingsSchema>>;

/**
 * Checks settings that a user wrote.
 * @throws AgentStreamError URL_INVALID where the stream's URL is wrong, CONFIG_INVALID for the rest; no value is repeated
 */
export function parseEndpointSettings(settings: unknown): EndpointSettings {
	const parsed = endpointSettingsSchema.safeParse(settings);
	if (parsed.success) return parsed.data;
	const issues = parsed.error.issues;
	const sentence = issues.map((issue) => `${issue.path.join('.') || 'settings'}: ${issue.message}`).join('; ');
	const code = issues.some((issue) => issue.path[0] === 'url') ? 'URL_INVALID' : 'CONFIG_INVALID';
	throw new AgentStreamError(code, `The endpoint's settings are not in order: ${sentence}.`);
}

/**
 * A token as it is sent; empty = none.
 * @throws AgentStreamError CONFIG_INVALID, without repeating it
 */
export function parseToken(token: unknown): string | null {
	const parsed = tokenSchema.safeParse(token ?? '');
	if (parsed.success) return parsed.data === '' ? null : parsed.data;
	throw new AgentStreamError('CONFIG_INVALID', 'The token cannot be used: it holds spaces or special characters.');
}
