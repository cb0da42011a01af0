import type { Condition, Level, Severity } from '../model/alert';
import { glob, globs } from '../model/glob';
import { limits } from '../model/limits';
import { round } from '../model/presets';
import { numberOf, rank, type Threshold, wordOf } from './levels';

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
	/** The level that is met. */
	readonly threshold?: Threshold;
	readonly memory?: Memory;
	/** What stands for the value, where that is not the value itself. */
	readonly value?: number;
	/** When to judge again although nothing changes, ms since 1970. */
	readonly again?: number;
}

type Of<K extends Condition['kind']> = Extract<Condition, { kind: K }>;

/** One kind of condition. A new kind is a row here, and a shape in `conditionSchema`. */
export interface Kind<C = Condition> {
	/** What it looks at: the value, what an event entity fires, whether the thing is there, or (asked for beforehand) an expression. */
	readonly on: 'value' | 'fired' | 'silence' | 'presence' | 'expression';
	/** True where it happens and is over: nothing is waited for before it is raised, and time clears it. */
	readonly momentary?: true;
	/** Which of two values is the worse one; absent where values have no worst. */
	readonly worse?: 'more' | 'less';
	/** What comes behind the unit. */
	readonly per?: string;
	/** What is told unless the rule has a text of its own. */
	readonly raised: string;
	readonly cleared: string;
	/** A judge for one condition. */
	readonly judge: (condition: C) => (sight: Sight) => Verdict;
}

const fine: Verdict = { severity: null };
const untold: Verdict = { severity: undefined };

/** The worst of the levels that a number has passed; one that is raised is over only beyond its hysteresis. */
function levels(
	{ levels, hysteresis }: Of<'above' | 'below'>,
	beyond: (value: number, level: number) => boolean,
	back: number,
) {
	return ({ value, raised, threshold }: Sight): Verdict => {
		const number = numberOf(value);
		if (number === null) return untold;
		let found: Verdict = untold;
		for (const level of levels) {
			const limit = threshold(level);
			if (!limit) continue;
			if (found === untold) found = fine;
			const kept = rank(level.severity) <= rank(raised) ? hysteresis * back : 0;
			if (!beyond(number, limit.value + kept) || rank(level.severity) <= rank(found.severity ?? null)) continue;
			found = { severity: level.severity, threshold: limit };
		}
		return found;
	};
}

/** Whether the value is one of the words, or none of them. */
function words({ states, severity, unknown }: Of<'is' | 'is_not'>, wanted: boolean) {
	const known = new Set(states);
	const silent = new Set(unknown);
	return ({ value }: Sight): Verdict => {
		const word = wordOf(value);
		if (silent.has(word)) return untold;
		return known.has(word) === wanted ? { severity } : fine;
	};
}

/** True from the change to `inside` on until it is over; what was so from the first sight on is no change. */
function changes({ states, severity, unknown }: Of<'changes_to' | 'changes_from'>, inside: boolean) {
	const known = new Set(states);
	const silent = new Set(unknown);
	return ({ value, memory }: Sight): Verdict => {
		const last = wordOf(value);
		if (silent.has(last)) return untold;
		const now = known.has(last) === inside;
		const before = memory?.last === undefined ? now : known.has(memory.last) === inside;
		const hit = now && (!before || memory?.hit === true);
		return { severity: hit ? severity : null, memory: { last, hit } };
	};
}

/** A step of at least `by` in one direction (1 up, -1 down) from what was reached so far. */
function step(severity: Severity, by: number, direction: 1 | -1, from: number | undefined) {
	return ({ value, memory }: Sight): Verdict => {
		const number = numberOf(value);
		if (number === null) return untold;
		const base = memory?.base ?? from ?? number;
		const moved = (number - base) * direction;
		if (moved >= by) return { severity, memory: { base: number } };
		return { severity: null, memory: { base: moved < 0 ? number : base } };
	};
}

/** Change per minute over a window: from the value that held when it began. */
function rate({ severity, perMinute, direction, window }: Of<'rate'>) {
	return ({ value, raised, memory, now }: Sight): Verdict => {
		const number = numberOf(value);
		if (number === null) return untold;
		const earlier = memory?.samples ?? [];
		const started = now - window;
		// The last sample from before the window still tells the value at its start.
		const first = Math.max(
			0,
			earlier.findLastIndex(([at]) => at <= started),
		);
		const kept = earlier.slice(first);
		const [latest] = kept.slice(-1);
		// Samples closer than this tell nothing more of the window.
		const fresh = !latest || now - latest[0] >= window / limits.alertSamples;
		const samples = fresh ? [...kept, [now, number] as const] : kept;
		const change = ((number - (samples[0]?.[1] ?? number)) / window) * 60_000;
		const met = direction === 'up' ? change : direction === 'down' ? -change : Math.abs(change);
		const begun = samples[0]?.[0] ?? now;
		// After a gap one that is raised is over only when the window is known again.
		const partial = raised !== null && begun > started;
		const next = partial ? begun : samples[1]?.[0];
		return {
			severity: met >= perMinute ? severity : partial ? undefined : null,
			threshold: { value: perMinute, source: 'rule' },
			memory: { samples },
			value: round(change, 3),
			...(next !== undefined && { again: next + window }),
		};
	};
}

