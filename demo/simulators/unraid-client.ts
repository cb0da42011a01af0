import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import type { Clock, Timer } from '../../src/model/clock';
import { parsed } from './lenient';

/** Messages that wait for one client; with one more the agent gives the client up. */
const QUEUE = 256;
/** A message above this is sent in fragments of this size: the agent's write buffer. */
const FRAGMENT = 4_096;
const PING_EVERY = 30_000;
/** Without a pong for this long the agent cuts the connection, without a close frame. */
const PONG_WITHIN = 60_000;
/** What an evicted client gets to read its close frame in. */
const EVICTION = 1_000;

/** One connection as the agent keeps it: its filter, its queue, its health. */
export class Client {
	private readonly queue: (string | Buffer)[] = [];
	private filter: ReadonlySet<string> | null = null;
	private sending = false;
	private frozen = false;
	private pingTimer: Timer | undefined;
	private pongTimer: Timer | undefined;
	private evictionTimer: Timer | undefined;
	/** Settles when the connection has ended. */
	readonly ended: Promise<void>;

	/**
	 * @param websocket the accepted connection
	 * @param socket the stream under it, to cut or to freeze it
	 * @param gone called once, when the connection has ended
	 */
	constructor(
		private readonly websocket: WebSocket,
		private readonly socket: Duplex,
		private readonly clock: Clock,
		gone: (client: Client) => void,
	) {
		websocket.on('message', (data, binary) => this.received(data, binary));
		websocket.on('pong', () => this.expectPong());
		// Broken frames end in 1002 and oversized ones in 1009, which ws does by itself; the close event follows.
		websocket.on('error', () => undefined);
		this.ended = new Promise((resolve) => {
			websocket.once('close', () => {
				for (const timer of [this.pingTimer, this.pongTimer, this.evictionTimer]) clock.cancel(timer);
				this.queue.length = 0;
				gone(this);
				resolve();
			});
		});
		this.expectPing();
		this.expectPong();
	}

	/** Whether this client asked for a topic, by the word in `event`. */
	wants(event: string): boolean {
		return this.filter === null || this.filter.has(event);
	}

	/** Queues a message; a client whose queue is full is given up. */
	send(message: string | Buffer): void {
		if (this.queue.length >= QUEUE) {
			this.evict();
		} else {
			this.queue.push(message);
			this.pump();
		}
	}

	/** Stops reading, writing and answering, without closing: a dead peer. */
	freeze(): void {
		this.frozen = true;
		this.socket.pause();
		for (const timer of [this.pingTimer, this.pongTimer]) this.clock.cancel(timer);
	}

	/** Cuts the connection: the other side sees 1006. */
	cut(): void {
		this.websocket.terminate();
	}

	/** Closes without a code, as the agent does when it is stopped: 1005 on the other side. */
	close(): void {
		this.websocket.close();
	}

	private received(data: RawData, binary: boolean): void {
		if (this.frozen || binary) return;
		const filter = subscription(String(data));
		if (filter !== undefined) this.filter = filter;
	}

	private pump(): void {
		if (this.sending || this.frozen) return;
		const message = this.queue.shift();
		if (message === undefined || this.websocket.readyState !== this.websocket.OPEN) return;
		this.sending = true;
		const sent = (): void => {
			this.sending = false;
			this.pump();
		};
		if (typeof message !== 'string') {
			this.websocket.send(message, sent);
			return;
		}
		const bytes = Buffer.from(message);
		let start = 0;
		for (; bytes.length - start > FRAGMENT; start += FRAGMENT) {
			this.websocket.send(bytes.subarray(start, start + FRAGMENT), { binary: false, fin: false });
		}
		this.websocket.send(bytes.subarray(start), { binary: false, fin: true }, sent);
	}

	private evict(): void {
		if (this.evictionTimer) return;
		this.queue.length = 0;
		this.close();
		this.evictionTimer = this.clock.after(EVICTION, () => this.cut());
	}

	private expectPing(): void {
		this.pingTimer = this.clock.after(PING_EVERY, () => {
			if (this.websocket.readyState === this.websocket.OPEN) this.websocket.ping();
			this.expectPing();
		});
	}

	private expectPong(): void {
		if (this.frozen) return;
		this.clock.cancel(this.pongTimer);
		this.pongTimer = this.clock.after(PONG_WITHIN, () => this.cut());
	}
}

/** The filter that a message asks for: null = all; undefined where the message is none and the old filter stays. */
function subscription(text: string): ReadonlySet<string> | null | undefined {
	const message = parsed(text);
	if (typeof message !== 'object' || message === null || !('subscribe' in message)) return undefined;
	const { subscribe } = message;
	if (subscribe === null) return null;
	if (!Array.isArray(subscribe) || !subscribe.every((name) => typeof name === 'string')) return undefined;
	return subscribe.length === 0 ? null : new Set(subscribe);
}
