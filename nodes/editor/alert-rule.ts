import type { AlertRuleInput } from '../../src/model/alert';
import { durationOf, durationText } from './alert-durations';
import { type Field, type Kind, kinds } from './alert-fields';

/** A rule as the form holds it: what was typed may not be in order yet. */
export type Draft = { readonly [name: string]: unknown };

/** Rules of one node; `limits.alertRules` of the library. */
export const mostRules = 200;

/** Whether it is an object, and no list. */
export const isObject = (value: unknown): value is Draft =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** What stands at a dotted path. */
export function valueAt(holder: unknown, path: string): unknown {
	return path.split('.').reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), holder);
}

/** A holder with a value at a dotted path; undefined takes it out, with the objects that are empty then. Everything else stays as it is, in its order. */
export function putAt(holder: Draft, path: string, value: unknown): Draft {
	const [name = '', ...rest] = path.split('.');
	const held = holder[name];
	const put = rest.length === 0 ? value : putAt(isObject(held) ? held : {}, rest.join('.'), value);
	if (put !== undefined && !(rest.length > 0 && isObject(put) && Object.keys(put).length === 0)) {
		return { ...holder, [name]: put };
	}
	const { [name]: _gone, ...others } = holder;
	return others;
}

/** A value as its field shows it. */
export function fieldText({ kind }: Field, value: unknown): string {
	if (value === undefined || value === null) return '';
	if (kind === 'words')
		return Array.isArray(value) ? value.map((word) => wordText(String(word))).join(', ') : String(value);
	if (kind === 'duration') return typeof value === 'number' ? durationText(value) : String(value);
	return String(value);
}

/** What a field's text means; undefined = nothing. What cannot be read stays as it was typed, so that nothing is lost. */
export function fieldValue({ kind, choices = [] }: Field, text: string): unknown {
	const typed = text.trim();
	if (typed === '') return undefined;
	switch (kind) {
		case 'words': {
			const words = wordsOf(typed);
			return words.length > 0 ? words : undefined;
		}
		case 'number':
			return Number.isFinite(Number(typed)) ? Number(typed) : typed;
		case 'duration':
			return durationOf(typed) ?? typed;
		case 'flag':
			return typed === choices[0] ? undefined : typed === 'true';
		default:
			return typed;
	}
}

/** A word that would be read as another, or as several, stands in quotes, as in JSON. */
function wordText(word: string): string {
	return word === '' || word !== word.trim() || /^"|[,\n\r]/.test(word) ? JSON.stringify(word) : word;
}

function wordsOf(text: string): string[] {
	const parts = text.matchAll(/[^\S\n]*("(?:[^"\\]|\\.)*"[^\S\n]*(?=[,\n]|$)|[^,\n]+)/g);
	return [...parts].flatMap(([, part = '']) => {
		const word = part.trim();
		return word === '' ? [] : [unquoted(word)];
	});
}

function unquoted(word: string): string {
	if (!/^".*"$/.test(word)) return word;
	try {
		return String(JSON.parse(word));
	} catch {
		return word;
	}
}

/** Without what says nothing: empty lists and texts, times of zero, what is on unless it says otherwise. */
export function tidy(rule: Draft): Draft {
	const kept = Object.entries(rule).flatMap(([name, value]) => {
		const found = isObject(value) && name !== 'condition' ? tidy(value) : value;
		const isEmpty =
			found === undefined ||
			found === '' ||
			(Array.isArray(found) && found.length === 0) ||
			(isObject(found) && Object.keys(found).length === 0 && name !== 'entities') ||
			(found === 0 && ['raiseFor', 'repeatEvery', 'coolDown'].includes(name)) ||
			(found === true && name === 'enabled');
		return isEmpty ? [] : [[name, found]];
	});
	return Object.fromEntries(kept);
}

/** A rule that somebody has just begun. */
export function newRule(taken: ReadonlySet<string>): AlertRuleInput {
	return {
		id: freeId('rule', taken),
		name: '',
		entities: {},
		condition: { kind: 'above', levels: [{ severity: 'warning' }] },
	};
}

/** An id that is like a name, and not taken. */
export function freeId(name: string, taken: ReadonlySet<string>): string {
	const plain = name
		.toLowerCase()
		.replace(/[^a-z0-9]+/g, '-')
		.replace(/^-+|-+$/g, '')
		.slice(0, 60);
	const wanted = plain || 'rule';
	for (let count = 1; ; count += 1) {
		const id = count === 1 ? wanted : `${wanted}-${count}`;
		if (!taken.has(id)) return id;
	}
}

/** A dialect with the rules that it offers. */
export interface Offer {
	readonly name: string;
	readonly rules: readonly Draft[];
}

/**
 * The presets of a dialect that are not there. Two dialects may use one id: the second gets the dialect's name in front. Rules that are there stay
 * as they are, changed or not: of the presets with its id a rule is the one that it is most like.
 * @param offers all of them: whose rule may have the id
 */
export function missing(there: readonly Draft[], dialect: string, offers: readonly Offer[]): Draft[] {
	const known = new Map(there.map((rule) => [rule.id, rule]));
	const presets = offers.find(({ name }) => name === dialect)?.rules ?? [];
	return presets.flatMap((preset) => {
		const rule = tidy(preset);
		const id = `${dialect}-${String(rule.id)}`;
		const other = known.get(rule.id);
		if (known.has(id)) return [];
		if (!other) return [rule];
		return ownerOf(other, offers) === dialect ? [] : [{ ...rule, id }];
	});
}

function ownerOf(rule: Draft, offers: readonly Offer[]): string | undefined {
	const leaves = new Set(leavesOf(tidy(rule)));
	const likeness = (preset: Draft) => leavesOf(tidy(preset)).filter((leaf) => leaves.has(leaf)).length;
	const owners = offers.flatMap(({ name, rules }) =>
		rules.filter(({ id }) => id === rule.id).map((preset) => ({ name, like: likeness(preset) })),
	);
	return owners.sort((one, other) => other.like - one.like)[0]?.name;
}

/** Every value of an object with its place, as texts that can be compared. */
function leavesOf(value: unknown, path = ''): string[] {
	if (typeof value !== 'object' || value === null) return [`${path}=${JSON.stringify(value)}`];
	return Object.entries(value).flatMap(([name, held]) => leavesOf(held, `${path}.${name}`));
}

/** The kind of a rule's condition: a word, that this version may not know. */
export function kindOf(rule: Draft): string {
	const kind = valueAt(rule, 'condition.kind');
	return typeof kind === 'string' && kind !== '' ? kind : 'above';
}

/** Whether this version knows a kind of condition. */
export const isKind = (kind: unknown): kind is Kind => kinds.includes(kind as Kind);

/** The levels of a rule's condition. */
export function levelsOf(rule: Draft): readonly Draft[] {
	const levels = valueAt(rule, 'condition.levels');
	return Array.isArray(levels) ? levels.filter(isObject) : [];
}
