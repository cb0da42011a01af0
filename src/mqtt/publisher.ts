import type { Clock } from '../model/clock';
import type { Entity, EntityChange } from '../model/entity';
import { AgentStreamError, asAgentStreamError } from '../model/errors';
import { limits } from '../model/limits';
import { Announcer, isAnnouncedDifferently } from './announcer';
import type { Form, Origin } from './discovery';
import { EntityTopics } from './entity-topics';
import { EventQueue } from './event-queue';
import { wrongField } from './guard';
import type { Ledger } from './ledger';
import { LedgerKeeper } from './ledger-keeper';
import type { Message } from './message';
import { eventPayload } from './payload';
import { type Known, Published } from './published';
import { Topics } from './topics';

/** How a publisher publishes. */
export interface PublisherOptions {
	readonly topicPrefix: string;
	readonly discoveryPrefix: string;
	/** Name of this bridge among those of the same prefix; stable over restarts. */
	readonly instance: string;
	readonly discovery: Form;
	/** Whether entities that can be commanded are announced. */
	readonly commands: boolean;
	/** Seconds after which the broker drops a waiting command; only MQTT 5 has it. */
	readonly commandExpiry?: number;
	/** A device's document above this (UTF-16 units) is split by subject. */
	readonly documentSize: number;
	/** What the ledger knows and nobody reports for this long (ms, healthy stream) is removed; null = never. */
	readonly removeAfter: number | null;
	readonly origin: Origin;
}

/** What a publisher is given. */
export interface PublisherParts {
	readonly clock: Clock;
	/** 0 up to 1, for jitter. */
	readonly random: () => number;
	/** Hears of every problem once. */
	readonly report: (error: AgentStreamError) => void;
}

/** What the broker holds of us when a connection opens. */
export interface Opening {
	readonly marker: string | null;
	readonly ledger: string | null;
}

/** What a purge removes, or would remove. */
export interface PurgeReport {
	readonly entities: readonly { readonly unique_id: string; readonly topics: readonly string[] }[];
}

/**
 * Decides what must be sent now: entity changes in, MQTT messages out, in the order availability, documents, states, attributes, events.
 * Pure: no sockets, no timers; whoever drives it asks `take` for messages and `next` for the time of the next ones.
 */
export class Publisher {
	readonly topics: Topics;
	/** Counts since the start. `dropped`: happenings that found the queue full; `refused`: entities that could not be published. */
	readonly counters = { published: 0, dropped: 0, refused: 0 };

	private readonly published: Published;
	private readonly announcer: Announcer;
	private readonly keeper: LedgerKeeper;
	private readonly entities: EntityTopics;
	private readonly events: EventQueue;
	/** Topics of removed components, by document topic and component id, until Home Assistant has let go of them. */
	private readonly leaving = new Map<string, string[]>();
	private clears: { readonly at: number; readonly topics: readonly string[] }[] = [];
	private readonly reported = new Set<string>();
	private birthAt: number | null = null;
	private isOpen = false;
	/** The broker's ledger is of use once: later on we know better. */
	private isRestored = false;
	private forgotten = false;

	constructor(
		private readonly options: PublisherOptions,
		private readonly parts: PublisherParts,
	) {
		this.topics = new Topics(options.topicPrefix, options.instance);
		this.published = new Published(this.topics);
		this.entities = new EntityTopics(this.published, (error, once) => this.report(error, once));
		this.announcer = new Announcer(
			{ ...options, form: options.discovery, prefix: options.discoveryPrefix },
			this.published,
			{
				gone: (topic, id) => this.gone(topic, id),
				changed: () => this.keeper.changed(),
				moved: () => this.keeper.moved(),
				report: (error) => this.report(error, error.message),
			},
		);
		this.keeper = new LedgerKeeper(this.topics, this.published, this.announcer, this.leaving, parts.random);
		this.events = new EventQueue((known) => this.announcer.announcedAt(known));
	}

	/** Endpoint ids that entities came from. */
	get sources(): string[] {
		return this.published.sources;
	}

	/** Takes in what changed. Entities from outside are checked; those that cannot be published are counted and reported once. */
	apply(changes: readonly EntityChange[]): void {
		for (const change of changes) {
			const wrong = wrongField(change.entity);
			if (wrong !== null) this.refuse(change.entity, wrong);
			else if (change.kind === 'removed') this.removeKnown(this.published.byId.get(change.entity.unique_id));
			else this.update(change);
		}
	}

