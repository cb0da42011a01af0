import { EventEmitter } from 'node:events';
import type { Clock, Timer } from '../model/clock';
import type { EntityChange } from '../model/entity';
import { type AgentStreamError, asAgentStreamError } from '../model/errors';
import { limits } from '../model/limits';
import type { Logger } from '../model/logger';
import { Backoff } from './backoff';
import type { BridgeCommand } from './command';
import { isVersionRefused, type MqttModule, shownUrl } from './connection';
import { Inbox } from './inbox';
import type { Ledger } from './ledger';
import { Link } from './link';
import { Publisher } from './publisher';
import type { PurgeOrder, PurgeReport } from './purged';
import { Recall } from './recall';
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
	/** What else must outlast a restart (JSON): kept at the broker, and given back by {@link Bridge.recall}. */
	readonly memory?: () => unknown;
	/** Whether somebody has this entity, though nobody has reported it to this bridge: such a one is not taken for gone. */
	readonly isAlive?: (uniqueId: string) => boolean;
	/** Loads the client; the module `mqtt` unless a test passes its own. */
	readonly load?: () => Promise<MqttModule>;
}

/**
 * Publishes entities to a broker, announces them to Home Assistant and takes its commands. Owns its connection: reconnects with
 * jittered back-off, keeps what has to be published meanwhile, and sends what changed when the broker is back.
 */
export class Bridge extends EventEmitter<BridgeEvents> {
	private readonly publisher: Publisher;
	private readonly session: string;
	private current: BridgeState;
	private link: Link | null = null;
	private version: 4 | 5;
	private readonly backoff: Backoff;
	private readonly recalled: Recall;
	private readonly inbox: Inbox;
	private retry: Timer | undefined;
	/** True from stop to the next start: nothing begins any more. */
	private isStopping = false;
	private readonly logged = new Map<string, number>();

	constructor(
		private readonly settings: BridgeSettings,
		private readonly parts: BridgeParts,
	) {
		super();
		const { clock, random, version, supportUrl, memory, isAlive } = parts;
		this.version = settings.protocolVersion;
		this.session = `${clock.now().toString(36)}-${Math.floor(random() * 2 ** 40).toString(36)}`;
		this.current = { phase: 'idle', since: clock.now() };
		this.publisher = new Publisher(
			{
				...settings,
				...(settings.protocolVersion === 5 ? { commandExpiry: limits.commandExpiry } : {}),
				origin: { sw_version: version, ...(supportUrl ? { support_url: supportUrl } : {}) },
			},
			{
				clock,
				random,
				report: (error) => this.report(error),
				...(memory ? { memory } : {}),
				...(isAlive ? { isAlive } : {}),
			},
		);
		this.backoff = new Backoff(random);
		this.recalled = new Recall(clock);
		this.inbox = new Inbox(settings.discoveryPrefix, this.publisher, {
			command: (command) => this.emit('command', command),
			report: (error) => this.report(error),
		});
		if (parts.ledger !== undefined) this.publisher.recovery.restore(parts.ledger);
	}

	/** Where it stands. */
	get state(): BridgeState {
		return this.current;
	}

	/** Entities that were reported and are published. */
	get count(): number {
		return this.publisher.count;
	}

	/** Counts since the start. */
	get counters(): Readonly<Publisher['counters']> {
		return this.publisher.counters;
	}

	/** What was published, as JSON, for who wants to keep it besides the broker. */
	get ledger(): Ledger {
		return this.publisher.records.ledger();
	}

	/** Connects, and stays connected until {@link stop}. */
	start(): void {
		if (this.current.phase !== 'idle' && this.current.phase !== 'closed') return;
		this.isStopping = false;
		void this.connect();
	}

	/**
	 * What an earlier run kept at the broker.
	 * @returns null = nothing; undefined = the broker could not be asked within so many ms
	 */
	recall(within: number): Promise<unknown> {
		return this.recalled.ask(within);
	}

	/** Takes in what changed; it is published now, or when the broker is back. */
	apply(changes: readonly EntityChange[]): void {
		this.publisher.apply(changes);
		this.link?.schedule();
	}

	/** Whoever reported these entities does so no more: they are as those of an earlier run, until somebody reports them again. */
	unreport(uniqueIds: readonly string[]): void {
		this.publisher.unreport(uniqueIds);
		this.link?.schedule();
	}

	/** Announces again what a user deleted in Home Assistant, or purged. */
	announce(): void {
		this.publisher.announce();
		this.link?.schedule();
	}

	/**
	 * Removes what was published (of one endpoint, or of these entities) from broker and Home Assistant; with `dryRun` it only lists.
	 * What is still reported stays away until {@link announce}, or until a new bridge starts.
	 */
	purge(which: PurgeOrder): PurgeReport {
		const report = this.publisher.purge(which);
		this.link?.schedule();
		return report;
	}

	/** Publishes that we are offline, waits for acknowledgements (at most `limits.closeWithin`) and closes. */
	async stop(): Promise<void> {
		const { link } = this;
		this.isStopping = true;
		this.parts.clock.cancel(this.retry);
		this.recalled.end();
		// The connection may still break while it is told that we go: nothing begins then.
		await link?.farewell();
		this.link = null;
		if (this.current.phase !== 'closed') this.setState('closed');
	}

	private async connect(): Promise<void> {
		if (this.isStopping) return;
		if (this.current.phase !== 'connecting') this.setState('connecting', this.current.cause);
		let mqtt: MqttModule;
		try {
			mqtt = await (this.parts.load ?? (() => import('mqtt')))();
		} catch (thrown) {
			this.lost(null, asAgentStreamError(thrown, 'BROKER_UNREACHABLE'));
			return;
		}
		if (this.isStopping || this.link) return;
		const { settings, parts, publisher, inbox, version, session } = this;
		const { clock, random } = parts;
		const clientId =
			settings.clientId ?? `agent-stream-${settings.instance}-${Math.floor(random() * 2 ** 32).toString(36)}`;
		const link: Link = new Link(
			{ mqtt, settings, version, clientId, session, clock, publisher, inbox },
			{
				recalled: (memory) => this.recalled.tell(memory),
				ready: () => this.setState('open'),
				lost: (error) => this.lost(link, error),
				report: (error) => this.report(error),
			},
		);
		this.link = link;
	}

	/** There is no connection any more, or there never was one. */
	private lost(link: Link | null, error: AgentStreamError): void {
		if (this.isStopping || this.link !== link) return;
		this.link = null;
		if (this.version === 5 && isVersionRefused(error)) {
			this.version = 4;
			this.parts.logger.info(`${shownUrl(this.settings.url)} does not speak MQTT 5: using 3.1.1`);
			void this.connect();
			return;
		}
		this.setState('waiting', error);
		this.retry = this.parts.clock.after(this.backoff.after(error, link?.stood ?? 0), () => void this.connect());
		this.log(error);
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
