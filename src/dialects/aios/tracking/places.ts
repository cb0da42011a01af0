import { limits } from '../../../model/limits';
import { Roster } from '../../roster';

/** What is at a numbered place, with the time of its newest event. */
interface Placed<T> {
	readonly item: T;
	/** ms since 1970. */
	readonly at: number;
}

/**
 * Numbered places for what comes and goes. A place that was used once stays, empty where nothing is shown in it: entities do not come
 * and go with what they show.
 */
export class Places<T extends { readonly place: number }> {
	private readonly roster: Roster<Placed<T>>;
	private used = 0;

	/**
	 * @param ceiling number of places
	 * @param empty what a place shows that shows nothing
	 */
	constructor(
		ceiling: number,
		private readonly empty: (place: number) => T,
	) {
		this.roster = new Roster(ceiling);
	}

	/**
	 * Changes the item with this id, at its place or at a new one.
	 * @param at when that happened; what is older than the item is no news and changes nothing
	 * @param now ms since 1970, for its lifetime
	 * @returns the item as it is now
	 */
	update(id: string, at: number, now: number, change: (old: T) => T, finished: (item: T) => boolean): T {
		const known = this.roster.get(id);
		if (known && at < known.at) return known.item;
		const changed = change(known?.item ?? this.empty(0));
		const place = this.roster.set(id, { item: changed, at }, now, finished(changed));
		const item = changed.place === place ? changed : { ...changed, place };
		if (item !== changed) this.roster.set(id, { item, at }, now, finished(changed));
		this.used = Math.max(this.used, place);
		return item;
	}

	/** How many items made room although they had not finished. */
	get pushedOut(): number {
		return this.roster.pushedOut;
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
}

/** The earlier of two times, where there are any. */
export function earlier(a: number | null, b: number | null): number | null {
	return a === null || b === null ? (a ?? b) : Math.min(a, b);
}

/** When something heard of at `oldest` is let go, ms since 1970. */
export function endOfLife(oldest: number | null): number | null {
	return oldest === null ? null : oldest + limits.aiosLifetime + 1;
}
