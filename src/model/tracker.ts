import type { StreamEvent } from './event';

/** World types that changed, with their new data. */
export type Tracked = { readonly [type: string]: unknown };

/**
 * What an endless stream of happenings (sessions, tasks, jobs, runs) adds up to: pictures that entities can be made of. It stands
 * between the events of one endpoint and the mapper. Its memory is bounded: places, ceilings and lifetimes, oldest finished first.
 *
 * What it hands out is never changed afterwards: an item that changed is a new object, so that the mapper sees which fields did.
 */
export interface Tracker {
	/** Takes an event in; answers what changed by it. Replayed events update the picture and are no news. */
	apply(event: StreamEvent): Tracked;
	/** What changed by time alone (a session that fell silent), up to `now`, ms since 1970. */
	tick(now: number): Tracked;
	/** When {@link tick} has something to do next, ms since 1970; null = not before another event. */
	nextTick(): number | null;
}
