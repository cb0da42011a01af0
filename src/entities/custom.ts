import type jsonata from 'jsonata';
import { z } from 'zod';
import type { Row, Subject } from '../model/description';
import { subject as describe } from '../model/description';
import type { State } from '../model/entity';
import { AgentStreamError, asAgentStreamError } from '../model/errors';
import type { StreamEvent } from '../model/event';
import { limits } from '../model/limits';
import type { MapperTables } from './mapper';

const word = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'starts with a letter and holds only a to z, 0 to 9 and _');
const expression = z.string().max(2_000);
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

/** One thing as its rows read it: the natural key, and the value of each row by row key. */
interface CustomItem {
	readonly key: string;
	readonly values: Readonly<Record<string, State>>;
}

/** Rows of one subject, ready to be evaluated. */
interface Group {
	readonly subject: string;
	readonly event: string;
	readonly items: Evaluate | null;
	readonly key: Evaluate | null;
	readonly rows: readonly { readonly row: CustomRow; readonly value: Evaluate }[];
}

type Evaluate = (data: unknown) => Promise<unknown>;

/** The event type that carries what custom rows read off events of `type`. */
const derivedType = (type: string): string => `custom_${type}`;

/**
 * Entities that a user describes, beside the dialect's own. JSONata is asynchronous and the mapper is not, so they take two
 * steps: `derive` makes of an event another one that holds the finished values, and `tables` tells the mapper how to read it.
 */
export class CustomRows {
	private readonly groups: readonly Group[];
	private readonly told = new Set<string>();

	/**
	 * @param rows rows as {@link customRowSchema} parsed them
	 * @param report told once of each expression that failed
	 * @throws AgentStreamError CONFIG_INVALID: an expression that cannot be read, or rows that contradict each other
	 */
	constructor(
		rows: readonly CustomRow[],
		private readonly report: (error: AgentStreamError) => void,
	) {
		const subjects = [...new Set(rows.map((row) => row.subject))];
		this.groups = subjects.map((subject) =>
			group(
				subject,
				rows.filter((row) => row.subject === subject),
			),
		);
	}

	/**
	 * A dialect's tables with the custom ones added; null = there is no dialect.
	 * @throws AgentStreamError CONFIG_INVALID: the dialect has a subject of that name itself
	 */
	tables(dialect: MapperTables | null): MapperTables {
		const own = dialect?.subjects ?? [];
		for (const { subject } of this.groups) {
			if (!own.some((table) => table.subject === subject)) continue;
			throw invalid(`The subject ${subject} is the protocol's own; give the custom rows another one.`);
		}
		const derived = this.groups.map(({ event }) => [derivedType(event), { interval: null, list: false }] as const);
		return {
			types: { ...dialect?.types, ...Object.fromEntries(derived) },
			subjects: [...own, ...this.groups.map(table)],
			deviceFrom: dialect?.deviceFrom ?? [],
			device: (world, url) => dialect?.device(world, url) ?? { name: url?.hostname ?? 'Agent' },
		};
	}

	/** The event that holds what custom rows read off this one; null where none does. */
	async derive(event: StreamEvent): Promise<StreamEvent | null> {
		const groups = this.groups.filter((group) => group.event === event.type);
		if (groups.length === 0 || event.rejected) return null;
		const data: Record<string, readonly CustomItem[]> = {};
		for (const group of groups) data[group.subject] = await this.items(group, event.data);
		return { ...event, type: derivedType(event.type), data, issues: [] };
	}

	private async items(group: Group, data: unknown): Promise<CustomItem[]> {
		const { items, key } = group;
		if (!items || !key) return [await this.item(group, '', data)];
		const found = await this.evaluate(items, data, group.subject);
		const list = Array.isArray(found) ? found : found === undefined || found === null ? [] : [found];
		const result: CustomItem[] = [];
		for (const thing of list.slice(0, limits.itemsPerSubject)) {
			const name: unknown = await this.evaluate(key, thing, group.subject);
			if (typeof name !== 'string' && typeof name !== 'number') continue;
			result.push(await this.item(group, String(name).slice(0, limits.textLength), thing));
		}
		return result;
	}

