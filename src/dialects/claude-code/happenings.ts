import type { Happening } from '../../model/description';
import type { AttributeValue } from '../../model/entity';
import { limits } from '../../model/limits';

/** Makes the happenings of one tracker: their ids are unique, also over restarts. */
export class Happenings {
	private made = 0;

	/** @param counting when the tracker began, ms since 1970 */
	constructor(private readonly counting: number) {}

	/** A list with one more at its end, the oldest left out where it is full. What is empty is no attribute. */
	add(
		list: readonly Happening[],
		type: string,
		at: number,
		shown: { readonly [name: string]: AttributeValue | undefined },
	): readonly Happening[] {
		this.made += 1;
		const attributes: { [name: string]: AttributeValue } = {};
		for (const [name, value] of Object.entries(shown)) {
			if (value !== undefined && value !== null && value !== '') attributes[name] = value;
		}
		const happening = { id: `${this.counting}-${this.made}`, type, at, live: true, attributes };
		return [...list.slice(1 - limits.claudeHappenings), happening];
	}
}