	/** The connection is open and our own retained messages were read. */
	opened({ marker, ledger }: Opening): void {
		this.isOpen = true;
		this.forgotten = !this.keeper.isKept(marker);
		if (ledger !== null && !this.isRestored) this.restore(ledger);
		this.isRestored = true;
		if (this.forgotten) this.entities.forget();
		const { availability } = this.entities;
		availability.set(this.topics.bridgeAvailability, 'online');
		availability.forget(this.topics.bridgeAvailability);
		this.keeper.opened(this.forgotten);
	}

	/** The connection is gone; `lost` are messages taken that no acknowledgement came for. */
	closed(lost: readonly Message[]): void {
		this.isOpen = false;
		this.birthAt = null;
		const { documents } = this.announcer;
		documents.closed();
		const events: Message[] = [];
		for (const message of lost) {
			if (message.kind === 'event') events.push(message);
			else if (message.kind === 'ledger' || message.kind === 'marker') this.keeper.lost();
			else if (documents.get(message.topic)) documents.lost(message.topic);
			else this.entities.lost(message);
		}
		this.events.unshift(events);
	}

	/** Filters of config topics that are to be read back (see {@link readBack}) before their documents are sent. */
	unread(): string[] {
		return [...this.announcer.unread()];
	}

	/** What the broker holds under a filter of {@link unread}, by topic; null when it could not be read. */
	readBack(filter: string, found: ReadonlyMap<string, string> | null): void {
		this.announcer.readBack(filter, found, this.forgotten);
	}

	/** A message came on one of our config topics: an empty one is Home Assistant's, whose user deleted the device. */
	configMessage(topic: string, payload: string): void {
		if (payload === '') this.announcer.documents.emptied(topic);
	}

	/** Home Assistant's status: `online` = birth (unless it is an old, retained one), `offline` = will. */
	homeAssistant(status: string, retained: boolean): void {
		if (status === 'offline') this.announcer.documents.present = false;
		if (status !== 'online') return;
		this.announcer.documents.present = true;
		if (retained) return;
		this.birthAt ??= this.parts.clock.now() + limits.birthDelay * (1 + this.parts.random());
	}

	/** Takes up to `most` messages that are to be sent now, in order. They count as sent unless {@link closed} gives them back. */
	take(most: number): Message[] {
		const messages: Message[] = [];
		if (!this.isOpen) return messages;
		const now = this.parts.clock.now();
		this.pass(now);
		this.entities.availability.take(messages, most, now);
		const ledgerFirst = this.keeper.take(messages, most, now);
		if (ledgerFirst) this.announcer.documents.take(messages, most, now);
		this.entities.take(messages, most, now, this.isAnnounced);
		this.events.take(messages, most, now);
		this.counters.published += messages.length;
		if (messages.some((message) => message.kind === 'state')) this.keeper.worked();
		return messages;
	}

	/** When {@link take} may have more to send (ms since 1970); null = only after a change. */
	next(): number | null {
		const now = this.parts.clock.now();
		const documents = this.announcer.documents.next(now);
		const times = [
			this.birthAt,
			this.clears[0]?.at ?? null,
			this.keeper.next(),
			documents === null ? null : Math.max(documents, this.keeper.blockedUntil()),
			this.events.next(now),
			this.entities.next(),
		].filter((time) => time !== null);
		return times.length === 0 ? null : Math.min(...times);
	}

	/** The message that says that we are going. */
	farewell(): Message {
		return { topic: this.topics.bridgeAvailability, payload: 'offline', retain: true, kind: 'availability' };
	}

	/** The entity that a command topic belongs to. */
	commanded(topic: string): Entity | null {
		const known = this.published.owner(topic);
		return known?.commandTopic === topic ? known.entity : null;
	}

	/** Announces again what was deleted in Home Assistant. */
	announce(): void {
		this.announcer.documents.announce();
	}

	/** Removes all that we published (of one endpoint, or of these entities); with `dryRun` it only lists. */
	purge(which: { source?: string; uniqueIds?: readonly string[]; dryRun: boolean }): PurgeReport {
		const chosen = [...this.published.byId.values()].filter(
			(known) =>
				(which.source === undefined || known.source === which.source) &&
				(which.uniqueIds === undefined || which.uniqueIds.includes(known.unique_id)),
		);
		const entities = chosen.map((known) => ({
			unique_id: known.unique_id,
			topics: [...(known.document ? [known.document] : []), ...this.published.retained(known)],
		}));
		if (!which.dryRun) for (const known of chosen) this.removeKnown(known);
		return { entities };
	}

	/** What was published, as JSON: see `ledger.ts`. */
	ledger(): Ledger {
		return this.keeper.ledger();
	}

