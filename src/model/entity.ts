import { z } from 'zod';

/** Platforms of Home Assistant that this program makes entities of. */
export const platformSchema = z.enum([
	'sensor',
	'binary_sensor',
	'event',
	'update',
	'switch',
	'button',
	'number',
	'select',
]);
/** See {@link platformSchema}. */
export type Platform = z.infer<typeof platformSchema>;

/**
 * A state in Home Assistant's words: `on`/`off` for binary sensors and switches, RFC 3339 for timestamps, a finite number or text;
 * null = unknown (no reading now), never 0 and never an old value.
 */
export const stateSchema = z.union([z.string(), z.number(), z.null()]);
/** See {@link stateSchema}. */
export type State = z.infer<typeof stateSchema>;

/** JSON value of an attribute. */
export type AttributeValue =
	| string
	| number
	| boolean
	| null
	| readonly AttributeValue[]
	| { readonly [key: string]: AttributeValue };

/** Attributes of an entity by name; names that Home Assistant reserves are not used. */
export type Attributes = { readonly [name: string]: AttributeValue };

/** The device that an entity belongs to, as in MQTT discovery. Absent values are left out, never null. */
export const deviceSchema = z.object({
	identifiers: z.array(z.string()).min(1),
	name: z.string(),
	manufacturer: z.string().optional(),
	model: z.string().optional(),
	sw_version: z.string().optional(),
	hw_version: z.string().optional(),
	configuration_url: z.string().optional(),
	via_device: z.string().optional(),
});
/** See {@link deviceSchema}. */
export type Device = z.infer<typeof deviceSchema>;

/**
 * Why an entity is or is not available; `available` is their conjunction (only `present` where it is `always_available`).
 * `connected`: the endpoint's socket. `fresh`: events of its type arrive as often as they should. `present`: the thing is on the list.
 */
const availabilitySchema = z.object({
	connected: z.boolean(),
	fresh: z.boolean(),
	present: z.boolean(),
});
/** One entity with all that a consumer needs; `msg.entity` in Node-RED, an element of `agent-stream entities`. */
export const entitySchema = z.object({
	/** `<endpoint id>_<subject>[_<natural key>]_<row key>`, topic-safe. */
	unique_id: z.string(),
	/** Endpoint id. */
	source: z.string(),
	/** Event type whose freshness decides about this entity. */
	event_type: z.string(),
	platform: platformSchema,
	subject: z.string(),
	/** Natural key as the server writes it (disk id, container name); null for singletons. */
	key: z.string().nullable(),
	/** Row key. */
	row: z.string(),
	/** Path without prefixes: `<endpoint id>/<subject>[/<natural key>]/<row key>`, topic-safe. */
	path: z.string(),
	name: z.string(),
	state: stateSchema,
	attributes: z.record(z.string(), z.unknown()),
	unit_of_measurement: z.string().nullable(),
	device_class: z.string().nullable(),
	state_class: z.string().nullable(),
	entity_category: z.enum(['diagnostic', 'config']).nullable(),
	/** Words of an enum sensor or a select; the types of an event entity. */
	options: z.array(z.string()).nullable(),
	suggested_display_precision: z.number().int().nullable(),
	icon: z.string().nullable(),
	enabled_by_default: z.boolean(),
	/** What it can be told to do, or null: `on`/`off`, `press`, `set`, `install`; destructive ones ask for a confirmation. */
	command: z.object({ actions: z.array(z.string()), destructive: z.boolean() }).nullable(),
	/** Range and step of a number entity. */
	range: z.object({ min: z.number(), max: z.number(), step: z.number() }).nullable(),
	/** Changes up to this size can wait a minute before they are published; 0 = none can. */
	deadband: z.number(),
	/** Names of attributes that tick: their change alone can wait as well. */
	ticking: z.array(z.string()),
	available: z.boolean(),
	availability: availabilitySchema,
	/** True where the thing can vanish (a container), so that it has an availability of its own. */
	transient: z.boolean(),
	/** True where it tells of the endpoint itself, and so is available while the endpoint is not. */
	always_available: z.boolean(),
	/** True while the state is one that history or REST gave, which fires nothing. */
	replayed: z.boolean(),
	/**
	 * True while the device has not told its name yet, so that its own is none that may last: only entities that tell of the endpoint itself
	 * come so early, for alerts about a server that was never reached. The bridge publishes them when they come again with a name.
	 */
	provisional: z.literal(true).optional(),
	device: deviceSchema,
});
/** See {@link entitySchema}. */
export type Entity = Readonly<z.infer<typeof entitySchema>>;

/**
 * One change of one entity. `added`: first seen (again). `changed`: state or attributes. `availability`: only that.
 * `fired`: an event entity's happening (state = its event type). `removed`: gone for good.
 */
export interface EntityChange {
	readonly kind: 'added' | 'changed' | 'availability' | 'fired' | 'removed';
	readonly entity: Entity;
	/** The state before; undefined for `added`. */
	readonly previous: State | undefined;
}
