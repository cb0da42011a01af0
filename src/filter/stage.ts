import type { Dimension } from '../model/dimensions';

/** Why a message did not pass, as a word that is stable. `limit`: it waited, and the ceiling of keys made room. */
export type FilterReason =
	| 'type'
	| 'source'
	| 'subject'
	| Dimension
	| 'window'
	| 'conditions'
	| 'unchanged'
	| 'throttled'
	| 'debounced'
	| 'sampled'
	| 'limit';

/** Where a step of the shaping hands its messages. */
export interface Outlet<M> {
	/** On to the next step. */
	pass(key: string, message: M): void;
	/** Out to the rest. */
	refuse(message: M, reason: FilterReason): void;
	/** The ceiling of keys made the step forget one. */
	forgot(): void;
}

/** One step of the shaping. */
export interface Stage<M> {
	take(key: string, message: M): void;
	/** Stops every timer and gives back what waited. */
	close(): readonly M[];
}
