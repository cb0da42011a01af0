import { byWord, type CustomRow, groupRows, type RowGroup } from '../model/custom-row';
import { connectionType, subject as describe, type Row, type Subject } from '../model/description';
import type { State } from '../model/entity';
import { AgentStreamError, asAgentStreamError } from '../model/errors';
import type { StreamEvent } from '../model/event';
import type { Expression } from '../model/expression';
import { limits } from '../model/limits';
import { Line } from './line';
import type { MapperTables } from './mapper';

/** One thing as its rows read it: the natural key, and the value of each row by row key. */
interface CustomItem {
	readonly key: string;
	readonly values: Readonly<Record<string, State>>;
}

/** What the rows of one event type read, by subject. */
type CustomData = Readonly<Record<string, readonly CustomItem[]>>;

/** Reading that pauses where an expression has to be waited for. */
type Steps<T> = Generator<Promise<unknown>, T, unknown>;

/**
 * Entities that a user describes, beside a dialect's own. JSONata is asynchronous and the mapper is not, so they take two
 * steps: `pass` makes of an event another one that holds the finished values, and `tables` tells the mapper how to read it.
 */
export class CustomRows {
	/** The dialect's tables with the custom ones added. */
	readonly tables: MapperTables;
	private readonly groups: ReadonlyMap<string, readonly RowGroup[]>;
	/** Whether nothing but rows makes entities of events: then what they read stands in the place of the event itself. */
	private readonly alone: boolean;
	private readonly line = new Line(limits.rowsWaiting);
	private readonly told = new Set<string>();
	/** By subject: the natural keys, and when each was last there (ms since 1970), the longest absent first. */
	private readonly keys = new Map<string, Map<string, number>>();

	/**
	 * @param rows rows as `customRowSchema` parsed them
	 * @param own the dialect's tables; null = there is no dialect
	 * @param report told once of each expression that failed, and of events that had to be left out
	 * @throws AgentStreamError CONFIG_INVALID: an expression that cannot be read, rows that contradict each other, or a subject that
	 * the dialect has itself
	 */
	constructor(
		rows: readonly CustomRow[],
		private readonly own: MapperTables | null,
		private readonly report: (error: AgentStreamError) => void,
	) {
		const groups = groupRows(rows);
		for (const { subject } of groups) {
			if (!own?.subjects.some((table) => table.subject === subject)) continue;
			const message = `The subject ${subject} is the protocol's own; give the custom rows another one.`;
			throw new AgentStreamError('CONFIG_INVALID', message);
		}
		this.alone = !own?.subjects.some(({ from }) => from.some((type) => type !== connectionType));
		this.groups = byWord(groups, ({ event }) => event);
		const { types = {}, subjects = [] } = own ?? {};
		const derived = groups.map(({ event }) => {
			const { interval = null, list = false } = types[event] ?? {};
			return [this.derivedType(event), { interval, list }] as const;
		});
		this.tables = {
			...own,
			types: { ...types, ...Object.fromEntries(derived) },
			subjects: [...subjects, ...groups.map((group) => table(group, this.derivedType(group.event)))],
			deviceFrom: own?.deviceFrom ?? [],
			device: (world, url) => own?.device(world, url) ?? { name: url?.hostname ?? 'Agent' },
		};
	}

	/** The event type that carries what the rows read off events of `type`. */
	derivedType(type: string): string {
		return this.alone ? type : `custom_${type}`;
	}

	/**
	 * Hands on what the mapper takes of an event: itself, and what the rows read off it. At once where all rows are plain paths, else in
	 * turn: {@link idle} tells when.
	 */
	pass(event: StreamEvent, take: (event: StreamEvent) => void): void {
		const fed = this.own?.types[event.type]?.feeds ?? event.type;
		const groups = this.groups.get(fed) ?? [];
		if (!this.alone || groups.length === 0) take(event);
		if (event.rejected || groups.length === 0) return;
		const finish = (data: CustomData) => take({ ...event, type: this.derivedType(fed), data, issues: [] });
		if (groups.every(isPlain)) {
			finish(readAtOnce(this.read(groups, event)));
			return;
		}
		const room = this.line.add(async (isWanted) => {
			const data = await readInTurn(this.read(groups, event), isWanted);
			if (data) finish(data);
		});
		if (!room)
			this.tell(
				'',
				'LIMIT_REACHED',
				'Events come faster than the custom rows can be evaluated: the oldest are left out.',
			);
	}

