import type { Happening } from '../model/description';
import { limits } from '../model/limits';

/**
 * The happenings that were not seen before, in order of their time. Remembers them, at most `limits.happenings`.
 * @param seen ids that are known, oldest first; changed here
 */
export function unseen(happenings: readonly Happening[], seen: Set<string>): readonly Happening[] {
	const found: Happening[] = [];
	for (const happening of happenings) {
		// What is still listed is remembered longest.
		if (!seen.delete(happening.id)) found.push(happening);
		seen.add(happening.id);
	}
	for (const id of seen) {
		if (seen.size <= limits.happenings) break;
		seen.delete(id);
	}
	return found.sort((a, b) => a.at - b.at);
}
