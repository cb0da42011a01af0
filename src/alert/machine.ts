import type { Alert, AlertRule, Severity } from '../model/alert';
import type { Memory } from './kinds';
import { rank } from './levels';

/** What an alert shows of the entity, as it was last known. */
export type Shown = Pick<
	Alert,
	'rule_name' | 'name' | 'device' | 'source' | 'value' | 'unit' | 'threshold' | 'threshold_source' | 'peak'
> & { readonly precision: number | null };

/** A time that must pass; it stands still (`from` null) while nothing is known. Milliseconds. */
export interface Countdown {
	readonly to: Severity | null;
	readonly left: number;
	readonly from: number | null;
}

/** An alert that came and went while nothing was to be told; it is told when that is over. Times in ms since 1970. */
export interface Missed {
	readonly severity: Severity;
	readonly since: number;
	readonly raisedAt: number;
	readonly clearedAt: number;
	readonly count: number;
	readonly shown: Shown;
}

/** All that one rule knows of one entity: JSON, apart from the rule. Times in ms since 1970. */
export interface Machine {
	readonly rule: AlertRule;
	/** Unique id, or what {@link Alert.entity} says. */
	readonly target: string;
	phase: 'ok' | 'pending' | 'raised';
	/** While pending: what it would be raised with. */
	severity: Severity;
	/** When it became true. */
	since: number;
	raisedAt: number;
	/** Until it is raised, changed or cleared. */
	countdown: Countdown | null;
	acknowledged: boolean;
	/** The severity that people were told; null = nothing yet. */
	told: Severity | null;
	toldAt: number;
	reminders: number;
	/** How often it happened since it was raised. */
	count: number;
	unknown: boolean;
	/** Whether its entity was seen since the start. */
	attached: boolean;
	/** Nothing is told before; see `coolDown`. */
	coolUntil: number;
	missed: Missed | null;
	shown: Shown;
	memory: Memory | undefined;
	/** When its value is to be judged again although nothing changed; null = not. */
	again: number | null;
}

/** A machine at rest. */
export function createMachine(rule: AlertRule, target: string, shown: Shown): Machine {
	return {
		rule,
		target,
		phase: 'ok',
		severity: 'warning',
		since: 0,
		raisedAt: 0,
		countdown: null,
		acknowledged: false,
		told: null,
		toldAt: 0,
		reminders: 0,
		count: 0,
		unknown: false,
		attached: true,
		coolUntil: 0,
		missed: null,
		shown,
		memory: undefined,
		again: null,
	};
}

/** How the rule's durations apply to it. */
export interface Waits {
	readonly raiseFor: number;
	readonly clearFor: number;
}

/** What a step came to: `cleared` = it was raised and is over; the caller tells it and calls {@link rest}. */
export type Step = 'raised' | 'changed' | 'cleared' | null;

/**
 * One judgement: `wanted` is the severity that is met now, null where it is fine, undefined where nothing is known: then it stays as it is and
 * no time counts.
 */
export function judge(machine: Machine, wanted: Severity | null | undefined, waits: Waits, now: number): Step {
	if (wanted === undefined) {
		machine.unknown = true;
		const { countdown } = machine;
		if (countdown && countdown.from !== null) {
			machine.countdown = { ...countdown, left: Math.max(0, countdown.left - (now - countdown.from)), from: null };
		}
		return null;
	}
	machine.unknown = false;
	if (machine.countdown?.from === null) machine.countdown = { ...machine.countdown, from: now };
	if (machine.phase === 'ok') {
		if (wanted === null) return null;
		machine.phase = 'pending';
		machine.since = now;
		machine.countdown = { to: wanted, left: waits.raiseFor, from: now };
	}
	if (machine.phase === 'pending') {
		if (wanted === null) {
			rest(machine);
			return null;
		}
		machine.severity = wanted;
	} else if (wanted === machine.severity) {
		machine.countdown = null;
	} else {
		const up = rank(wanted) > rank(machine.severity);
		const { countdown } = machine;
		// Time that was already spent on the way up, or down, counts.
		const goesOn = countdown !== null && rank(countdown.to) > rank(machine.severity) === up;
		machine.countdown = goesOn
			? { ...countdown, to: wanted }
			: { to: wanted, left: up ? waits.raiseFor : waits.clearFor, from: now };
	}
	return elapse(machine, now);
}

/** What time alone does. */
export function elapse(machine: Machine, now: number): Step {
	const due = dueAt(machine);
	const { countdown } = machine;
	if (due === null || now < due || !countdown) return null;
	machine.countdown = null;
	if (machine.phase === 'pending') {
		machine.phase = 'raised';
		machine.raisedAt = now;
		machine.count = 1;
		return 'raised';
	}
	const { to } = countdown;
	if (to === null) return 'cleared';
	// Worse than what somebody took note of is news.
	if (rank(to) > rank(machine.severity)) machine.acknowledged = false;
	machine.severity = to;
	return 'changed';
}

/** When {@link elapse} has something to do; null = not by time alone. */
export function dueAt({ countdown, unknown }: Machine): number | null {
	return countdown === null || countdown.from === null || unknown ? null : countdown.from + countdown.left;
}

/** Back to rest; what it remembers of the entity, of the cool-down and of what was missed stays. */
export function rest(machine: Machine): void {
	machine.phase = 'ok';
	machine.countdown = null;
	machine.acknowledged = false;
	machine.told = null;
	machine.toldAt = 0;
	machine.reminders = 0;
	machine.count = 0;
}

/** Moves every time of a machine, when the clock was set. */
export function shift(machine: Machine, by: number): void {
	machine.since += by;
	machine.raisedAt += by;
	machine.toldAt += by;
	const { countdown, missed, again } = machine;
	if (again !== null) machine.again = again + by;
	if (countdown && countdown.from !== null) machine.countdown = { ...countdown, from: countdown.from + by };
	if (machine.coolUntil !== 0) machine.coolUntil += by;
	if (missed) {
		machine.missed = {
			...missed,
			since: missed.since + by,
			raisedAt: missed.raisedAt + by,
			clearedAt: missed.clearedAt + by,
		};
	}
	if (machine.memory?.samples) {
		machine.memory = { ...machine.memory, samples: machine.memory.samples.map(([at, value]) => [at + by, value]) };
	}
}
