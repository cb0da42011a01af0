import type { Dialect } from './dialect';

/** How many frames that are only likely to belong to a dialect make it told. */
const likelyFrames = 3;

/** Tells the dialect of a stream from its first frames; never guesses on thin evidence. */
export class Detector {
	private readonly likely = new Map<Dialect, number>();

	constructor(private readonly candidates: readonly Dialect[]) {}

	/** Looks at one parsed frame; answers the dialect as soon as the evidence is enough. */
	look(value: unknown): Dialect | null {
		const evidence = this.candidates.map((dialect) => ({ dialect, found: dialect.evidence(value) }));
		const certain = evidence.find(({ found }) => found === 'certain');
		if (certain) return certain.dialect;
		for (const { dialect, found } of evidence) {
			if (found === 'none') continue;
			const seen = (this.likely.get(dialect) ?? 0) + 1;
			this.likely.set(dialect, seen);
			if (seen >= likelyFrames) return dialect;
		}
		return null;
	}

	/** The one dialect that anything spoke for, where no frame was certain; null where none or several are possible. */
	bestGuess(): Dialect | null {
		const [first, ...others] = this.likely.keys();
		return first !== undefined && others.length === 0 ? first : null;
	}
}
