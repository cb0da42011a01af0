import { z } from 'zod';
import { AgentStreamError } from '../model/errors';
import { limits } from '../model/limits';

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

/** Settings of one endpoint. Times in milliseconds; what is absent is as in `limits`. */
export const endpointSettingsSchema = z.strictObject({
	/** Root of every unique id. */
	id: z.string().regex(/^[a-z0-9-]{1,64}$/, 'an id has 1 to 64 lower case letters, digits and hyphens'),
	url: z
		.string()
		.trim()
		.max(2_048)
		.refine(isUrl(['ws:', 'wss:']), 'write the URL as ws://host:port/path or wss://host:port/path'),
	/** Sent as `Authorization: Bearer …`, to the stream and to REST. */
	token: tokenSchema.optional(),
	/** Further headers of every request. */
	headers: z
		.record(
			z.string().regex(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,128}$/, 'this is no name of a header'),
			z.string().regex(/^[\t\x20-\x7e\x80-\xff]{0,8192}$/, 'a header has no line breaks or special characters'),
		)
		.optional(),
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
export function parseToken(token: string | null): string | null {
	const parsed = tokenSchema.safeParse(token ?? '');
	if (parsed.success) return parsed.data === '' ? null : parsed.data;
	throw new AgentStreamError('CONFIG_INVALID', 'The token cannot be used: it holds spaces or special characters.');
}
