import type { Row, Subject, World } from '../model/description';
import { sameJson } from '../model/json';
import type { Thing } from './registry';

/** A subject with the fields that its rows read, so that an item that changed none of them is left at once. */
export interface Table {
	readonly subject: Subject;
	readonly eventType: string;
	readonly rows: readonly Row<object, World>[];
	readonly fields: readonly string[];
	/** For each field, the rows that read it. */
	readonly readers: readonly (readonly number[])[];
	readonly folds: readonly number[];
	readonly everyRow: readonly number[];
	/** Scratch: 1 for each row that the item at hand touched. */
	readonly dirty: Uint8Array;
}

/** Prepares a subject for the mapper. */
export function compile(subject: Subject): Table {
	const rows = subject.rows as readonly Row<object, World>[];
	const fields = [...new Set(rows.flatMap((row) => row.from as readonly string[]))];
	return {
		subject,
		eventType: subject.from[0] ?? '',
		rows,
		fields,
		readers: fields.map((field) =>
			rows.flatMap((row, index) => ((row.from as readonly string[]).includes(field) ? [index] : [])),
		),
		folds: rows.flatMap((row, index) => (row.fold ? [index] : [])),
		everyRow: [...rows.keys()],
		dirty: new Uint8Array(rows.length),
	};
}

/** Marks the rows whose fields changed since the thing was last read (all of a new thing) and remembers the new values. */
export function changedRows(table: Table, thing: Thing, item: object): boolean {
	const { fields, readers, dirty } = table;
	const { raw } = thing;
	// Of rows that read nothing (buttons) nothing is remembered: they are new until they have entities.
	const isNew = raw.length !== fields.length || (fields.length === 0 && thing.cells.length === 0);
	dirty.fill(isNew ? 1 : 0);
	let any = isNew;
	for (let index = 0; index < fields.length; index += 1) {
		const value = (item as { readonly [field: string]: unknown })[fields[index] as string];
		const old = raw[index];
		if (!isNew && (value === old || (typeof value === 'object' && sameJson(value, old)))) continue;
		raw[index] = value;
		any = true;
		for (const row of readers[index] ?? []) dirty[row] = 1;
	}
	return any;
}
