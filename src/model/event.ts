import { z } from 'zod';
import { dimensions } from './dimensions';

/** What a socket delivers: a text message or bytes. */
export type Frame = string | Uint8Array;

/**
 * One remark about an event. `error`: a field was dropped or the event was rejected. `notice`: worth knowing, nothing was lost.
 * `path` is where in the event's data (`[3].temperature_celsius`), or empty for the whole.
 */
export const issueSchema = z.object({
	path: z.string(),
	code: z.string(),
	severity: z.enum(['error', 'notice']),
	message: z.string(),
});
/** See {@link issueSchema}. */
export type Issue = z.infer<typeof issueSchema>;

/** How an event got its type: from a name that the protocol sent, or from the structure of its data. */
export const identifiedBySchema = z.enum(['name', 'structure']);
/** See {@link identifiedBySchema}. */
export type IdentifiedBy = z.infer<typeof identifiedBySchema>;

/**
 * One decoded, identified and validated item of a stream; `msg.event` in Node-RED.
 * `type` is the protocol's own word, or `unknown` (no rule fits), `invalid` (no JSON object or array), `empty_list`.
 */
export const streamEventSchema = z.object({
	/** Endpoint id that it came from. */
	source: z.string(),
	/** Dialect, or null where none could be told. */
	dialect: z.string().nullable(),
	type: z.string(),
	by: identifiedBySchema.nullable(),
	/** The time that the server wrote, RFC 3339 (as sent, or made of its number); null where it sent none that is valid. */
	time: z.string().nullable(),
	/** Milliseconds since 1970: `time`, or else when the frame was received. */
	at: z.number(),
	/** Milliseconds since 1970 when the frame was received. */
	received: z.number(),
	/** True for history that a server repeats on connecting: it updates states and fires nothing. */
	replayed: z.boolean(),
	/** Whether it was pushed by the stream or fetched by REST. */
	via: z.enum(['stream', 'rest']),
	/** In how many milliseconds the next one comes: it is polled, or the server says so. */
	every: z.number().positive().optional(),
	/** What it is about, by dimension (`session`, `agent`, `severity`), where its data says so. */
	about: z.partialRecord(z.enum(dimensions), z.string()).optional(),
	/** The payload without its envelope; fields that were dropped are missing. */
	data: z.unknown(),
	/** False when a field was dropped or the event was rejected. */
	valid: z.boolean(),
	/** True when nothing of the event may be used: not JSON, wrong shape, or any error in strict mode. */
	rejected: z.boolean(),
	issues: z.array(issueSchema),
});
/** See {@link streamEventSchema}. */
export type StreamEvent = z.infer<typeof streamEventSchema>;

/** An event that no server sent: this program tells of itself what happened at `at` (ms since 1970). */
export function ownEvent(event: Pick<StreamEvent, 'source' | 'dialect' | 'type' | 'data' | 'at'>): StreamEvent {
	const { at } = event;
	return {
		...event,
		by: 'name',
		time: new Date(at).toISOString(),
		received: at,
		replayed: false,
		via: 'stream',
		valid: true,
		rejected: false,
		issues: [],
	};
}
