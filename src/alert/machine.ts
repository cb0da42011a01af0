import { type Alert, type AlertRule, type Severity, severities } from '../model/alert';
import type { Memory } from './judges';
import { rank, type Thresholds } from './levels';

/** What an alert shows of the entity, as it was last known; the levels as they were last passed. */
export type Shown = Pick<Alert, 'rule_name' | 'name' | 'device' | 'source' | 'value' | 'unit' | 'peak'> & {
	readonly thresholds: Thresholds;
	readonly precision: number | null;
};

/** A time that must pass; it stands still (`from` null) while nothing is known. Milliseconds. */
interface Countdown {
	readonly left: number;
	readonly from: number | null;
}

type Countdowns = Readonly<Partial<Record<Severity, Countdown>>>;

/** How it stood when it was raised, or got worse; `at` in ms since 1970. */
export interface Raise {
	readonly severity: Severity;
	readonly at: number;
	readonly shown: Shown;
}

/** Alerts that came and went while nothing was to be told; they are told as one when that is over. Times in ms since 1970. */
export interface Missed {
	/** The worst of them. */
	readonly raise: Raise;
	/** When the first became true. */
	readonly since: number;
	/** When the last was over, and what it showed then. */
	readonly clearedAt: number;
	readonly shown: Shown;
	readonly count: number;
}

/** All that one rule knows of one entity: JSON, apart from the rule. Times in ms since 1970. */
export interface Machine {
	readonly rule: AlertRule;
	/** Unique id, or what {@link Alert.entity} says. */
	readonly target: string;
	phase: 'ok' | 'pending' | 'raised';
	/** While raised: this one, and all that are less. */
	severity: Severity;
	/** When it became true, of whatever severity. */
	since: number;
	raisedAt: number;
	/** Each severity has a time of its own: until it is raised where it is not, or dropped where it is. None where what is met is so already. */
	countdowns: Countdowns;
	acknowledged: boolean;
	/** The worst that is not told because of the cool-down; null where there is none. */
	untold: Raise | null;
	/** The severity that people were told; null = nothing yet. */
	told: Severity | null;
	toldAt: number;
	/** {@link Machine.count} as people were told. */
	toldCount: number;
	reminders: number;
	/** How often it happened since it was raised. */
	count: number;
	unknown: boolean;
	/** Whether it was judged since the start, and not by a picture that must stand first: else time decides nothing. */
	judged: boolean;
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
		countdowns: {},
		acknowledged: false,
		untold: null,
		told: null,
		toldAt: 0,
		toldCount: 0,
		reminders: 0,
		count: 0,
		unknown: false,
		judged: false,
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

const raisedOf = ({ phase, severity }: Machine): Severity | null => (phase === 'raised' ? severity : null);

/**
 * One judgement: `wanted` is the severity that is met now, and all that are less are met with it; null where it is fine, undefined where nothing
 * is known: then it stays as it is and no time counts.
 * @param since when it became true, where that was not now
 */
export function judge(
	machine: Machine,
	wanted: Severity | null | undefined,
	waits: Waits,
	now: number,
	since = now,
): Step {
	if (wanted === undefined) {
		machine.unknown = true;
		machine.countdowns = each(machine.countdowns, ({ left, from }) => ({
			left: from === null ? left : Math.max(0, left - (now - from)),
			from: null,
		}));
		return null;
	}
	machine.unknown = false;
	if (machine.phase === 'ok') {
		if (wanted === null) return null;
		machine.phase = 'pending';
		machine.since = Math.min(since, now);
	} else if (machine.phase === 'pending' && wanted === null) {
		rest(machine);
		return null;
	}
	const raised = rank(raisedOf(machine));
	const running: Partial<Record<Severity, Countdown>> = {};
	for (const [index, severity] of severities.entries()) {
		const isMet = index <= rank(wanted);
		if (isMet === index <= raised) continue;
		const length = isMet ? waits.raiseFor : waits.clearFor;
		const { left, from } = machine.countdowns[severity] ?? { left: length, from: null };
		// The rule may have become quicker since.
		running[severity] = { left: Math.min(left, length), from: from ?? now };
	}
	machine.countdowns = running;
	return elapse(machine, now);
}

/** What time alone does. */
export function elapse(machine: Machine, now: number): Step {
	const due = severities.filter((severity) => dueOf(machine.countdowns[severity]) <= now);
	const [least] = due;
	const worst = due.at(-1);
	if (least === undefined || worst === undefined) return null;
	const before = raisedOf(machine);
	const isWorse = rank(worst) > rank(before);
	// What is less than one that is raised is raised with it, and what is worse than one that is dropped is dropped.
	const next = isWorse ? worst : (severities[rank(least) - 1] ?? null);
	machine.countdowns = each(machine.countdowns, (countdown, severity) =>
		rank(severity) > rank(next) === isWorse ? countdown : undefined,
	);
	if (next === null) return 'cleared';
	machine.severity = next;
	// Worse than what somebody took note of is news.
	if (isWorse) machine.acknowledged = false;
	if (machine.told === null && now < machine.coolUntil && rank(next) > rank(machine.untold?.severity ?? null)) {
		machine.untold = { severity: next, at: now, shown: machine.shown };
	}
	if (before !== null) return 'changed';
	machine.phase = 'raised';
	machine.raisedAt = now;
	machine.count = 1;
	return 'raised';
}

/** When {@link elapse} has something to do; null = not by time alone. */
export function dueAt({ countdowns }: Machine): number | null {
	const first = Math.min(...Object.values(countdowns).map(dueOf));
	return first === Number.POSITIVE_INFINITY ? null : first;
}

const dueOf = (countdown: Countdown | undefined): number =>
	!countdown || countdown.from === null ? Number.POSITIVE_INFINITY : countdown.from + countdown.left;

/** The same countdowns, changed; undefined leaves one out. */
function each(
	countdowns: Countdowns,
	change: (countdown: Countdown, severity: Severity) => Countdown | undefined,
): Countdowns {
	const changed: Partial<Record<Severity, Countdown>> = {};
	for (const severity of severities) {
		const countdown = countdowns[severity];
		const next = countdown && change(countdown, severity);
		if (next) changed[severity] = next;
	}
	return changed;
}

/** Back to rest; what it remembers of the entity, of the cool-down and of what was missed stays. */
export function rest(machine: Machine): void {
	machine.phase = 'ok';
	machine.countdowns = {};
	machine.acknowledged = false;
	machine.untold = null;
	machine.told = null;
	machine.reminders = 0;
}

/** Moves every time of a machine, when the clock was set. */
export function shift(machine: Machine, by: number): void {
	machine.since += by;
	machine.raisedAt += by;
	machine.toldAt += by;
	const { missed, untold, again } = machine;
	if (again !== null) machine.again = again + by;
	machine.countdowns = each(machine.countdowns, ({ left, from }) => ({ left, from: from === null ? null : from + by }));
	if (machine.coolUntil !== 0) machine.coolUntil += by;
	if (untold) machine.untold = { ...untold, at: untold.at + by };
	if (missed) {
		const raise = { ...missed.raise, at: missed.raise.at + by };
		machine.missed = { ...missed, raise, since: missed.since + by, clearedAt: missed.clearedAt + by };
	}
	if (machine.memory?.samples) {
		machine.memory = { ...machine.memory, samples: machine.memory.samples.map(([at, value]) => [at + by, value]) };
	}
}
