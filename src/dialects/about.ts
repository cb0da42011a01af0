import type { StreamEvent } from '../model/event';
import { limits } from '../model/limits';
import type { Dialect } from './dialect';

/** What an event is about, read off its data by a dialect's table; empty where it says nothing. */
export function aboutOf(
	dimensions: NonNullable<Dialect['dimensions']>,
	data: unknown,
): { readonly about?: NonNullable<StreamEvent['about']> } {
	const about: { [dimension: string]: string } = {};
	let any = false;
	for (const [dimension, paths] of Object.entries(dimensions)) {
		const found = paths.map((path) => at(data, path)).find((value) => value !== undefined);
		if (found === undefined) continue;
		about[dimension] = found;
		any = true;
	}
	return any ? { about } : {};
}

/** The text or number at a dotted path. */
function at(data: unknown, path: string): string | undefined {
	let value = data;
	for (const name of path.split('.')) {
		if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
		value = (value as { readonly [name: string]: unknown })[name];
	}
	if (typeof value === 'number') return String(value);
	return typeof value === 'string' && value !== '' ? value.slice(0, limits.textLength) : undefined;
}
