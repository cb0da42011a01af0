import type { Clock } from '../model/clock';
import type { Entity, EntityChange } from '../model/entity';
import type { AgentStreamError } from '../model/errors';
import { limits } from '../model/limits';
import { Announcer } from './announcer';
import type { Form, Origin } from './discovery';
import { EntityTopics } from './entity-topics';
import { EventQueue } from './event-queue';
import { wrongField } from './guard';
import { Intake } from './intake';
import { LedgerKeeper } from './ledger-keeper';
import { Leftovers } from './leftovers';
import type { Message } from './message';
import { Notices } from './notices';
import { Orphans } from './orphans';
import { type Known, Published } from './published';
import { Purged, type PurgeOrder, type PurgeReport } from './purged';
import { Records } from './records';
import { Recovery } from './recovery';
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
	/** What else must outlast a restart (JSON): kept beside the ledger. */
	readonly memory?: () => unknown;
	/** Whether somebody has this entity, though nobody has reported it in this run: such a one is not judged. */
	readonly isAlive?: (uniqueId: string) => boolean;
}

/** What the broker holds of us when a connection opens. */
export interface Opening {
	readonly marker: string | null;
	readonly ledger: string | null;
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
	private readonly orphans: Orphans;
	/** What is published, written down. */
	readonly records: Records;
	private readonly keeper: LedgerKeeper;
	/** What the broker holds of us. */
	readonly recovery: Recovery;
	private readonly purged = new Purged();
	private readonly entities: EntityTopics;
	private readonly events: EventQueue;
	private readonly leftovers = new Leftovers();
	private readonly notices: Notices;
	private readonly intake: Intake;
	private birthAt: number | null = null;
	private isOpen = false;

	constructor(
		options: PublisherOptions,
		private readonly parts: PublisherParts,
	) {
		const { clock, random, memory = null, isAlive = () => false } = parts;
		const { topicPrefix, instance, discoveryPrefix: prefix, removeAfter } = options;
		this.topics = new Topics(topicPrefix, instance);
		this.published = new Published(this.topics);
		this.notices = new Notices(parts.report);
		this.entities = new EntityTopics(this.published, this.notices);
		this.announcer = new Announcer({ ...options, form: options.discovery, prefix }, this.published, {
			gone: (topic, id) => this.leftovers.gone(topic, id, clock.now()),
			changed: () => this.keeper.changed(),
			moved: () => this.keeper.moved(clock.now()),
			noted: () => this.keeper.noted(clock.now()),
			report: (error) => this.notices.report(error),
		});
		const { published, announcer, entities, topics, leftovers, notices } = this;
		const own = { published, announcer, entities, topics, leftovers, notices, clock };
		const noted = () => this.keeper.noted(clock.now());
		const changed = () => this.keeper.changed();
		const remove = (known: Known) => this.intake.remove(known);
		this.orphans = new Orphans({ ...own, removeAfter, noted, remove, isAlive });
		this.records = new Records({ ...own, orphans: this.orphans });
		this.keeper = new LedgerKeeper({ topics, random, memory, ledger: () => this.records.ledger() });
		this.recovery = new Recovery({ ...own, prefix, records: this.records, changed });
		this.events = new EventQueue((known) => announcer.announcedAt(known), notices);
		const { events, orphans, counters } = this;
		this.intake = new Intake({ ...own, events, orphans, counters, changed });
	}

	/** Endpoint ids that entities came from. */
	get sources(): string[] {
		return this.published.sources;
	}

	/** Entities that were reported and are published. */
	get count(): number {
		return this.published.reported;
	}

	/**
	 * Takes in what changed; what is provisional comes again. Entities from outside are checked; those that cannot be published are counted and
	 * reported once.
	 */
	apply(changes: readonly EntityChange[]): void {
		for (const change of changes) {
			const wrong = wrongField(change.entity);
			if (wrong !== null) this.intake.refuse(change.entity, wrong);
			else if (change.entity.provisional || this.purged.holds(change)) continue;
			else if (change.kind === 'removed') this.intake.remove(this.published.byId.get(change.entity.unique_id));
			else this.intake.update(change);
		}
	}

	/** Whoever reported these entities does so no more: they are as those of an earlier run, until somebody reports them again. */
	unreport(uniqueIds: readonly string[]): void {
		const silent = uniqueIds.flatMap((id) => {
			const known = this.published.byId.get(id);
			return known?.entity ? [known] : [];
		});
		for (const known of silent) this.published.unreport(known);
		this.entities.silence(silent);
		this.orphans.left(silent, this.parts.clock.now());
	}

	/** The connection is open and our own retained messages were read. */
	opened({ marker, ledger }: Opening): void {
		this.isOpen = true;
		const forgotten = !this.keeper.isKept(marker);
		this.recovery.opened(ledger, forgotten);
		if (forgotten) this.entities.forget();
		const { availability } = this.entities;
		availability.set(this.topics.bridgeAvailability, 'online');
		availability.forget(this.topics.bridgeAvailability);
		this.keeper.opened(forgotten);
	}

	/** The connection is gone; `lost` are messages taken that no acknowledgement came for. */
	closed(lost: readonly Message[]): void {
		this.isOpen = false;
		this.birthAt = null;
		this.recovery.closed();
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
		if (messages.some((message) => message.kind === 'state')) this.keeper.worked(now);
		return messages;
	}

	/** When {@link take} may have more to send (ms since 1970); null = only after a change. */
	next(): number | null {
		const now = this.parts.clock.now();
		const documents = this.announcer.documents.next(now);
		const times = [
			this.birthAt,
			this.leftovers.next(),
			this.keeper.next(),
			this.orphans.next(),
			documents === null ? null : Math.max(documents, this.keeper.blockedUntil()),
			this.events.next(now),
			this.entities.next(),
		].filter((time) => time !== null);
		return times.length === 0 ? null : Math.min(...times);
	}

	/** What is to be written down before we go. */
	lastWords(): Message[] {
		return this.keeper.farewell(this.parts.clock.now());
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

	/** Whether a command topic belongs to an entity, reported or not. */
	hasCommand(topic: string): boolean {
		return this.published.owner(topic)?.commandTopic === topic;
	}

	/** Announces again what was deleted in Home Assistant, and what was purged while it is still reported. */
	announce(): void {
		this.announcer.documents.announce();
		for (const entity of this.purged.release()) this.intake.update({ kind: 'added', entity, previous: undefined });
	}

	/** Removes all that we published (of one endpoint, or of these entities); with `dryRun` it only lists. */
	purge(which: PurgeOrder): PurgeReport {
		return this.purged.purge(which, this.published, (known) => this.intake.remove(known));
	}

	private readonly isAnnounced = (topic: string): boolean => {
		const known = this.published.owner(topic);
		return !known || this.announcer.announcedAt(known) !== null;
	};

	/** What became due by the passing of time. */
	private pass(now: number): void {
		if (this.birthAt !== null && this.birthAt <= now) {
			this.birthAt = null;
			this.announcer.documents.birth();
		}
		for (const topic of this.leftovers.take(now)) this.entities.clear(topic);
		this.orphans.pass(now);
	}
}
