import { EventReader } from '../dialects/reader';
import type { Clock } from '../model/clock';
import type { Frame, StreamEvent } from '../model/event';
import { limits } from '../model/limits';
import type { Recorded } from './recording';

/** What a connection does after the last frame: stays open, repeats each type's last frame, starts again, or closes. */
export type ReplayEnd = 'open' | 'hold' | 'loop' | 'once';

/** A frame that is sent again and again after the end of a recording. */
export interface Repeated {
	readonly frame: Frame;
	/** Milliseconds after the end at which it is sent first. */
	readonly first: number;
	/** Milliseconds between two sendings. */
	readonly every: number;
}

/** When every frame of a recording goes out; the same for all clients. Times in milliseconds of the replay, not of the recording. */
export interface ReplayPlan {
	readonly frames: readonly { readonly due: number; readonly frame: Frame }[];
	/** How long one round lasts. */
	readonly duration: number;
	readonly end: ReplayEnd;
	/** Empty unless `end` is `hold`. */
	readonly repeated: readonly Repeated[];
}

/** No type is repeated, and no recording without times is looped, more often than this, in ms of the recording. */
const cadenceLeast = 1_000;

/**
 * Plans a replay. Frames keep their order: one whose `t` is missing or earlier than that of its predecessor follows it at once.
 * @param speed 2 = twice as fast; 0 = no waiting
 */
export function planReplay(recorded: readonly Recorded[], speed: number, end: ReplayEnd): ReplayPlan {
	const scale = speed > 0 ? 1 / speed : 0;
	let t = 0;
	const timed = recorded.map((record) => {
		t = Math.max(t, record.t ?? t);
		return { t, frame: record.frame };
	});
	const duration = speed > 0 ? (t > 0 ? t : cadenceLeast) * scale : 0;
	return {
		frames: timed.map((record) => ({ due: record.t * scale, frame: record.frame })),
		duration,
		end,
		repeated: end === 'hold' ? repetitions(timed, t, speed > 0 ? scale : 1) : [],
	};
}

/**
 * Each type's last frame with its cadence: the median interval of the recording where the type came often enough to know,
 * else the dialect's default. A type that comes only on change is not repeated: that would be news that never happened.
 */
function repetitions(timed: readonly { t: number; frame: Frame }[], endsAt: number, scale: number): Repeated[] {
	let index = 0;
	const clock: Clock = { now: () => index, after: () => ({}), cancel() {} };
	const reader = new EventReader({ source: 'replay', dialect: 'auto', clock });
	const events = timed.flatMap((record, position) => {
		index = position;
		return arrivalsOf(reader.read(record.frame));
	});
	// The clock counts frames, so `received` tells of which frame an event is, however late the dialect was told.
	const arrivals = new Map<string, number[]>();
	for (const { type, received } of [...events, ...arrivalsOf(reader.flush())]) {
		const known = arrivals.get(type);
		if (known) known.push(received);
		else arrivals.set(type, [received]);
	}
	return [...arrivals].flatMap(([type, positions]) => {
		const interval = reader.dialect?.types[type]?.interval ?? null;
		const last = timed[positions.at(-1) ?? -1];
		if (interval === null || !last) return [];
		const times = positions.map((position) => timed[position]?.t ?? 0);
		const cadence = times.length >= limits.freshArrivals ? medianGap(times) : interval * 1_000;
		const every = Math.max(cadenceLeast, cadence);
		return [{ frame: last.frame, first: Math.max(0, last.t + every - endsAt) * scale, every: every * scale }];
	});
}

/** Types and frame numbers only: the data of a whole recording need not stay in memory. */
function arrivalsOf(events: readonly StreamEvent[]): { type: string; received: number }[] {
	return events.map(({ type, received }) => ({ type, received }));
}

function medianGap(times: readonly number[]): number {
	const gaps = times.slice(1).map((time, at) => time - (times[at] ?? time));
	return gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? 0;
}
