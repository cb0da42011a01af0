import type { z } from 'zod';
import type { AlertRule } from '../model/alert';
import type { Clock } from '../model/clock';
import type { Command } from '../model/command';
import type { CustomRow } from '../model/custom-row';
import type { Subject, World } from '../model/description';
import type { Dimension } from '../model/dimensions';
import type { Device } from '../model/entity';
import type { AgentStreamError } from '../model/errors';
import type { Frame, IdentifiedBy, Issue, StreamEvent } from '../model/event';
import type { Tracker } from '../model/tracker';

/** One item of a frame, taken out of its envelope but not yet identified. */
export interface Item {
	/** The name that the protocol gave it, or null where only the structure can tell. */
	readonly name: string | null;
	/** The time that the server wrote, as sent: RFC 3339, or a number of milliseconds (or seconds) since 1970. */
	readonly time: string | number | null;
	readonly data: unknown;
	/** In how many milliseconds the next one of its type comes, where the server says so. */
	readonly every?: number;
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

/** The way back to the server, as far as a session may use it; without effect once the connection is over. */
export interface Link {
	/**
	 * Sends one message; an object is sent as JSON. On Socket.IO: `[event, data]`.
	 * @throws AgentStreamError NOT_CONNECTED, SEND_FAILED, LIMIT_REACHED
	 */
	send(message: Frame | object): void;
	/** The server accepted us: from now on the connection counts as open. */
	ready(): void;
	/** The server refused us: closes, shows the cause and retries slowly. */
	refuse(error: AgentStreamError): void;
	/** The server is gone without a word: closes, shows the cause and retries soon. */
	lose(error: AgentStreamError): void;
}

/** What a session works with. */
export interface SessionParts {
	readonly clock: Clock;
	/** A number from 0 up to 1: for ids of messages. */
	readonly random: () => number;
	/** The token as it is now, for protocols that send it in a message; null = none. */
	readonly token: () => string | null;
	/** What the user chose, as the dialect's `subscription` has parsed it; undefined = everything. */
	readonly subscription?: unknown;
	/** Told what a person should know of the protocol's own traffic (a subscription that the server refused). No secrets. */
	readonly warn: (text: string) => void;
}

/**
 * One endpoint's side of a protocol, over all its connections: what was subscribed is restored on the next one.
 * Links are those of the present connection; `closed` ends their use, and every timer.
 */
export interface Session {
	/** A socket is open: authenticate, subscribe, and call `link.ready()` when the server has accepted. */
	opened(link: Link): void;
	/** The connection is over: no link, no timers until the next `opened`. */
	closed?(): void;
	/**
	 * The JSON value that a frame holds.
	 * @throws AgentStreamError FRAME_INVALID where it cannot be decoded (not JSON, compression broken or too large)
	 */
	decode(frame: Frame): unknown;
	/** The items of a decoded frame, taken out of their envelopes. Never throws. */
	unwrap(value: unknown): readonly Item[];
	/** Each event of the connection, after it was identified and validated, before anybody else hears of it: answers pings, takes confirmations. */
	heard?(event: StreamEvent, link: Link): void;
	/** Asks for these event types from now on; null = all. Called while the connection is open. */
	subscribe(types: readonly string[] | null, link: Link): void;
	/**
	 * Sends a user's message in the form that the protocol wants (ids, timestamps), and remembers what it means for the next
	 * connection (rooms, subscriptions). Absent: messages go out as they are, while the connection is open.
	 * @param link null while there is no open connection: the session may keep the message for the next one
	 * @throws AgentStreamError NOT_CONNECTED, SEND_FAILED, LIMIT_REACHED
	 */
	send?(message: Frame | object, link: Link | null): void;
	/** There is a new token while the connection is open: protocols that authenticate by message send it. */
	renewed?(link: Link): void;
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
	/** True where no server sends it: this program tells it of itself, or its tracker makes it. A stream frame that calls itself so is none. */
	readonly own?: true;
	/** REST path (below the REST base) that answers with the same data, where there is one. */
	readonly rest?: string;
	/**
	 * Whether a REST answer is none yet: what a server says that has just started and not looked itself.
	 * @param first whether it is the first picture after connecting: then that there is nothing can wait for the stream to say so
	 */
	readonly blank?: (data: unknown, first: boolean) => boolean;
}

/** How sure a frame makes us that it belongs to a dialect. */
export type Evidence = 'certain' | 'likely' | 'none';

/** How a token reaches the server: see `Access` in `transport/target.ts`; `message` = the session sends it, or the Socket.IO handshake. */
export type TokenPlace = 'bearer' | 'query' | 'header' | 'cookie' | 'message';

/** One protocol: how to open, subscribe, decode, identify, validate and map. The registry is `dialects/index.ts`. */
export interface Dialect {
	readonly name: string;
	readonly title: string;
	readonly transport: 'websocket' | 'socket.io';
	/** Where such a server listens unless the user says otherwise. */
	readonly defaultUrl: string;
	/** How the token is sent unless the user says otherwise. */
	readonly tokenIn: TokenPlace;
	/** The longest wait between two attempts that the protocol's document wants, in ms; absent = `limits.backoffLongest`. */
	readonly backoffLongest?: number;
	/** What in a URL speaks for this protocol, as words for people (`port 8043`); null where nothing does. */
	urlHint(url: URL): string | null;
	/** The URL of REST calls for a stream URL; null where the protocol has none. */
	restBase(url: URL): string | null;
	/** Event types by name. */
	readonly types: Readonly<Record<string, EventType>>;
	/** What a user may choose of the stream, in the protocol's own form (`--subscribe`, the endpoint's *subscription*). */
	readonly subscription: z.ZodType;
	session(parts: SessionParts): Session;
	identify(item: Item): Identified;
	/**
	 * Checks data that was identified as `type`.
	 * @param seen fields and words that were already reported: they are not reported again
	 */
	validate(type: string, data: unknown, seen: Set<string>): Validated;
	/** What a parsed frame tells about its protocol. */
	evidence(value: unknown): Evidence;
	/** Where an event's data says what it is about: dotted paths, the first that holds text or a number counts. */
	readonly dimensions?: Readonly<Partial<Record<Dimension, readonly string[]>>>;
	/** A new tracker, where the stream tells happenings instead of whole pictures. */
	tracker?(clock: Clock): Tracker;
	/** Tables of entity descriptions, one per subject. */
	readonly subjects: readonly Subject[];
	/** Entity descriptions that a user wrote, where the dialect is one that a user described. */
	readonly rows?: readonly CustomRow[];
	/** What can be asked of the server apart from any entity. */
	readonly commands: readonly Command[];
	/** Alert rules that most people want, by one click. */
	readonly alerts?: readonly AlertRule[];
	/** Event types that the device is told from. */
	readonly deviceFrom: readonly string[];
	/** The device that all entities hang on, from the newest data of each type. */
	device(world: World, url: URL | null): Omit<Device, 'identifiers'>;
}
