import type { Happening } from '../../../model/description';
import type { AttributeValue } from '../../../model/entity';
import type { StreamEvent } from '../../../model/event';
import { limits } from '../../../model/limits';
import type { DataOf, ServerEvent } from '../schemas';

/** An event after lenient validation: its type says what its data can be. */
export type EventOf<T extends ServerEvent> = {
	readonly [K in T]: StreamEvent & { readonly type: K; readonly data: DataOf<K> };
}[T];

/** One part of the tracker: what it takes in (events of the types `T`; of a mere `Part` nobody knows), and the pictures that it makes of it. */
export interface Part<T extends ServerEvent = never> {
	/**
	 * Takes an event in; answers the own types whose pictures changed.
	 * @param again whether this very event came before: it may say once more how things are, but it counts and fires no more
	 */
	take(event: EventOf<T>, again: boolean): readonly string[];
	/** Lets go of what was not heard of since `before`, ms since 1970; answers the own types whose pictures changed. */
	expire?(before: number): readonly string[];
	/** When the oldest of what it holds was last heard of, ms since 1970; null where it holds nothing. */
	oldest?(): number | null;
	/** The pictures by own type. */
	readonly pictures: Readonly<Record<string, () => unknown>>;
}

/**
 * When an event happened, ms since 1970: a server's clock that runs ahead does not make later events older.
 * What is older than an item's newest event tells nothing new of its state.
 */
export function happenedAt({ at, received }: StreamEvent): number {
	return Math.min(at, received);
}

/** A text of a server, bounded; null where it is none or empty. */
export function bounded(value: unknown, length: number = limits.textLength): string | null {
	if (typeof value !== 'string' || value === '') return null;
	return value.length > length ? `${value.slice(0, length - 1)}…` : value;
}

/** An id that fits a natural key; null where an event has none, so that nothing can be told of it. */
export function idOf(value: unknown): string | null {
	return typeof value === 'string' && value !== '' && value.length <= limits.textLength ? value : null;
}

/** A list of texts of a server, bounded; null where there is none. */
export function boundedTexts(value: readonly unknown[] | null | undefined): string[] | null {
	return value?.slice(0, limits.aiosHappenings).flatMap((each) => bounded(each) ?? []) ?? null;
}

/** The new value of a field where an event has it (null included), else the old one. */
export function newer<T>(value: T | undefined, old: T): T {
	return value === undefined ? old : value;
}

/** The happenings with one more, which the event makes: the newest are kept. */
export function withHappening(
	list: readonly Happening[],
	event: StreamEvent,
	type: string,
	about: { readonly [name: string]: AttributeValue | null | undefined },
): readonly Happening[] {
	const attributes: { [name: string]: AttributeValue } = {};
	for (const [name, value] of Object.entries(about)) {
		if (value !== null && value !== undefined && value !== '') attributes[name] = value;
	}
	const last = list.at(-1);
	// Ids only have to differ within one run: what is listed at first fires by `live`.
	const number = last ? Number(last.id.slice(last.id.lastIndexOf('#') + 1)) + 1 : 1;
	const happening = {
		id: `${event.received}#${number}`,
		type,
		at: happenedAt(event),
		live: !event.replayed,
		attributes,
	};
	return [...list, happening].slice(-limits.aiosHappenings);
}
