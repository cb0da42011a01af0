import { type Field, fieldsOf, hasLevels, levelFields, otherFields, type Range, ruleFields } from './alert-fields';
import { type Draft, isKind, isObject, levelsOf, mostRules, valueAt } from './alert-rule';

/** One thing that is wrong with a rule. */
export interface Problem {
	/** Where, from the rule on; levels are numbered from 0. */
	readonly path: string;
	/** What it is, as a key below `problem` of the catalogue. */
	readonly word: string;
}

const ranges: { readonly [R in Range]: (number: number) => boolean } = {
	positive: (number) => number > 0,
	notNegative: (number) => number >= 0,
	second: (number) => number >= 1_000,
};

/** What is wrong with a rule, as far as that can be told without the runtime, which checks all of it. */
export function problemsOf(rule: unknown): readonly Problem[] {
	if (!isObject(rule)) return [{ path: '', word: 'kind' }];
	const { condition } = rule;
	if (!isObject(condition) || !isKind(condition.kind)) {
		return [...inFields('', ruleFields, rule), { path: 'condition.kind', word: 'kind' }];
	}
	const own = inFields('condition.', fieldsOf(condition.kind), condition);
	const { low, high, hysteresis = 0 } = condition;
	const span = typeof low === 'number' && typeof high === 'number' ? high - low : null;
	const isWide = span !== null && span > 0 && typeof hysteresis === 'number' && 2 * hysteresis >= span;
	const between = span !== null && span <= 0 ? [badOrder] : isWide ? [tooWide] : [];
	return [
		...inFields('', ruleFields, rule),
		...(hasLevels(condition.kind) ? inLevels(levelsOf(rule)) : own.length === 0 ? between : []),
		...own,
	];
}

/** Rules that are named where they cannot work. */
const mostNamed = 5;

/**
 * Which rules of a node cannot work and why, as far as that can be told without the runtime: `rules: 3 (raiseFor), 7 (id)`, counted from 1; empty =
 * none. The editor shows it as HTML: nothing that somebody typed is in it.
 */
export function troubles(value: unknown): string {
	if (!Array.isArray(value)) return value === undefined ? '' : 'rules';
	if (value.length > mostRules) return `rules: > ${mostRules}`;
	const double = twins(value);
	const found = value.flatMap((rule, index) => {
		const [problem] = problemsOf(rule);
		const path = problem?.path ?? (double.has(valueAt(rule, 'id')) ? 'id' : null);
		return path === null ? [] : [`${index + 1} (${path})`];
	});
	const more = found.length > mostNamed ? ', …' : '';
	return found.length === 0 ? '' : `rules: ${found.slice(0, mostNamed).join(', ')}${more}`;
}

/** Ids that more than one rule has. */
export function twins(rules: readonly unknown[]): ReadonlySet<unknown> {
	const ids = rules.map((rule) => valueAt(rule, 'id'));
	return new Set(ids.filter((id, index) => ids.indexOf(id) !== index));
}

const badOrder: Problem = { path: 'condition.high', word: 'order' };
const tooWide: Problem = { path: 'condition.hysteresis', word: 'wide' };

function inLevels(levels: readonly Draft[]): readonly Problem[] {
	if (levels.length === 0) return [{ path: 'condition.levels', word: 'level' }];
	return levels.flatMap((level, index) => {
		const path = `condition.levels.${index}.`;
		const isNone = ['value', 'attribute', 'entity'].every((name) => level[name] === undefined);
		return isNone ? [{ path: `${path}value`, word: 'level' }] : inFields(path, [...levelFields, ...otherFields], level);
	});
}

function inFields(before: string, fields: readonly Field[], holder: Draft): readonly Problem[] {
	return fields.flatMap((field) => {
		const word = problemOf(field, holder);
		return word === null ? [] : [{ path: before + field.path, word }];
	});
}

function problemOf({ path, kind, required, range, choices = [] }: Field, holder: Draft): string | null {
	const value = valueAt(holder, path);
	if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) {
		const isAsked = required === 'inside' ? isObject(valueAt(holder, parentOf(path))) : required === true;
		return isAsked ? 'required' : null;
	}
	switch (kind) {
		case 'id':
			return /^[a-z0-9][a-z0-9-]{0,63}$/.test(String(value)) ? null : 'id';
		case 'number':
		case 'duration':
			if (typeof value !== 'number') return kind;
			return range && !ranges[range](value) ? range : null;
		case 'choice':
			return choices.includes(String(value)) ? null : 'choice';
		default:
			return null;
	}
}

const parentOf = (path: string): string => path.split('.').slice(0, -1).join('.');
