import { limits } from './limits';

/** Answers whether a text fits. */
export type Matcher = (text: string) => boolean;

/**
 * A matcher for one glob: `*` is any run of characters (also none, also `/`), `?` exactly one, everything else itself;
 * the whole text must fit, and case counts.
 *
 * Globs and no regular expressions: the text comes from a server and the pattern from a user, and one careless pattern
 * such as `(a+)+$` would let one hostile text stall the whole runtime. This matcher needs at most length x length steps,
 * and a text above `limits.filterText` never fits.
 */
export function glob(pattern: string): Matcher {
	if (!/[*?]/.test(pattern)) return (text) => text === pattern;
	return (text) => text.length <= limits.filterText && fits(pattern, text);
}

/** Greedy match that only ever returns to the last `*`. */
function fits(pattern: string, text: string): boolean {
	let at = 0;
	let read = 0;
	let star = -1;
	let resume = 0;
	while (read < text.length) {
		const wanted = pattern[at];
		if (wanted === '*') {
			star = at;
			at += 1;
			resume = read;
		} else if (wanted === '?' || wanted === text[read]) {
			at += 1;
			read += 1;
		} else if (star >= 0) {
			at = star + 1;
			resume += 1;
			read = resume;
		} else {
			return false;
		}
	}
	while (pattern[at] === '*') at += 1;
	return at === pattern.length;
}

/**
 * A matcher for a list of globs over the names that one thing goes by: a glob must fit one of them. A glob with `!` in
 * front excludes what goes by such a name; a list of nothing but exclusions takes all the rest, an empty one everything.
 */
export function globs(patterns: readonly string[]): (names: readonly string[]) => boolean {
	const wanted = patterns.filter((pattern) => !pattern.startsWith('!')).map(glob);
	const refused = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => glob(pattern.slice(1)));
	const any = (matchers: readonly Matcher[], names: readonly string[]): boolean =>
		matchers.some((matches) => names.some(matches));
	return (names) => !any(refused, names) && (wanted.length === 0 || any(wanted, names));
}
