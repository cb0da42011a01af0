import type { AttributeSource, Reading, Row, World } from '../model/description';
import type { Attributes, AttributeValue, Entity, State } from '../model/entity';
import { sameJson } from '../model/json';
import { limits } from '../model/limits';
import type { Cell } from './registry';

/** The snapshot with the attributes that have ticked since. */
export function newest(cell: Cell): Entity {
	return cell.attributes === cell.entity.attributes ? cell.entity : { ...cell.entity, attributes: cell.attributes };
}

/** The state that an item has by its row; a stateful row's memory moves on. */
export function readState(cell: Cell, item: object, reading: Reading): State {
	const { row } = cell;
	if (!row.fold) return plain(row.value(item, reading));
	const folded = row.fold(item, cell.memory, reading.at);
	cell.memory = folded.memory;
	return plain(folded.state);
}

/** The attributes that an item has by its row; absent and empty ones are left out. */
export function readAttributes(row: Row<object, World>, item: object, reading: Reading): Attributes {
	const attributes: { [name: string]: AttributeValue } = {};
	for (const [name, source] of Object.entries(row.attributes ?? {}) as [string, AttributeSource<object>][]) {
		const value = typeof source === 'function' ? source(item, reading) : fieldValue(item, source);
		if (value !== undefined && value !== null && value !== '') attributes[name] = value;
	}
	return attributes;
}

function fieldValue(item: object, field: string): AttributeValue | undefined {
	return (item as { readonly [field: string]: AttributeValue | undefined })[field];
}

/** Whether attributes are the same but for those that tick. */
export function sameAttributes(
	a: Attributes,
	b: { readonly [name: string]: unknown },
	ticking: readonly string[] = [],
): boolean {
	const counts = (names: string[]) => names.filter((name) => !ticking.includes(name));
	const names = counts(Object.keys(a));
	return names.length === counts(Object.keys(b)).length && names.every((name) => sameJson(a[name], b[name]));
}

/** A state that Home Assistant can show: a finite number, text of bounded length, or unknown. */
function plain(state: State): State {
	if (typeof state === 'number') return Number.isFinite(state) ? state : null;
	if (typeof state === 'string' && state.length > limits.textLength) return `${state.slice(0, limits.textLength - 1)}…`;
	return state;
}
