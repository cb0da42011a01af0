import { subjects } from '../../src/dialects/unraid/entities';
import type { Row, Subject, World } from '../../src/model/description';

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
