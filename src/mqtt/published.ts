import { connectionType } from '../model/description';
import type { Entity, Platform } from '../model/entity';
import { AgentStreamError } from '../model/errors';
import { limits } from '../model/limits';
import { componentId, type Extras } from './discovery';
import type { Topics } from './topics';

/** What identifies an entity and its topics; enough for one that only the ledger knows. */
export interface Identity {
	readonly unique_id: string;
	readonly source: string;
	readonly event_type: string;
	readonly platform: Platform;
	readonly subject: string;
	readonly path: string;
}

/** One entity that we publish, or that the ledger says we published. */
export interface Known extends Identity {
	platform: Platform;
	event_type: string;
	readonly id: string;
	readonly stateTopic: string;
	readonly attributesTopic: string;
	readonly commandTopic: string;
	readonly thingTopic: string;
	/** Availability topics that it shares with others. */
	readonly shared: Set<string>;
	/** The newest form; null while only the ledger knows it. */
	entity: Entity | null;
	extras: Extras;
	/** Topic of its discovery document; null while it is not announced. */
	document: string | null;
	/** Whether it is available while its endpoint is not. */
	always: boolean;
	/** How long it has been missing although its event type came, ms; null = it is not. */
	missingFor: number | null;
}

/** All entities of one bridge, by unique id and by topic; each topic belongs to one entity only. */
export class Published {
	readonly byId = new Map<string, Known>();
	/** Entities that were reported in this run. */
	reported = 0;
	private readonly byTopic = new Map<string, Known>();
	private readonly uses = new Map<string, number>();
	private readonly perSource = new Map<string, number>();

	constructor(readonly topics: Topics) {}

	/** Endpoint ids that have entities. */
	get sources(): string[] {
		return [...this.perSource.keys()];
	}

	/** The entity that a state, attribute or command topic belongs to. */
	owner(topic: string): Known | undefined {
		return this.byTopic.get(topic);
	}

	/**
	 * Takes in an entity.
	 * @throws AgentStreamError ENTITY_COLLISION when its topic is another entity's, LIMIT_REACHED when its endpoint has too many
	 */
	add(identity: Identity): Known {
		const { topics } = this;
		const stateTopic = topics.state(identity);
		const other = this.byTopic.get(stateTopic);
		if (other) {
			throw new AgentStreamError(
				'ENTITY_COLLISION',
				`Entity ${identity.unique_id} is not published: its topic ${stateTopic} belongs to ${other.unique_id}.`,
			);
		}
		const count = this.perSource.get(identity.source) ?? 0;
		if (count >= limits.entities) {
			throw new AgentStreamError(
				'LIMIT_REACHED',
				`Endpoint ${identity.source} has more than ${limits.entities} entities; further ones are not published.`,
			);
		}
		this.perSource.set(identity.source, count + 1);
		const { unique_id, source, event_type, platform, subject, path } = identity;
		const known: Known = {
			unique_id,
			source,
			event_type,
			platform,
			subject,
			path,
			id: componentId(unique_id),
			stateTopic,
			attributesTopic: topics.attributes(identity),
			commandTopic: topics.command(identity),
			thingTopic: topics.thing(identity),
			shared: new Set(),
			entity: null,
			extras: { attributes: false, thing: false },
			document: null,
			always: false,
			missingFor: null,
		};
		this.byId.set(unique_id, known);
		for (const topic of [stateTopic, known.attributesTopic, known.commandTopic]) this.byTopic.set(topic, known);
		for (const topic of this.common(known)) this.use(known, topic);
		return known;
	}

	/** Availability topics of its endpoint and event type (empty where that is not known, or it is the connection's own). */
	common({ source, event_type }: Pick<Known, 'source' | 'event_type'>): string[] {
		const { topics } = this;
		const hasType = event_type !== '' && event_type !== connectionType;
		return [topics.endpoint(source), ...(hasType ? [topics.eventType(source, event_type)] : [])];
	}

	/** An entity was reported. @returns its form before; null = only the ledger knew it, or nobody */
	report(known: Known, entity: Entity): Entity | null {
		const before = known.entity;
		if (!before) this.reported++;
		known.entity = entity;
		known.platform = entity.platform;
		known.always = entity.always_available;
		known.missingFor = null;
		return before;
	}

	/** Nobody reports an entity any more: it is as one that only the ledger knows. */
	unreport(known: Known): void {
		if (known.entity !== null) this.reported--;
		known.entity = null;
	}

	/** An entity is made of another event type than it was. @returns the topic of the old one, which may not be used any more */
	retype(known: Known, eventType: string): string {
		const old = this.topics.eventType(known.source, known.event_type);
		known.event_type = eventType;
		this.use(known, this.topics.eventType(known.source, eventType));
		this.leave(known, old);
		return old;
	}

	/** Notes that an entity needs a shared availability topic. */
	use(known: Known, topic: string): void {
		if (known.shared.has(topic)) return;
		known.shared.add(topic);
		this.uses.set(topic, (this.uses.get(topic) ?? 0) + 1);
	}

	/** Whether any entity needs a topic. */
	isUsed(topic: string): boolean {
		return this.byTopic.has(topic) || this.uses.has(topic);
	}

	/** Forgets an entity. @returns its retained topics, of which those still used by others must stay */
	delete(known: Known): string[] {
		if (this.byId.delete(known.unique_id) && known.entity !== null) this.reported--;
		for (const topic of [known.stateTopic, known.attributesTopic, known.commandTopic]) this.byTopic.delete(topic);
		const retained = this.retained(known);
		for (const topic of [...known.shared]) this.leave(known, topic);
		const count = (this.perSource.get(known.source) ?? 1) - 1;
		if (count > 0) this.perSource.set(known.source, count);
		else this.perSource.delete(known.source);
		return retained;
	}

	/** Retained topics of an entity: state, attributes, availability. */
	retained(known: Known): string[] {
		return [
			...(known.platform === 'event' || known.platform === 'button' ? [] : [known.stateTopic]),
			...(known.extras.attributes ? [known.attributesTopic] : []),
			...known.shared,
		];
	}

	private leave(known: Known, topic: string): void {
		known.shared.delete(topic);
		const left = (this.uses.get(topic) ?? 1) - 1;
		if (left > 0) this.uses.set(topic, left);
		else this.uses.delete(topic);
	}
}