	/** Events that were left out because too many waited. */
	get dropped(): number {
		return this.line.dropped;
	}

	/** Resolves when nothing waits to be evaluated. */
	idle(): Promise<void> {
		return this.line.idle();
	}

	/** Forgets what waits. */
	close(): void {
		this.line.close();
	}

	private *read(groups: readonly RowGroup[], event: StreamEvent): Steps<CustomData> {
		const result: Record<string, readonly CustomItem[]> = {};
		for (const group of groups) result[group.subject] = yield* this.items(group, event);
		return result;
	}

	private *items(group: RowGroup, { data, received }: StreamEvent): Steps<CustomItem[]> {
		const { items, key, subject } = group;
		if (!items || !key) return [yield* this.item(group, '', data)];
		const found = yield* this.value(items, data, subject);
		const list: readonly unknown[] = Array.isArray(found)
			? found
			: found === undefined || found === null
				? []
				: [found];
		const result: CustomItem[] = [];
		for (const thing of list.slice(0, limits.itemsPerSubject)) {
			const name = yield* this.value(key, thing, subject);
			if (typeof name !== 'string' && typeof name !== 'number') continue;
			const word = String(name).slice(0, limits.textLength);
			if (this.hasRoom(subject, word, received)) result.push(yield* this.item(group, word, thing));
		}
		if (list.length > limits.itemsPerSubject) this.tellFull(subject);
		return result;
	}

	/** Keys that come and go without end must not pile up: a new one finds room when another has been away for so long that it is removed. */
	private hasRoom(subject: string, key: string, now: number): boolean {
		const keys = this.keys.get(subject) ?? new Map<string, number>();
		this.keys.set(subject, keys);
		if (!keys.delete(key) && keys.size >= limits.itemsPerSubject) {
			const [oldest] = keys;
			if (oldest && now - oldest[1] < limits.removeAfter) {
				this.tellFull(subject);
				return false;
			}
			if (oldest) keys.delete(oldest[0]);
		}
		keys.set(key, now);
		return true;
	}

	private tellFull(subject: string): void {
		const sentence = `More than ${limits.itemsPerSubject} items of ${subject}; the rest is left out.`;
		this.tell(`${subject} `, 'LIMIT_REACHED', sentence);
	}

	private *item(group: RowGroup, key: string, data: unknown): Steps<CustomItem> {
		const values: Record<string, State> = {};
		for (const { row, value } of group.rows) {
			values[row.row] = state(row, yield* this.value(value, data, `${group.subject}/${row.row}`));
		}
		return { key, values };
	}

	private *value({ plain, evaluate }: Expression, data: unknown, where: string): Steps<unknown> {
		if (plain) return plain(data);
		return yield evaluate(data).catch((thrown: unknown) => {
			const error = asAgentStreamError(thrown, 'ENTITY_INVALID');
			this.tell(where, 'ENTITY_INVALID', `${where}: ${error.message}`, error);
			return null;
		});
	}

	private tell(about: string, code: 'ENTITY_INVALID' | 'LIMIT_REACHED', message: string, cause?: unknown): void {
		if (this.told.has(about)) return;
		this.told.add(about);
		this.report(new AgentStreamError(code, message, cause));
	}
}

function readAtOnce<T>(steps: Steps<T>): T {
	const step = steps.next();
	if (step.done) return step.value;
	throw new Error('A plain path never waits.');
}

/** Null where nobody wants the answer any more. */
async function readInTurn<T>(steps: Steps<T>, isWanted: () => boolean): Promise<T | null> {
	let step = steps.next();
	while (!step.done) {
		const value = await step.value;
		// Between two expressions everybody else has a turn: JSONata alone would keep it to the end.
		await new Promise((resolve) => setImmediate(resolve));
		if (!isWanted()) return null;
		step = steps.next(value);
	}
	return step.value;
}

const isPlain = ({ items, key, rows }: RowGroup): boolean =>
	items?.plain !== null && key?.plain !== null && rows.every(({ value }) => value.plain !== null);

function table({ subject, key, rows }: RowGroup, type: string): Subject {
	return describe<Record<string, CustomData>, CustomItem>({
		subject,
		from: [type],
		items: (world) => world[type]?.[subject] ?? null,
		...(key && { key: (item: CustomItem) => item.key, label: (item: CustomItem) => item.key }),
		rows: rows.map(({ row }) => description(row)),
	});
}

function description(row: CustomRow): Row<CustomItem, Record<string, CustomData>> {
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
