import type { AlertRuleInput } from '../../src/model/alert';
import { durationOf, durationText } from './alert-durations';
import { type Field, hasLevels, type Kind, kindFields, kinds, levelFields, otherFields } from './alert-fields';

/** A rule as the form holds it: what was typed may not be in order yet. */
export type Draft = { readonly [name: string]: unknown };

/** Rules of one node; `limits.alertRules` of the library. */
export const mostRules = 200;

const isObject = (value: unknown): value is Draft =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** What stands at a dotted path. */
export function valueAt(holder: unknown, path: string): unknown {
	return path.split('.').reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), holder);
}

/** Puts a value at a dotted path. */
export function putAt(holder: Record<string, unknown>, path: string, value: unknown): void {
	const names = path.split('.');
	const last = names.pop() ?? '';
	let place = holder;
	for (const name of names) {
		const next = isObject(place[name]) ? { ...place[name] } : {};
		place[name] = next;
		place = next;
	}
	place[last] = value;
}

/** A value as its field shows it. */
export function fieldText({ kind }: Field, value: unknown): string {
	if (value === undefined || value === null) return '';
	if (kind === 'words') return Array.isArray(value) ? value.join(', ') : String(value);
	if (kind === 'duration') return typeof value === 'number' ? durationText(value) : String(value);
	return String(value);
}

/** What a field's text means; undefined = nothing. What cannot be read stays as it was typed, so that nothing is lost. */
export function fieldValue({ kind }: Field, text: string): unknown {
	const typed = text.trim();
	if (typed === '') return undefined;
	switch (kind) {
		case 'words':
			return typed
				.split(/[,\n]/)
				.map((word) => word.trim())
				.filter((word) => word !== '');
		case 'number':
			return Number.isFinite(Number(typed)) ? Number(typed) : typed;
		case 'duration':
			return durationOf(typed) ?? typed;
		case 'flag':
			return typed === 'true';
		default:
			return typed;
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

/**
 * The presets of a dialect that are not there. Two dialects may use one id: the second gets the dialect's name in front. Rules that are there stay
 * as they are, changed or not.
 */
export function missing(there: readonly Draft[], presets: readonly Draft[], dialect: string): Draft[] {
	const known = new Map(there.map((rule) => [rule.id, rule]));
	return presets.flatMap((preset) => {
		const rule = tidy(preset);
		const other = known.get(rule.id);
		if (!other) return [rule];
		const id = `${dialect}-${String(rule.id)}`;
		const isSame = JSON.stringify(other.entities) === JSON.stringify(rule.entities);
		return isSame || known.has(id) ? [] : [{ ...rule, id }];
	});
}

/** The kind of a rule's condition. */
export function kindOf(rule: Draft): Kind {
	const kind = valueAt(rule, 'condition.kind') as Kind;
	return kinds.includes(kind) ? kind : 'above';
}

/** The levels of a rule's condition. */
export function levelsOf(rule: Draft): readonly Draft[] {
	const levels = valueAt(rule, 'condition.levels');
	return Array.isArray(levels) ? levels.filter(isObject) : [];
}

/** Whether every rule can work, as far as that can be told without the runtime, which checks all of it. */
export function rulesFit(value: unknown): boolean {
	if (!Array.isArray(value)) return value === undefined;
	const ids = value.map((rule: unknown) => valueAt(rule, 'id'));
	return value.length <= mostRules && new Set(ids).size === ids.length && value.every(ruleFits);
}

function ruleFits(rule: unknown): boolean {
	if (!isObject(rule)) return false;
	const { id, name, condition } = rule;
	if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(String(id)) || !name || !isObject(condition)) return false;
	if (!kinds.includes(condition.kind as Kind)) return false;
	const kind = condition.kind as Kind;
	const levels = levelsOf(rule);
	const levelsFit =
		!hasLevels(kind) ||
		(levels.length > 0 && levels.every((level) => levelFits(level) && all([...levelFields, ...otherFields], level)));
	return (
		levelsFit &&
		all(kindFields[kind], condition) &&
		['raiseFor', 'clearFor', 'repeatEvery', 'coolDown'].every((time) =>
			['undefined', 'number'].includes(typeof rule[time]),
		)
	);
}

const levelFits = (level: Draft): boolean =>
	['value', 'attribute.name', 'entity.subject'].some((path) => valueAt(level, path) !== undefined) &&
	(valueAt(level, 'entity.subject') === undefined) === (valueAt(level, 'entity.row') === undefined);

function all(fields: readonly Field[], holder: unknown): boolean {
	return fields.every(({ path, kind, required }) => {
		const value = valueAt(holder, path);
		if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) return !required;
		return (kind !== 'number' && kind !== 'duration') || typeof value === 'number';
	});
}
