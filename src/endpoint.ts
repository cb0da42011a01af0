import { EventEmitter } from 'node:events';
import type { Dialect } from './dialects/dialect';
import { EventReader } from './dialects/reader';
import type { Clock } from './model/clock';
import type { Request } from './model/description';
import { AgentStreamError, asAgentStreamError } from './model/errors';
import { type Frame, ownEvent, type StreamEvent } from './model/event';
import type { Logger } from './model/logger';
import { Connection, type ConnectionState, type Link } from './transport/connection';
import { LogLimiter } from './transport/log-limiter';
import { type RestAnswer, RestClient } from './transport/rest';
import { type EndpointSettings, parseToken } from './transport/settings';
import { Snapshot, type SnapshotPath, snapshotPaths } from './transport/snapshot';
import { type Diagnosis, Statistics } from './transport/statistics';
import type { Access } from './transport/target';
import { webSocketTransport } from './transport/websocket';

export type { ConnectionState, Phase } from './transport/connection';
export type { RestAnswer } from './transport/rest';
export { type EndpointSettings, endpointSettingsSchema, parseEndpointSettings } from './transport/settings';
export type { Diagnosis } from './transport/statistics';

/** What an {@link Endpoint} works with. */
export interface EndpointParts {
	readonly dialect: Dialect | 'auto';
	readonly clock: Clock;
	readonly logger: Logger;
	/** A number from 0 up to 1. */
	readonly random: () => number;
}

/** What an {@link Endpoint} emits. Listeners that throw are reported; they stop nothing. */
export interface EndpointEvents {
	event: [event: StreamEvent];
	state: [state: ConnectionState];
	/** What the socket delivered, as it came; `received` in milliseconds since 1970. Before its events. */
	frame: [frame: Frame, received: number];
}

/** One live connection of one dialect, with its protocol session and its REST interface. Starts nothing before `start`. */
export class Endpoint extends EventEmitter<EndpointEvents> {
	private readonly connection: Connection;
	private readonly snapshot: Snapshot;
	private readonly log: LogLimiter;
	private readonly wanted: Set<string>;
	private readonly statistics = new Statistics();
	private known: Dialect | null;
	private reader: EventReader | null = null;
	private link: Link | null = null;
	private rest: RestClient | null = null;
	private token: string | null;

	/**
	 * @param settings checked ones: see `parseEndpointSettings`
	 */
	constructor(
		private readonly settings: EndpointSettings,
		private readonly parts: EndpointParts,
	) {
		super();
		this.token = settings.token || null;
		this.known = parts.dialect === 'auto' ? null : parts.dialect;
		this.wanted = new Set(settings.subscribe);
		this.log = new LogLimiter(parts.logger, parts.clock, settings.id);
		const { clock, random } = parts;
		this.connection = new Connection({
			transport: webSocketTransport({ url: settings.url, access: this.access, clock, environment: process.env }),
			clock,
			random,
			log: this.log,
			times: settings,
			opened: (link) => this.opened(link),
			frame: (frame) => this.received(frame),
			changed: (state) => this.changed(state),
		});
		this.snapshot = new Snapshot({
			clock,
			wanted: () => this.snapshotPaths(),
			get: (path) => this.restClient().get(path),
			found: (type, body, requested) => this.deliver(this.reader?.readRest(type, body, requested) ?? []),
			failed: (path, thrown) => {
				const { code, message } = asAgentStreamError(thrown, 'REST_FAILED');
				this.log.say('warn', `snapshot ${code}`, `the first picture lacks ${path}: ${message} [${code}]`);
			},
		});
	}

	/** Endpoint id. */
	get id(): string {
		return this.settings.id;
	}

	/** Whether commands may reach the server. */
	get allowControl(): boolean {
		return this.settings.allowControl ?? false;
	}

	/** The dialect; null while `auto` has not decided. */
	get dialect(): Dialect | null {
		return this.known;
	}

	get state(): ConnectionState {
		return this.connection.state;
	}

	/** Connects and stays connected. Without effect while it does so already. */
	start(): void {
		this.connection.start();
	}

