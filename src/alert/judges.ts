import type { Condition, Level, Severity } from '../model/alert';
import { globs } from '../model/glob';
import { limits } from '../model/limits';
import { round } from '../model/presets';
import { numberOf, rank, type Threshold, type Thresholds, wordOf } from './levels';

/** What a judgement of one entity by one rule remembers until the next; JSON. */
export type Memory = {
	readonly last?: string;
	readonly hit?: boolean;
	readonly base?: number;
	readonly samples?: readonly (readonly [at: number, value: number])[];
};

/** What is judged: one entity's value, as it is now. */
export interface Sight {
	/** The state, or the attribute that the rule names; undefined = there is no such attribute. Never null: that is unknown, and not judged. */
	readonly value: unknown;
	/** The event type, where an event entity fires. */
	readonly fired: string | null;
	/** The severity that is raised, or null. */
	readonly raised: Severity | null;
	readonly memory: Memory | undefined;
	/** Milliseconds since 1970. */
	readonly now: number;
	/** What a level is for this entity. */
	readonly threshold: (level: Level) => Threshold | null;
	/** What the rule's expression gave for it. */
	readonly expressed: unknown;
}

/** What a judgement found. */
export interface Verdict {
	/** The worst severity that is met; null = it is fine, undefined = that cannot be told. */
	readonly severity: Severity | null | undefined;
	/** The level of each severity that is met. */
	readonly thresholds?: Thresholds;
	readonly memory?: Memory;
	/** What stands for the value, where that is not the value itself. */
	readonly value?: number;
	/** When to judge again although nothing changes, ms since 1970. */
	readonly again?: number;
}

/** Judges by one condition. */
export type Judge = (sight: Sight) => Verdict;

type Of<K extends Condition['kind']> = Extract<Condition, { kind: K }>;

const fine: Verdict = { severity: null };
const untold: Verdict = { severity: undefined };

/** The worst of the levels that a number has passed; one that is raised is over only beyond its hysteresis. */
function levels(
	{ levels, hysteresis }: Of<'above' | 'below'>,
	beyond: (value: number, level: number) => boolean,
	back: 1 | -1,
): Judge {
	return ({ value, raised, threshold }) => {
		const number = numberOf(value);
		if (number === null) return untold;
		let worst: Severity | null | undefined;
		const thresholds: Partial<Record<Severity, Threshold>> = {};
		for (const level of levels) {
			const { severity } = level;
			const limit = threshold(level);
			if (!limit) continue;
			worst ??= null;
			const kept = rank(severity) <= rank(raised) ? hysteresis * back : 0;
			if (!beyond(number, limit.value + kept)) continue;
			thresholds[severity] ??= limit;
			if (rank(severity) > rank(worst)) worst = severity;
		}
		return { severity: worst, thresholds };
	};
}

/** Whether the value is one of the words, or none of them. */
function words({ states, severity, unknown }: Of<'is' | 'is_not'>, wanted: boolean): Judge {
	const known = new Set(states);
	const silent = new Set(unknown);
	return ({ value }) => {
		const word = wordOf(value);
		if (silent.has(word)) return untold;
		return known.has(word) === wanted ? { severity } : fine;
	};
}

/** True from the change to `inside` on until it is over; what was so from the first sight on is no change. */
function changes({ states, severity, unknown }: Of<'changes_to' | 'changes_from'>, inside: boolean): Judge {
	const known = new Set(states);
	const silent = new Set(unknown);
	return ({ value, memory }) => {
		const last = wordOf(value);
		if (silent.has(last)) return untold;
		const now = known.has(last) === inside;
		const before = memory?.last === undefined ? now : known.has(memory.last) === inside;
		const hit = now && (!before || memory?.hit === true);
		return { severity: hit ? severity : null, memory: { last, hit } };
	};
}

/** Below `low` or above `high`; one that is raised is over only when it is inside by its hysteresis. */
function outside({ severity, low, high, hysteresis }: Of<'outside'>): Judge {
	return ({ value, raised }) => {
		const number = numberOf(value);
		if (number === null) return untold;
		const kept = raised === null ? 0 : hysteresis;
		if (number < low + kept) return { severity, thresholds: { [severity]: { value: low, source: 'rule' } } };
		if (number > high - kept) return { severity, thresholds: { [severity]: { value: high, source: 'rule' } } };
		return fine;
	};
}

