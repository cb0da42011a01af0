import { AgentStreamError, asAgentStreamError } from '../model/errors';
import type { Frame, StreamEvent } from '../model/event';
import { jsonMessage } from '../model/json';
import type { Dialect, Link, Session, SessionParts } from './dialect';
import { EventReader } from './reader';

/** What a {@link Speaker} is made of. */
export interface SpeakerOptions {
	/** Endpoint id. */
	readonly source: string;
	/** The protocol; `auto` = told from the first frames. */
	readonly dialect: Dialect | 'auto';
	readonly url: URL | null;
	/** Reject an event with any error, instead of dropping the bad field. */
	readonly strict: boolean;
	readonly parts: Omit<SessionParts, 'subscription'>;
	/** What the user chose of the stream, unchecked; undefined = everything. */
	readonly subscription: unknown;
	/** The dialect is known now, and why. Called before the events of the frame that told it. */
	decided(dialect: Dialect, reason: string): void;
	/** Sends a message of a user as it is, where the protocol has no form of its own for it. */
	send(message: Frame): void;
}

/** A connection's link: what it sends is a frame already. */
type ConnectionLink = Omit<Link, 'send'> & { send(message: Frame): void };

/** Speaks a server's protocol, over all connections of one endpoint: the session lasts, the reader and the link are the connection's. */
export class Speaker {
	private known: Dialect | null = null;
	private session: Session | null = null;
	/** Reads the connection's frames; between connections what REST tells. */
	private reader: EventReader;
	private link: Link | null = null;
	private open = false;

	/** @throws AgentStreamError CONFIG_INVALID: the subscription does not fit the dialect */
	constructor(private readonly options: SpeakerOptions) {
		const { dialect, parts, subscription } = options;
		if (dialect !== 'auto') {
			this.know(dialect, dialect.session({ ...parts, subscription: subscriptionOf(dialect, subscription) }));
		}
		this.reader = this.newReader();
	}

	/** The dialect; null while `auto` has not decided. */
	get dialect(): Dialect | null {
		return this.known;
	}

	/** A socket is open: the session greets the server; where the dialect is not known, it only listens. */
	opened(link: ConnectionLink): void {
		this.reader = this.newReader();
		this.link = {
			send: (message) => link.send(frameOf(message)),
			ready: () => {
				this.open = true;
				link.ready();
			},
			refuse: (error) => link.refuse(error),
			lose: (error) => link.lose(error),
		};
		if (this.session) this.session.opened(this.link);
		else this.link.ready();
	}

	/** The connection is over; answers what `auto` still held back. */
	closed(): StreamEvent[] {
		if (!this.link) return [];
		const held = this.reader.flush();
		this.link = null;
		this.open = false;
		if (this.reader.dialect && this.reader.session && !this.known) this.know(this.reader.dialect, this.reader.session);
		this.session?.closed?.();
		this.reader = this.newReader();
		return held;
	}

	/** Everything that a frame says; the session has heard it before. */
	read(frame: Frame): StreamEvent[] {
		const events = this.reader.read(frame);
		const { dialect, session, reason } = this.reader;
		if (!this.known && dialect && session) {
			this.know(dialect, session);
			if (this.link) session.opened(this.link);
			this.options.decided(dialect, reason ?? '');
		}
		for (const event of events) this.hear(event);
		return events;
	}

	/** What a session makes of an event must not keep it from anybody else. */
	private hear(event: StreamEvent): void {
		if (!this.link) return;
		try {
			this.session?.heard?.(event, this.link);
		} catch (thrown) {
			this.options.parts.warn(`an answer failed: ${asAgentStreamError(thrown, 'SEND_FAILED').message}`);
		}
	}

	/** See `EventReader.readRest`. */
	readRest(...[type, data, requested, occasion]: Parameters<EventReader['readRest']>): StreamEvent[] {
		return this.reader.readRest(type, data, requested, occasion);
	}

	/**
	 * Asks for these event types; null = all. What is polled, or told by this program itself, is not asked of the stream.
	 * @throws AgentStreamError NOT_CONNECTED, SEND_FAILED, LIMIT_REACHED
	 */
	subscribe(types: readonly string[] | null): void {
		const { known, link } = this;
		if (!known || !link || !this.open) return;
		// What a tracker makes it may make of anything.
		const all = types === null || (known.tracker && types.some((type) => known.types[type]?.own));
		const pushed = types?.filter((type) => !known.types[type]?.poll && !known.types[type]?.own) ?? null;
		this.session?.subscribe(all ? null : pushed, link);
	}

	/** Sends a message of a user. @throws AgentStreamError NOT_CONNECTED, SEND_FAILED, LIMIT_REACHED */
	send(message: Frame | object): void {
		if (this.session?.send) this.session.send(message, this.open ? this.link : null);
		else this.options.send(frameOf(message));
	}

	/** There is a new token. */
	renewed(): void {
		if (this.open && this.link) this.session?.renewed?.(this.link);
	}

	private know(dialect: Dialect, session: Session): void {
		this.known = dialect;
		this.session = session;
	}

	/** What the session of a dialect that `auto` told works with; nobody could check the subscription before. */
	private partsFor(dialect: Dialect): SessionParts {
		const { parts, subscription } = this.options;
		try {
			return { ...parts, subscription: subscriptionOf(dialect, subscription) };
		} catch (thrown) {
			parts.warn(`${asAgentStreamError(thrown, 'CONFIG_INVALID').message} Everything is asked for instead.`);
			return parts;
		}
	}

	private newReader(): EventReader {
		const { source, strict, url, dialect, parts } = this.options;
		return new EventReader({
			source,
			dialect: this.known ?? dialect,
			clock: parts.clock,
			strict,
			url,
			parts: (told) => this.partsFor(told),
			session: this.session,
		});
	}
}

function frameOf(message: Frame | object): Frame {
	return typeof message === 'string' || message instanceof Uint8Array ? message : jsonMessage(message);
}

/**
 * What a user chose of the stream, as the dialect takes it; undefined = everything.
 * @throws AgentStreamError CONFIG_INVALID, saying what is wrong where
 */
export function subscriptionOf(dialect: Dialect, given: unknown): unknown {
	if (given === undefined || given === null) return undefined;
	const parsed = dialect.subscription.safeParse(given);
	if (parsed.success) return parsed.data;
	const wrong = parsed.error.issues
		.slice(0, 5)
		.map(({ path, message }) => `${path.length > 0 ? path.join('.') : 'the whole'}: ${message}`);
	const sentence = `The subscription does not fit ${dialect.title}: ${wrong.join('; ').slice(0, 400)}.`;
	throw new AgentStreamError('CONFIG_INVALID', sentence);
}