	/** Ends it, in any phase and any number of times; resolves when no socket is left. It can be started again. */
	async stop(): Promise<void> {
		const closing = this.connection.close();
		this.rest?.close();
		this.rest = null;
		await closing;
	}

	/** Drops the socket and connects again at once. Without effect unless started. */
	reconnect(): void {
		this.connection.reconnect();
	}

	/**
	 * Sends one message; an object is sent as JSON.
	 * @throws AgentStreamError NOT_CONNECTED, SEND_FAILED, LIMIT_REACHED
	 */
	send(message: Frame | object): void {
		this.connection.send(typeof message === 'string' || message instanceof Uint8Array ? message : json(message));
	}

	/** Asks for these event types too, now and after every reconnect. The first one narrows "all" down. */
	subscribe(types: readonly string[]): void {
		const before = this.wanted.size;
		for (const type of types) this.wanted.add(type);
		if (this.wanted.size !== before) this.applySubscription();
	}

	/** Takes event types back; when none is left, all are wanted again. */
	unsubscribe(types: readonly string[]): void {
		const before = this.wanted.size;
		for (const type of types) this.wanted.delete(type);
		if (this.wanted.size !== before) this.applySubscription();
	}

	/**
	 * Uses another token from the next attempt on, which is at once where the server has refused us.
	 * @throws AgentStreamError CONFIG_INVALID
	 */
	setToken(token: string | null): void {
		this.token = parseToken(token);
		const { phase, cause } = this.state;
		if (phase !== 'open' && (cause?.code === 'UNAUTHORIZED' || cause?.code === 'REFUSED')) this.reconnect();
	}

	/** @throws AgentStreamError COMMAND_REFUSED unless commands may reach the server */
	mustAllowControl(): void {
		if (this.allowControl) return;
		const sentence = `The endpoint ${this.id} does not allow control: nothing was sent. Turn on "allow control" in its settings.`;
		throw new AgentStreamError('COMMAND_REFUSED', sentence);
	}

	/**
	 * Carries out a command over REST.
	 * @throws AgentStreamError COMMAND_REFUSED, NOT_CONNECTED, UNAUTHORIZED, REST_FAILED, URL_INVALID
	 */
	async request(request: Request): Promise<RestAnswer> {
		this.mustAllowControl();
		const { id } = this.settings;
		if (this.state.phase === 'idle' || this.state.phase === 'closed') {
			throw new AgentStreamError('NOT_CONNECTED', `The endpoint ${id} is closed: nothing was sent.`);
		}
		return await this.restClient().command(request);
	}

	/** Fetches the newest data of these event types by REST, where it has them, and tells it as events. What fails is logged. */
	async refresh(types: readonly string[]): Promise<void> {
		if (types.length === 0 || !this.known || this.restBase() === null) return;
		for (const { type, path } of snapshotPaths(this.known.types, new Set(types))) {
			const requested = this.parts.clock.now();
			try {
				const body = await this.restClient().get(path);
				if (body !== undefined) this.deliver(this.reader?.readRest(type, body, requested) ?? []);
			} catch (thrown) {
				const { code, message } = asAgentStreamError(thrown, 'REST_FAILED');
				this.log.say('warn', `refresh ${code}`, `${path} could not be fetched again: ${message} [${code}]`);
			}
		}
	}

	/** Tells an event that the server does not send: what a command has done to it. */
	announce(type: string, data: unknown): void {
		const at = this.parts.clock.now();
		this.deliver([ownEvent({ source: this.id, dialect: this.known?.name ?? null, type, data, at })]);
	}

	/** What there is to know about this endpoint, without any secret. */
	diagnose(): Diagnosis {
		const { settings, known, wanted, state, connection } = this;
		return this.statistics.report({
			settings,
			dialect: known?.name ?? null,
			restBase: this.restBase(),
			token: this.token !== null,
			subscribed: [...wanted],
			state,
			connection: connection.counters,
		});
	}

	private readonly access = (): Access => {
		const { headers, tls, proxy } = this.settings;
		return { token: this.token, headers, tls, proxy };
	};

