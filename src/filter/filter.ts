import type { Clock } from '../model/clock';
import { globs } from '../model/glob';
import { compile, type Test } from './conditions';
import { dimensions, type FilterInput, keyOf, type View, views } from './dimensions';
import type { FilterSettings } from './settings';
import type { FilterReason, Outlet, Stage } from './stage';
import { batch, changed, debounce, sample, throttle } from './stages';
import { inWindow } from './window';

/** Where a filter's messages go: the two outputs of the node. */
export interface FilterOutputs<M> {
	/** Output 1. One message, or all of a batch (`batched`), in the order in which they came. */
	passed(messages: readonly M[], batched: boolean): void;
	/** Output 2: the rest, each with the reason. */
	rest(message: M, reason: FilterReason): void;
}

/** A running filter. */
export interface Filter<M> {
	/** Whether a message is chosen and meets the conditions, whatever the shaping then does with it. */
	fits(message: M): boolean;
	/** Takes one message; the outputs are called at once or, where the shaping waits, later. */
	take(message: M): void;
	/**
	 * Stops every timer and forgets everything. What still waited (throttle, debounce, batch) is not sent anywhere:
	 * it is given back, so that the caller can say how much was dropped.
	 */
	close(): readonly M[];
	/** How often a ceiling of keys (`limits.filterKeys`) made the filter forget one: nothing while it is zero. */
	readonly forgotten: number;
}

const NAMES = Object.keys(dimensions) as (keyof typeof dimensions)[];

/**
 * Makes a filter. A message with several entities is judged as one: it passes when one of its entities is chosen and meets
 * the conditions, and it is shaped by source and event type.
 * @param settings settings with their defaults (`filterSettingsSchema.parse`)
 */
export function createFilter<M extends FilterInput>(
	settings: FilterSettings,
	clock: Clock,
	outputs: FilterOutputs<M>,
): Filter<M> {
	let forgotten = 0;
	const end = {
		refuse: outputs.rest,
		forgot: () => {
			forgotten += 1;
		},
	};
	const judge = judgement(settings, clock);
	const stages = shaping<M>(settings, clock, { ...end, passed: outputs.passed });
	const [first] = stages;
	return {
		fits: (message) => judge(message) === null,
		take(message) {
			const reason = judge(message);
			if (reason) outputs.rest(message, reason);
			else if (first) first.take(keyOf(message), message);
			else outputs.passed([message], false);
		},
		close: () => stages.toReversed().flatMap((stage) => stage.close()),
		get forgotten() {
			return forgotten;
		},
	};
}

/** Answers why a message is not chosen, or null where it is: the reason of the entity that came furthest. */
function judgement(settings: FilterSettings, clock: Clock): (input: FilterInput) => FilterReason | null {
	const chosen = NAMES.flatMap((name) => {
		const patterns = settings.choose[name];
		if (!patterns?.length) return [];
		const fits = globs(patterns);
		return [{ name, fits: (view: View) => fits(dimensions[name](view)) }];
	});
	const conditions = settings.conditions.map(compile);
	const meets: Test = (view) =>
		settings.match === 'all' || conditions.length === 0
			? conditions.every((test) => test(view))
			: conditions.some((test) => test(view));
	return (input) => {
		const { window } = settings;
		if (window && !inWindow(window, clock.now())) return 'window';
		let candidates = views(input);
		for (const { name, fits } of chosen) {
			candidates = candidates.filter(fits);
			if (candidates.length === 0) return name;
		}
		return candidates.some(meets) ? null : 'conditions';
	};
}

/** The steps of the shaping that are asked for, in order, each handing on to the next. */
function shaping<M extends FilterInput>(
	settings: FilterSettings,
	clock: Clock,
	end: Omit<Outlet<M>, 'pass'> & Pick<FilterOutputs<M>, 'passed'>,
): readonly Stage<M>[] {
	const { changed: change, throttle: throttled, debounce: debounced, sample: sampled, batch: batched } = settings.shape;
	const stages: Stage<M>[] = [];
	const outlet = (): Outlet<M> => {
		const [next] = stages;
		return { ...end, pass: (key, message) => (next ? next.take(key, message) : end.passed([message], false)) };
	};
	// Built from the last to the first, so that each knows the one after it.
	if (batched) stages.unshift(batch(batched, { ...end, pass: (messages) => end.passed(messages, true) }, clock));
	if (sampled) stages.unshift(sample(sampled, outlet()));
	if (debounced) stages.unshift(debounce(debounced, outlet(), clock));
	if (throttled) stages.unshift(throttle(throttled, outlet(), clock));
	if (change) stages.unshift(changed(change, outlet()));
	return stages;
}
