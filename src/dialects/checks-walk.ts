import type { Issue } from '../model/event';
import { type Fields, isFields } from '../model/fields';
import { limits } from '../model/limits';
import type { LeafShape, ListShape, MapShape, ObjectShape, Shape } from './checks-shape';
import { fieldPath, isUnsafe, newWords, noticeKey, shorten, texture, told } from './checks-support';

const dropped = Symbol('dropped');

/** Where a value stands: `path` with indices, for people; `pattern` without, for what is reported once; `level` of nesting. */
interface Place {
	readonly path: string;
	readonly pattern: string;
	readonly level: number;
}

/**
 * The slow way through an event's data, taken when a check found something: says what it is, and leaves out what is wrong.
 * The data itself is not changed: what loses a part is copied. Recursion follows the schema, so it is as deep as that.
 */
export class Walk {
	readonly #issues: Issue[] = [];
	/** Notices that found no room in the list: they are counted once, too. */
	readonly #unlisted = new Set<string>();
	readonly #missing = new Set<Shape>();
	#more = 0;
	#moreErrors = false;

	constructor(
		private readonly type: string,
		private readonly seen: Set<string>,
	) {}

	/** Everything that was found, at most `limits.issuesPerEvent` and one that counts the rest. */
	get issues(): readonly Issue[] {
		if (this.#more === 0) return this.#issues;
		const message = `There were ${this.#more} more issues with this event.`;
		return [...this.#issues, { path: '', code: 'more', severity: this.#moreErrors ? 'error' : 'notice', message }];
	}

	/** Data of a known type without what is wrong; undefined, and an error, where its overall shape is wrong. */
	data(shape: Shape, data: unknown): unknown {
		const given = shape.kind === 'list' && data === null ? [] : data;
		if (!fits(shape, given)) {
			this.#error('', 'shape', shape, given);
			return undefined;
		}
		return this.#value(shape, given, { path: '', pattern: '', level: 0 });
	}

	/** Data of a type without schema; undefined, and an error, where it is nested too deeply. */
	opaque(data: unknown): unknown {
		const kept = this.#undescribed(data, { path: '', pattern: '', level: 0 });
		return kept === dropped ? undefined : (kept ?? null);
	}

	#value(shape: Shape, value: unknown, place: Place): unknown {
		if (shape.kind === 'leaf') return this.#leaf(shape, value, place);
		if (value === null && shape.nullable) return value;
		if (shape.kind === 'list' && Array.isArray(value)) return this.#list(shape, value, place);
		if (shape.kind === 'map' && isFields(value)) return this.#map(shape, value, place);
		if (shape.kind === 'object' && isFields(value)) return this.#object(shape, value, place);
		this.#error(place.path, 'type', shape, value);
		return dropped;
	}

	#list(shape: ListShape, list: readonly unknown[], place: Place): unknown {
		let changed = false;
		const kept: unknown[] = [];
		for (let i = 0; i < list.length; i += 1) {
			const at = { path: `${place.path}[${i}]`, pattern: `${place.pattern}[]`, level: place.level + 1 };
			const item = this.#value(shape.item, list[i], at);
			if (item !== list[i]) changed = true;
			if (item !== dropped) kept.push(item);
		}
		return changed ? kept : list;
	}

