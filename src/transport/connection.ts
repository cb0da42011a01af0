import type { Clock, Timer } from '../model/clock';
import { AgentStreamError, asAgentStreamError } from '../model/errors';
import type { Frame } from '../model/event';
import { limits } from '../model/limits';
import type { Channel, Transport } from './channel';
import { closedWith, type Failure, quick, slow } from './failures';
import type { LogLimiter } from './log-limiter';

/** What the protocol may do with one connection; without effect once that connection is over. */
export interface Link {
	/** @throws AgentStreamError NOT_CONNECTED, SEND_FAILED, LIMIT_REACHED */
	send(message: Frame): void;
	/** The server accepted us: the phase becomes `open`. */
	ready(): void;
	/** The server refused us: closes, shows the cause, retries slowly. */
	refuse(error: AgentStreamError): void;
	/** The server is gone without a word: cuts the socket, shows the cause, retries soon. */
	lose(error: AgentStreamError): void;
}

/**
 * `idle`: never started. `connecting`: socket or protocol handshake under way. `open`: usable. `waiting`: for the next attempt.
 * `closed`: ended by us.
 */
export type Phase = 'idle' | 'connecting' | 'open' | 'waiting' | 'closed';

/** Where a connection stands. */
export interface ConnectionState {
	readonly phase: Phase;
	/** Milliseconds since 1970 when the phase began. */
	readonly since: number;
	/** Number of the attempt since the last connection that stood; 0 before the first. */
	readonly attempt: number;
	/** Why the last connection or attempt ended: while waiting, and while the next attempt is under way. */
	readonly cause?: AgentStreamError;
	/** Milliseconds since 1970 of the next attempt, while waiting. */
	readonly nextAttempt?: number;
	/** Milliseconds since 1970 since when values are fetched by REST because the socket is down, while that works. */
	readonly pollingSince?: number;
}

/** Times in milliseconds; what is absent is as in `limits`. */
export interface ConnectionTimes {
	readonly handshakeTimeout?: number | undefined;
	readonly pingEvery?: number | undefined;
	readonly pongWithin?: number | undefined;
	readonly backoffFirst?: number | undefined;
	readonly backoffLongest?: number | undefined;
}

/** What a {@link Connection} is made of. */
export interface ConnectionOptions {
	readonly transport: Transport;
	readonly clock: Clock;
	readonly log: LogLimiter;
	/** A number from 0 up to 1, for the jitter. */
	readonly random: () => number;
	readonly times: ConnectionTimes;
	/** The socket is open: authenticate, and call `link.ready()` when the server has accepted. */
	opened(link: Link): void;
	frame(frame: Frame): void;
	changed(state: ConnectionState): void;
}

/** What a connection has been through. */
export interface ConnectionCounters {
	/** How often it became open. */
	opens: number;
	/** Bytes received, all sockets together. */
	bytes: number;
	lastClose: { code: number | null; reason: string; at: number } | null;
}

/** One socket and what we wait for until it is gone. */
interface Leg {
	channel: Channel | null;
	cut: Timer | undefined;
	readonly gone: Promise<void>;
}

/** The one state machine of a live connection: attempts, back-off, heartbeat, dead peer, close; for any kind of socket. */
export class Connection {
	private current: ConnectionState;
	/** The socket that counts. Older ones, on their way out, are in `legs` only. */
	private leg: Leg | null = null;
	private readonly legs = new Set<Leg>();
	/** The one timer of the phase: handshake, heartbeat or next attempt. */
	private timer: Timer | undefined;
	private attempt = 0;
	/** Causes that were written to the log since a connection last opened. */
	private readonly told = new Set<string>();
	private readonly counted: ConnectionCounters = { opens: 0, bytes: 0, lastClose: null };

	constructor(private readonly options: ConnectionOptions) {
		this.current = { phase: 'idle', since: options.clock.now(), attempt: 0 };
	}

	get state(): ConnectionState {
		return this.current;
	}

	get counters(): Readonly<ConnectionCounters> {
		return { ...this.counted, bytes: this.counted.bytes + (this.leg?.channel?.received() ?? 0) };
	}

	/** Connects, and stays connected until `close`. Without effect while it does so already. */
	start(): void {
		if (this.current.phase !== 'idle' && this.current.phase !== 'closed') return;
		this.attempt = 0;
		this.connect();
	}

	/** Drops the socket, if there is one, and connects again at once. Without effect unless started. */
	reconnect(): void {
		if (this.current.phase === 'idle' || this.current.phase === 'closed') return;
		this.release();
		this.attempt = 0;
		this.connect();
	}

	/** Ends it, in any phase and any number of times; resolves when no socket is left. */
	async close(): Promise<void> {
		this.release();
		if (this.current.phase !== 'closed') this.enter({ phase: 'closed' });
		await Promise.all([...this.legs].map((leg) => leg.gone));
	}

	/** @throws AgentStreamError NOT_CONNECTED, SEND_FAILED, LIMIT_REACHED */
	send(message: Frame): void {
		if (this.current.phase !== 'open') throw this.notConnected();
		this.leg?.channel?.send(message);
	}

