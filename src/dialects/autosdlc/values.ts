import { isFields } from '../../model/fields';
import { limits } from '../../model/limits';

/** Characters of a name; Home Assistant's entity ids, which it makes of names, end at 255. */
const longestName = 80;

/** Text that is not empty, cut to what an entity may have; null for anything else. */
export function textOf(value: unknown): string | null {
	if (typeof value !== 'string' || value === '') return null;
	return value.length > limits.textLength ? `${value.slice(0, limits.textLength - 1)}…` : value;
}

/** Text that stands in an entity's name: one line, short enough to be read. The whole of it is the key. */
export function nameText(text: string): string {
	const line = text.replace(/[\p{C}\s]+/gu, ' ').trim();
	return line.length > longestName ? `${line.slice(0, longestName - 1)}…` : line;
}

/** What names a thing whose form the document leaves open: text, a number, or an object with one of these fields. */
export function labelOf(value: unknown, fields: readonly string[] = ['name', 'title', 'id']): string | null {
	if (typeof value === 'number' && Number.isFinite(value)) return String(value);
	if (!isFields(value)) return textOf(value);
	for (const field of fields) {
		const label = isFields(value[field]) ? null : labelOf(value[field], []);
		if (label !== null) return label;
	}
	return null;
}

/** A finite number, or null. */
export function numberOf(value: unknown): number | null {
	return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
