/** A running timer, as the clock that made it understands it. */
export type Timer = { readonly brand?: 'timer' } | NodeJS.Timeout;

/** Time, passed in wherever it is needed, so that tests move it by hand. */
export interface Clock {
	/** Milliseconds since 1970, UTC. */
	now(): number;
	/** Calls `run` once, after `ms` milliseconds. */
	after(ms: number, run: () => void): Timer;
	/** Stops a timer; one that has run, or `undefined`, is ignored. */
	cancel(timer: Timer | undefined): void;
}

/** The machine's own clock. Its timers keep the process alive: whoever starts one stops it. */
export const systemClock: Clock = {
	now: () => Date.now(),
	after: (ms, run) => setTimeout(run, ms),
	cancel: (timer) => clearTimeout(timer as NodeJS.Timeout | undefined),
};
