import { EventEmitter } from 'node:events';
import type { Clock, Timer } from '../model/clock';
import type { EntityChange } from '../model/entity';
import { AgentStreamError, asAgentStreamError } from '../model/errors';
import { limits } from '../model/limits';
import type { Logger } from '../model/logger';
import { type BridgeCommand, readCommand } from './command';
import { BrokerConnection, isVersionRefused, type MqttModule, shownUrl } from './connection';
import { Handshake } from './handshake';
import type { Ledger } from './ledger';
import { Outbox } from './outbox';
import { Publisher, type PurgeReport } from './publisher';
import type { BridgeSettings } from './settings';

/** Where a bridge stands. `waiting`: the next attempt comes by itself. */
export interface BridgeState {
	readonly phase: 'idle' | 'connecting' | 'open' | 'waiting' | 'closed';
	/** Milliseconds since 1970. */
	readonly since: number;
	/** Why it is not open. */
	readonly cause?: AgentStreamError;
}

/** Events of a {@link Bridge}. */
export type BridgeEvents = {
	state: [BridgeState];
	/** A command came on an entity's command topic and was found valid. */
	command: [BridgeCommand];
	/** Something was refused, dropped or failed; the bridge goes on. */
	error: [AgentStreamError];
};

/** What a bridge is given. */
export interface BridgeParts {
	readonly clock: Clock;
	readonly logger: Logger;
	/** 0 up to 1, for jitter and ids. */
	readonly random: () => number;
	/** Version of this program, for the origin of discovery documents. */
	readonly version: string;
	/** Where people find help, for the origin. */
	readonly supportUrl?: string;
	/** An earlier run's ledger, where it is kept besides the broker. */
	readonly ledger?: unknown;
	/** Loads the client; the module `mqtt` unless a test passes its own. */
	readonly load?: () => Promise<MqttModule>;
}

const SLOW: ReadonlySet<string> = new Set(['BROKER_UNAUTHORIZED', 'BROKER_PROTOCOL', 'TLS_FAILED', 'PREFIX_TAKEN']);

/**
 * Publishes entities to a broker, announces them to Home Assistant and takes its commands. Owns its connection: reconnects with
 * jittered back-off, keeps what has to be published meanwhile, and sends what changed when the broker is back.
 */
export class Bridge extends EventEmitter<BridgeEvents> {
	private readonly publisher: Publisher;
	private readonly session: string;
	private current: BridgeState;
	private connection: BrokerConnection | null = null;
	private handshake: Handshake | null = null;
	private version: 4 | 5;
	private outbox: Outbox | null = null;
	private attempt = 0;
	private openedAt = 0;
	private retry: Timer | undefined;
	private wake: Timer | undefined;
	private isPumpDue = false;
	/** True when the handshake is through and messages may go out. */
	private isReady = false;
	private readonly logged = new Map<string, number>();

	constructor(
		private readonly settings: BridgeSettings,
		private readonly parts: BridgeParts,
	) {
		super();
		const { clock, random, version, supportUrl } = parts;
		this.version = settings.protocolVersion;
		this.session = `${clock.now().toString(36)}-${Math.floor(random() * 2 ** 40).toString(36)}`;
		this.current = { phase: 'idle', since: clock.now() };
		this.publisher = new Publisher(
			{
				...settings,
				...(settings.protocolVersion === 5 ? { commandExpiry: limits.commandExpiry } : {}),
				origin: { sw_version: version, ...(supportUrl ? { support_url: supportUrl } : {}) },
			},
			{ clock, random, report: (error) => this.report(error) },
		);
		if (parts.ledger !== undefined) this.publisher.restore(parts.ledger);
	}

	/** Where it stands. */
	get state(): BridgeState {
		return this.current;
	}

	/** Counts since the start. */
	get counters(): Readonly<Publisher['counters']> {
		return this.publisher.counters;
	}

	/** What was published, as JSON, for who wants to keep it besides the broker. */
	get ledger(): Ledger {
		return this.publisher.ledger();
	}

	/** Connects, and stays connected until {@link stop}. */
	start(): void {
		if (this.current.phase === 'idle' || this.current.phase === 'closed') void this.connect();
	}

	/** Takes in what changed; it is published now, or when the broker is back. */
	apply(changes: readonly EntityChange[]): void {
		this.publisher.apply(changes);
		this.schedule();
	}

	/** Announces again what a user deleted in Home Assistant. */
	announce(): void {
		this.publisher.announce();
		this.schedule();
	}