	private connect(): void {
		this.attempt += 1;
		const { cause } = this.current;
		const { clock, transport, times } = this.options;
		let resolve = () => {};
		const leg: Leg = { channel: null, cut: undefined, gone: new Promise((done) => (resolve = done)) };
		this.leg = leg;
		this.legs.add(leg);
		const within = times.handshakeTimeout ?? limits.handshake;
		this.timer = clock.after(within, () => {
			const sentence = `${transport.where} did not complete the handshake within ${within / 1_000} s; check that it is such a server.`;
			this.lose(quick('HANDSHAKE_TIMEOUT', sentence), true);
		});
		const link = this.linkOf(leg);
		leg.channel = transport.open({
			opened: () => {
				if (this.leg !== leg) return;
				try {
					this.options.opened(link);
				} catch (thrown) {
					this.lose({ error: asAgentStreamError(thrown, 'CLOSED'), slow: false, retryAfter: null });
				}
			},
			frame: (frame) => {
				if (this.leg === leg) this.options.frame(frame);
			},
			ended: (end) => {
				clock.cancel(leg.cut);
				this.legs.delete(leg);
				this.counted.bytes += leg.channel?.received() ?? 0;
				if (end.code !== null) this.counted.lastClose = { code: end.code, reason: end.reason, at: clock.now() };
				if (this.leg === leg) {
					this.leg = null;
					this.lose(end.failure ?? closedWith(transport.where, end.code, end.reason));
				}
				resolve();
			},
		});
		this.enter({ phase: 'connecting', ...(cause && { cause }) });
	}

	private linkOf(leg: Leg): Link {
		return {
			send: (message) => {
				if (this.leg !== leg) throw this.notConnected();
				leg.channel?.send(message);
			},
			ready: () => {
				if (this.leg !== leg || this.current.phase !== 'connecting') return;
				this.options.clock.cancel(this.timer);
				this.counted.opens += 1;
				this.beat(leg, this.options.times.pingEvery ?? limits.pingEvery);
				this.enter({ phase: 'open' });
			},
			refuse: (error) => {
				if (this.leg === leg) this.lose(slow(error));
			},
			lose: (error) => {
				if (this.leg === leg) this.lose({ error, slow: false, retryAfter: null }, true);
			},
		};
	}

	/** Pings after `wait`; no byte within `pongWithin` (at most the time to the next ping) of a ping means that the peer is dead. */
	private beat(leg: Leg, wait: number): void {
		const { clock, times, transport } = this.options;
		const every = times.pingEvery ?? limits.pingEvery;
		const within = Math.min(times.pongWithin ?? limits.pongWithin, every);
		const received = () => leg.channel?.received() ?? 0;
		this.timer = clock.after(wait, () => {
			const before = received();
			leg.channel?.ping();
			const look = (verdict: () => void) => () => {
				if (received() > before) this.beat(leg, Math.max(0, every - within));
				else verdict();
			};
			const sentence = `${transport.where} is silent: no answer to a ping within ${within / 1_000} s; the server or the network is gone.`;
			const dead = () => this.lose(quick('SILENT', sentence), true);
			// Timers run before sockets are read: after a pause of the process the answer may lie there unread.
			this.timer = clock.after(
				within,
				look(() => (this.timer = clock.after(0, look(dead)))),
			);
		});
	}

	/** The attempt or the connection is over: the next one follows after a wait. */
	private lose(failure: Failure, cut = false): void {
		const { clock, random, times } = this.options;
		const now = clock.now();
		if (this.current.phase === 'open' && now - this.current.since >= limits.backoffReset) this.attempt = 0;
		this.release(cut);
		const longest = times.backoffLongest ?? limits.backoffLongest;
		const step = (times.backoffFirst ?? limits.backoffFirst) * 2 ** Math.min(Math.max(this.attempt - 1, 0), 30);
		const jittered = (Math.min(step, longest) * (1 + random())) / 2;
		const wait = Math.max(
			failure.slow ? limits.backoffRefused * (1 + random() / 10) : jittered,
			failure.retryAfter ?? 0,
		);
		this.timer = clock.after(wait, () => this.connect());
		this.enter({ phase: 'waiting', cause: failure.error, nextAttempt: now + wait });
	}

	/** Stops the phase's timer and lets go of its socket, which says goodbye (at most `limits.closeWithin`) or is cut. */
	private release(cut = false): void {
		this.options.clock.cancel(this.timer);
		this.timer = undefined;
		const leg = this.leg;
		this.leg = null;
		if (!leg?.channel) return;
		if (cut) {
			leg.channel.terminate();
			return;
		}
		leg.cut = this.options.clock.after(limits.closeWithin, () => leg.channel?.terminate());
		leg.channel.close();
	}

	private enter(next: Pick<ConnectionState, 'phase' | 'cause' | 'nextAttempt'>): void {
		const before = this.current.phase;
		this.current = { ...next, since: this.options.clock.now(), attempt: this.attempt };
		this.report(before);
		this.options.changed(this.current);
	}

	/** One line per transition; attempts that keep failing are one transition per cause. */
	private report(before: Phase): void {
		const { log, transport, clock } = this.options;
		const { phase, cause, nextAttempt } = this.current;
		if (phase === 'open') {
			this.told.clear();
			log.say('info', 'open', `connected to ${transport.where}.`);
		} else if (phase === 'waiting' && cause && !this.told.has(cause.code)) {
			this.told.add(cause.code);
			const wait = Math.ceil(((nextAttempt ?? 0) - clock.now()) / 1_000);
			log.say('warn', cause.code, `${cause.message} Next attempt in ${wait} s. [${cause.code}]`);
		} else if (phase === 'closed' && before !== 'idle') {
			this.told.clear();
			log.say('info', 'closed', `disconnected from ${transport.where}.`);
		}
	}

	private notConnected(): AgentStreamError {
		const sentence = `Not connected to ${this.options.transport.where}: nothing was sent. Try again when it is open.`;
		return new AgentStreamError('NOT_CONNECTED', sentence);
	}
}
