import { subjects } from '../../src/dialects/unraid/entities';
import { entityName } from '../../src/entities/registry';
import type { Row, Subject, World } from '../../src/model/description';
import type { State } from '../../src/model/entity';

/** A row as the mapper sees it, with the subject that it belongs to. */
export interface TableRow {
	readonly subject: Subject;
	readonly row: Row<object, World>;
	/** `<subject>.<row key>`, for messages. */
	readonly name: string;
}

/** Every row of the Unraid dialect. */
export const tableRows: readonly TableRow[] = subjects.flatMap((subject) =>
	(subject.rows as readonly Row<object, World>[]).map((row) => ({
		subject,
		row,
		name: `${subject.subject}.${row.key}`,
	})),
);

/** The item, and the names of the fields that were read off it since. */
export function watched<T extends object>(item: T): { item: T; reads: Set<string> } {
	const reads = new Set<string>();
	const proxy = new Proxy(item, {
		get(target, field, receiver) {
			if (typeof field === 'string') reads.add(field);
			return Reflect.get(target, field, receiver);
		},
	});
	return { item: proxy, reads };
}

/** What a row says of an item. */
export interface RowReading {
	readonly name: string;
	readonly state: State;
	readonly attributes: { readonly [name: string]: unknown };
}

/** What the rows of a subject say of a world, by `<key>.<row key>` (singletons: `<row key>`); rows that an item does not have are left out. */
export function readRows(described: readonly Subject[], world: World, at = 0): Readonly<Record<string, RowReading>> {
	const found: Record<string, RowReading> = {};
	for (const { items, key, label, rows } of described) {
		for (const item of items(world) ?? []) {
			for (const row of rows as readonly Row<object, World>[]) {
				if (row.when && !row.when(item, world)) continue;
				const reading = { world, at, previous: undefined };
				const attributes = Object.entries(row.attributes ?? {}).flatMap(([name, source]) => {
					const value = typeof source === 'function' ? source(item, reading) : item[source as never];
					return value === undefined || value === null || value === '' ? [] : [[name, value]];
				});
				const id = key ? `${key(item)}.${row.key}` : row.key;
				const name = entityName(row.name, label?.(item) ?? '');
				found[id] = { name, state: row.value(item, reading), attributes: Object.fromEntries(attributes) };
			}
		}
	}
	return found;
}
