import { EventEmitter } from 'node:events';
import type { Dialect } from './dialects/dialect';
import { EventReader } from './dialects/reader';
import type { Clock } from './model/clock';
import type { Request } from './model/description';
import { AgentStreamError, asAgentStreamError } from './model/errors';
import { type Frame, ownEvent, type StreamEvent } from './model/event';
import { jsonMessage } from './model/json';
import type { Logger } from './model/logger';
import { Connection, type ConnectionState, type Link } from './transport/connection';
import { LogLimiter } from './transport/log-limiter';
import { type Occasion, Polling } from './transport/polling';
import { LazyRest, type RestAnswer } from './transport/rest';
import { type EndpointSettings, parseToken } from './transport/settings';
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
	private readonly polling: Polling;
	private readonly log: LogLimiter;
	/** Event types that are wanted; empty = all. */
	private readonly wanted: Set<string>;
	private readonly statistics = new Statistics();
	private known: Dialect | null;
	/** Reads the connection's frames. */
	private reader: EventReader | null = null;
	/** Reads what REST tells while there is no connection. */
	private restReader: EventReader | null = null;
	private link: Link | null = null;
	private readonly rest: LazyRest;
	private token: string | null;

	/** @param settings checked ones: see `parseEndpointSettings` */
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
		this.rest = new LazyRest({
			id: settings.id,
			base: () => this.restBase(),
			access: this.access,
			clock,
			environment: process.env,
			counters: this.statistics.rest,
		});
		this.polling = new Polling({
			clock,
			log: this.log,
			settings,
			types: () => (this.known && this.restBase() !== null ? this.known.types : null),
			wanted: this.wanted,
			get: (path) => this.rest.get(path),
			found: (type, body, requested, occasion) => this.fetched(type, body, requested, occasion),
			changed: () => this.tell('state', this.state),
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
		const { since } = this.polling;
		return since === null ? this.connection.state : { ...this.connection.state, pollingSince: since };
	}

	/** Connects and stays connected. Without effect while it does so already. */
	start(): void {
		this.connection.start();
	}

	/** Ends it, in any phase and any number of times; resolves when no socket is left. It can be started again. */
	async stop(): Promise<void> {
		const closing = this.connection.close();
		this.rest.close();
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
		this.connection.send(typeof message === 'string' || message instanceof Uint8Array ? message : jsonMessage(message));
	}

	/** Asks for these event types, now and after every reconnect; empty = all. */
	want(types: readonly string[]): void {
		if (new Set(types).size === this.wanted.size && types.every((type) => this.wanted.has(type))) return;
		this.wanted.clear();
		for (const type of types) this.wanted.add(type);
		this.applySubscription();
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
		if (this.state.phase === 'idle' || this.state.phase === 'closed') {
			throw new AgentStreamError('NOT_CONNECTED', `The endpoint ${this.id} is closed: nothing was sent.`);
		}
		return await this.rest.command(request);
	}

	/** Fetches the newest data of these event types by REST, where it has them, and tells it as events. What fails is logged. */
	async refresh(types: readonly string[]): Promise<void> {
		await this.polling.fetch(types);
	}

	/** Tells an event that the server does not send: what a command has done to it. */
	announce(type: string, data: unknown): void {
		const at = this.parts.clock.now();
		this.deliver([ownEvent({ source: this.id, dialect: this.known?.name ?? null, type, data, at })]);
	}

	/** What there is to know about this endpoint, without any secret. */
	diagnose(): Diagnosis {
		const { settings, known, wanted, state } = this;
		return this.statistics.report({
			settings,
			dialect: known?.name ?? null,
			restBase: this.restBase(),
			token: this.token !== null,
			subscribed: [...wanted],
			state,
			connection: this.connection.counters,
		});
	}

	private readonly access = (): Access => {
		const { headers, tls, proxy } = this.settings;
		return { token: this.token, headers, tls, proxy };
	};

	private opened(link: Link): void {
		this.reader = this.newReader();
		this.link = link;
		if (this.reader.session) this.reader.session.opened(link);
		else link.ready();
	}

	private newReader(): EventReader {
		const { id: source, strict = false } = this.settings;
		return new EventReader({ source, dialect: this.known ?? 'auto', clock: this.parts.clock, strict });
	}

	private changed(state: ConnectionState): void {
		if (state.phase === 'open') {
			this.restReader = null;
			if (this.wanted.size > 0) this.applySubscription();
		} else if (this.reader) {
			this.deliver(this.reader.flush());
			this.reader = null;
			this.link = null;
		}
		this.polling.connection(state.phase);
		this.tell('state', this.state);
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
		this.polling.refresh();
	}

	/** What only REST knows is not asked of the stream. */
	private applySubscription(): void {
		const { reader, link, known } = this;
		if (this.state.phase === 'open' && reader?.session && link) {
			const pushed = [...this.wanted].filter((type) => !known?.types[type]?.poll && !known?.types[type]?.own);
			try {
				reader.session.subscribe(this.wanted.size === 0 ? null : pushed, link);
			} catch (thrown) {
				const { code, message } = asAgentStreamError(thrown, 'SEND_FAILED');
				this.log.say('warn', `subscribe ${code}`, `the subscription could not be sent: ${message} [${code}]`);
			}
		}
		this.polling.refresh();
	}

	private fetched(type: string, body: unknown, requested: number, occasion: Occasion): void {
		if (!this.reader) this.restReader ??= this.newReader();
		this.deliver((this.reader ?? this.restReader)?.readRest(type, body, requested, occasion) ?? []);
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

	private restBase(): string | null {
		const { restBase, url } = this.settings;
		if (restBase !== undefined) return restBase;
		return URL.canParse(url) ? (this.known?.restBase(new URL(url)) ?? null) : null;
	}
}
