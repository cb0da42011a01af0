import type { Clock, Timer } from '../../src/model/clock';
import { eventOf, eventTypes, type Fields, type Generation, isValidEvent, uuid } from './claude-code-events';
import { roundLength, type Scene, story } from './claude-code-story';
import { seeded } from './random';
import { type Malformed, type StreamClient, StreamServer } from './stream-server';

/** How the simulated server is set up. */
export interface ClaudeCodeSimulatorOptions {
	readonly clock: Clock;
	/** The same seed gives the same life. Default 1. */
	readonly seed?: number;
	/** How fast it lives. Default 1. */
	readonly speed?: number;
	/** Bearer token that clients must bring. Default: none. */
	readonly token?: string;
	/** Lets three agents work by themselves, see `claude-code-story.ts`. Default false. */
	readonly story?: boolean;
	/** Default `document`. */
	readonly generation?: Generation;
	/** Seconds between two heartbeats. Default 30; the servers that really run send none. */
	readonly heartbeat?: number;
}

/** Events that a client gets when it connects, and client messages that are kept. */
const kept = { history: 300, received: 1_000 } as const;

/** A simulated event server of the Claude Code ecosystem, on 127.0.0.1. Written from its document, knows nothing of our client. */
export class ClaudeCodeSimulator {
	/** Messages of clients, oldest first; the newest thousand. */
	readonly received: Fields[] = [];
	/** Components that registered on connections that stand, by connection. */
	private readonly registered = new Map<StreamClient, string>();
	/** What the next heartbeat says. */
	health: { readonly [component: string]: string } = { 'claude-router': 'healthy', 'claude-flow': 'healthy' };
	private readonly history: Fields[] = [];
	private readonly random: () => number;
	private readonly generation: Generation;
	private readonly speed: number;
	private readonly timers = new Set<Timer>();
	private token: string | null;
	private refusal: number | null = null;
	private door: StreamServer | undefined;
	private number = 0;

	constructor(private readonly options: ClaudeCodeSimulatorOptions) {
		this.random = seeded(options.seed ?? 1);
		this.generation = options.generation ?? 'document';
		this.speed = options.speed ?? 1;
		this.token = options.token ?? null;
	}

	/**
	 * @param port 0 = any free one
	 * @throws Error with code `EADDRINUSE` where the port is taken
	 */
	async start(port = 0): Promise<void> {
		const door = new StreamServer({
			admit: ({ url = '', headers }) => {
				const path = url.split('?', 1)[0];
				if (path !== '/events' && path !== '/stream') return 404;
				return this.token === null || headers.authorization === `Bearer ${this.token}` ? null : 401;
			},
			opened: (client) => client.send(this.wrapped('initial', this.history.slice(-kept.history))),
			message: (client, message) => this.heard(client, message),
			closed: (client) => this.registered.delete(client),
		});
		door.refusal = this.refusal;
		await door.listen(port);
		this.door = door;
		const { heartbeat = 30 } = this.options;
		if (this.generation === 'document') this.every(heartbeat, () => this.beat());
		if (this.options.story) this.round();
	}

	/** Ends it and every connection; `start` starts it again, with its history. */
	async stop(): Promise<void> {
		for (const timer of this.timers) this.options.clock.cancel(timer);
		this.timers.clear();
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
		return `ws://127.0.0.1:${this.port}${this.generation === 'document' ? '/events' : '/stream'}`;
	}

	/** Clients that are connected. */
	get connections(): number {
		return this.door?.clients.length ?? 0;
	}

	/** Names of the components that are registered. */
	get components(): readonly string[] {
		return [...this.registered.values()];
	}

	/**
	 * Sends one event, heartbeat or error to everyone, as this generation writes it.
	 * @param data replaces any of its fields
	 */
	emit(type: string, data: Fields = {}): void {
		if (type === 'heartbeat') this.beat(data);
		else if (type === 'error') this.send(this.wrapped('error', data));
		else this.send(this.wrapped('event', this.made(type, data)));
	}

	/** Sends a list of events in one message. */
	batch(events: readonly (readonly [type: string, data: Fields])[]): void {
		this.send(
			this.wrapped(
				'event',
				events.map(([type, data]) => this.made(type, data)),
			),
		);
	}

	/** Sends an event many times at once, faster than a slow client reads. */
	burst(type: string, count: number): void {
		for (let index = 0; index < count; index += 1) this.emit(type);
	}

