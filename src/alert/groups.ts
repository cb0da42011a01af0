import { isDeepStrictEqual } from 'node:util';
import type { Condition } from '../model/alert';
import { connectionType } from '../model/description';
import type { Entity, EntityChange } from '../model/entity';
import { globs } from '../model/glob';
import type { Shown } from './machine';

type NoData = Extract<Condition, { kind: 'no_data' }>;

/** Why nothing comes; null = something does. The value that such an alert shows. */
export type Silence = 'disconnected' | 'overdue' | 'quiet' | null;

interface Member {
	connected: boolean;
	fresh: boolean;
	/** Whether its state is one in which silence counts. */
	counts: boolean;
	/** Whether it tells of the connection alone: then it says nothing of what should come. */
	isLink: boolean;
}

/** What can fall silent as a whole: an entity, an event type or an endpoint, with the entities that a rule watches of it. */
export class Group {
	private readonly members = new Map<string, Member>();
	private disconnected = 0;
	private overdue = 0;
	private links = 0;
	private counting = 0;
	/** While any of them counts; null = none does. */
	private lastChange: number | null;
	private readonly counts: (entity: Entity) => boolean;

	/**
	 * @param target what the alert is about; see `alertSchema.entity`
	 * @param shown what people call it
	 * @param lastChange when anything of it last changed, in the run before; null where that is not known
	 */
	constructor(
		private readonly condition: NoData,
		readonly target: string,
		public shown: Shown,
		lastChange: number | null,
	) {
		this.lastChange = lastChange;
		const states = globs(condition.states);
		this.counts = (entity) => states([String(entity.state ?? '')]);
	}

	/** Takes a change of one of its entities, which was `before`. */
	take({ kind, entity }: Pick<EntityChange, 'kind' | 'entity'>, before: Entity | undefined, now: number): void {
		const counted = this.counting > 0;
		this.leave(entity.unique_id);
		const { connected, fresh } = entity.availability;
		const isLink = entity.event_type === connectionType;
		const member = { connected, fresh: fresh || isLink, counts: this.counts(entity), isLink };
		this.members.set(entity.unique_id, member);
		this.count(member, 1);
		this.follow(counted, isNews(kind, entity, before), now);
		// A server that was away has told its name.
		if (this.shown.device !== entity.device.name) this.shown = { ...this.shown, device: entity.device.name };
	}

	/** One of its entities is gone. */
	forget(uniqueId: string): void {
		const counted = this.counting > 0;
		this.leave(uniqueId);
		if (counted && this.counting === 0) this.lastChange = null;
	}

	/** Time counts from the first that counts on, and anew from each change. */
	private follow(counted: boolean, news: boolean, now: number): void {
		if (this.counting > 0) {
			if (news || this.lastChange === null) this.lastChange = now;
		} else if (counted) this.lastChange = null;
	}

	private leave(uniqueId: string): void {
		const member = this.members.get(uniqueId);
		if (!member) return;
		this.members.delete(uniqueId);
		this.count(member, -1);
	}

	/** Whether nothing comes now. */
	silence(now: number): Silence {
		if (this.counting === 0) return null;
		if (this.disconnected > 0) return 'disconnected';
		if (this.overdue > 0 && this.overdue + this.links === this.members.size) return 'overdue';
		const { after } = this.condition;
		return after > 0 && this.lastChange !== null && now - this.lastChange >= after ? 'quiet' : null;
	}

	/** When it would have been quiet for too long; null = that does not count. */
	quietAt(): number | null {
		const { after } = this.condition;
		return after > 0 && this.counting > 0 && this.lastChange !== null ? this.lastChange + after : null;
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
		if (this.lastChange !== null) this.lastChange += by;
	}

	private count({ connected, fresh, counts, isLink }: Member, by: 1 | -1): void {
		if (isLink) this.links += by;
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
