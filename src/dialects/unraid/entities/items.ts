import type { EventData, UnraidWorld } from '../schemas';

/** One element of a list event, such as one disk. */
export type ItemOf<T extends keyof EventData> =
	NonNullable<EventData[T]> extends readonly (infer I)[] ? NonNullable<I> : never;

/** The data of an event that is one object, such as the array's status. */
export type DataOf<T extends keyof EventData> = NonNullable<EventData[T]>;

/** The newest data of each type that the agent sent. */
export type World = UnraidWorld;

/** The elements of a list event that are objects; null while none came. */
export function listed<I>(list: readonly (I | null | undefined)[] | null | undefined): readonly I[] | null {
	return list ? list.filter((item): item is I => typeof item === 'object' && item !== null) : null;
}
