/** One entry of a {@link Roster}. */
interface Entry<T> {
	/** 1-based, stable as long as the entry is there. */
	readonly place: number;
	item: T;
	/** When it was last set, ms since 1970. */
	touched: number;
	finished: boolean;
}

/**
 * A bounded list of what comes and goes without end (sessions, jobs, agents): at most `ceiling` entries, each at a numbered place.
 * When it is full, a new one takes the place of the entry that finished longest ago, else of the one that was longest untouched.
 */
export class Roster<T> {
	private readonly entries = new Map<string, Entry<T>>();
	/** Entries that had to make room although they had not finished. */
	pushedOut = 0;

	/** @param ceiling most entries at any time */
	constructor(private readonly ceiling: number) {}

	get size(): number {
		return this.entries.size;
	}

	/** The item of this id, or undefined. */
	get(id: string): T | undefined {
		return this.entries.get(id)?.item;
	}

	/** Puts an item in, in place of the one with its id. Answers its place, 1 to `ceiling`. */
	set(id: string, item: T, at: number, finished = false): number {
		const known = this.entries.get(id);
		if (known) {
			known.item = item;
			known.touched = Math.max(known.touched, at);
			known.finished = finished;
			return known.place;
		}
		if (this.entries.size >= this.ceiling) this.makeRoom();
		const taken = new Set([...this.entries.values()].map(({ place }) => place));
		let place = 1;
		while (taken.has(place)) place += 1;
		this.entries.set(id, { place, item, touched: at, finished });
		return place;
	}

	/** Takes an item out. */
	delete(id: string): void {
		this.entries.delete(id);
	}

	/** Takes out what was not touched since `before`, ms since 1970. Answers whether there was any. */
	expire(before: number): boolean {
		const old = [...this.entries].filter(([, { touched }]) => touched < before);
		for (const [id] of old) this.entries.delete(id);
		return old.length > 0;
	}

	/** The oldest touch of all entries; null where there are none. */
	oldest(): number | null {
		let oldest: number | null = null;
		for (const { touched } of this.entries.values()) if (oldest === null || touched < oldest) oldest = touched;
		return oldest;
	}

	/** The items in order of their places, with place and id. */
	list(): { readonly id: string; readonly place: number; readonly item: T }[] {
		return [...this.entries].map(([id, { place, item }]) => ({ id, place, item })).sort((a, b) => a.place - b.place);
	}

	private makeRoom(): void {
		let leaving: [string, Entry<T>] | undefined;
		for (const each of this.entries) {
			const [, entry] = each;
			const [, other] = leaving ?? [];
			const sooner = !other || (entry.finished === other.finished ? entry.touched < other.touched : entry.finished);
			if (sooner) leaving = each;
		}
		if (!leaving) return;
		if (!leaving[1].finished) this.pushedOut += 1;
		this.entries.delete(leaving[0]);
	}
}
