import type { Entity } from '../model/entity';
import { limits } from '../model/limits';
import type { Announcer } from './announcer';
import type { EntityTopics } from './entity-topics';
import type { Known, Published } from './published';

/**
 * What becomes of an entity that only an earlier run knew. `unknown`: its thing is there, but this value of it is not. `absent`: the thing
 * itself is not. `expired`: it has been absent for so long that it is removed.
 */
type Verdict = 'unknown' | 'absent' | 'expired';

/** What {@link Orphans} work with. */
export interface OrphansParts {
	readonly published: Published;
	readonly announcer: Announcer;
	readonly entities: EntityTopics;
	/** Absence after which one is removed, ms; null = never. */
	readonly removeAfter: number | null;
	/** Bookkeeping that should outlast a restart. */
	readonly noted: () => void;
	readonly remove: (known: Known) => void;
	/** Whether somebody has this entity, though it was not reported here in this run. */
	readonly isAlive: (uniqueId: string) => boolean;
}

/**
 * Entities that an earlier run knew and this one does not. Nothing is said of one before its event type has come for a while: the first
 * pictures of a stream are partial. Absence counts only while that type comes (a gap deletes nothing), over restarts.
 */
export class Orphans {
	/** When each was taken in, ms since 1970. */
	private readonly unseen = new Map<Known, number>();
	private readonly judged = new Map<Known, Verdict>();
	/** Since when an event type of an endpoint comes without a pause, ms since 1970. */
	private readonly healthySince = new Map<string, number>();
	private countedAt = 0;
	private at: number | null = null;

	constructor(private readonly parts: OrphansParts) {}

	/** Takes one in. */
	add(known: Known, now: number): void {
		this.unseen.set(known, now);
		if (this.healthySince.has(typeOf(known))) this.wake(now + limits.orphanAfter);
	}

	/** An entity was reported: its event type comes, or does not. */
	seen({ source, event_type, availability }: Entity, isNew: boolean, now: number): void {
		if (isNew) this.recheck(now);
		const isHealthy = availability.connected && availability.fresh;
		const type = typeOf({ source, event_type });
		if (this.healthySince.has(type) === isHealthy) return;
		this.count(now);
		if (isHealthy) this.healthySince.set(type, now);
		else this.healthySince.delete(type);
		if (isHealthy && this.unseen.size > 0) this.wake(now + limits.orphanAfter);
	}

	/** Nobody reports these any more. Types that nobody else reports do not come: no absence is counted. */
	left(known: readonly Known[], now: number): void {
		this.count(now);
		const reported = new Set<string>();
		for (const each of this.parts.published.byId.values()) if (each.entity) reported.add(typeOf(each));
		for (const type of [...this.healthySince.keys()]) if (!reported.has(type)) this.healthySince.delete(type);
		for (const each of known) this.add(each, now);
	}

	/** What became due by now. */
	pass(now: number): void {
		for (const [known, verdict] of this.judge(now)) this.treat(known, verdict);
	}

	/** Who is to be treated in another way than so far. */
	private judge(now: number): (readonly [Known, Verdict])[] {
		if (this.at === null || this.at > now) return [];
		this.at = null;
		this.count(now);
		const found: (readonly [Known, Verdict])[] = [];
		const things = new Set<string>();
		for (const { entity, thingTopic } of this.parts.published.byId.values()) if (entity) things.add(thingTopic);
		for (const [known, added] of this.unseen) {
			if (known.entity !== null || this.parts.published.byId.get(known.unique_id) !== known) {
				this.forget(known);
				continue;
			}
			const since = this.healthySince.get(typeOf(known));
			if (since === undefined || this.parts.isAlive(known.unique_id)) continue;
			const from = Math.max(since, added) + limits.orphanAfter;
			if (from > now) {
				this.wake(from);
				continue;
			}
			const verdict = this.verdict(known, things);
			if (verdict === 'absent' && this.parts.removeAfter !== null && !isSingleton(known)) {
				this.wake(now + Math.min(limits.healthyGap, this.parts.removeAfter - (known.missingFor ?? 0)));
			}
			if (this.judged.get(known) === verdict) continue;
			this.judged.set(known, verdict);
			found.push([known, verdict]);
		}
		return found;
	}

	/** What is not so any more must not look alive. */
	private treat(known: Known, verdict: Verdict): void {
		const { published, announcer, entities, remove, noted } = this.parts;
		if (verdict === 'expired') {
			remove(known);
			return;
		}
		noted();
		if (verdict === 'unknown' || isSingleton(known)) entities.unknown(known);
		if (verdict === 'unknown') return;
		entities.availability.set(known.thingTopic, 'offline');
		if (known.extras.thing) return;
		known.extras = { ...known.extras, thing: true };
		published.use(known, known.thingTopic);
		announcer.guard(known);
	}

	/** When {@link pass} may have something to do (ms since 1970); null = not before something is reported. */
	next(): number | null {
		return this.at;
	}

	/** Counts absence up to now, at most so much as a stream that is healthy lets pass between two looks. */
	private count(now: number): void {
		const passed = Math.max(0, Math.min(now - this.countedAt, limits.healthyGap));
		this.countedAt = now;
		for (const [known, verdict] of this.judged) {
			if (verdict === 'absent' && this.healthySince.has(typeOf(known))) {
				known.missingFor = (known.missingFor ?? 0) + passed;
				this.parts.noted();
			}
		}
	}

	private verdict(known: Known, things: ReadonlySet<string>): Verdict {
		if (things.has(known.thingTopic)) {
			known.missingFor = null;
			return 'unknown';
		}
		known.missingFor ??= 0;
		if (isSingleton(known) || this.parts.removeAfter === null) return 'absent';
		return known.missingFor >= this.parts.removeAfter ? 'expired' : 'absent';
	}

	/** An entity came or went: what was said of others may not be so any more. */
	recheck(now: number): void {
		if (this.unseen.size > 0) this.wake(now);
	}

	private forget(known: Known): void {
		this.unseen.delete(known);
		this.judged.delete(known);
	}

	private wake(at: number): void {
		if (this.at === null || at < this.at) this.at = at;
	}
}

const typeOf = ({ source, event_type }: Pick<Known, 'source' | 'event_type'>): string => `${source}\n${event_type}`;

/** A thing without natural key cannot leave: its type comes, so the server only has nothing to say of it now. */
const isSingleton = ({ path }: Known): boolean => path.split('/').length <= 3;