	/** Takes up an earlier run's ledger (text or parsed). What is no ledger is reported and ignored. */
	restore(ledger: unknown): void {
		if (!this.keeper.restore(ledger)) {
			this.report(
				new AgentStreamError('BROKER_PROTOCOL', `What stands on ${this.topics.ledger} is no ledger.`),
				'ledger',
			);
		}
	}

	private readonly isAnnounced = (topic: string): boolean => {
		const known = this.published.owner(topic);
		return !known || this.announcer.announcedAt(known) !== null;
	};

	private update({ kind, entity }: EntityChange): void {
		const known = this.known(entity);
		if (!known) return;
		const before = known.entity;
		known.entity = entity;
		known.platform = entity.platform;
		if (known.missingSince !== null) this.keeper.changed();
		known.missingSince = null;
		const { connected, fresh } = entity.availability;
		const now = this.parts.clock.now();
		this.keeper.health(entity.source, entity.event_type, connected && fresh, now);
		const isExtended = this.entities.set(known, entity, before);
		if (isExtended) this.keeper.changed();
		if (isExtended || !before || isAnnouncedDifferently(before, entity)) this.announcer.announce(known, entity, now);
		if (kind === 'fired' && !entity.replayed && entity.platform === 'event') this.fire(known, entity);
	}

	private known(entity: Entity): Known | null {
		const known = this.published.byId.get(entity.unique_id);
		if (known && known.path === entity.path && known.event_type === entity.event_type) return known;
		if (known) this.removeKnown(known);
		try {
			const added = this.published.add(entity);
			this.keeper.changed();
			return added;
		} catch (thrown) {
			const error = asAgentStreamError(thrown, 'ENTITY_INVALID');
			this.counters.refused++;
			this.report(error, error.code === 'LIMIT_REACHED' ? `entities ${entity.source}` : entity.unique_id);
			return null;
		}
	}

	private fire(known: Known, entity: Entity): void {
		const payload = eventPayload(entity);
		if (payload === null) {
			const message = `Event entity ${entity.unique_id} does not know the event type ${JSON.stringify(entity.state)}, or its attributes are no JSON or too large.`;
			this.report(new AgentStreamError('ENTITY_INVALID', message), `event ${entity.unique_id}`);
			return;
		}
		const dropped = this.events.push(known, payload);
		this.counters.dropped += dropped;
		if (dropped > 0) {
			const message = `More than ${limits.eventQueue} events wait for the broker: the oldest are dropped.`;
			this.report(new AgentStreamError('LIMIT_REACHED', message), 'events');
		}
	}

	private removeKnown(known: Known | undefined): void {
		if (!known) return;
		const place = known.document;
		const key = `${place}\n${known.id}`;
		const topics = this.published.delete(known);
		this.events.drop(known);
		this.leaving.set(key, topics);
		if (!this.announcer.withdraw(known)) this.gone(String(place), known.id);
		this.keeper.changed();
	}

	/** Home Assistant has let go of a component: after a moment its topics are emptied. */
	private gone(topic: string, id: string): void {
		const key = `${topic}\n${id}`;
		const topics = this.leaving.get(key);
		this.leaving.delete(key);
		if (topics) this.clears.push({ at: this.parts.clock.now() + limits.documentEvery, topics });
	}

	/** What became due by the passing of time. */
	private pass(now: number): void {
		if (this.birthAt !== null && this.birthAt <= now) {
			this.birthAt = null;
			this.announcer.documents.birth();
		}
		while (this.clears[0] && this.clears[0].at <= now) {
			for (const topic of this.clears.shift()?.topics ?? []) this.entities.clear(topic);
		}
		for (const orphan of this.keeper.orphans(now, this.options.removeAfter)) {
			const { availability } = this.entities;
			const isGone = orphan.extras.thing && availability.wanted(orphan.thingTopic) === undefined;
			if (isGone) availability.set(orphan.thingTopic, 'offline');
			if (this.keeper.isExpired(orphan, now, this.options.removeAfter)) this.removeKnown(orphan);
		}
	}

	private refuse(entity: unknown, wrong: string): void {
		this.counters.refused++;
		const id = typeof entity === 'object' && entity !== null ? String((entity as Partial<Entity>).unique_id) : '';
		const what = wrong === '' ? 'it is no object' : `its field ${wrong} is missing or wrong`;
		const message = `Entity ${id.slice(0, limits.textLength)} is not published: ${what}.`;
		this.report(new AgentStreamError('ENTITY_INVALID', message), message);
	}

	private report(error: AgentStreamError, once: string): void {
		if (this.reported.has(once) || this.reported.size >= limits.noticesRemembered) return;
		this.reported.add(once);
		this.parts.report(error);
	}
}
