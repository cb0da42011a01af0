import { limits } from '../../../model/limits';
import { dropOldest } from '../../../model/oldest';

/** Which jobs or runs are under way, and in which state: bounded by number and age, the longest untouched leaves first. */
export class Open<S extends string> {
	private readonly states = new Map<string, { readonly state: S; readonly touched: number }>();

	/** Sets a state; null = it has ended, or its state is not known. */
	set(id: string, state: S | null, now: number): void {
		this.states.delete(id);
		if (state !== null) this.states.set(id, { state, touched: now });
		dropOldest(this.states, limits.aiosOpen);
	}

	/** How many are in a state. */
	count(state: S): number {
		let count = 0;
		for (const each of this.states.values()) if (each.state === state) count += 1;
		return count;
	}

	/** Lets go of what was not touched since `before`, ms since 1970. Answers whether there was any. */
	expire(before: number): boolean {
		const old = [...this.states].filter(([, { touched }]) => touched < before);
		for (const [id] of old) this.states.delete(id);
		return old.length > 0;
	}

	/** When the longest untouched was touched, ms since 1970; null where there is none. */
	oldest(): number | null {
		for (const { touched } of this.states.values()) return touched;
		return null;
	}
}
