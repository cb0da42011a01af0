import type { Dialect } from './dialects/dialect';
import { Speaker } from './dialects/speaker';
import type { Clock } from './model/clock';
import type { Request } from './model/description';
import { AgentStreamError, asAgentStreamError } from './model/errors';
import { type Frame, ownEvent, type StreamEvent } from './model/event';
import type { Logger } from './model/logger';
import { Teller } from './teller';
import { Connection, type ConnectionState } from './transport/connection';
import { LogLimiter } from './transport/log-limiter';
import { type Occasion, Polling } from './transport/polling';
import { LazyRest, type RestAnswer } from './transport/rest';
import { Route } from './transport/route';
import { type EndpointSettings, parseToken } from './transport/settings';
import { type Diagnosis, Statistics } from './transport/statistics';
import { Undecided } from './undecided';

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
export class Endpoint extends Teller<EndpointEvents> {
	private readonly connection: Connection;
	private readonly polling: Polling;
	private readonly log: LogLimiter;
	/** Event types that are wanted; empty = all. */
	private readonly wanted: Set<string>;
	private readonly statistics = new Statistics();
	private readonly speaker: Speaker;
	private readonly undecided: Undecided;
	/** Whether the server was last asked for less than all. */
	private narrowed = false;
	private readonly rest: LazyRest;
	private readonly route: Route;

