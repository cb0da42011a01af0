import { limits } from '../../../model/limits';
import { Roster } from '../../roster';

/** What is at a numbered place, with the time of its newest event. */
interface Placed<T> {
	readonly item: T;
	/** ms since 1970. */
	readonly at: number;
	/** When it was last heard of, ms since 1970. */
	readonly touched: number;
	readonly finished: boolean;
}

/**
 * Numbered places for what comes and goes. A place that was used once stays, empty where nothing is shown in it: entities do not come
 * and go with what they show. What has not ended keeps its place while it is heard of: where there is more than places, the places do not
 * jump from one to the other.
 */
export class Places<T extends { readonly place: number }> {
	private readonly roster: Roster<Placed<T>>;
	private used = 0;

	/**
	 * @param ceiling number of places
	 * @param empty what a place shows that shows nothing
	 */
	constructor(
		private readonly ceiling: number,
		private readonly empty: (place: number) => T,
	) {
		this.roster = new Roster(ceiling);
	}

	/**
	 * Changes the item with this id, at its place or at a new one; where there is none for it, nobody remembers it.
	 * @param at when that happened; what is older than the item is no news and changes nothing
	 * @param now ms since 1970, for its lifetime
	 * @returns the item as it is now
	 */
	update(id: string, at: number, now: number, change: (old: T) => T, finished: (item: T) => boolean): T {
		const known = this.roster.get(id);
		if (known && at < known.at) return known.item;
		const changed = change(known?.item ?? this.empty(0));
		const over = finished(changed);
		if (!known && !this.hasRoom(over, now)) return changed;
		const placed = { item: changed, at, touched: now, finished: over };
		const place = this.roster.set(id, placed, now, over);
		const item = changed.place === place ? changed : { ...changed, place };
		if (item !== changed) this.roster.set(id, { ...placed, item }, now, over);
		this.used = Math.max(this.used, place);
		return item;
	}

	/** Every place that was ever used, with what it shows. */
	list(): readonly T[] {
		const items = new Map(this.roster.list().map(({ place, item }) => [place, item.item]));
		return Array.from({ length: this.used }, (_, index) => items.get(index + 1) ?? this.empty(index + 1));
	}

	/** Empties the places that were not touched since `before`, ms since 1970. Answers whether there was any. */
	expire(before: number): boolean {
		return this.roster.expire(before);
	}

	/** When the longest untouched was touched, ms since 1970; null where all are empty. */
	oldest(): number | null {
		return this.roster.oldest();
	}

	/** Whether something new has a place: a free one, that of something finished, or (unless it is over itself) of something silent. */
	private hasRoom(over: boolean, now: number): boolean {
		if (this.roster.size < this.ceiling) return true;
		return this.roster.list().some(({ item }) => item.finished || (!over && now - item.touched >= limits.aiosIdle));
	}
}

/** The earlier of two times, where there are any. */
export function earlier(a: number | null, b: number | null): number | null {
	return a === null || b === null ? (a ?? b) : Math.min(a, b);
}

/** When something heard of at `oldest` is let go, ms since 1970. */
export function endOfLife(oldest: number | null): number | null {
	return oldest === null ? null : oldest + limits.aiosLifetime + 1;
}
