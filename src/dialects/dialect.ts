import type { Command } from '../model/command';
import type { Subject, World } from '../model/description';
import type { Device } from '../model/entity';
import type { AgentStreamError } from '../model/errors';
import type { Frame, IdentifiedBy, Issue } from '../model/event';

/** One item of a frame, taken out of its envelope but not yet identified. */
export interface Item {
	/** The name that the protocol gave it, or null where only the structure can tell. */
	readonly name: string | null;
	/** The time that the server wrote, as sent. */
	readonly time: string | null;
	readonly data: unknown;
	/** True for history repeated on connecting. */
	readonly replayed: boolean;
	/** What was wrong with the envelope. */
	readonly issues: readonly Issue[];
}

/** A type and how it was found. `name` in {@link Item} is evidence, not yet a type. */
export interface Identified {
	readonly type: string;
	readonly by: IdentifiedBy;
	readonly issues?: readonly Issue[];
}

/** What validation made of an event's data. */
export interface Validated {
	/** The data without the fields that were dropped (the same object where nothing was). */
	readonly data: unknown;
	/** True when the data as a whole has the wrong shape. */
	readonly rejected: boolean;
	readonly issues: readonly Issue[];
}

/** The way back to the server, as far as a session may use it. */
export interface Link {
	/** Sends one message. */
	send(message: Frame): void;
	/** The server accepted us: from now on the connection counts as open. */
	ready(): void;
	/** The server refused us: closes, shows the cause and retries slowly. */
	refuse(error: AgentStreamError): void;
}

/** One connection's side of a protocol; a new one for every connection. */
export interface Session {
	/** The socket is open: authenticate, subscribe, and call `link.ready()` when the server has accepted. */
	opened(link: Link): void;
	/**
	 * The JSON value that a frame holds.
	 * @throws AgentStreamError FRAME_INVALID where it cannot be decoded (not JSON, compression broken or too large)
	 */
	decode(frame: Frame): unknown;
	/** The items of a decoded frame, taken out of their envelopes. Never throws. */
	unwrap(value: unknown): readonly Item[];
	/** Asks for these event types from now on; null = all. */
	subscribe(types: readonly string[] | null, link: Link): void;
}

/** What is known about one event type. */
export interface EventType {
	/** What a person would call it. */
	readonly title: string;
	/** How often the server sends it by default, in seconds; null where it comes only on change, and so never goes stale. */
	readonly interval: number | null;
	/** Whether an empty list is possible data for it. */
	readonly list: boolean;
	/** The type that it is an older name of: both feed the same entities. */
	readonly feeds?: string;
	/**
	 * True where the stream never has it: it is fetched from `rest` on connecting and every few minutes after. A stream frame that calls
	 * itself so is none.
	 */
	readonly poll?: true;
	/** True where no server sends it: this program tells it of itself. A stream frame that calls itself so is none. */
	readonly own?: true;
	/** REST path (below the REST base) that answers with the same data, where there is one. */
	readonly rest?: string;
}

/** How sure a frame makes us that it belongs to a dialect. */
export type Evidence = 'certain' | 'likely' | 'none';

/** One protocol: how to open, subscribe, decode, identify, validate and map. The registry is `dialects/index.ts`. */
export interface Dialect {
	readonly name: string;
	readonly title: string;
	readonly transport: 'websocket' | 'socket.io';
	/** Where such a server listens unless the user says otherwise. */
	readonly defaultUrl: string;
	/** The URL of REST calls for a stream URL; null where the protocol has none. */
	restBase(url: URL): string | null;
	/** Event types by name. */
	readonly types: Readonly<Record<string, EventType>>;
	session(): Session;
	identify(item: Item): Identified;
	/**
	 * Checks data that was identified as `type`.
	 * @param seen fields and words that were already reported: they are not reported again
	 */
	validate(type: string, data: unknown, seen: Set<string>): Validated;
	/** What a parsed frame tells about its protocol. */
	evidence(value: unknown): Evidence;
	/** Tables of entity descriptions, one per subject. */
	readonly subjects: readonly Subject[];
	/** What can be asked of the server apart from any entity. */
	readonly commands: readonly Command[];
	/** Event types that the device is told from. */
	readonly deviceFrom: readonly string[];
	/** The device that all entities hang on, from the newest data of each type. */
	device(world: World, url: URL | null): Omit<Device, 'identifiers'>;
}