	/**
	 * @param settings checked ones: see `parseEndpointSettings`
	 * @throws AgentStreamError CONFIG_INVALID: the subscription does not fit the dialect
	 */
	constructor(
		private readonly settings: EndpointSettings,
		private readonly parts: EndpointParts,
	) {
		super((what, why) => this.deaf(what, why));
		this.wanted = new Set(settings.subscribe);
		this.log = new LogLimiter(parts.logger, parts.clock, settings.id);
		const { clock, random } = parts;
		const { log } = this;
		const shared = { clock, random, log, settings, environment: process.env };
		this.undecided = new Undecided(settings.id, clock, ({ code, message }) => {
			log.say('warn', code, `${message} [${code}]`);
			this.tell('state', this.state);
		});
		this.route = new Route({ ...shared, wants: () => this.dialect, renewed: () => this.renewed() });
		this.connection = new Connection({
			...shared,
			transport: this.route,
			times: { ...(parts.dialect !== 'auto' && { backoffLongest: parts.dialect.backoffLongest }), ...settings },
			opened: (link) => this.speaker.opened(link),
			frame: (frame) => this.received(frame),
			changed: (state) => this.changed(state),
		});
		this.speaker = new Speaker({
			source: settings.id,
			dialect: parts.dialect,
			url: URL.canParse(settings.url) ? new URL(settings.url) : null,
			strict: settings.strict ?? false,
			subscription: settings.subscription,
			parts: {
				clock,
				random,
				token: () => this.route.tokens.current,
				warn: (text) => this.log.say('warn', `protocol ${text}`, text),
			},
			decided: (dialect, reason) => this.decided(dialect, reason),
			send: (message) => this.connection.send(message),
		});
		this.rest = new LazyRest({
			...shared,
			id: settings.id,
			base: () => this.restBase(),
			access: this.route.access,
			refused: (token) => this.route.tokens.refused(token),
			counters: this.statistics.rest,
		});
		this.polling = new Polling({
			...shared,
			types: () => (this.dialect && this.restBase() !== null ? this.dialect.types : null),
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
		return this.speaker.dialect;
	}

	get state(): ConnectionState {
		const { since } = this.polling;
		const { state } = this.connection;
		return {
			...state,
			...(since !== null && { pollingSince: since }),
			...(this.undecided.cause && { cause: this.undecided.cause }),
		};
	}

	/** Connects and stays connected. Without effect while it does so already. */
	start(): void {
		this.connection.start();
	}

	/** Ends it, in any phase and any number of times; resolves when no socket is left. It can be started again. */
	async stop(): Promise<void> {
		const closing = this.connection.close();
		this.route.tokens.close();
		this.rest.close();
		await closing;
	}

	/** Drops the socket and connects again at once. Without effect unless started. */
	reconnect(): void {
		this.connection.reconnect();
	}

	/**
	 * Sends one message, in the protocol's form where it has one of its own (an id, a timestamp); an object is sent as JSON.
	 * @throws AgentStreamError NOT_CONNECTED, SEND_FAILED, LIMIT_REACHED
	 */
	send(message: Frame | object): void {
		this.speaker.send(message);
	}

	/** Asks for these event types, now and after every reconnect; empty = all. */
	want(types: readonly string[]): void {
		if (new Set(types).size === this.wanted.size && types.every((type) => this.wanted.has(type))) return;
		this.wanted.clear();
		for (const type of types) this.wanted.add(type);
		this.applySubscription();
	}

	/**
	 * Uses another token from the next attempt on, which is at once where the server has refused us; a protocol that has it in a message
	 * sends it now.
	 * @throws AgentStreamError CONFIG_INVALID
	 */
	setToken(token: string | null): void {
		this.route.tokens.set(parseToken(token));
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
		this.deliver([ownEvent({ source: this.id, dialect: this.dialect?.name ?? null, type, data, at })]);
	}

	/** What there is to know about this endpoint, without any secret. */
	diagnose(): Diagnosis {
		const { settings, dialect, wanted, state } = this;
		return this.statistics.report({
			settings,
			dialect: dialect?.name ?? null,
			restBase: this.restBase(),
			token: this.route.tokens.current !== null,
			subscribed: [...wanted],
			state,
			connection: this.connection.counters,
		});
	}

	/** There is another token: it is used at once where the last one was refused, or where the protocol has it in a message. */
	private renewed(): void {
		const { phase, cause } = this.state;
		if (phase === 'open') this.speaker.renewed();
		else if (phase === 'waiting' && this.route.mayCure(cause)) this.reconnect();
	}

	private changed(state: ConnectionState): void {
		if (state.phase === 'open') this.applySubscription();
		else this.deliver(this.speaker.closed());
		this.undecided.watch(state.phase === 'open' && this.dialect === null, () => this.statistics.frames);
		if (state.phase === 'waiting' && this.route.failed(state.cause)) {
			this.reconnect();
			return;
		}
		this.polling.connection(state.phase);
		this.tell('state', this.state);
	}

	private received(frame: Frame): void {
		this.statistics.frames += 1;
		this.tell('frame', frame, this.parts.clock.now());
		this.deliver(this.speaker.read(frame));
	}

	/** `auto` knows the dialect now. */
	private decided(dialect: Dialect, reason: string): void {
		this.log.say('info', 'dialect', `the stream is ${dialect.title}: ${reason}.`);
		this.undecided.watch(false);
		this.applySubscription();
		this.tell('state', this.state);
	}

	private applySubscription(): void {
		try {
			if (this.wanted.size > 0 || this.narrowed)
				this.speaker.subscribe(this.wanted.size === 0 ? null : [...this.wanted]);
			this.narrowed = this.wanted.size > 0;
		} catch (thrown) {
			const { code, message } = asAgentStreamError(thrown, 'SEND_FAILED');
			this.log.say('warn', `subscribe ${code}`, `the subscription could not be sent: ${message} [${code}]`);
		}
		this.polling.refresh();
	}

	private fetched(type: string, body: unknown, requested: number, occasion: Occasion): void {
		this.deliver(this.speaker.readRest(type, body, requested, occasion));
	}

	private deliver(events: readonly StreamEvent[]): void {
		for (const event of events) {
			this.statistics.event(event);
			this.tell('event', event);
		}
	}

	private deaf(what: string, why: string): void {
		this.statistics.listenerFailures += 1;
		this.log.say('error', `listener ${what}`, `what listens for "${what}" failed: ${why}`);
	}

	private restBase(): string | null {
		const { restBase, url } = this.settings;
		if (restBase !== undefined) return restBase;
		return URL.canParse(url) ? (this.dialect?.restBase(new URL(url)) ?? null) : null;
	}
}
