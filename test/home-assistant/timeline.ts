import { unraid } from '../../src/dialects/unraid';
import type { Entity } from '../../src/model/entity';
import { Pipeline } from '../../src/pipeline';
import { FakeClock } from '../support/fake-clock';
import { fixtureJson, recording } from '../support/unraid-recordings';
import { isNumeric, keyOf, type Shown, sameState } from './compare';
import type { SeenChange } from './oracle';

/** A state of the recording, `second` of it. */
type Timed = readonly [second: number, state: string];

interface Timeline {
	readonly made_from: { readonly seconds_late_at_most: number };
	readonly entities: Readonly<Record<string, { readonly changes: readonly Timed[] }>>;
}

/** Timelines that cannot be compared, by entity id of the integration, and why. */
const notTimed: readonly (readonly [pattern: RegExp, reason: string])[] = [
	[/_energy$|network_.*_[rt]x$/, 'computed over the accelerated clock'],
	[/^event\.|^button\.|^number\.|_spin$|_autostart$|system_status|zfs|corrupted/, 'entities of other types'],
];

/** States of the timeline that ours words otherwise: entity id, theirs, ours, and why. */
const otherwise: readonly (readonly [pattern: RegExp, theirs: string, ours: string, reason: string])[] = [
	[/_backup/, 'unknown', 'unavailable', 'a container that left is unavailable at once'],
	[/_backup/, 'off', 'unavailable', 'a container that left is unavailable at once'],
	[/_disk3_health$/, 'UNKNOWN', 'PASSED', 'the last verdict stands while a disk sleeps'],
];

/** What Home Assistant showed late, wrongly or not at all. */
export interface TimelineResult {
	/** Changes of the integration's timeline that were looked for. */
	readonly compared: number;
	/** Those that Home Assistant did not show in time. */
	readonly lacking: readonly unknown[];
	/** Milliseconds from a frame to the change in Home Assistant, of every change that could be told. */
	readonly latencies: readonly number[];
}

/**
 * Compares what Home Assistant showed while a recording was replayed with the timeline of the integration: every change must be there, not
 * later than in the integration. A number that moved by less than the row's deadband counts as shown.
 * @param seen what Home Assistant showed; `ours` its entities, `begin` when the replay began, `speed` of the replay
 */
export function compareTimeline(
	{ seen, ours, begin, speed }: { seen: readonly SeenChange[]; ours: readonly Shown[]; begin: number; speed: number },
	name: { readonly frames: string; readonly timeline: string; readonly reference: string },
): TimelineResult {
	const { made_from: made, entities: timelines } = fixtureJson(name.timeline) as Timeline;
	const { entities: reference } = fixtureJson(name.reference) as { readonly entities: readonly Shown[] };
	const known = new Map(reference.map((entity) => [entity.entity_id, entity]));
	const ids = new Map(ours.map((entity) => [keyOf(entity.domain, entity.original_name), entity.entity_id]));
	const shown = new Map<string, Timed[]>();
	for (const { entity_id: id, at, state } of seen) {
		const second = ((at - begin) / 1_000) * speed;
		if (state !== null && second > 0) shown.set(id, [...(shown.get(id) ?? []), [second, state]]);
	}
	const { history, deadbands } = play(name.frames);
	const lacking: unknown[] = [];
	const latencies: number[] = [];
	let compared = 0;
	// The bridge needs a second of ours (`speed` of the recording) to find its broker: until then only the newest state counts, and none is timed.
	for (const [id, { changes }] of Object.entries(timelines)) {
		const theirs = known.get(id);
		if (!theirs || theirs.volatile || notTimed.some(([pattern]) => pattern.test(id))) continue;
		const key = keyOf(theirs.domain, theirs.original_name);
		const states = shown.get(ids.get(key) ?? '') ?? [];
		const deadband = deadbands.get(key) ?? 0;
		for (const [second, state] of changes) {
			if (second < speed) continue;
			const expected = otherwise.find(([pattern, word]) => pattern.test(id) && word === state)?.[2] ?? state;
			// What held when the integration could first have seen it, and what came until a real second after it.
			const from = second - made.seconds_late_at_most;
			const held = states.findLastIndex(([at]) => at <= from);
			const window = states.filter(([at], index) => index >= held && at <= second + 1 + speed);
			compared += 1;
			const isShown = window.some(
				([, mine]) =>
					sameState(expected, mine, isNumeric(theirs)) || Math.abs(Number(expected) - Number(mine)) <= deadband + 1e-9,
			);
			if (!isShown) lacking.push([id, second, expected, window]);
		}
		const timed = latenciesOf(states, history.get(key) ?? [], speed);
		latencies.push(...timed.map((seconds) => (1_000 * seconds) / speed));
	}
	return { compared, lacking, latencies };
}

/** For each state shown: the time since the newest frame that made it so, of frames from `begin` on. Both in order of time. */
function latenciesOf(shown: readonly Timed[], made: readonly Timed[], begin: number): number[] {
	let after = -1;
	return shown.flatMap(([at, state]) => {
		const index = made.findLastIndex(
			([second, mine], position) => position > after && second <= at && sameState(mine, state, true),
		);
		if (index < 0) return [];
		after = index;
		const frame = made[index]?.[0] ?? at;
		return frame < begin ? [] : [at - frame];
	});
}

/** By platform and name: how much a number must move before it is published at once. */
export const deadbandsOf = (frames: string): ReadonlyMap<string, number> => play(frames).deadbands;

/** Every change of every entity, at the time of its frame, by platform and name; and how much a number must move. */
function play(frames: string): { history: Map<string, Timed[]>; deadbands: Map<string, number> } {
	const clock = new FakeClock();
	const start = clock.now();
	const history = new Map<string, Timed[]>();
	const pipeline = new Pipeline({
		source: 'tower',
		dialect: unraid,
		clock,
		changed: (changes) => {
			for (const { entity } of changes) {
				const key = keyOf(entity.platform, entity.name);
				history.set(key, [...(history.get(key) ?? []), [(clock.now() - start) / 1_000, wordOf(entity)]]);
			}
		},
	});
	for (const { t, raw } of recording(frames)) {
		clock.advance(start + t - clock.now());
		pipeline.frame(raw);
	}
	const deadbands = new Map(
		pipeline.entities().map((entity) => [keyOf(entity.platform, entity.name), entity.deadband]),
	);
	pipeline.close();
	return { history, deadbands };
}

const wordOf = ({ available, state }: Entity): string => (available ? String(state ?? 'unknown') : 'unavailable');
