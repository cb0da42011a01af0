import type { Frame } from '../model/event';
import type { Failure } from './failures';

/** How a channel ended. */
export interface End {
	/** Close code of RFC 6455; null where there was none. */
	readonly code: number | null;
	/** The server's words, fit to be shown. */
	readonly reason: string;
	/** What went wrong; null where an open channel was simply closed. */
	readonly failure: Failure | null;
}

/** What a channel reports. Never called before `Transport.open` has returned. */
export interface ChannelHandlers {
	/** The socket is open both ways. */
	opened(): void;
	frame(frame: Frame): void;
	/** The socket is gone. Called exactly once, and nothing after it. */
	ended(end: End): void;
}

/** One socket, from its first attempt to its end. Only `send` throws. */
export interface Channel {
	/** @throws AgentStreamError SEND_FAILED, LIMIT_REACHED */
	send(message: Frame): void;
	/** Asks the peer for a sign of life. */
	ping(): void;
	/** A number that grows with everything the peer sends: bytes received. */
	received(): number;
	/** Says goodbye; `ended` follows when the peer has answered. */
	close(): void;
	/** Cuts the socket; `ended` follows at once. */
	terminate(): void;
}

/** A kind of socket, ready to be opened any number of times. */
export interface Transport {
	/** Where it connects to, fit to be shown: no credentials, no query. */
	readonly where: string;
	/** Never throws: what goes wrong ends the channel. */
	open(handlers: ChannelHandlers): Channel;
}
