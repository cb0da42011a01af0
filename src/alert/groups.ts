import { isDeepStrictEqual } from 'node:util';
import type { AlertRule, Condition } from '../model/alert';
import type { Entity, EntityChange } from '../model/entity';
import { globs } from '../model/glob';
import { limits } from '../model/limits';
import type { Shown } from './machine';

type NoData = Extract<Condition, { kind: 'no_data' }>;

/** Why nothing comes: the value that such an alert shows. */
type Reason = 'disconnected' | 'overdue' | 'quiet';

/** Why nothing comes, and since when, as well as that is known (ms since 1970). */
export interface Silence {
	readonly why: Reason;
	readonly since: number;
}

interface Member {
	connected: boolean;
	fresh: boolean;
	/** Whether its state is one in which silence counts. */
	counts: boolean;
}

/** What can fall silent as a whole: an entity, an event type or an endpoint, with the entities that a rule watches of it. */
export class Group {
	private readonly members = new Map<string, Member>();
	private disconnected = 0;
	private overdue = 0;
	private counting = 0;
	/** When the socket was seen to open or close, or the group was first seen. */
	private linkedAt: number;
	/** When it was last told that anything of it comes, in this run; null = never. */
	private heardAt: number | null = null;
	/** While any of them counts; null = none does. */
	private lastChange: number | null;
	private readonly counts: (entity: Entity) => boolean;

	/**
	 * @param target what the alert is about; see `alertSchema.entity`
	 * @param shown what people call it
	 * @param lastChange when anything of it last changed, in the run before; null where that is not known
	 * @param now when it is first seen
	 */
	constructor(
		private readonly condition: NoData,
		readonly target: string,
		public shown: Shown,
		lastChange: number | null,
		now: number,
	) {
		this.lastChange = lastChange;
		this.linkedAt = now;
		const states = globs(condition.states);
		this.counts = (entity) => states([String(entity.state ?? '')]);
	}

	/** Takes a change of one of its entities, which was `before`. */
	take({ kind, entity }: Pick<EntityChange, 'kind' | 'entity'>, before: Entity | undefined, now: number): void {
		const counted = this.counting > 0;
		const wasConnected = this.disconnected === 0;
		const wasFresh = this.leave(entity.unique_id)?.fresh === true;
		const { connected, fresh } = entity.availability;
		const member = { connected, fresh, counts: this.counts(entity) };
		this.members.set(entity.unique_id, member);
		this.count(member, 1);
		if (fresh && !(wasFresh && kind === 'availability')) this.heardAt = now;
		this.followLink(wasConnected, now);
		this.follow(counted, isNews(kind, entity, before), now);
		// A server that was away has told its name.
		if (this.shown.device !== entity.device.name) this.shown = { ...this.shown, device: entity.device.name };
	}

	/** One of its entities is gone, or belongs to it no more. */
	forget(uniqueId: string, now: number): void {
		const counted = this.counting > 0;
		const wasConnected = this.disconnected === 0;
		this.leave(uniqueId);
		this.followLink(wasConnected, now);
		if (counted && this.counting === 0) this.lastChange = null;
	}

	has(uniqueId: string): boolean {
		return this.members.has(uniqueId);
	}

	private followLink(wasConnected: boolean, now: number): void {
		if (wasConnected !== (this.disconnected === 0)) this.linkedAt = now;
	}

	/** Time counts from the first that counts on, and anew from each change. */
	private follow(counted: boolean, news: boolean, now: number): void {
		if (this.counting > 0) {
			if (news || this.lastChange === null) this.lastChange = now;
		} else if (counted) this.lastChange = null;
	}

	private leave(uniqueId: string): Member | undefined {
		const member = this.members.get(uniqueId);
		if (!member) return undefined;
		this.members.delete(uniqueId);
		this.count(member, -1);
		return member;
	}

	/** Whether nothing comes now: null = something does; undefined = a server that is new has its time, so that nobody knows yet. */
	silence(now: number): Silence | null | undefined {
		if (this.counting === 0) return null;
		if (this.disconnected > 0) return { why: 'disconnected', since: this.linkedAt };
		if (this.overdue === this.members.size) {
			if (this.heardAt !== null) return { why: 'overdue', since: this.heardAt };
			return now >= this.owedAt ? { why: 'overdue', since: this.linkedAt } : undefined;
		}
		const { after } = this.condition;
		const { lastChange } = this;
		return after > 0 && lastChange !== null && now - lastChange >= after ? { why: 'quiet', since: lastChange } : null;
	}

	/** When time alone makes a silence of it; null = never. */
	silentAt(now: number): number | null {
		const silence = this.silence(now);
		if (silence === undefined) return this.owedAt;
		const { after } = this.condition;
		const { lastChange } = this;
		return silence === null && after > 0 && this.counting > 0 && lastChange !== null ? lastChange + after : null;
	}

	/** By when something must have come of what never did. */
	private get owedAt(): number {
		return this.linkedAt + limits.freshLeast;
	}

	/** When anything of it last changed, ms since 1970; null where that does not count. */
	get changedAt(): number | null {
		return this.condition.after > 0 ? this.lastChange : null;
	}

	get size(): number {
		return this.members.size;
	}

	/** The clock was set. */
	shift(by: number): void {
		this.linkedAt += by;
		if (this.heardAt !== null) this.heardAt += by;
		if (this.lastChange !== null) this.lastChange += by;
	}

	private count({ connected, fresh, counts }: Member, by: 1 | -1): void {
		if (!connected) this.disconnected += by;
		if (!fresh) this.overdue += by;
		if (counts) this.counting += by;
	}
}

/** Whether a change tells that something moved: not what is only known now, was replayed, or is as it was. */
function isNews(kind: EntityChange['kind'], entity: Entity, before: Entity | undefined): boolean {
	if (entity.replayed) return false;
	if (kind === 'fired') return true;
	return kind === 'changed' && !(before && isDeepStrictEqual(told(before), told(entity)));
}

const told = ({ state, attributes }: Entity) => ({ state, attributes });

/** What an entity belongs to for a rule about silence: the alert's target, and what people call it. */
export function groupOf(entity: Entity, per: NoData['per']): { readonly target: string; readonly name: string } {
	if (per === 'entity') return { target: entity.unique_id, name: entity.name };
	if (per === 'type') return { target: `${entity.source}/${entity.event_type}`, name: entity.event_type };
	return { target: entity.source, name: entity.source };
}

/** Whether a rule, as it is now, may have an alert about this target of an endpoint; else it was another rule when it had. */
export function canBeAbout({ condition, entities }: AlertRule, target: string, source: string): boolean {
	if (!globs(entities.sources)([source])) return false;
	const per = condition.kind === 'no_data' ? condition.per : 'entity';
	if (per === 'endpoint') return target === source;
	const isType = target.startsWith(`${source}/`);
	return per === 'type' ? isType : !isType && target !== source;
}
