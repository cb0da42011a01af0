/**
 * State per key with a ceiling: above it the key that was used longest ago is forgotten, so that a stream of ever new
 * keys costs no more than the ceiling.
 */
export class Keyed<S> {
	private readonly states = new Map<string, S>();

	/**
	 * @param ceiling how many keys are kept
	 * @param forgotten told of each state that had to go
	 */
	constructor(
		private readonly ceiling: number,
		private readonly forgotten: (state: S) => void,
	) {}

	/** The state of a key, which now counts as used last. */
	get(key: string): S | undefined {
		const state = this.states.get(key);
		if (state !== undefined) {
			this.states.delete(key);
			this.states.set(key, state);
		}
		return state;
	}

	set(key: string, state: S): void {
		this.states.delete(key);
		this.states.set(key, state);
		if (this.states.size <= this.ceiling) return;
		const [oldest] = this.states;
		if (oldest === undefined) return;
		this.states.delete(oldest[0]);
		this.forgotten(oldest[1]);
	}

	delete(key: string): void {
		this.states.delete(key);
	}

	/** Every state, and forgets them. */
	clear(): S[] {
		const all = [...this.states.values()];
		this.states.clear();
		return all;
	}

	get size(): number {
		return this.states.size;
	}
}