	/** Removes what was published (of one endpoint, or of these entities) from broker and Home Assistant; with `dryRun` it only lists. */
	purge(which: { source?: string; uniqueIds?: readonly string[]; dryRun: boolean }): PurgeReport {
		const report = this.publisher.purge(which);
		this.schedule();
		return report;
	}

	/** Publishes that we are offline, waits for acknowledgements (at most `limits.closeWithin`) and closes. */
	async stop(): Promise<void> {
		const { connection } = this;
		this.parts.clock.cancel(this.retry);
		if (connection && this.isReady) {
			this.pump();
			this.isReady = false;
			this.outbox?.send([this.publisher.farewell()]);
			await this.outbox?.idle();
		}
		this.detach();
		this.setState('closed');
		if (connection) await this.end(connection);
	}

	/** Closes politely where there is anybody to be polite to, and in bounded time. */
	private async end(connection: BrokerConnection): Promise<void> {
		const { clock } = this.parts;
		let timer: Timer | undefined;
		if (this.openedAt > 0) {
			const late = new Promise<void>((resolve) => {
				timer = clock.after(limits.closeWithin, resolve);
			});
			await Promise.race([connection.end(), late]);
			clock.cancel(timer);
		}
		connection.abort();
	}

	private async connect(): Promise<void> {
		if (this.current.phase !== 'connecting') this.setState('connecting', this.current.cause);
		let mqtt: MqttModule;
		try {
			mqtt = await (this.parts.load ?? (() => import('mqtt')))();
		} catch (thrown) {
			this.disconnected(asAgentStreamError(thrown, 'BROKER_UNREACHABLE'));
			return;
		}
		if (this.current.phase !== 'connecting') return;
		const { settings, parts, publisher } = this;
		const clientId =
			settings.clientId ?? `agent-stream-${settings.instance}-${Math.floor(parts.random() * 2 ** 32).toString(36)}`;
		this.openedAt = 0;
		const connection = new BrokerConnection(
			mqtt,
			settings,
			this.version,
			clientId,
			publisher.topics.bridgeAvailability,
			{
				open: () => void this.opened(connection),
				message: (topic, payload, retained) => this.message(topic, payload, retained),
				closed: (error) => this.disconnected(error),
			},
		);
		this.connection = connection;
	}

	private async opened(connection: BrokerConnection): Promise<void> {
		const { settings, parts, publisher, session } = this;
		this.openedAt = parts.clock.now();
		const { topics } = publisher;
		const handshake = new Handshake({
			connection,
			topics,
			clock: parts.clock,
			session,
			endpoints: () => publisher.sources,
		});
		this.handshake = handshake;
		this.outbox = new Outbox(connection, parts.clock, {
			room: () => this.schedule(),
			report: (error) => this.report(error),
		});
		const opening = await handshake.begin();
		if (!opening || this.connection !== connection) return;
		if (!(await this.claim(connection, handshake))) return;
		await connection.subscribe([`${settings.discoveryPrefix}/status`], false);
		if (settings.commands) await connection.subscribe(topics.commands, false);
		if (this.connection !== connection) return;
		publisher.opened(opening);
		await this.readBack(connection, handshake);
		if (this.connection !== connection) return;
		this.isReady = true;
		this.setState('open');
		this.pump();
	}

	/** @returns false when another bridge holds our topics, or the connection is gone */
	private async claim(connection: BrokerConnection, handshake: Handshake): Promise<boolean> {
		const granted = await handshake.claim();
		if (this.connection !== connection) return false;
		if (!granted) {
			const { topicPrefix, instance } = this.settings;
			const endpoints = this.publisher.sources.join(', ') || 'none yet';
			const message =
				`Another bridge is publishing under "${topicPrefix}" with the name "${instance}" or for one of these endpoints: ${endpoints}. ` +
				'Give one of them another topic prefix, or let one bridge publish everything.';
			if (this.current.phase === 'open') this.outbox?.send([this.publisher.farewell()]);
			this.detach();
			void this.end(connection);
			this.wait(new AgentStreamError('PREFIX_TAKEN', message));
		}
		return granted;
	}

	private async readBack(connection: BrokerConnection, handshake: Handshake): Promise<void> {
		for (let filters = this.publisher.unread(); filters.length > 0; filters = this.publisher.unread()) {
			const found = await handshake.readBack(filters);
			if (this.connection !== connection) return;
			for (const filter of filters) this.publisher.readBack(filter, found);
		}
	}

	/** New endpoints are claimed and new documents read back before anything is sent for them. */
	private async prepare(connection: BrokerConnection, handshake: Handshake): Promise<void> {
		this.isReady = false;
		if (!handshake.isClaimed && !(await this.claim(connection, handshake))) return;
		await this.readBack(connection, handshake);
		if (this.connection !== connection || this.current.phase !== 'open') return;
		this.isReady = true;
		this.pump();
	}