	private opened(link: Link): void {
		const { id: source, strict = false } = this.settings;
		this.reader = new EventReader({ source, dialect: this.known ?? 'auto', clock: this.parts.clock, strict });
		this.link = link;
		if (this.reader.session) this.reader.session.opened(link);
		else link.ready();
	}

	private changed(state: ConnectionState): void {
		if (state.phase === 'open') {
			if (this.wanted.size > 0) this.applySubscription();
		} else if (this.reader) {
			this.deliver(this.reader.flush());
			this.reader = null;
			this.link = null;
			this.snapshot.closed();
		}
		this.tell('state', state);
		if (state.phase === 'open') this.snapshot.refresh();
	}

	private received(frame: Frame): void {
		const { reader, link } = this;
		if (!reader || !link) return;
		this.statistics.frames += 1;
		this.tell('frame', frame, this.parts.clock.now());
		const events = reader.read(frame);
		if (!this.known && reader.dialect) this.decided(reader.dialect, reader, link);
		this.deliver(events);
	}

	/** `auto` knows the dialect now: its session does what it does on opening. */
	private decided(dialect: Dialect, reader: EventReader, link: Link): void {
		this.known = dialect;
		this.log.say('info', 'dialect', `the stream is ${dialect.title}.`);
		reader.session?.opened(link);
		if (this.wanted.size > 0) this.applySubscription();
		this.snapshot.refresh();
	}

	private applySubscription(): void {
		const { reader, link } = this;
		if (this.state.phase !== 'open' || !reader?.session || !link) return;
		try {
			reader.session.subscribe([...this.wanted], link);
		} catch (thrown) {
			const { code, message } = asAgentStreamError(thrown, 'SEND_FAILED');
			this.log.say('warn', `subscribe ${code}`, `the subscription could not be sent: ${message} [${code}]`);
		}
		this.snapshot.refresh();
	}

	private deliver(events: readonly StreamEvent[]): void {
		for (const event of events) {
			this.statistics.event(event);
			this.tell('event', event);
		}
	}

	/** Tells every listener; one that throws must not stop the others, the stream or the process. */
	private tell<K extends keyof EndpointEvents>(what: K, ...told: EndpointEvents[K]): void {
		for (const listener of this.rawListeners(what)) {
			try {
				Reflect.apply(listener, this, told);
			} catch (thrown) {
				this.statistics.listenerFailures += 1;
				const text = thrown instanceof Error ? thrown.message : String(thrown);
				this.log.say('error', `listener ${what}`, `what listens for "${what}" failed: ${text}`);
			}
		}
	}

	/** REST paths of the types that are subscribed; each path once. */
	private snapshotPaths(): SnapshotPath[] {
		if (this.settings.snapshot === false || !this.known || this.restBase() === null) return [];
		return snapshotPaths(this.known.types, this.wanted);
	}

	private restBase(): string | null {
		const { restBase, url } = this.settings;
		if (restBase !== undefined) return restBase;
		return URL.canParse(url) ? (this.known?.restBase(new URL(url)) ?? null) : null;
	}

	/** @throws AgentStreamError COMMAND_REFUSED where the protocol has no REST interface */
	private restClient(): RestClient {
		if (this.rest) return this.rest;
		const base = this.restBase();
		if (base === null) {
			const sentence = `The endpoint ${this.settings.id} has no REST interface: set its REST base to send commands.`;
			throw new AgentStreamError('COMMAND_REFUSED', sentence);
		}
		const { access, parts, statistics } = this;
		this.rest = new RestClient({
			base,
			access,
			clock: parts.clock,
			environment: process.env,
			counters: statistics.rest,
		});
		return this.rest;
	}
}

function json(message: object): string {
	let text: string | undefined;
	try {
		text = JSON.stringify(message);
	} catch {
		// A circular one: the same as one that has no JSON.
	}
	if (text !== undefined) return text;
	throw new AgentStreamError('SEND_FAILED', 'The message cannot be written as JSON: nothing was sent.');
}
