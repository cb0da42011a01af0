import type { Clock, Timer } from '../../src/model/clock';
import { parseTime } from '../../src/model/time';
import { AiosClient, type SentEvent } from './aios-clients';
import { type Sample, samples } from './aios-samples';
import { roundLength, type Scene, scenes } from './aios-story';
import { seeded } from './random';
import { type Malformed, type StreamClient, StreamServer } from './stream-server';

/** How the simulated server is set up. */
export interface AiosSimulatorOptions {
	readonly clock: Clock;
	/** The same seed gives the same life. Default 1. */
	readonly seed?: number;
	/** How fast the server lives, as a multiple of the document's intervals. Default 1. */
	readonly speed?: number;
	/** What `auth` must carry. Default: none is asked for. */
	readonly token?: string;
	/** Lets things happen by themselves, see `aios-story.ts`. Default false. */
	readonly story?: boolean;
}

/** Seconds between heartbeats, and between dashboard metrics. */
const every = 30;
/** Time in which a client must have authenticated. */
const authenticateWithin = 10_000;
/** Events kept for those who ask for what they missed. */
const historyLength = 1_000;
const messagesKept = 1_000;
/** Close code of a connection that was not let in. */
const unauthorized = 4401;

/** A simulated AIOS v2 server on 127.0.0.1, path `/ws`. Written from its document, knows nothing of our client. */
export class AiosSimulator {
	/** What clients sent, parsed where it is JSON; the newest thousand. */
	readonly received: unknown[] = [];
	private readonly random: () => number;
	private readonly speed: number;
	private door: StreamServer | undefined;
	private readonly clients = new Map<StreamClient, AiosClient>();
	private readonly history: { readonly at: number; readonly sent: SentEvent }[] = [];
	private readonly timers = new Map<string, Timer>();
	private readonly expired = new Set<string>();
	private token: string | null;
	private refusal: number | null = null;
	private clientsSeen = 0;
	private processed = 1_240;

	constructor(private readonly options: AiosSimulatorOptions) {
		this.random = seeded(options.seed ?? 1);
		this.speed = options.speed ?? 1;
		this.token = options.token ?? null;
	}

	/**
	 * @param port 0 = any free one
	 * @throws Error with code `EADDRINUSE` where the port is taken
	 */
	async start(port = 0): Promise<void> {
		const door = new StreamServer({
			admit: ({ url = '' }) => (url.split('?')[0] === '/ws' ? null : 404),
			opened: (client) => this.opened(client),
			message: (client, message) => this.message(client, message),
			closed: (client) => {
				this.clients.get(client)?.release();
				this.clients.delete(client);
			},
		});
		door.refusal = this.refusal;
		await door.listen(port);
		this.door = door;
		this.repeat('ping', () => this.emit('ping'));
		this.repeat('metrics', () => this.metrics());
		if (this.options.story) this.tell(0, scenes(0, this.random), 0);
	}

	/** Stops the server; `start` starts it again. */
	async stop(): Promise<void> {
		for (const timer of this.timers.values()) this.options.clock.cancel(timer);
		this.timers.clear();
		for (const client of this.clients.values()) client.release();
		const { door } = this;
		this.door = undefined;
		await door?.close();
	}

	/** @throws Error while it does not run */
	get port(): number {
		return this.running.port;
	}

	/** Where a client connects. */
	get url(): string {
		return `ws://127.0.0.1:${this.port}/ws`;
	}

	/** Connections that stand. */
	get connections(): number {
		return this.clients.size;
	}

	/**
	 * An event happens now: it goes to those who subscribed it, and to those who ask later for what they missed.
	 * @param data what is particular about it; the rest is as in the document's example
	 * @throws Error where the document has no such event
	 */
	emit(type: string, data: object = {}): void {
		this.happen(type, { ...this.sample(type)(this.now()), timestamp: this.now(), ...data });
	}

	/** An event many times at once, faster than a slow client reads. */
	burst(type: string, count: number): void {
		for (let index = 0; index < count; index += 1) this.emit(type);
	}

	/** Sends what is broken. */
	malformed(kind: Malformed): void {
		this.running.malformed(kind);
	}

	/** Cuts every connection without a close frame. */
	drop(): void {
		this.running.drop();
	}

	/** Keeps every connection open but no longer reads, writes or answers. */
	freeze(): void {
		this.running.freeze();
	}

	/** Answers every upgrade with this status from now on; null lets them in again. */
	refuse(status: number | null): void {
		this.refusal = status;
		if (this.door) this.door.refusal = status;
	}

	/** Asks for another token from now on; null for none. Connections that stand are left alone. */
	setToken(token: string | null): void {
		this.token = token;
	}

	/** A token is over: whoever authenticated with it is told so and closed. Default: the one that is asked for now. */
	expireToken(token: string | null = this.token): void {
		if (token === null) return;
		this.expired.add(token);
		for (const client of this.clients.values()) {
			if (client.token === token) this.turnAway(client, 'token_expired', 'The token has expired');
		}
	}

	private get running(): StreamServer {
		if (!this.door) throw new Error('The simulator is not running');
		return this.door;
	}

