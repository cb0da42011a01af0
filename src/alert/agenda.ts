/** What has to be looked at again, and when. Milliseconds since 1970. */
export class Agenda<T extends object> {
	private readonly times = new Map<T, number>();
	/** Never later than the first of all times; it may be too early, which costs one look. */
	private first = Number.POSITIVE_INFINITY;

	/** Looks at it again at this time; null = not by time. */
	set(item: T, at: number | null): void {
		if (at === null) {
			this.times.delete(item);
			return;
		}
		this.times.set(item, at);
		if (at < this.first) this.first = at;
	}

	/** When the first is due, or sooner; null = never. */
	next(): number | null {
		return this.times.size === 0 ? null : this.first;
	}

	/** Takes out what is due, the earliest first. */
	take(now: number): T[] {
		if (this.times.size === 0 || now < this.first) return [];
		const due: (readonly [item: T, at: number])[] = [];
		this.first = Number.POSITIVE_INFINITY;
		for (const entry of this.times) {
			if (entry[1] <= now) due.push(entry);
			else if (entry[1] < this.first) this.first = entry[1];
		}
		due.sort((a, b) => a[1] - b[1]);
		for (const [item] of due) this.times.delete(item);
		return due.map(([item]) => item);
	}

	/** The clock was set. */
	shift(by: number): void {
		this.first += by;
		for (const [item, at] of this.times) this.times.set(item, at + by);
	}
}
