import type { Clock } from '../model/clock';
import type { Connection } from '../model/description';
import type { StreamEvent } from '../model/event';
import { Freshness } from './freshness';

/** What {@link Liveness} is made of. */
export interface LivenessOptions {
	readonly clock: Clock;
	/** Event types of the dialect. */
	readonly types: Readonly<Record<string, { readonly interval: number | null }>>;
	/** Types whose freshness decides about entities. */
	readonly watched: readonly string[];
	/** No event type counts as silent before this (ms). */
	readonly freshLeast?: number | undefined;
}

/** Whether what the entities show is alive: the connection, and the freshness of every event type as they show it. */
export class Liveness {
	private current: Connection;
	private readonly freshness: Freshness;
	private readonly shown = new Map<string, boolean>();
	/** No event type becomes overdue before, ms since 1970. */
	private firstDue = 0;

	constructor(private readonly options: LivenessOptions) {
		const { clock, types, freshLeast } = options;
		this.current = { open: true, polling: false, opened: clock.now() };
		const interval = (type: string) => {
			const seconds = types[type]?.interval ?? null;
			return seconds === null ? null : seconds * 1000;
		};
		this.freshness = new Freshness(interval, freshLeast);
	}

	/** The connection. */
	get link(): Connection {
		return this.current;
	}

	/** Values come from now on, or do not. */
	connection(open: boolean, polling: boolean): void {
		const opened = open && !this.current.open ? this.options.clock.now() : this.current.opened;
		this.current = { open, polling, opened };
		if (!open) this.freshness.interrupted();
	}

	/** An event of a type arrived. Whether the type was fresh until now: else there was a gap in the stream. */
	arrived(type: string, { via, every }: Pick<StreamEvent, 'via' | 'every'>): boolean {
		const now = this.options.clock.now();
		const wasFresh = this.freshness.fresh(type, now);
		if (via === 'stream') this.freshness.arrived(type, now, every ?? null);
		else this.freshness.fetched(type, now, every ?? null);
		return wasFresh;
	}

	/** A tracker has made a picture: it is always as new as what it is made of. */
	made(type: string): void {
		this.freshness.arrived(type, this.options.clock.now());
		this.shown.set(type, true);
	}

	/** How an entity of an event type stands. */
	of(type: string): { readonly connected: boolean; readonly fresh: boolean } {
		return { connected: this.current.open, fresh: this.shown.get(type) ?? false };
	}

	/** The same for a new entity, whose type may just have come. */
	ofNew(type: string): { readonly connected: boolean; readonly fresh: boolean } {
		return { connected: this.current.open, fresh: this.freshness.fresh(type, this.options.clock.now()) };
	}

	/** Looks whether an event type became overdue or came back since the last look; only then must the entities be gone through. */
	moved(arrived?: string): boolean {
		const now = this.options.clock.now();
		// Until the first type is overdue only the one that arrived can have changed.
		const due = arrived === undefined || now >= this.firstDue;
		let moved = false;
		for (const type of due ? this.options.watched : [arrived]) {
			const fresh = this.freshness.fresh(type, now);
			if (this.shown.get(type) !== fresh) moved = true;
			this.shown.set(type, fresh);
		}
		if (due) this.firstDue = this.freshness.nextExpiry(now) ?? Number.POSITIVE_INFINITY;
		else this.firstDue = Math.min(this.firstDue, now + (this.freshness.limit(arrived) ?? Number.POSITIVE_INFINITY));
		return moved;
	}

	/** When the next type becomes overdue, ms since 1970; null where none will. */
	nextExpiry(): number | null {
		return this.freshness.nextExpiry(this.options.clock.now());
	}

	/** Event types that are overdue. */
	stale(): string[] {
		return this.freshness.stale(this.options.clock.now());
	}
}
