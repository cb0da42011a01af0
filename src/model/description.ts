import type { Attributes, AttributeValue, Platform, State } from './entity';
import type { Frame, StreamEvent } from './event';

/** Where a world tells of the endpoint's own connection: never overdue, and no event type of any server. */
export const connectionType = '$connection';

/**
 * The newest data of every event type of one endpoint, by type.
 * Under `$connection` stands what the endpoint knows of its own connection, a {@link Connection}.
 */
export type World = { readonly [type: string]: unknown };

/** What the endpoint knows of its connection, for rows that tell of it. */
export interface Connection {
	/** Whether values come. */
	readonly open: boolean;
	/** Whether they are polled, because the socket is down. */
	readonly polling: boolean;
	/** Since when they come, milliseconds since 1970. */
	readonly opened: number;
}

/** One thing that happened, as an event entity fires it. */
export interface Happening {
	/** What the server knows it by: fires once. */
	readonly id: string;
	/** One of the row's options. */
	readonly type: string;
	/** Milliseconds since 1970: several that are new at once fire in this order. */
	readonly at: number;
	/**
	 * Whether it is news, where the item knows (a tracker saw it happen): it fires although the entity is new. Unless given, what the
	 * first data and replayed data list is history.
	 */
	readonly live?: boolean;
	readonly attributes: Attributes;
}

/** What a row may look at besides its item. */
export interface Reading<W = World> {
	readonly world: W;
	/** Milliseconds since 1970: the event's own time. */
	readonly at: number;
	/** The entity's state so far; undefined when it is new. */
	readonly previous: State | undefined;
}

/** Where an attribute comes from: a field of the item, or a function of it. `undefined` leaves the attribute out. */
export type AttributeSource<I, W = World> =
	| (keyof I & string)
	| ((item: I, reading: Reading<W>) => AttributeValue | undefined);

/** A message to the server over its stream, as the protocol writes it. */
export interface StreamRequest {
	readonly message: Frame | object;
	/** Whether an event is the server's answer; absent where it gives none. */
	readonly answer?: (event: StreamEvent) => boolean;
}

/** A call to the server's REST interface: path below its REST base, every name in it percent-encoded. */
export interface Request {
	readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
	readonly path: string;
	readonly body?: { readonly [name: string]: unknown };
	/** Event types that it changes: they are fetched once when it was carried out, where REST has them. */
	readonly changes?: readonly string[];
	/** What the server does not tell by itself: an event of this type follows when it was carried out. */
	readonly announces?: { readonly type: string; readonly data: { readonly [name: string]: unknown } };
}

/** What a switch, button, number, select or update can be told to do. */
export interface CommandDescription<I> {
	/** The request of each action; `value` is what a number or select is set to. */
	readonly actions: {
		readonly [action in 'on' | 'off' | 'press' | 'set' | 'install']?: (item: I, value: string | number) => Request;
	};
	/** True where a mistake costs data or an outage: off by default, and asks for a confirmation. */
	readonly destructive?: boolean;
}

/** What a stateful row carries from event to event; JSON, so that it can outlast a restart. */
export type Memory = { readonly [name: string]: number | string | null };

/**
 * One entity description: what one entity is and how its state is read off an item of type `I`.
 * Everything about it stands here once: unit, class, conversion, plausible range.
 */
export interface Row<I, W = World> {
	/** Row key, `[a-z0-9_]`: the last part of the unique id. */
	readonly key: string;
	readonly platform: Platform;
	/** Shown name; `{label}` is the item's label, `{LABEL}` the same in capitals. */
	readonly name: string;
	/** Name where the item has a device of its own. */
	readonly short?: string;
	/** All fields of the item that state and attribute functions read: an event that changes none of them costs nothing. */
	readonly from: readonly (keyof I & string)[];
	/** The state; null = unknown. */
	readonly value: (item: I, reading: Reading<W>) => State;
	/** Replaces `value` where the state grows out of earlier events (rates, energy): called for every event. */
	readonly fold?: (item: I, memory: Memory | undefined, at: number) => { state: State; memory: Memory };
	/**
	 * What the item lists as having happened: each fires once, when it is first seen. What the first data lists, and replayed data
	 * (also the first picture that is fetched on connecting), is history: it fires nothing.
	 */
	readonly happenings?: (item: I) => readonly Happening[];
	/** True where the entity tells of the endpoint itself, and so is available while that is not. */
	readonly always?: boolean;
	/** Whether this item has the entity at all; asked until it once said yes. */
	readonly when?: (item: I, world: W) => boolean;
	readonly attributes?: { readonly [name: string]: AttributeSource<I, W> };
	/** Attributes that tick: their change alone is no change. */
	readonly ticking?: readonly string[];
	readonly unit?: string;
	readonly deviceClass?: string;
	readonly stateClass?: 'measurement' | 'total' | 'total_increasing';
	readonly category?: 'diagnostic' | 'config';
	readonly precision?: number;
	readonly icon?: string;
	/** False where the entity is of use to few (`enabled_by_default`). */
	readonly enabled?: boolean;
	/** Words of an enum or a select; event types of an event entity. */
	readonly options?: readonly string[];
	/** Range of a number entity. */
	readonly range?: { readonly min: number; readonly max: number; readonly step: number };
	/** Change of a numeric state that can wait a minute before it is published: in its unit, or as a share of the state. */
	readonly deadband?: number | { readonly share: number };
	readonly command?: CommandDescription<I>;
}

/** A kind of thing that entities are about, with its rows. */
export interface SubjectDescription<W, I> {
	/** `[a-z0-9_]`: disk, container, vm, … */
	readonly subject: string;
	/** Event types that it is made from; the first one decides about its freshness. */
	readonly from: readonly (keyof W & string)[];
	/** The things there are now; null while that is not known, so that nothing counts as vanished. */
	readonly items: (world: W) => readonly I[] | null;
	/** Natural key of a thing: what it keeps over restart, rename and reorder. Absent for singletons. */
	readonly key?: (item: I) => string;
	/** What people call it, for names. */
	readonly label?: (item: I) => string;
	/**
	 * True where the list is this program's own and bounded (a tracker keeps it): what it no longer has is removed at once, and a gap in the
	 * stream says nothing.
	 */
	readonly kept?: true;
	/** True where each thing may be a device of its own (`via_device` the server), if the user wants that. */
	readonly ownDevice?: boolean;
	readonly rows: readonly Row<I, W>[];
}

/** A subject as the mapper sees it: its item type is its own business. */
export type Subject = SubjectDescription<World, object>;

/** Declares a subject. `W` is the dialect's world: the data of its event types, as lenient validation leaves it. */
export function subject<W extends object, I extends object>(description: SubjectDescription<W, I>): Subject {
	// "For some W and I" is no type of TypeScript's. The cast holds: `items` gets data that the dialect has validated by type, and the other
	// functions get what `items` has returned. Data that nobody has validated (a flow can hand it in) costs the subject its update, no more.
	return description as unknown as Subject;
}