/** A step of at least `by` in one direction (1 up, -1 down) from what was reached so far. */
function step(severity: Severity, by: number, direction: 1 | -1, from?: number): Judge {
	return ({ value, memory }) => {
		const number = numberOf(value);
		if (number === null) return untold;
		const base = memory?.base ?? from ?? number;
		const moved = (number - base) * direction;
		if (moved >= by) return { severity, memory: { base: number } };
		return { severity: null, memory: { base: moved < 0 ? number : base } };
	};
}

/** Change per minute over a window: from the value that held when it began. */
function rate({ severity, perMinute, direction, window }: Of<'rate'>): Judge {
	return ({ value, raised, memory, now }) => {
		const number = numberOf(value);
		if (number === null) return untold;
		const earlier = memory?.samples ?? [];
		const started = now - window;
		// The last sample from before the window still tells the value at its start.
		const first = Math.max(
			0,
			earlier.findLastIndex(([at]) => at <= started),
		);
		// A value that another one follows at once was none.
		const kept = earlier.slice(first).filter(([at]) => at !== now);
		const [prior, latest] = kept.slice(-2);
		// Of three that are so close the first and the last are enough; the last may hold for long.
		const isClose = prior && latest && now - prior[0] < (2 * window) / limits.alertSamples;
		const samples = [...(isClose ? kept.slice(0, -1) : kept), [now, number] as const];
		const change = ((number - (samples[0]?.[1] ?? number)) / window) * 60_000;
		const met = direction === 'up' ? change : direction === 'down' ? -change : Math.abs(change);
		const begun = samples[0]?.[0] ?? now;
		// After a gap one that is raised is over only when the window is known again.
		const partial = raised !== null && begun > started;
		const next = partial ? begun : samples[1]?.[0];
		return {
			severity: met >= perMinute ? severity : partial ? undefined : null,
			thresholds: { [severity]: { value: perMinute, source: 'rule' } },
			memory: { samples },
			value: round(change, 3),
			...(next !== undefined && { again: next + window }),
		};
	};
}

/** What stands for on and for off. */
function boolean({ on, severity }: Of<'boolean'>): Judge {
	return ({ value }) => {
		const isOn = value === 'on' || value === true || value === 'true' || value === 1;
		const isOff = value === 'off' || value === false || value === 'false' || value === 0;
		if (!isOn && !isOff) return untold;
		return isOn === on ? { severity } : fine;
	};
}

/** Whether an event entity fired one of the types; none = any. */
function happens({ severity, types }: Of<'happens'>): Judge {
	const wanted = globs(types);
	return ({ fired }) => (fired !== null && wanted([fired]) ? { severity } : fine);
}

/** What an expression gave. */
function expression({ severity }: Of<'jsonata'>): Judge {
	return ({ expressed }) => {
		if (expressed === true) return { severity };
		if (expressed === false) return fine;
		return expressed === 'info' || expressed === 'warning' || expressed === 'critical'
			? { severity: expressed }
			: untold;
	};
}

/** The judge of a condition. */
export function judgeOf(condition: Condition): Judge {
	switch (condition.kind) {
		case 'above':
			return levels(condition, (value, level) => value >= level, -1);
		case 'below':
			return levels(condition, (value, level) => value <= level, 1);
		case 'outside':
			return outside(condition);
		case 'is':
			return words(condition, true);
		case 'is_not':
			return words(condition, false);
		case 'changes_to':
			return changes(condition, true);
		case 'changes_from':
			return changes(condition, false);
		case 'boolean':
			return boolean(condition);
		case 'increases':
			return step(condition.severity, condition.by, 1, condition.from);
		case 'decreases':
			return step(condition.severity, condition.by, -1);
		case 'happens':
			return happens(condition);
		case 'rate':
			return rate(condition);
		case 'no_data':
			// Whether it is silent is for the group that the entity belongs to: `groups.ts`.
			return () => untold;
		case 'vanished':
			// Asked only while values come.
			return ({ value }) => (value === false ? { severity: condition.severity } : fine);
		case 'jsonata':
			return expression(condition);
	}
}
