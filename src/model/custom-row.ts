import { z } from 'zod';
import { AgentStreamError } from './errors';
import { compileExpression, type Expression } from './expression';
import { limits } from './limits';

const word = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'starts with a letter and holds only a to z, 0 to 9 and _');
const expression = z.string().max(limits.expressionLength);
const optionalText = z
	.string()
	.max(limits.textLength)
	.transform((text) => text.trim() || undefined)
	.optional();

/**
 * An entity description that a user writes. `value`, `items` and `key` are JSONata expressions over the event's data, of which a
 * dotted path (`cpu.load`, `disks[0].temp`) is the simplest.
 */
export const customRowSchema = z.object({
	/** Event type that it is made from; `unknown` = data that no rule fits. */
	event: z.string().min(1).max(limits.textLength),
	/** What it is about; not a subject of the dialect's own. */
	subject: word,
	/** Row key: the last part of the unique id. */
	row: word,
	/** Shown name; `{label}` is the natural key. */
	name: z.string().min(1).max(limits.textLength),
	value: expression.min(1),
	/** The list of things, where there are several; empty = the data is about one thing. */
	items: expression.default(''),
	/** Natural key of each thing of the list: what it keeps over restart, rename and reorder. */
	key: expression.default(''),
	platform: z.enum(['sensor', 'binary_sensor']).default('sensor'),
	unit: optionalText,
	deviceClass: optionalText,
	stateClass: z.enum(['', 'measurement', 'total', 'total_increasing']).default(''),
	category: z.enum(['', 'diagnostic', 'config']).default(''),
	precision: z.number().int().min(0).max(10).optional(),
	icon: optionalText,
});
/** See {@link customRowSchema}. */
export type CustomRow = z.output<typeof customRowSchema>;

/** Rows of one subject, ready to be evaluated. */
export interface RowGroup {
	readonly subject: string;
	readonly event: string;
	readonly items: Expression | null;
	readonly key: Expression | null;
	readonly rows: readonly { readonly row: CustomRow; readonly value: Expression }[];
}

/**
 * Rows by subject, with their expressions read.
 * @throws AgentStreamError CONFIG_INVALID: an expression that cannot be read, or rows that contradict each other
 */
export function groupRows(rows: readonly CustomRow[]): readonly RowGroup[] {
	return [...byWord(rows, ({ subject }) => subject)].map(([subject, its]) => group(subject, its));
}

/** A list by the word of each item, both in their order. */
export function byWord<T>(list: readonly T[], wordOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
	const found = new Map<string, T[]>();
	for (const item of list) {
		const word = wordOf(item);
		const its = found.get(word);
		if (its) its.push(item);
		else found.set(word, [item]);
	}
	return found;
}

function group(subject: string, rows: readonly CustomRow[]): RowGroup {
	const [{ event = '', items = '', key = '' } = {}] = rows;
	if (rows.some((row) => row.event !== event || row.items !== items || row.key !== key)) {
		throw invalid(`All custom rows of ${subject} must name the same event type, list and key.`);
	}
	if ((items === '') !== (key === '')) throw invalid(`The subject ${subject} needs both a list and a key, or neither.`);
	if (new Set(rows.map((row) => row.row)).size < rows.length)
		throw invalid(`Two rows of ${subject} have the same key.`);
	return {
		subject,
		event,
		items: items === '' ? null : compileExpression(items),
		key: key === '' ? null : compileExpression(key),
		rows: rows.map((row) => ({ row, value: compileExpression(row.value) })),
	};
}

function invalid(message: string): AgentStreamError {
	return new AgentStreamError('CONFIG_INVALID', message);
}
