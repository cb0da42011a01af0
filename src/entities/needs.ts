import type { MapperTables } from './mapper';

/**
 * The event types that entities are made of, under all their names; those that the device is told from among them. Empty = all, where a
 * tracker makes the pictures: only it knows what it needs.
 * @param wants which subjects are wanted (`disk`, `ups`, …); all unless given
 */
export function neededTypes(tables: MapperTables, wants: (subject: string) => boolean = () => true): string[] {
	if (tables.tracker) return [];
	const subjects = tables.subjects.filter(({ subject }) => wants(subject));
	const needed = new Set([...tables.deviceFrom, ...subjects.flatMap(({ from }) => from)]);
	return Object.entries(tables.types).flatMap(([type, { feeds = type }]) => (needed.has(feeds) ? [type] : []));
}