	#map(shape: MapShape, map: Fields, place: Place): unknown {
		return this.#fields(map, place, (key, value) => {
			const path = fieldPath(place.path, key);
			return this.#value(shape.value, value, { path, pattern: `${place.pattern}{}`, level: place.level + 1 });
		});
	}

	#object(shape: ObjectShape, object: Fields, place: Place): unknown {
		const kept = this.#fields(object, place, (key, value) => {
			const field = shape.fields.get(key);
			if (field !== undefined) return value === undefined ? value : this.#value(field, value, ofField(place, key));
			const at = inside(place, key);
			const other = this.#undescribed(value, at);
			if (other === dropped) return dropped;
			const message = () => `The field ${shorten(key)} is not known, it is passed on with ${show(value)}.`;
			this.#notice('unknown_field', at, message);
			return other;
		});
		for (const [key, field] of shape.fields) {
			if (field.optional || object[key] !== undefined || this.#missing.has(field)) continue;
			this.#missing.add(field);
			const message = () => `Expected ${expectation(field)}, but the field is missing.`;
			this.#notice('missing', ofField(place, key), message);
		}
		return kept;
	}

	/** An object's fields as `visit` returns them, without unsafe ones; the same object where that changes nothing. */
	#fields(object: Fields, place: Place, visit: (key: string, value: unknown) => unknown): Fields {
		let copy: Record<string, unknown> | undefined;
		for (const key of Object.keys(object)) {
			const value = object[key];
			const kept = isUnsafe(key) ? this.#unsafe(inside(place, key)) : visit(key, value);
			if (kept === value) continue;
			copy ??= { ...object };
			if (kept === dropped) delete copy[key];
			else copy[key] = kept;
		}
		return copy ?? object;
	}

	#undescribed(value: unknown, place: Place): unknown {
		const found = texture(value, limits.depth - place.level);
		if (found === 'fine') return value;
		if (found === 'unsafe') return this.#stripped(value, place);
		const message = () => `Expected at most ${limits.depth} levels of nesting, got more.`;
		this.#add('error', 'too_deep', place.path, message);
		return dropped;
	}

	/** A value, known to be not too deep, without the keys that do harm. */
	#stripped(value: unknown, place: Place): unknown {
		if (isFields(value)) {
			return this.#fields(value, place, (key, inner) => this.#stripped(inner, inside(place, key)));
		}
		if (!Array.isArray(value)) return value;
		return value.map((item, i) =>
			this.#stripped(item, { ...place, path: `${place.path}[${i}]`, pattern: `${place.pattern}[]` }),
		);
	}

	#unsafe(place: Place): typeof dropped {
		this.#notice('unsafe_key', place, () => 'A field of this name does harm, it was left out.');
		return dropped;
	}

	#leaf(shape: Shape & LeafShape, value: unknown, place: Place): unknown {
		const { leaf } = shape;
		if (leaf.type === 'anything') return this.#undescribed(value, place);
		const result = shape.schema.safeParse(value);
		if (result.success) {
			if (leaf.type === 'number' && leaf.whole && !Number.isSafeInteger(value) && value !== null) {
				const message = () => `Expected an integer of at most 2^53, got ${show(value)}, which is only approximate.`;
				// Every time: the value is wrong every time.
				this.#add('notice', 'unsafe_integer', place.path, message);
			}
			return value;
		}
		if ((leaf.type === 'word' || leaf.type === 'words') && typeof value === 'string') {
			for (const word of leaf.type === 'word' ? [value] : new Set(newWords(value, leaf.words))) {
				const message = () => `Expected ${expectation(shape)}, got the new word ${show(word)}, which is passed on.`;
				this.#notice('unknown_word', place, message, shorten(word));
			}
			return value;
		}
		this.#error(place.path, errorCode(leaf, value, result.error.issues[0]?.code), shape, value);
		return dropped;
	}

	#error(path: string, code: string, shape: Shape, value: unknown): void {
		this.#add('error', code, path, () => `Expected ${expectation(shape)}, got ${show(value)}.`);
	}

	/** Reports a notice unless it was reported before; `detail` tells notices about one place apart. */
	#notice(code: string, place: Place, message: () => string, detail?: string): void {
		const about = noticeKey(this.type, code, place.pattern);
		const key = detail === undefined ? about : `${about} ${detail}`;
		if (told(this.seen, key) || this.#unlisted.has(key)) return;
		if (!this.#add('notice', code, place.path, message)) {
			this.#unlisted.add(key);
			return;
		}
		this.seen.add(key);
		if (this.seen.size < limits.noticesRemembered) return;
		const end = () => `This stream gave ${this.seen.size} different notices, further ones are not reported.`;
		this.#add('notice', 'notices_full', '', end);
	}

	/** Whether there was room for the issue; without, it is counted. */
	#add(severity: Issue['severity'], code: string, path: string, message: () => string): boolean {
		if (this.#issues.length < limits.issuesPerEvent) {
			this.#issues.push({ path, code, severity, message: message() });
			return true;
		}
		this.#more += 1;
		if (severity === 'error') this.#moreErrors = true;
		return false;
	}
}

/** Where a field stands that the schema names. */
function ofField(place: Place, key: string): Place {
	return {
		path: place.path === '' ? key : `${place.path}.${key}`,
		pattern: place.pattern === '' ? key : `${place.pattern}.${key}`,
		level: place.level + 1,
	};
}

/** Where a field stands whose name comes from outside. */
function inside(place: Place, key: string): Place {
	return {
		path: fieldPath(place.path, key),
		pattern: fieldPath(place.pattern, key),
		level: place.level + 1,
	};
}

/** Whether a value has the outer shape that is expected: a list, or an object that is none. */
function fits(shape: Shape, value: unknown): boolean {
	return shape.kind === 'list' ? Array.isArray(value) : isFields(value);
}

function errorCode(leaf: LeafShape['leaf'], value: unknown, zodCode: string | undefined): string {
	if (leaf.type === 'number' && typeof value === 'number' && !Number.isFinite(value)) return 'not_finite';
	if (zodCode === 'too_small' || zodCode === 'too_big') return 'range';
	return leaf.type === 'timestamp' && typeof value === 'string' ? 'timestamp' : 'type';
}

/** What was expected, as part of a sentence. */
function expectation(shape: Shape): string {
	return shape.nullable ? `${expected(shape)} or null` : expected(shape);
}

function expected(shape: Shape): string {
	switch (shape.kind) {
		case 'list':
			return 'a list';
		case 'map':
		case 'object':
			return 'an object';
		case 'leaf':
			return expectedLeaf(shape.leaf);
	}
}

function expectedLeaf(leaf: LeafShape['leaf']): string {
	switch (leaf.type) {
		case 'timestamp':
			return 'a time as in RFC 3339';
		case 'boolean':
			return 'true or false';
		case 'anything':
			return 'a value';
		case 'nothing':
			return 'no item';
		case 'text':
			return 'text';
		case 'word':
			return `one of ${leaf.words.map((word) => `'${word}'`).join(', ')}`;
		case 'words':
			return `words out of ${leaf.words.join(', ')}`;
		case 'number': {
			const range = [
				leaf.min === -Number.MAX_VALUE ? '' : ` from ${leaf.min}`,
				leaf.max === Number.MAX_VALUE ? '' : ` up to ${leaf.max}`,
			];
			return `a ${leaf.whole ? 'whole ' : ''}number${range.join('')}`;
		}
	}
}

/** A value from outside as part of a sentence, at most 40 characters of it. */
function show(value: unknown): string {
	if (Array.isArray(value)) return `a list of ${value.length}`;
	if (typeof value === 'object' && value !== null) return 'an object';
	if (typeof value === 'string') return shorten(JSON.stringify(value.slice(0, 50)));
	return shorten(String(value));
}