	/** An event that happens while nobody listens stands in the history. */
	past(type: string, data: Fields = {}): void {
		this.made(type, data);
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

	/** Answers every upgrade with this status from now on; null serves again. */
	refuse(status: number | null): void {
		this.refusal = status;
		if (this.door) this.door.refusal = status;
	}

	/** Asks for another token from now on; null for none. Connections that stand are left alone. */
	setToken(token: string | null): void {
		this.token = token;
	}

	/** The token is no longer good: connections are closed (1008), and the old one is refused. */
	expireToken(): void {
		this.token = uuid(this.random);
		for (const client of this.running.clients) client.close(1008, 'token expired');
	}

	private get running(): StreamServer {
		if (!this.door) throw new Error('The simulator is not running');
		return this.door;
	}

	private send(message: object): void {
		this.door?.broadcast(message);
	}

	/** The document's wrapper; real servers send no metadata. */
	private wrapped(type: string, data: unknown): object {
		if (this.generation === 'server') return { type, data };
		return { type, data, metadata: { server_time: this.options.clock.now(), message_id: uuid(this.random) } };
	}

	/** An event, which is part of the history from now on. */
	private made(type: string, data: Fields): Fields {
		this.number += 1;
		const now = this.options.clock.now();
		const event = eventOf(this.generation, type, data, { number: this.number, now, random: this.random });
		this.history.push(event);
		if (this.history.length > kept.history) this.history.shift();
		return event;
	}

	private beat(data: Fields = {}): void {
		const now = this.options.clock.now();
		const clients = Object.fromEntries([...this.registered.values()].map((name) => [name, 'healthy']));
		const next = now + ((this.options.heartbeat ?? 30) * 1_000) / this.speed;
		const beat = { components: { ...this.health, ...clients }, timestamp: now, next_check: Math.round(next), ...data };
		this.send(this.wrapped('heartbeat', beat));
	}

	/** Takes a client's message: the servers that really run listen to none. */
	private heard(client: StreamClient, raw: string | Buffer): void {
		let message: Fields = {};
		try {
			message = JSON.parse(String(raw)) as Fields;
		} catch {
			this.complain(client, 'The message is not JSON.');
			return;
		}
		this.received.push(message);
		if (this.received.length > kept.received) this.received.shift();
		if (this.generation === 'server') return;
		const data = (message.data ?? {}) as Fields;
		if (message.type === 'register') this.register(client, data);
		else if (message.type !== 'event' || !isValidEvent(data)) this.complain(client, 'The event is not valid.');
		else this.publish(client, data);
	}

	private register(client: StreamClient, { component, version, capabilities }: Fields): void {
		if (typeof component !== 'string' || typeof version !== 'string' || !Array.isArray(capabilities)) {
			this.complain(client, 'The registration is not valid.');
			return;
		}
		this.registered.set(client, component);
	}

	/** Only a component that is registered may publish. */
	private publish(client: StreamClient, event: Fields): void {
		if (!this.registered.has(client)) {
			this.complain(client, 'The component is not registered.');
			return;
		}
		this.history.push(event);
		if (this.history.length > kept.history) this.history.shift();
		this.send(this.wrapped('event', event));
	}

	private complain(client: StreamClient, text: string): void {
		if (this.generation === 'server') return;
		const data = { error_code: 'WS002', error_message: text, component: 'event-server', severity: 'error' };
		client.send(this.wrapped('error', data));
	}

	/** Plays the story once, and then again, with new sessions. */
	private round(): void {
		const sessions = new Map(['web-shop', 'infra', 'review'].map((app) => [app, uuid(this.random)]));
		for (const scene of story) this.in(scene.at, () => this.play(scene, sessions.get(scene.app ?? '')));
		this.in(roundLength, () => this.round());
	}

	private play({ type, app, payload, fields, health }: Scene, session: string | undefined): void {
		if (health) this.health = health;
		const has = type === 'error' ? this.generation === 'document' : eventTypes[this.generation].includes(type);
		// The document has no hook for a failure: it writes the error into the result.
		const failed = !has && type === 'PostToolUseFailure';
		if (!has && !failed) return;
		const about = app === undefined ? {} : { source_app: app, session_id: session };
		this.emit(failed ? 'PostToolUse' : type, { ...about, ...(payload && { payload }), ...fields });
	}

	private in(seconds: number, run: () => void): void {
		const timer = this.options.clock.after((seconds * 1_000) / this.speed, () => {
			this.timers.delete(timer);
			run();
		});
		this.timers.add(timer);
	}

	private every(seconds: number, run: () => void): void {
		this.in(seconds, () => {
			run();
			this.every(seconds, run);
		});
	}
}
