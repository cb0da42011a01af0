import type { AlertChange, AlertRule, Condition } from '../model/alert';
import type { Entity, EntityChange } from '../model/entity';
import type { Agenda } from './agenda';
import { type Desk, idOf } from './desk';
import { Group, groupOf } from './groups';
import type { LastChange } from './saved';
import { firstShown, type Watch } from './watch';

type NoData = Extract<Condition, { kind: 'no_data' }>;

/** A rule about silence, ready to judge. */
export interface SilenceWatch extends Watch {
	readonly rule: AlertRule & { readonly condition: NoData };
}

/** Whether a watch is about silence: those are judged here, the others by what an entity says. */
export function isSilence(watch: Watch): watch is SilenceWatch {
	return watch.rule.condition.kind === 'no_data';
}

/** Whether an entity has the attribute that the selection asks for; undefined where it is gone with the values, so that nobody knows. */
function hasAttribute({ rule, attribute }: SilenceWatch, entity: Entity): boolean | undefined {
	if (!attribute || attribute(entity)) return true;
	const { connected, fresh, present } = entity.availability;
	const isThere = connected && fresh && present && entity.state !== null;
	const { name = '' } = rule.entities.attribute ?? {};
	return isThere || Object.hasOwn(entity.attributes, name) ? false : undefined;
}

/** What the rules about silence listen to, by group. */
export class Silences {
	private readonly groups = new Map<string, { readonly group: Group; readonly watch: SilenceWatch }>();
	private readonly watches = new WeakMap<Group, SilenceWatch>();

	constructor(
		private readonly desk: Desk,
		private readonly agenda: Agenda<object>,
		/** When anything of a group last changed, in the run before, by the id of its alert. */
		private readonly restored: Map<string, number>,
	) {}

	/** Takes a change of an entity that the rule selects, and which was `before`. Nothing is judged before `from`. */
	take(
		watch: SilenceWatch,
		change: Pick<EntityChange, 'kind' | 'entity'>,
		before: Entity | undefined,
		now: number,
		from: number,
		out: AlertChange[],
	): void {
		const { rule } = watch;
		const { entity } = change;
		const { target, name } = groupOf(entity, rule.condition.per);
		if (rule.condition.per === 'type' && before && before.event_type !== entity.event_type) {
			this.forget(watch, before, 'rule', now, from, out);
		}
		const id = idOf(rule, target);
		let group = this.groups.get(id)?.group;
		const fits = hasAttribute(watch, entity);
		if (fits === false) {
			this.forget(watch, entity, 'rule', now, from, out);
			return;
		}
		if (fits === undefined && !group?.has(entity.unique_id)) return;
		if (!group) {
			group = new Group(rule.condition, target, firstShown(rule, name, entity), this.restored.get(id) ?? null, now);
			this.restored.delete(id);
			this.groups.set(id, { group, watch });
			this.watches.set(group, watch);
		}
		group.take(change, before, now);
		this.judge(group, now, from, out);
	}

	/** An entity is gone, or the rule does not select it (any more). */
	forget(
		watch: SilenceWatch,
		entity: Entity,
		reason: 'removed' | 'rule',
		now: number,
		from: number,
		out: AlertChange[],
	): void {
		const { rule } = watch;
		const { target } = groupOf(entity, rule.condition.per);
		const id = idOf(rule, target);
		const group = this.groups.get(id)?.group;
		if (group) {
			if (!group.has(entity.unique_id)) return;
			group.forget(entity.unique_id, now);
			if (group.size > 0) {
				this.judge(group, now, from, out);
				return;
			}
			this.agenda.set(group, null);
			this.groups.delete(id);
		} else if (rule.condition.per !== 'entity') return; // Others of the group may still come.
		this.restored.delete(id);
		const machine = this.desk.find(rule, target);
		if (machine) this.desk.drop(machine, reason, now, out);
	}

	/** Judges a group, at once or from `from` on, and looks again when time alone makes a silence of it. */
	judge(group: Group, now: number, from: number, out: AlertChange[]): void {
		const watch = this.watches.get(group);
		if (!watch) return;
		if (now < from) {
			this.agenda.set(group, from);
			return;
		}
		const silence = group.silence(now);
		const { rule, waits } = watch;
		const known = this.desk.find(rule, group.target);
		this.agenda.set(group, group.silentAt(now));
		if (!silence && !known) return;
		const machine = this.desk.at(rule, group.target, () => group.shown);
		const { device } = group.shown;
		const { value } = machine.shown;
		machine.shown = { ...machine.shown, device, value: silence === undefined ? value : (silence?.why ?? 'heard') };
		const severity = silence ? rule.condition.severity : silence;
		this.desk.step(machine, severity, waits, now, out, silence?.since);
	}

	/** Whether anything of the run before was not seen yet. */
	get isWaiting(): boolean {
		return this.restored.size > 0;
	}

	/** When anything last changed of each group, for the next run; also of those that were not seen in this one. */
	*changes(): Iterable<LastChange> {
		for (const [id, at] of this.restored) yield { id, at };
		for (const [id, { group }] of this.groups) if (group.changedAt !== null) yield { id, at: group.changedAt };
	}

	/** The clock was set. */
	shift(by: number): void {
		for (const [id, at] of this.restored) this.restored.set(id, at + by);
		for (const { group } of this.groups.values()) group.shift(by);
	}
}
