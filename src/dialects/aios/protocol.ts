import type { Timer } from '../../model/clock';
import { AgentStreamError, asAgentStreamError } from '../../model/errors';
import type { Frame, Issue, StreamEvent } from '../../model/event';
import { type Fields, isFields } from '../../model/fields';
import { parseJson } from '../../model/json';
import { limits } from '../../model/limits';
import { epochTime, parseTime } from '../../model/time';
import type { Item, Link, Session, SessionParts } from '../dialect';
import { refusal, refuses } from './refusal';
import { defaultResync, resyncMessage } from './resync';
import { type Message, messageOf, type Subscription, Subscriptions } from './subscriptions';
import { runState, toldJobState } from './words';

/**
 * How AIOS v2 works on the wire: `auth`, then what is subscribed, then (on a later connection) the request for what was missed. The
 * document has no answer to any of them, so that a connection is open when they are sent.
 */
export class AiosSession implements Session {
	private readonly subscriptions: Subscriptions;
	private readonly subscription: Subscription;
	/** The server's time from which on updates may be missing, RFC 3339; null = nothing came yet, on any connection. */
	private last: string | null = null;
	/** When this connection was opened, ms since 1970. */
	private openedAt = 0;
	/** Since when the stream is whole again after a gap, by the server's clock, ms since 1970; null on the first connection. */
	private rejoined: number | null = null;
	/** How far the server's clock is behind ours, as its last heartbeat told, ms. */
	private behind = 0;
	/** Whether the server sends heartbeats: only then their absence means anything. */
	private pings = false;
	private heardAt = 0;
	private watch: Timer | undefined;
	/** When `auth` was sent on this connection; null where it was not, or where the server has told something since. */
	private knocked: number | null = null;
	/** Connections in a row that the server closed right after `auth`, and the token that they had. */
	private turnedAway = 0;
	private turnedToken: string | null = null;

	constructor(private readonly parts: SessionParts) {
		// The endpoint has checked it by our schema.
		this.subscription = (parts.subscription ?? {}) as Subscription;
		this.subscriptions = new Subscriptions(this.subscription);
	}

	opened(link: Link): void {
		const { clock } = this.parts;
		const token = this.parts.token();
		this.knocked = null;
		// A few times may be a server that restarts. One attempt that is not made shows the cause, and lets the next one wait.
		if (this.turnedAway >= limits.aiosTurnedAway && token === this.turnedToken) {
			this.turnedAway -= 1;
			link.refuse(refusal(null, token));
			return;
		}
		this.heardAt = clock.now();
		this.openedAt = this.heardAt;
		this.rejoined = this.last === null ? null : clock.now() - this.behind;
		if (token !== null) this.authenticate(token, link);
		for (const message of this.subscriptions.restore()) link.send(message);
		const { resync = defaultResync } = this.subscription;
		if (this.last !== null && resync !== false) link.send(resyncMessage(resync, this.last));
		if (this.pings) this.keepWatch(link, limits.aiosSilent);
		link.ready();
	}

	closed(): void {
		const { clock } = this.parts;
		clock.cancel(this.watch);
		this.watch = undefined;
		if (this.knocked === null) return;
		this.turnedAway = clock.now() - this.knocked <= limits.aiosAccepted ? this.turnedAway + 1 : 0;
		this.knocked = null;
	}

	decode = parseJson;

	unwrap(value: unknown): readonly Item[] {
		const { name, time, data, issues } = unwrap(value);
		const at = typeof time === 'number' ? epochTime(time) : parseTime(time);
		const replayed = this.rejoined !== null && at !== null && at < this.rejoined - limits.aiosTimeGrain;
		return [{ name, time, data, replayed, issues }];
	}

	heard(event: StreamEvent, link: Link): void {
		this.heardAt = event.received;
		if (event.rejected || event.type === 'unknown') return;
		const { type } = event;
		if (type === 'error' || type === 'connection_error') {
			const { code, details } = isFields(event.data) ? event.data : {};
			// What a resync repeats was said of an earlier connection.
			if (event.replayed || typeof code !== 'string' || !refuses({ code, details })) return;
			this.knocked = null;
			link.refuse(refusal(code, this.parts.token()));
			return;
		}
		this.keepTime(event);
		if (type !== 'connected' && type !== 'ping') {
			this.knocked = null;
			this.turnedAway = 0;
			this.follow(event, link);
			return;
		}
		if (event.time !== null) this.behind = event.received - event.at;
		// Its greeting says by its own clock when we came back.
		if (type === 'connected' && event.time !== null && this.rejoined !== null) this.rejoined = event.at;
		if (type !== 'ping' || this.pings) return;
		this.pings = true;
		this.keepWatch(link, limits.aiosSilent);
	}

	subscribe(types: readonly string[] | null, link: Link): void {
		for (const message of this.subscriptions.narrow(types)) link.send(message);
	}

	/** Messages go out as they are; what they subscribe is restored on the next connection, also where there is none now. */
	send(message: Frame | object, link: Link | null): void {
		const kept = this.remember(message);
		if (link) link.send(message);
		else if (!kept)
			throw new AgentStreamError('NOT_CONNECTED', 'Not connected: nothing was sent. Try again when it is open.');
	}

