import type { Alert, AlertChange, AlertRule, Severity } from '../model/alert';
import { limits } from '../model/limits';
import type { Gate } from './gate';
import { kinds } from './kinds';
import { rank, worstOf } from './levels';
import { type Machine, rest } from './machine';
import { fill } from './template';

const iso = (at: number): string => new Date(at).toISOString();

/** A machine's alert as people and consumers see it. */
export function alertOf(machine: Machine, cleared: number | null): Alert {
	const { precision: _, thresholds, ...shown } = machine.shown;
	const { rule, target, severity, since, raisedAt, acknowledged, unknown, count } = machine;
	return {
		id: `${rule.id}/${target}`,
		rule: rule.id,
		entity: target,
		...shown,
		threshold: thresholds[severity]?.value ?? null,
		threshold_source: thresholds[severity]?.source ?? null,
		severity,
		count,
		since: iso(since),
		raised: iso(raisedAt),
		cleared: cleared === null ? null : iso(cleared),
		acknowledged,
		unknown,
	};
}

type Attributes = { readonly [name: string]: unknown };
type Reason = NonNullable<AlertChange['reason']>;
type Told = Pick<AlertChange, 'state'> & Partial<Pick<AlertChange, 'reason' | 'reminder' | 'test'>>;

/**
 * What is told of a machine.
 * @param now when, ms since 1970
 * @param then when what is told of was so, where that is not now
 */
export function changeOf(
	machine: Machine,
	{ state, reason = null, reminder = 0, test = false }: Told,
	now: number,
	attributes: Attributes = {},
	then = now,
): AlertChange {
	const { rule } = machine;
	const over = state === 'cleared';
	const facts = {
		...alertOf(machine, over ? then : null),
		state,
		at: iso(now),
		reminder,
		duration: Math.max(0, Math.round((then - machine.since) / 1000)),
		reason,
		test,
	};
	const kind = kinds[rule.condition.kind];
	const ended = over && reason !== null && reason !== 'fine' ? gone[reason] : null;
	const own = over ? rule.clearText : rule.text;
	const template = ended ?? (own || (over ? kind.cleared : kind.raised));
	return { ...facts, text: fill(template, facts, machine.shown.precision, attributes) };
}

/** Why an alert ended that was not over. */
const gone = {
	removed: '{name} does not exist any more, its alert ends after {duration}, {device}',
	rule: '{name} is not watched any more ({rule}), its alert ends after {duration}, {device}',
} as const;

/** Decides what people hear of the machines, and when: mutes, cool-down, ceiling, reminders. */
export class Teller {
	/** Alerts that are over, the newest last. */
	readonly past: Alert[];

	/** @param attributes those of an alert's entity, for templates */
	constructor(
		readonly gate: Gate,
		past: readonly Alert[],
		private readonly attributes: (target: string) => Attributes | undefined,
	) {
		this.past = [...past];
	}

	/** Tells what is to be told now. Answers when to ask again by time alone; null = not. */
	tell(machine: Machine, now: number, out: AlertChange[]): number | null {
		if (machine.phase !== 'raised') return this.tellMissed(machine, 'fine', now, out);
		const { rule, severity, told } = machine;
		if (told !== severity) {
			// What was missed is counted in what stands now, unless it was worse.
			const isWorse = machine.missed !== null && rank(machine.missed.raise.severity) > rank(severity);
			if (isWorse) this.tellMissed(machine, 'fine', now, out);
			const allowed = this.allowedAt(machine, severity, now, out);
			if (allowed > now) return allowed;
			if (told === null && machine.missed && !isWorse) {
				machine.count += machine.missed.count;
				machine.missed = null;
			}
			this.gate.passed(severity, now);
			const state = told === null ? 'raised' : 'changed';
			out.push(changeOf(machine, { state }, now, this.attributes(machine.target)));
			machine.told = severity;
			machine.toldAt = now;
			machine.toldCount = machine.count;
		}
		const again = this.tellAgain(machine, now, out);
		if (again !== null) return again;
		if (rule.repeatEvery === 0 || machine.acknowledged || machine.unknown) return null;
		const due = machine.toldAt + rule.repeatEvery;
		if (now < due) return due;
		// It waits while what is new has to, and takes no room from it.
		const muted = this.gate.mutedUntil(rule.id, machine.target, now) ?? now;
		const allowed = Math.max(muted, this.gate.roomAt(severity, now));
		if (allowed > now) return allowed;
		machine.reminders += 1;
		machine.toldAt = now;
		const { reminders: reminder } = machine;
		out.push(changeOf(machine, { state: 'raised', reminder }, now, this.attributes(machine.target)));
		return now + rule.repeatEvery;
	}

