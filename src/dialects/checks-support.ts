import { limits } from '../model/limits';

// What generated checks and the explaining walk have in common. Loads nothing: it is part of every start.

/** Says whether data is entirely fine: nothing to drop and nothing to report that `seen` does not hold already. */
export type Check = (data: unknown, seen: ReadonlySet<string>) => boolean;

/** What a key of `seen` starts with: one kind of notice about one place, indices left out (`[].state`). */
export function noticeKey(type: string, code: string, pattern: string): string {
	return `${type} ${code} ${pattern}`;
}

/** Whether a notice was reported before; when no more fit into `seen`, every notice counts as reported. */
export function told(seen: ReadonlySet<string>, key: string): boolean {
	return seen.has(key) || seen.size >= limits.noticesRemembered;
}

/** Whether a new word was reported before. `key` is the {@link noticeKey} of its field. */
export function wordTold(seen: ReadonlySet<string>, key: string, word: unknown): boolean {
	return typeof word === 'string' && told(seen, `${key} ${shorten(word)}`);
}

/** The words of a text, blanks between them, that are not among the known ones. */
export function newWords(text: string, known: readonly string[]): string[] {
	return text.split(' ').filter((word) => !known.includes(word));
}

/** Whether all new words of a text were reported before. */
export function wordsTold(seen: ReadonlySet<string>, key: string, text: unknown, known: readonly string[]): boolean {
	return typeof text === 'string' && newWords(text, known).every((word) => wordTold(seen, key, word));
}

/** Text from outside in a message or a key: at most 40 characters of it. */
export function shorten(text: string): string {
	return text.length <= 40 ? text : `${text.slice(0, 39)}…`;
}

/** Where a field is; `path` is that of its object, empty for the data itself. */
export function fieldPath(path: string, key: string): string {
	if (!/^[\w-]{1,40}$/.test(key)) return `${path}[${JSON.stringify(shorten(key))}]`;
	return path === '' ? key : `${path}.${key}`;
}

const unsafeKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Whether a key does harm where objects are copied field by field. */
export function isUnsafe(key: string): boolean {
	return unsafeKeys.has(key);
}

/** Whether an object from JSON has no key that does harm; one that is not from JSON may be refused without need. */
export function hasSafeKeys(object: Record<string, unknown>): boolean {
	// What is not there is inherited: reading it is many times faster than asking for the object's own keys.
	return object.constructor === Object && object.prototype === undefined && !Object.hasOwn(object, '__proto__');
}

/** What can be wrong with a value that no schema describes. */
export type Texture = 'fine' | 'unsafe' | 'deep';

/** Values looked at in one that no schema describes; beyond that it counts as too deep (only an object that holds itself gets there). */
const mostValues = 1_000_000;

/**
 * Whether a value that no schema describes can be passed on: `deep` when it has more levels than `levels`, `unsafe` when it
 * holds a key that does harm. Its own recursion is bounded by `levels`.
 */
export function texture(value: unknown, levels: number): Texture {
	return typeof value === 'object' && value !== null ? look(value, levels, { values: mostValues }) : 'fine';
}

function look(value: object, levels: number, left: { values: number }): Texture {
	if (levels <= 0) return 'deep';
	let found: Texture = 'fine';
	const keys = Object.keys(value);
	left.values -= keys.length + 1;
	if (left.values < 0) return 'deep';
	const isList = Array.isArray(value);
	for (const key of keys) {
		if (!isList && unsafeKeys.has(key)) found = 'unsafe';
		const inner: unknown = (value as Record<string, unknown>)[key];
		if (typeof inner !== 'object' || inner === null) continue;
		const inside = look(inner, levels - 1, left);
		if (inside === 'deep') return 'deep';
		if (inside === 'unsafe') found = 'unsafe';
	}
	return found;
}

/**
 * Whether an object's fields beyond the `known` ones need no word: all were reported before and can be passed on.
 * @param path pattern of the object, as in {@link noticeKey}
 * @param levels how deep their values may be
 */
export function othersTold(
	object: Record<string, unknown>,
	known: ReadonlySet<string>,
	seen: ReadonlySet<string>,
	type: string,
	path: string,
	levels: number,
): boolean {
	for (const key of Object.keys(object)) {
		if (known.has(key)) continue;
		if (unsafeKeys.has(key) || !told(seen, noticeKey(type, 'unknown_field', fieldPath(path, key)))) return false;
		if (texture(object[key], levels) !== 'fine') return false;
	}
	return true;
}