	private message(topic: string, payload: string, retained: boolean): void {
		if (this.handshake?.message(topic, payload, retained)) return;
		if (topic === `${this.settings.discoveryPrefix}/status`) this.publisher.homeAssistant(payload, retained);
		else if (topic.startsWith(`${this.settings.discoveryPrefix}/`)) this.configMessage(topic, payload, retained);
		else if (topic.endsWith('/set')) this.command(topic, payload, retained);
		this.schedule();
	}

	private configMessage(topic: string, payload: string, retained: boolean): void {
		if (!retained) this.publisher.configMessage(topic, payload);
	}

	private command(topic: string, payload: string, retained: boolean): void {
		const entity = this.publisher.commanded(topic);
		if (!entity || payload === '') return;
		if (retained) {
			const message = `A retained command on ${topic} is ignored: it would be carried out at every connect. Delete it from the broker.`;
			this.report(new AgentStreamError('COMMAND_REFUSED', message));
			return;
		}
		try {
			this.emit('command', readCommand(entity, topic, payload));
		} catch (thrown) {
			this.report(asAgentStreamError(thrown, 'COMMAND_REFUSED'));
		}
	}

	/** Sends after the current turn, so that all changes of one frame leave together. */
	private schedule(): void {
		if (this.isPumpDue || !this.isReady) return;
		this.isPumpDue = true;
		queueMicrotask(() => {
			this.isPumpDue = false;
			this.pump();
		});
	}

	private pump(): void {
		const { connection, handshake, outbox, publisher, parts } = this;
		if (!connection || !handshake || !outbox || !this.isReady) return;
		if (!handshake.isClaimed || publisher.unread().length > 0) {
			void this.prepare(connection, handshake);
			return;
		}
		if (outbox.room > 0) outbox.send(publisher.take(outbox.room));
		parts.clock.cancel(this.wake);
		this.wake = undefined;
		const next = publisher.next();
		if (next === null || outbox.room === 0) return;
		this.wake = parts.clock.after(Math.max(1, next - parts.clock.now()), () => this.pump());
	}

	private disconnected(error: AgentStreamError): void {
		this.detach();
		if (this.current.phase === 'closed') return;
		if (this.version === 5 && isVersionRefused(error)) {
			this.version = 4;
			this.parts.logger.info(`${shownUrl(this.settings.url)} does not speak MQTT 5: using 3.1.1`);
			void this.connect();
			return;
		}
		this.wait(error);
	}

	/** Waits for the next attempt: longer each time, longest after a refusal that repeating will hardly change. */
	private wait(error: AgentStreamError): void {
		const { clock, random } = this.parts;
		const isStable = this.openedAt > 0 && clock.now() - this.openedAt >= limits.backoffReset;
		this.attempt = isStable ? 0 : this.attempt + 1;
		const grown = limits.backoffFirst * 2 ** Math.min(Math.max(this.attempt - 1, 0), 16);
		const longest = SLOW.has(error.code) ? limits.backoffRefused : Math.min(grown, limits.backoffLongest);
		this.setState('waiting', error);
		this.retry = clock.after(longest * (0.5 + random() / 2), () => void this.connect());
		this.log(error);
	}

	/** Lets go of the connection; what was in flight goes back to the publisher. */
	private detach(): void {
		const { clock } = this.parts;
		clock.cancel(this.wake);
		this.wake = undefined;
		this.isReady = false;
		this.handshake?.close();
		this.handshake = null;
		this.connection = null;
		this.publisher.closed(this.outbox?.close() ?? []);
		this.outbox = null;
	}

	private setState(phase: BridgeState['phase'], cause?: AgentStreamError): void {
		this.current = { phase, since: this.parts.clock.now(), ...(cause ? { cause } : {}) };
		if (phase === 'open') this.parts.logger.info(`connected to ${shownUrl(this.settings.url)}`);
		this.emit('state', this.current);
	}

	private report(error: AgentStreamError): void {
		this.log(error);
		if (this.listenerCount('error') > 0) this.emit('error', error);
	}

	/** One line per cause and `limits.logEvery`. */
	private log(error: AgentStreamError): void {
		const now = this.parts.clock.now();
		const last = this.logged.get(error.code);
		if (last !== undefined && now - last < limits.logEvery) return;
		this.logged.set(error.code, now);
		this.parts.logger.warn(`${error.code}: ${error.message}`);
	}
}