	/** What happens again while it stands is news, but not every time: see `limits.alertAgain`. Answers when to ask again; null = nothing waits. */
	private tellAgain(machine: Machine, now: number, out: AlertChange[]): number | null {
		const { severity, toldAt, toldCount, count, target } = machine;
		if (count <= toldCount) return null;
		const due = toldAt + limits.alertAgain;
		if (now < due) return due;
		const allowed = this.allowedAt(machine, severity, now, out);
		if (allowed > now) return allowed;
		this.gate.passed(severity, now);
		out.push(changeOf(machine, { state: 'changed' }, now, this.attributes(target)));
		machine.toldAt = now;
		machine.toldCount = count;
		return null;
	}

	/** A raised alert is over. What nobody was told of is not told of either, unless only the cool-down was in the way. */
	cleared(machine: Machine, reason: Reason, now: number, out: AlertChange[]): void {
		const { rule, severity, since, raisedAt, count, shown, told, missed } = machine;
		this.past.push(alertOf(machine, now));
		if (this.past.length > limits.alertsPast) this.past.shift();
		if (told !== null) {
			out.push(changeOf(machine, { state: 'cleared', reason }, now, this.attributes(machine.target)));
			machine.coolUntil = rule.coolDown === 0 ? 0 : now + rule.coolDown;
		} else if (now < machine.coolUntil) {
			const raise = machine.untold ?? { severity, at: raisedAt, shown };
			const { worse } = kinds[rule.condition.kind];
			const peak = worstOf(worse, missed?.shown.peak, shown.peak);
			const thresholds = { ...missed?.shown.thresholds, ...shown.thresholds };
			machine.missed = {
				raise: missed && rank(missed.raise.severity) >= rank(raise.severity) ? missed.raise : raise,
				since: missed?.since ?? since,
				clearedAt: now,
				shown: { ...shown, peak, thresholds },
				count: count + (missed?.count ?? 0),
			};
		}
		rest(machine);
	}

	/** Its entity or its rule is gone: what is raised ends, and what waits for the cool-down has nothing left to wait for. */
	ended(machine: Machine, reason: Reason, now: number, out: AlertChange[]): void {
		const isRaised = machine.phase === 'raised';
		if (isRaised) this.cleared(machine, reason, now, out);
		rest(machine);
		machine.coolUntil = 0;
		this.tellMissed(machine, isRaised ? reason : 'fine', now, out);
	}

	private tellMissed(machine: Machine, reason: Reason, now: number, out: AlertChange[]): number | null {
		const { missed, target } = machine;
		if (!missed || machine.phase === 'pending') return null;
		const { raise, since, clearedAt, shown, count } = missed;
		const allowed = this.allowedAt(machine, raise.severity, now, out);
		if (allowed > now) return allowed;
		const attributes = this.attributes(target);
		const { severity, at: raisedAt } = raise;
		const was: Machine = { ...machine, severity, since, raisedAt, shown: raise.shown, count, unknown: false };
		this.gate.passed(severity, now);
		out.push(changeOf(was, { state: 'raised' }, now, attributes, raisedAt));
		out.push(changeOf({ ...was, shown }, { state: 'cleared', reason }, now, attributes, clearedAt));
		machine.missed = null;
		machine.coolUntil = now + machine.rule.coolDown;
		return null;
	}

	/** When an alert may be told: now or later. Says so once an hour where the ceiling is in the way. */
	private allowedAt(machine: Machine, severity: Severity, now: number, out: AlertChange[]): number {
		const { rule, target, told, coolUntil } = machine;
		const muted = this.gate.mutedUntil(rule.id, target, now) ?? now;
		const wait = Math.max(muted, told === null ? coolUntil : now);
		if (wait > now) return wait;
		const room = this.gate.roomAt(severity, now);
		if (room > now && this.gate.summarise(severity, now)) out.push(this.summary(machine, severity, room, now));
		return room;
	}

	private summary(machine: Machine, severity: Severity, room: number, now: number): AlertChange {
		const change = changeOf({ ...machine, severity }, { state: 'summary' }, now);
		const text = `So many alerts (${severity}) within an hour that the rest waits until ${iso(room)}, the next is: ${change.text}`;
		return { ...change, text: text.slice(0, limits.alertText) };
	}
}

/** What people call a rule that no longer exists: enough to end its alerts. */
export function formerRule(id: string, name: string, rule: AlertRule | undefined): AlertRule {
	if (rule) return rule;
	return {
		id,
		name,
		enabled: false,
		entities: { sources: [], subjects: [], keys: [], rows: [], classes: [], entities: [] },
		condition: { kind: 'vanished', severity: 'warning' },
		raiseFor: 0,
		repeatEvery: 0,
		coolDown: 0,
		text: '{name}: {rule}, {device}',
		clearText: '{name}: {rule} is over after {duration}, {device}',
	};
}