	renewed(link: Link): void {
		const token = this.parts.token();
		if (token !== null) link.send(auth(token));
	}

	/**
	 * What is missed from this event on will be asked for. Who was refused is greeted and pinged too, and what comes right after a reconnect
	 * may overtake the answer to what we have asked: neither moves the time.
	 */
	private keepTime({ type, time, at, received }: StreamEvent): void {
		const early = this.rejoined !== null && received - this.openedAt < limits.aiosAccepted;
		if (this.last !== null && (early || type === 'connected' || type === 'ping')) return;
		const now = received - this.behind;
		this.last = time !== null && at <= now + limits.aiosTimeGrain ? time : new Date(now).toISOString();
	}

	private authenticate(token: string, link: Link): void {
		if (token !== this.turnedToken) this.turnedAway = 0;
		this.turnedToken = token;
		this.knocked = this.parts.clock.now();
		link.send(auth(token));
	}

	private remember(message: Frame | object): boolean {
		let value: unknown = message;
		if (typeof message === 'string') {
			try {
				value = JSON.parse(message);
			} catch {
				// Not ours to judge: the server will.
				return false;
			}
		}
		const own = messageOf(value);
		return own !== null && this.subscriptions.remember(own);
	}

	/** DAG events come only for runs that were subscribed, and only events tell of runs. */
	private follow(event: StreamEvent, link: Link): void {
		if (this.subscription.follow_dag_runs === false) return;
		const { run_id: run, status } = isFields(event.data) ? event.data : {};
		if (typeof run !== 'string' || run === '' || run.length > limits.textLength) return;
		const word = typeof status === 'string' ? status : null;
		const over = ['completed', 'failed', 'cancelled', 'success'];
		const finished =
			(event.type.startsWith('processing_job') && over.includes(toldJobState(event.type, word) ?? '')) ||
			(event.type === 'dag_run_status' && over.includes(runState(word) ?? ''));
		const message = this.subscriptions.follow(run, finished, event.received);
		if (!message) return;
		try {
			link.send(message);
		} catch (thrown) {
			const { code, message: why } = asAgentStreamError(thrown, 'SEND_FAILED');
			this.parts.warn(`the DAG run ${run.slice(0, 80)} could not be subscribed: ${why} [${code}]`);
		}
	}

	/** Looks after `wait` whether anything came; a server that pings and then says nothing is gone. */
	private keepWatch(link: Link, wait: number): void {
		const { clock } = this.parts;
		clock.cancel(this.watch);
		this.watch = clock.after(wait, () => {
			const left = this.heardAt + limits.aiosSilent - clock.now();
			if (left > 0) {
				this.keepWatch(link, left);
				return;
			}
			this.watch = undefined;
			const sentence = `The AIOS server has been silent for ${limits.aiosSilent / 1_000} s, though it sends a heartbeat every 30 s; it or the network is gone.`;
			link.lose(new AgentStreamError('SILENT', sentence));
		});
	}
}

function auth(token: string): Message {
	return { event: 'auth', data: { token } };
}

/** Where data says when it was sent; the first that is there counts. */
const times = ['timestamp', 'server_time', 'completed_at', 'failed_at', 'updated_at', 'created_at'] as const;

/** Takes the envelope `{event, data}` off. */
function unwrap(value: unknown): Omit<Item, 'replayed'> {
	const issues: Issue[] = [];
	if (!isFields(value) || !Object.hasOwn(value, 'event')) {
		return { name: null, time: null, data: value, issues };
	}
	const { event, data = null } = value;
	if (typeof event !== 'string') {
		const message = 'The name of the event is no text.';
		issues.push({ path: 'event', code: 'type', severity: 'error', message });
		return { name: null, time: null, data, issues };
	}
	if (!isFields(data)) return { name: event, time: null, data, issues };
	const fields = inForm(data);
	const time = timeOf(fields);
	return {
		name: event,
		time: typeof time === 'string' || typeof time === 'number' ? time : null,
		data: fields,
		issues,
	};
}

function timeOf(fields: Fields): unknown {
	for (const name of times) if (Object.hasOwn(fields, name) && fields[name] !== null) return fields[name];
	return null;
}

/** Fields that hold a time, at the top of any event's data. */
const timeFields = [...times, 'started_at', 'estimated_completion', 'start_time', 'end_time'] as const;
/** Python's `isoformat()` and `str()` of a time in UTC: they write no offset. */
const withoutOffset = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d{1,9})?)$/;

/**
 * Data in the document's form: a code like 401 is a word there, and every time has an offset. The same object where it has it already. A server
 * writes all its times alike: one tells whether the others are looked at.
 */
function inForm(fields: Fields): Fields {
	const formed: { [name: string]: unknown } = {};
	if (typeof fields.code === 'number') formed.code = String(fields.code);
	const naive = isNaive(timeOf(fields));
	for (const name of naive ? timeFields : []) {
		const value = Object.hasOwn(fields, name) ? fields[name] : null;
		if (isNaive(value)) formed[name] = value.replace(withoutOffset, '$1T$2Z');
	}
	return naive || 'code' in formed ? { ...fields, ...formed } : fields;
}

function isNaive(time: unknown): time is string {
	return typeof time === 'string' && !time.endsWith('Z') && withoutOffset.test(time);
}
