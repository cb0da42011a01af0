import { connectionType } from '../model/description';
import type { Entity } from '../model/entity';
import { AgentStreamError } from '../model/errors';
import { limits } from '../model/limits';
import type { Message } from './message';
import type { Notices } from './notices';
import { attributesPayload, hasAttributes, statePayload, UNKNOWN } from './payload';
import type { Known, Published } from './published';
import { RetainedTopics } from './slots';

/** The retained topics of all entities: availability, state, attributes. */
export class EntityTopics {
	readonly availability = new RetainedTopics('availability');
	private readonly states = new RetainedTopics('state');
	private readonly attributes = new RetainedTopics('attributes');

	constructor(
		private readonly published: Published,
		private readonly notices: Notices,
	) {}

	/** Sets all topics of an entity. @returns true when it needs one more than before */
	set(known: Known, entity: Entity, before: Entity | null): boolean {
		const isExtended = this.extend(known, entity);
		this.setAvailability(known, entity);
		this.setState(known, entity);
		const isNew = isExtended || entity.attributes !== before?.attributes;
		if (known.extras.attributes && isNew) this.setAttributes(known, entity);
		return isExtended;
	}

	/** Nobody has reported an entity yet: what its endpoint and its event type were in an earlier run is not so any more. */
	presume(known: Known): void {
		for (const topic of this.published.common(known)) {
			if (this.availability.wanted(topic) === undefined) this.availability.set(topic, 'offline');
		}
		if (known.always) this.unknown(known);
	}

	/** Nobody reports these any more: what no other entity vouches for is offline. */
	silence(silent: readonly Known[]): void {
		const vouched = new Set<string>();
		for (const known of this.published.byId.values()) {
			if (known.entity) for (const topic of this.published.common(known)) vouched.add(topic);
		}
		for (const known of silent) {
			for (const topic of this.published.common(known))
				if (!vouched.has(topic)) this.availability.set(topic, 'offline');
			if (known.always) this.unknown(known);
		}
	}

	/** What an entity showed is not so any more, and nobody knows what is. */
	unknown({ platform, stateTopic, attributesTopic, extras }: Known): void {
		// An update entity has no word for it; an empty message counts when Home Assistant starts.
		if (platform === 'update') this.states.clear(stateTopic);
		else if (platform !== 'event' && platform !== 'button') this.states.set(stateTopic, UNKNOWN);
		if (extras.attributes) this.attributes.set(attributesTopic, '{}');
	}

	/** Empties a topic, unless an entity uses it. */
	clear(topic: string): void {
		if (this.published.isUsed(topic)) return;
		const owner = [this.availability, this.attributes].find((topics) => topics.wanted(topic) !== undefined);
		(owner ?? this.states).clear(topic);
	}

	/** The broker lost everything. */
	forget(): void {
		for (const topics of [this.availability, this.states, this.attributes]) topics.forget();
	}

	/** A message did not arrive for certain. */
	lost({ topic, kind }: Message): void {
		if (kind === 'clear') this.states.clear(topic);
		else for (const topics of [this.availability, this.states, this.attributes]) topics.forget(topic);
	}

	/** Takes states and attributes that are due; `ready` holds back those whose announcement is not out yet. */
	take(into: Message[], most: number, now: number, ready: (topic: string) => boolean): void {
		this.states.take(into, most, now, ready);
		this.attributes.take(into, most, now, ready);
	}

	/** When a minor change has waited long enough, ms since 1970; null where none waits. */
	next(): number | null {
		const times = [this.states.next(), this.attributes.next()].filter((time) => time !== null);
		return times.length === 0 ? null : Math.min(...times);
	}

	private extend(known: Known, entity: Entity): boolean {
		const { extras } = known;
		const attributes = extras.attributes || hasAttributes(entity);
		const thing = extras.thing || entity.transient || !entity.availability.present;
		if (attributes === extras.attributes && thing === extras.thing) return false;
		known.extras = { attributes, thing };
		if (thing) this.published.use(known, known.thingTopic);
		return true;
	}

	private setAvailability(known: Known, entity: Entity): void {
		const { topics } = this.published;
		const { connected, fresh, present } = entity.availability;
		const word = (is: boolean): string => (is ? 'online' : 'offline');
		this.availability.set(topics.endpoint(entity.source), word(connected));
		// Nobody has to be told that the connection tells of itself.
		if (entity.event_type !== connectionType) {
			this.availability.set(topics.eventType(entity.source, entity.event_type), word(fresh));
		}
		if (known.extras.thing) this.availability.set(known.thingTopic, word(present));
	}

	private setState(known: Known, entity: Entity): void {
		const { text, number, problem } = statePayload(entity);
		if (problem) {
			const message = `Entity ${entity.unique_id} has a state that Home Assistant would refuse (${problem}): published as unknown.`;
			this.notices.report(new AgentStreamError('ENTITY_INVALID', message), `state ${entity.unique_id}`);
		}
		if (text !== null)
			this.states.set(known.stateTopic, text, number === null ? null : { number, deadband: entity.deadband });
	}

	private setAttributes(known: Known, entity: Entity): void {
		const payload = attributesPayload(entity);
		if (payload !== null) {
			this.attributes.set(known.attributesTopic, payload, { text: steadyPart(entity) });
			return;
		}
		const message = `The attributes of ${entity.unique_id} are no JSON or larger than ${limits.attributesSize}: not published.`;
		this.notices.report(new AgentStreamError('ENTITY_INVALID', message), `attributes ${entity.unique_id}`);
	}
}

/** The attributes without those that tick, to compare by. */
function steadyPart({ attributes, ticking }: Entity): string {
	return JSON.stringify(Object.entries(attributes).filter(([name]) => !ticking.includes(name)));
}
