import { limits } from '../../model/limits';
import { parsePath } from '../../model/path';
import type { Identified, Item } from '../dialect';
import { type Definition, isTypeName, type Rule, typeNames } from './definition';
import { reader } from './envelope';

/** Whether a rule's conditions hold; `sample` is the data, of a list its first element. */
type Fits = (name: string | null, data: unknown, sample: unknown) => boolean;

/** Names an item: by the envelope's word where it is a type, else by the first rule that fits. */
export function identifier(definition: Pick<Definition, 'names' | 'types' | 'rules'>): (item: Item) => Identified {
	const { names } = definition;
	const listed = new Set(typeNames(definition));
	/** Other words that came, where any is a type: bounded, since whoever sees an event may remember its type. */
	const met = new Set<string>();
	const isAny = (word: string): boolean => {
		if (names !== 'any' || !isTypeName(word)) return false;
		if (met.size < limits.typesCounted) met.add(word);
		return met.has(word);
	};
	const rules = definition.rules.map((rule) => ({ ...identified(rule), fits: conditions(rule) }));
	return ({ name, data }) => {
		if (name !== null && ((names !== 'none' && listed.has(name)) || isAny(name))) {
			return { type: name, by: 'name' };
		}
		const sample: unknown = Array.isArray(data) ? data[0] : data;
		const rule = rules.find(({ fits }) => fits(name, data, sample));
		if (rule) return { type: rule.type, by: rule.by };
		if (Array.isArray(data) && data.length === 0) return { type: 'empty_list', by: 'structure' };
		if (name === null || names === 'none' || rules.length > 0) return { type: 'unknown', by: 'structure' };
		const message = `No type is called "${name.slice(0, 40)}".`;
		return { type: 'unknown', by: 'name', issues: [{ path: '', code: 'unknown_name', severity: 'notice', message }] };
	};
}

/** A rule that looks at nothing but the word tells a name. */
function identified({ type, name, ...data }: Rule): Identified {
	return { type, by: name !== undefined && Object.keys(data).length === 0 ? 'name' : 'structure' };
}

function conditions({ name: word, all, any, values, shape }: Rule): Fits {
	const allThere = all?.map(isThere);
	const anyThere = any?.map(isThere);
	const wanted = Object.entries(values ?? {}).map(([path, value]) => ({
		read: reader(path),
		of: new Set<unknown>(Array.isArray(value) ? value : [value]),
	}));
	return (name, data, sample) =>
		(word === undefined || word === name) &&
		(shape === undefined || (shape === 'list') === Array.isArray(data)) &&
		(allThere === undefined || allThere.every((there) => there(sample))) &&
		(anyThere === undefined || anyThere.some((there) => there(sample))) &&
		wanted.every(({ read, of }) => of.has(read(sample)));
}

function isThere(path: string): (sample: unknown) => boolean {
	const read = parsePath(path);
	return (sample) => read !== null && read(sample).length > 0;
}