const isOn = (value: unknown): boolean | undefined =>
	value === 'on' || value === true || value === 'true' || value === 1
		? true
		: value === 'off' || value === false || value === 'false' || value === 0
			? false
			: undefined;

const passed = '{name} is {value} {unit}[ (limit {threshold} {unit} by {source})], {device}';
const back = '{name} is fine again: {value} {unit} after {duration}[ (worst {peak} {unit})], {device}';
const isNow = '{name} is {value}, {device}';
const wasFor = '{name} is {value} again after {duration}, {device}';
const happened = '{name}: {value}, {device}';
const noMore = '{name}: {value}, nothing more since {since} ({count} in all), {device}';

/** Every kind of condition. */
export const kinds: { readonly [K in Condition['kind']]: Kind<Of<K>> } = {
	above: {
		on: 'value',
		worse: 'more',
		raised: passed,
		cleared: back,
		judge: (condition) => levels(condition, (value, level) => value >= level, -1),
	},
	below: {
		on: 'value',
		worse: 'less',
		raised: passed,
		cleared: back,
		judge: (condition) => levels(condition, (value, level) => value <= level, 1),
	},
	outside: {
		on: 'value',
		raised: passed,
		cleared: '{name} is fine again: {value} {unit} after {duration}, {device}',
		judge:
			({ severity, low, high, hysteresis }) =>
			({ value, raised }) => {
				const number = numberOf(value);
				if (number === null) return untold;
				const kept = raised === null ? 0 : hysteresis;
				if (number < low + kept) return { severity, threshold: { value: low, source: 'rule' } };
				return number > high - kept ? { severity, threshold: { value: high, source: 'rule' } } : fine;
			},
	},
	is: { on: 'value', raised: isNow, cleared: wasFor, judge: (condition) => words(condition, true) },
	is_not: {
		on: 'value',
		raised: isNow,
		cleared: wasFor,
		judge: (condition) => words(condition, false),
	},
	changes_to: {
		on: 'value',
		raised: isNow,
		cleared: wasFor,
		judge: (condition) => changes(condition, true),
	},
	changes_from: {
		on: 'value',
		raised: isNow,
		cleared: wasFor,
		judge: (condition) => changes(condition, false),
	},
	boolean: {
		on: 'value',
		raised: isNow,
		cleared: wasFor,
		judge:
			({ on, severity }) =>
			({ value }) => {
				const found = isOn(value);
				return found === undefined ? untold : found === on ? { severity } : fine;
			},
	},
	increases: {
		on: 'value',
		momentary: true,
		worse: 'more',
		raised: '{name} rose to {value} {unit}, {device}',
		cleared: '{name} rises no more: {value} {unit}, {device}',
		judge: ({ severity, by, from }) => step(severity, by, 1, from),
	},
	decreases: {
		on: 'value',
		momentary: true,
		worse: 'less',
		raised: '{name} fell to {value} {unit}, {device}',
		cleared: '{name} falls no more: {value} {unit}, {device}',
		judge: ({ severity, by }) => step(severity, by, -1, undefined),
	},
	happens: {
		on: 'fired',
		momentary: true,
		raised: happened,
		cleared: noMore,
		judge: ({ severity, types }) => {
			const wanted = types.length === 0 ? glob('*') : (type: string) => globs(types)([type]);
			return ({ fired }) => (fired !== null && wanted(fired) ? { severity } : fine);
		},
	},
	rate: {
		on: 'value',
		per: '/min',
		raised: '{name} changes by {value} {unit}[ (limit {threshold} {unit})], {device}',
		cleared: '{name} is steady again: {value} {unit} after {duration}, {device}',
		judge: rate,
	},
	no_data: {
		on: 'silence',
		raised: 'No data from {name} since {since}: {value}, {device}',
		cleared: 'Data from {name} again after {duration}, {device}',
		// Whether it is silent is for the group that the entity belongs to: `groups.ts`.
		judge: () => () => untold,
	},
	vanished: {
		on: 'presence',
		raised: '{name} is gone, {device}',
		cleared: '{name} is back after {duration}, {device}',
		// Asked only while values come.
		judge:
			({ severity }) =>
			({ value }) =>
				value === false ? { severity } : fine,
	},
	jsonata: {
		on: 'expression',
		raised: isNow,
		cleared: wasFor,
		judge:
			({ severity }) =>
			({ expressed }) => {
				if (expressed === true) return { severity };
				if (expressed === false) return fine;
				return expressed === 'info' || expressed === 'warning' || expressed === 'critical'
					? { severity: expressed }
					: untold;
			},
	},
};

/** The kind of a condition, and the judge that it makes. */
export function kindOf(condition: Condition): { readonly kind: Kind; readonly judge: (sight: Sight) => Verdict } {
	const kind = kinds[condition.kind] as unknown as Kind;
	return { kind, judge: kind.judge(condition) };
}
