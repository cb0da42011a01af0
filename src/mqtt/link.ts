import type { Clock, Timer } from '../model/clock';
import { AgentStreamError } from '../model/errors';
import { limits } from '../model/limits';
import { BrokerConnection, type MqttModule } from './connection';
import { Handshake } from './handshake';
import type { Inbox } from './inbox';
import { Outbox } from './outbox';
import type { Publisher } from './publisher';
import type { BridgeSettings } from './settings';

/** What a {@link Link} works with. */
export interface LinkParts {
	readonly mqtt: MqttModule;
	readonly settings: BridgeSettings;
	/** Protocol version: 5, or 4 for 3.1.1. */
	readonly version: 4 | 5;
	readonly clientId: string;
	/** Random, the same for the life of a bridge. */
	readonly session: string;
	readonly clock: Clock;
	readonly publisher: Publisher;
	readonly inbox: Inbox;
}

/** What a {@link Link} tells its owner. */
export interface LinkEvents {
	/** What an earlier run kept at the broker was read (null = nothing). */
	recalled(memory: string | null): void;
	/** From now on messages go out. */
	ready(): void;
	/** The connection is gone, or is of no use; told once, unless it was closed. */
	lost(error: AgentStreamError): void;
	/** A message was refused. */
	report(error: AgentStreamError): void;
}

/** One connection's life: handshake, claim, read back, and then whatever the publisher has to send. */
export class Link {
	private readonly connection: BrokerConnection;
	private readonly handshake: Handshake;
	private readonly outbox: Outbox;
	private openedAt = 0;
	private wake: Timer | undefined;
	private isPumpDue = false;
	/** Messages go out. */
	private isReady = false;
	/** They once did: the broker was told that we are there. */
	private isKnown = false;
	private isClosed = false;

	constructor(
		private readonly parts: LinkParts,
		private readonly events: LinkEvents,
	) {
		const { mqtt, settings, version, clientId, clock, session, publisher } = parts;
		const { topics, recovery } = publisher;
		this.connection = new BrokerConnection(mqtt, settings, version, clientId, topics.bridgeAvailability, {
			open: () => void this.open(),
			message: (topic, payload, retained) => this.message(topic, payload, retained),
			closed: (error) => this.lose(error),
		});
		this.handshake = new Handshake({
			connection: this.connection,
			topics,
			clock,
			session,
			endpoints: () => publisher.sources,
			isOurs: (topic) => recovery.isOurs(topic),
		});
		this.outbox = new Outbox(this.connection, clock, {
			room: () => this.schedule(),
			report: (error) => events.report(error),
		});
	}

	/** How long it has stood, ms; 0 = it never came to be. */
	get stood(): number {
		return this.openedAt === 0 ? 0 : Math.max(1, this.parts.clock.now() - this.openedAt);
	}

	/** Sends after the current turn, so that all changes of one frame leave together. */
	schedule(): void {
		if (this.isPumpDue || !this.isReady) return;
		this.isPumpDue = true;
		queueMicrotask(() => {
			this.isPumpDue = false;
			this.pump();
		});
	}

	/** Sends what is still to be said and that we go, waits for acknowledgements (at most `limits.closeWithin`) and closes. */
	async farewell(): Promise<void> {
		const { publisher } = this.parts;
		this.pump();
		this.isReady = false;
		if (this.isKnown && !this.isClosed) {
			this.outbox.send([...publisher.lastWords(), publisher.farewell()]);
			await this.outbox.idle();
		}
		this.close();
		await this.end();
	}

	/** Lets go of everything; what was in flight goes back to the publisher. */
	private close(): void {
		if (this.isClosed) return;
		this.isClosed = true;
		this.isReady = false;
		this.parts.clock.cancel(this.wake);
		this.handshake.close();
		this.parts.publisher.closed(this.outbox.close());
	}

	/** Closes politely where there is anybody to be polite to, and in bounded time. */
	private async end(): Promise<void> {
		const { clock } = this.parts;
		let timer: Timer | undefined;
		if (this.openedAt > 0) {
			const late = new Promise<void>((resolve) => {
				timer = clock.after(limits.closeWithin, resolve);
			});
			await Promise.race([this.connection.end(), late]);
			clock.cancel(timer);
		}
		this.connection.abort();
	}

	private lose(error: AgentStreamError): void {
		if (this.isClosed) return;
		this.close();
		this.events.lost(error);
	}

	private async open(): Promise<void> {
		const { settings, clock, publisher, inbox } = this.parts;
		this.openedAt = clock.now();
		const opening = await this.handshake.begin();
		if (!opening || this.isClosed) return;
		this.events.recalled(opening.memory);
		if (!(await this.claim())) return;
		await this.connection.subscribe([inbox.status], false);
		if (settings.commands) await this.connection.subscribe(publisher.topics.commands, false);
		if (this.isClosed) return;
		publisher.opened(opening);
		if (!(await this.readBack())) return;
		this.isKnown = true;
		this.isReady = true;
		this.events.ready();
		this.pump();
	}

	/** @returns false when another bridge holds our topics, or the connection is gone */
	private async claim(): Promise<boolean> {
		const granted = await this.handshake.claim();
		if (this.isClosed) return false;
		if (granted) return true;
		const { settings, publisher } = this.parts;
		const { topicPrefix, instance } = settings;
		const endpoints = publisher.sources.join(', ') || 'none yet';
		const message =
			`Another bridge is publishing under "${topicPrefix}" with the name "${instance}" or for one of these endpoints: ${endpoints}. ` +
			'Give one of them another topic prefix, or let one bridge publish everything.';
		if (this.isKnown) this.outbox.send([publisher.farewell()]);
		this.lose(new AgentStreamError('PREFIX_TAKEN', message));
		void this.end();
		return false;
	}

	/** Reads what has to be known before more is sent. @returns false when the connection is gone */
	private async readBack(): Promise<boolean> {
		const { recovery } = this.parts.publisher;
		for (let filters = recovery.unread(); filters.length > 0; filters = recovery.unread()) {
			const found = await this.handshake.readBack(filters);
			if (this.isClosed) return false;
			await this.connection.unsubscribe(filters.filter((filter) => recovery.isReadOnce(filter)));
			if (this.isClosed) return false;
			for (const filter of filters) recovery.readBack(filter, found);
		}
		return !this.isClosed;
	}

	/** New endpoints are claimed and new documents read back before anything is sent for them. */
	private async prepare(): Promise<void> {
		this.isReady = false;
		if (!this.handshake.isClaimed && !(await this.claim())) return;
		if (!(await this.readBack())) return;
		this.isReady = true;
		this.pump();
	}

	private message(topic: string, payload: string, retained: boolean): void {
		if (this.isClosed || this.handshake.message(topic, payload, retained)) return;
		this.parts.inbox.message(topic, payload, retained);
		this.schedule();
	}

	private pump(): void {
		const { publisher, clock } = this.parts;
		if (!this.isReady) return;
		if (!this.handshake.isClaimed || publisher.recovery.unread().length > 0) {
			void this.prepare();
			return;
		}
		if (this.outbox.room > 0) this.outbox.send(publisher.take(this.outbox.room));
		clock.cancel(this.wake);
		this.wake = undefined;
		const next = publisher.next();
		if (next === null || this.outbox.room === 0) return;
		this.wake = clock.after(Math.max(1, next - clock.now()), () => this.pump());
	}
}
