import type { Dialect, Evidence } from './dialect';

/** How many frames that are only likely to belong to a dialect make it told; a URL that speaks for it counts as one. */
const likelyFrames = 3;

/** What a frame tells a dialect; one that it cannot even look at tells nothing. */
function evidenceOf(dialect: Dialect, value: unknown): Evidence {
	try {
		return dialect.evidence(value);
	} catch {
		return 'none';
	}
}

/** Tells the dialect of a stream from its URL and its first frames; never guesses on thin evidence: no URL alone decides. */
export class Detector {
	private readonly likely = new Map<Dialect, number>();
	private readonly hints = new Map<Dialect, string>();
	private why: string | null = null;

	/** @param url where the stream comes from; null = not known */
	constructor(
		private readonly candidates: readonly Dialect[],
		url: URL | null = null,
	) {
		for (const dialect of candidates) {
			const hint = url && dialect.urlHint(url);
			if (hint) this.hints.set(dialect, hint);
		}
	}

	/** Why the dialect was told, in words for people; null before. */
	get reason(): string | null {
		return this.why;
	}

	/** Looks at one parsed frame; answers the dialect as soon as the evidence is enough. */
	look(value: unknown): Dialect | null {
		const evidence = this.candidates.map((dialect) => ({ dialect, found: evidenceOf(dialect, value) }));
		const certain = evidence.filter(({ found }) => found === 'certain').map(({ dialect }) => dialect);
		// Where two are certain, the URL must tell them apart.
		const sure = certain.length > 1 ? certain.filter((dialect) => this.hints.has(dialect)) : certain;
		if (sure[0] && sure.length === 1) return this.tell(sure[0], 'a frame that only this protocol has');
		for (const { dialect, found } of evidence) {
			if (found === 'none') continue;
			const seen = (this.likely.get(dialect) ?? 0) + 1;
			this.likely.set(dialect, seen);
		}
		const first = [...this.likely].find(([dialect, seen]) => seen + (this.hints.has(dialect) ? 1 : 0) >= likelyFrames);
		return first ? this.tell(first[0], `${first[1]} frames that fit it`) : null;
	}

	/** The one dialect that any frame spoke for, where none was certain; null where none or several are possible. */
	bestGuess(): Dialect | null {
		const [first, ...others] = this.likely.keys();
		return first !== undefined && others.length === 0 ? this.tell(first, 'the only one that its frames fit') : null;
	}

	private tell(dialect: Dialect, by: string): Dialect {
		const hint = this.hints.get(dialect);
		this.why = hint === undefined ? by : `${by}, and ${hint}`;
		return dialect;
	}
}
