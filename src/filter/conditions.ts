import { glob } from '../model/glob';
import { type PathReader, parsePath } from '../model/path';
import type { Condition } from './settings';

/** Answers whether a message, as a view of it, meets a condition. */
export type Test = (view: unknown) => boolean;

/** A condition that is ready to be asked. */
export function compile(condition: Condition): Test {
	const read = parsePath(condition.path) ?? nowhere;
	const holds = operator(condition);
	return (view) => {
		const values = read(view);
		return values.length === 0 ? holds(undefined) : values.some(holds);
	};
}

const nowhere: PathReader = () => [];

/** The operators on one value; a field that is missing is `undefined`, which only `ne` and `empty` accept. */
function operator(condition: Condition): (value: unknown) => boolean {
	switch (condition.operator) {
		case 'eq':
			return (value) => equal(value, condition.value);
		case 'ne':
			return (value) => !equal(value, condition.value);
		case 'lt':
			return (value) => numeric(value) < condition.value;
		case 'lte':
			return (value) => numeric(value) <= condition.value;
		case 'gt':
			return (value) => numeric(value) > condition.value;
		case 'gte':
			return (value) => numeric(value) >= condition.value;
		case 'contains':
			return (value) => contains(value, condition.value);
		case 'matches': {
			const matches = glob(condition.value);
			return (value) => (typeof value === 'string' || typeof value === 'number') && matches(String(value));
		}
		case 'in':
			return (value) => condition.value.some((one) => equal(value, one));
		case 'empty':
			return empty;
		case 'exists':
			return (value) => value !== undefined;
	}
}

/** The number that a value is or spells, else NaN, which no comparison accepts. */
function numeric(value: unknown): number {
	if (typeof value === 'number') return value;
	return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
}

/** Same value of the same kind; a number equals the text that spells it. */
function equal(value: unknown, wanted: unknown): boolean {
	if (value === wanted) return true;
	return (typeof value === 'number') !== (typeof wanted === 'number') && numeric(value) === numeric(wanted);
}

/** A text with that text in it, or a list with an element equal to it. */
function contains(value: unknown, wanted: unknown): boolean {
	if (typeof value === 'string') return value.includes(String(wanted));
	return Array.isArray(value) && value.some((element) => equal(element, wanted));
}

/** Missing, null, or without content: empty text, empty list, empty object. */
function empty(value: unknown): boolean {
	if (value === undefined || value === null || value === '') return true;
	return typeof value === 'object' && Object.keys(value).length === 0;
}
