import { z } from 'zod';
import { entitySchema } from './entity';
import { limits } from './limits';

/*
 * The messages that nodes take and send besides events (`event.ts`) and entities (`entity.ts`). People build and read
 * them by hand, so every shape is a schema here and stands in the node's help.
 */

const words = z
	.union([z.string().transform((text) => text.split(',')), z.array(z.string())])
	.transform((list) => list.map((word) => word.trim()).filter((word) => word !== ''));

/** What a *connect* node can be told: the verb in `msg.topic`, its argument in `msg.payload`. */
export const connectVerbSchema = z.discriminatedUnion('topic', [
	/** Sends one message to the server: text or bytes as they are, an object as JSON. */
	z.object({
		topic: z.literal('send'),
		payload: z.union([z.string(), z.instanceof(Uint8Array), z.record(z.string(), z.unknown()), z.array(z.unknown())]),
	}),
	/** Event types to add to those that this node wants. */
	z.object({ topic: z.literal('subscribe'), payload: words }),
	/** Event types to take away; none left = all types again. */
	z.object({ topic: z.literal('unsubscribe'), payload: words }),
	z.object({ topic: z.literal('reconnect') }),
	/** A new bearer token, used from the next connection on; empty or null = none. */
	z.object({ topic: z.literal('token'), payload: z.string().nullable().default(null) }),
	z.object({ topic: z.literal('diagnose') }),
]);
/** See {@link connectVerbSchema}. */
export type ConnectVerb = z.infer<typeof connectVerbSchema>;

/** One change of a connection; `msg.connection` on the second output of *connect*. */
export const connectionMessageSchema = z.object({
	/** Endpoint id. */
	source: z.string(),
	state: z.enum(['idle', 'connecting', 'open', 'waiting', 'closed']),
	/** Milliseconds since 1970: since when it lasts. */
	since: z.number(),
	/** Why it is not open, as a stable word; null while nothing is wrong. */
	code: z.string().nullable(),
	/** The same as a sentence. */
	text: z.string().nullable(),
	/** Attempts since it was last open. */
	attempt: z.number(),
	/** Whether values are polled by REST because it is not open. */
	polling: z.boolean(),
});
/** See {@link connectionMessageSchema}. */
export type ConnectionMessage = z.infer<typeof connectionMessageSchema>;

/** How an entity came into a message; see `EntityChange`. */
const changeKindSchema = z.enum(['added', 'changed', 'availability', 'fired', 'removed']);

/** What an *mqtt bridge* takes besides verbs: entities with, where the mapper made the message, what happened to each. */
export const entityMessageSchema = z.object({
	entity: z.union([entitySchema, z.array(entitySchema).max(limits.entities)]),
	/** One word for one entity, a list in the same order for a list. Left out: changed. */
	change: z.union([changeKindSchema, z.array(changeKindSchema)]).optional(),
});

/** What an *mqtt bridge* can be told: the verb in `msg.topic`, its argument in `msg.payload`. */
export const bridgeVerbSchema = z.discriminatedUnion('topic', [
	/** Removes from broker and Home Assistant what the bridge published; `dryRun` only lists it. */
	z.object({
		topic: z.literal('purge'),
		payload: z.strictObject({
			dryRun: z.boolean().default(false),
			/** Only what came from this endpoint. */
			source: z.string().optional(),
			/** Only these entities. */
			uniqueIds: z.array(z.string()).optional(),
		}),
	}),
	/** Announces again what a user deleted in Home Assistant. */
	z.object({ topic: z.literal('announce') }),
]);

/** What an entity is told to do. */
const entityOrder = {
	/** `on`, `off`, `press`, `set` or `install`. */
	action: z.string(),
	/** What a number or select is set to. */
	value: z.union([z.string(), z.number()]).optional(),
};

/** A command that came from Home Assistant; `msg.command` on the output of *mqtt bridge*. */
export const commandMessageSchema = z.object({
	unique_id: z.string(),
	...entityOrder,
	/** Endpoint id of the entity. */
	source: z.string().optional(),
	/** The topic that it came on. */
	topic: z.string().optional(),
	/** True where the bridge carries it out by itself, so that nobody else does. */
	direct: z.boolean().optional(),
});

/** A command on an entity, as people write it: `msg.payload` of *command*. */
export const entityOrderSchema = z.object({ entity: z.string(), ...entityOrder });