	private async item(group: Group, key: string, data: unknown): Promise<CustomItem> {
		const values: Record<string, State> = {};
		for (const { row, value } of group.rows) {
			values[row.row] = state(row, await this.evaluate(value, data, `${group.subject}/${row.row}`));
		}
		return { key, values };
	}

	private async evaluate(evaluate: Evaluate, data: unknown, where: string): Promise<unknown> {
		try {
			return await evaluate(data);
		} catch (thrown) {
			const error = asAgentStreamError(thrown, 'ENTITY_INVALID');
			if (!this.told.has(where)) {
				this.told.add(where);
				this.report(
					new AgentStreamError('ENTITY_INVALID', `The expression of ${where} failed: ${error.message}`, error),
				);
			}
			return null;
		}
	}
}

/** Rows of one subject that agree with each other. */
function group(subject: string, rows: readonly CustomRow[]): Group {
	const [first] = rows;
	if (!first) throw invalid(`The subject ${subject} has no rows.`);
	const { event, items, key } = first;
	if (rows.some((row) => row.event !== event || row.items !== items || row.key !== key)) {
		throw invalid(`All custom rows of ${subject} must name the same event type, list and key.`);
	}
	if ((items === '') !== (key === '')) throw invalid(`The subject ${subject} needs both a list and a key, or neither.`);
	if (new Set(rows.map((row) => row.row)).size < rows.length)
		throw invalid(`Two rows of ${subject} have the same key.`);
	return {
		subject,
		event,
		items: items === '' ? null : compile(items),
		key: key === '' ? null : compile(key),
		rows: rows.map((row) => ({ row, value: compile(row.value) })),
	};
}

function compile(text: string): Evaluate {
	// Loaded when first used: most people have no custom rows.
	const parse: typeof jsonata = require('jsonata');
	try {
		const compiled = parse(text, { timeout: limits.expressionTime, stack: limits.expressionStack });
		return (data) => compiled.evaluate(data) as Promise<unknown>;
	} catch (thrown) {
		// JSONata throws objects that are no errors.
		const why =
			typeof thrown === 'object' && thrown !== null && 'message' in thrown ? String(thrown.message) : 'unreadable';
		throw invalid(`The expression "${text.slice(0, 80)}" cannot be read: ${why}`);
	}
}

function table({ subject, event, key, rows }: Group): Subject {
	const type = derivedType(event);
	return describe<Record<string, Record<string, CustomItem[]>>, CustomItem>({
		subject,
		from: [type],
		items: (world) => world[type]?.[subject] ?? null,
		...(key && { key: (item: CustomItem) => item.key, label: (item: CustomItem) => item.key }),
		rows: rows.map(({ row }) => description(row)),
	});
}

function description(row: CustomRow): Row<CustomItem, Record<string, Record<string, CustomItem[]>>> {
	const { unit, deviceClass, stateClass, category, precision, icon } = row;
	return {
		key: row.row,
		platform: row.platform,
		name: row.name,
		from: ['values'],
		value: (item) => item.values[row.row] ?? null,
		...(unit && { unit }),
		...(deviceClass && { deviceClass }),
		...(stateClass && { stateClass }),
		...(category && { category }),
		...(precision !== undefined && { precision }),
		...(icon && { icon }),
	};
}

/** What an expression gave, as a state: anything but text, number and truth is unknown. */
function state(row: CustomRow, value: unknown): State {
	if (row.platform === 'binary_sensor') {
		if (value === true || value === 1 || value === 'on' || value === 'true') return 'on';
		return value === false || value === 0 || value === 'off' || value === 'false' ? 'off' : null;
	}
	if (typeof value === 'number') return Number.isFinite(value) ? value : null;
	if (typeof value === 'boolean') return String(value);
	return typeof value === 'string' && value !== '' ? value : null;
}

function invalid(message: string): AgentStreamError {
	return new AgentStreamError('CONFIG_INVALID', message);
}
