import { limits } from '../model/limits';

interface Cadence {
	/** When the last event arrived. */
	last: number;
	/** Learned interval between two events, ms. */
	interval: number;
	arrivals: number;
	/** Whether the time since `last` is one interval of the server's: not after a fetch or a closed socket. */
	measurable: boolean;
	/** The last interval where it was longer than the limit, else 0. */
	overlong: number;
	/** How often it is polled now, or the server says that it comes, ms; null = neither. */
	every: number | null;
}

const blank: Cadence = { last: 0, interval: 0, arrivals: 0, measurable: false, overlong: 0, every: null };

/**
 * Silence must never look like health: knows for each event type how often it comes, and so when it is overdue.
 * Limit = 3 x the largest of the learned cadence, the dialect's default interval and the interval at which it is polled, never below
 * `least`; a type that comes only on change, and is not polled, has none. Times in milliseconds.
 */
export class Freshness {
	private readonly cadences = new Map<string, Cadence>();

	/**
	 * @param defaultInterval interval in ms at which the server sends a type by default; null = only on change
	 * @param least no limit is below this
	 */
	constructor(
		private readonly defaultInterval: (type: string) => number | null,
		private readonly least: number = limits.freshLeast,
	) {}

	/**
	 * An event of this type arrived.
	 * @param every in how many ms the next one comes, where the server says so
	 */
	arrived(type: string, now: number, every: number | null = null): void {
		const known = this.cadences.get(type);
		if (!known) {
			this.cadences.set(type, { ...blank, last: now, arrivals: 1, measurable: true, every });
			return;
		}
		const gap = now - known.last;
		// One gap in which the type was overdue is an outage; the second in a row is how often it comes.
		const overdue = !this.fresh(type, now);
		const interval = overdue ? Math.min(gap, known.overlong) : gap;
		if (known.measurable && gap >= 0 && (!overdue || known.overlong > 0)) {
			const weight = interval > known.interval ? 0.5 : 0.05;
			known.interval += (interval - known.interval) * weight;
			known.arrivals += 1;
		}
		known.overlong = known.measurable && overdue ? gap : 0;
		known.measurable = true;
		known.every = every;
		known.last = now;
	}

	/** The socket closed: the pause until each type's next event tells nothing about its cadence. */
	interrupted(): void {
		for (const cadence of this.cadences.values()) cadence.measurable = false;
	}

	/**
	 * Data of this type was fetched: it is as good as new, but tells nothing about the stream's cadence.
	 * @param every in how many ms it is fetched again; null where the stream is to tell it, or nobody
	 */
	fetched(type: string, now: number, every: number | null): void {
		const known = this.cadences.get(type);
		if (!known) {
			this.cadences.set(type, { ...blank, last: now, every });
			return;
		}
		known.last = Math.max(known.last, now);
		known.every = every;
		known.measurable = false;
	}

	/** How long this type may be silent, in ms; null where silence is normal. */
	limit(type: string): number | null {
		const known = this.cadences.get(type);
		const polled = known?.every ?? null;
		const byDefault = this.defaultInterval(type);
		if (byDefault === null && polled === null) return null;
		const learned = byDefault !== null && known && known.arrivals >= limits.freshArrivals ? known.interval : 0;
		return Math.max(this.least, limits.freshFactor * Math.max(learned, byDefault ?? 0, polled ?? 0));
	}

	/** Whether the type is as new as it should be; one that never came is not. */
	fresh(type: string, now: number): boolean {
		const known = this.cadences.get(type);
		const limit = this.limit(type);
		return known !== undefined && (limit === null || now - known.last <= limit);
	}

	/** When the next type that is fresh at `now` becomes overdue; null where none will. */
	nextExpiry(now: number): number | null {
		let next: number | null = null;
		for (const [type, { last }] of this.cadences) {
			const limit = this.limit(type);
			if (limit === null || !this.fresh(type, now)) continue;
			const expiry = last + limit + 1;
			if (next === null || expiry < next) next = expiry;
		}
		return next;
	}

	/** Types that came once and are overdue now. */
	stale(now: number): string[] {
		return [...this.cadences.keys()].filter((type) => !this.fresh(type, now));
	}
}