	private now(): string {
		return new Date(this.options.clock.now()).toISOString();
	}

	private sample(type: string): Sample {
		const sample = samples[type];
		if (!sample) throw new Error(`AIOS has no event ${type}`);
		return sample;
	}

	private happen(type: string, data: SentEvent['data']): void {
		const sent = this.event(type, data);
		// A heartbeat is nobody's history.
		if (type !== 'ping' && type !== 'connected') this.history.push({ at: this.options.clock.now(), sent });
		if (this.history.length > historyLength) this.history.shift();
		for (const client of this.clients.values()) if (client.wants(sent)) client.stream.send(sent);
	}

	/** `connected` is the one event without a timestamp. */
	private event(event: string, { timestamp, ...data }: { readonly [field: string]: unknown }): SentEvent {
		return { event, data: event === 'connected' ? data : { ...data, timestamp } };
	}

	private opened(stream: StreamClient): void {
		const client = new AiosClient(stream, this.options.clock);
		this.clients.set(stream, client);
		this.clientsSeen += 1;
		stream.send({ event: 'connected', data: { client_id: `client-${this.clientsSeen}`, server_time: this.now() } });
		if (this.token === null) client.accept(null);
		else {
			client.mustAuthenticate(authenticateWithin, () =>
				this.turnAway(client, 'authentication_required', 'No authentication within 10 seconds'),
			);
		}
	}

	private message(stream: StreamClient, message: string | Buffer): void {
		const client = this.clients.get(stream);
		if (!client) return;
		const value = parsed(String(message));
		this.received.push(value);
		if (this.received.length > messagesKept) this.received.shift();
		const { event, data } = Object(value) as { readonly event?: unknown; readonly data?: unknown };
		const fields = Object(data) as { readonly [field: string]: unknown };
		if (event === 'auth') this.authenticate(client, fields.token);
		else if (client.token === undefined) this.turnAway(client, 'unauthorized', 'Authenticate first');
		else this.serve(client, event, fields);
	}

	/** A right token is not answered: the document has no message for it. */
	private authenticate(client: AiosClient, token: unknown): void {
		if (this.token === null) client.accept(null);
		else if (token !== this.token) this.turnAway(client, 'invalid_token', 'The token is not valid');
		else if (this.expired.has(this.token)) this.turnAway(client, 'token_expired', 'The token has expired');
		else client.accept(this.token);
	}

	private serve(client: AiosClient, event: unknown, fields: { readonly [field: string]: unknown }): void {
		const types = Array.isArray(fields.types) ? fields.types : [];
		switch (event) {
			case 'subscribe': {
				const wrong = client.subscribe(types, Object(fields.filters));
				if (wrong.length > 0) this.fault(client, 'invalid_subscription', `No updates are called ${wrong.join(', ')}`);
				break;
			}
			case 'unsubscribe':
				client.unsubscribe(types);
				break;
			case 'subscribe_dag_run':
				if (typeof fields.run_id === 'string') client.subscribeRun(fields.run_id);
				else this.fault(client, 'invalid_subscription', 'A run_id is missing');
				break;
			case 'resync':
				this.resync(client, parseTime(fields.since));
				break;
			default:
				this.fault(client, 'invalid_message', 'There is no such message');
		}
	}

	/** What happened since then, the moment itself included: what was heard last may come again. */
	private resync(client: AiosClient, since: number | null): void {
		if (since === null) this.fault(client, 'invalid_message', 'A time is missing');
		else for (const { at, sent } of this.history) if (at >= since && client.wants(sent)) client.stream.send(sent);
	}

	private fault(client: AiosClient, code: string, message: string): void {
		client.stream.send({ event: 'error', data: { code, message, details: {}, timestamp: this.now() } });
	}

	private turnAway(client: AiosClient, code: string, message: string): void {
		client.release();
		client.token = undefined;
		this.fault(client, code, message);
		client.stream.close(unauthorized, code);
	}

	private repeat(name: string, run: () => void): void {
		const next = (): void => {
			this.timers.set(name, this.options.clock.after((every * 1_000) / this.speed, next));
			run();
		};
		this.timers.set(name, this.options.clock.after((every * 1_000) / this.speed, next));
	}

	private metrics(): void {
		const more = Math.floor(this.random() * 4);
		this.processed += more;
		this.emit('dashboard_metrics_update', {
			total_processed: this.processed,
			success_rate: Math.round(970 + this.random() * 20) / 10,
			changes: { total_processed: `+${more}`, success_rate: '+0.1' },
		});
	}

	/** Plays the scenes of a round one after the other, then the next round; `passed` seconds of it are over. */
	private tell(round: number, [scene, ...rest]: readonly Scene[], passed: number): void {
		const until = scene?.at ?? roundLength;
		const next = (): void => {
			if (scene) this.happen(scene.event, { ...scene.data(this.now()), timestamp: this.now() });
			if (scene) this.tell(round, rest, until);
			else this.tell(round + 1, scenes(round + 1, this.random), 0);
		};
		this.timers.set('story', this.options.clock.after(((until - passed) * 1_000) / this.speed, next));
	}
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}
