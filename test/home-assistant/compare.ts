import { isDeepStrictEqual } from 'node:util';

/** An entity as `ha-oracle dump` and the reference files tell of it. */
export interface Shown {
	readonly entity_id: string;
	readonly unique_id: string;
	readonly domain: string;
	readonly original_name: string | null;
	readonly name: string | null;
	readonly state: string | null;
	readonly unit: string | null;
	readonly device_class: string | null;
	readonly state_class: string | null;
	readonly entity_category: string | null;
	/** Absent in a reference: everything was enabled there. */
	readonly enabled?: boolean;
	readonly enabled_by_default: boolean;
	/** True in a reference where the state moves while the data stands still. */
	readonly volatile?: boolean;
	readonly capabilities: Readonly<Record<string, unknown>> | null;
	readonly attributes: Readonly<Record<string, unknown>>;
}

/** What differs on purpose, by `<domain>/<name or glob>`; `missing` is a field, `*` is all. */
export type Allowed = Readonly<Record<string, { readonly fields: readonly string[]; readonly reason: string }>>;

/** One field of one entity that is not the same. */
export interface Difference {
	readonly platform: string;
	readonly name: string;
	readonly field: string;
	readonly theirs: unknown;
	readonly ours: unknown;
	/** Why it is right so; null = nobody says why. */
	readonly reason: string | null;
}

/** What a comparison found. Counts are of entities of the reference. */
export interface Comparison {
	readonly total: number;
	readonly present: number;
	readonly equal: number;
	/** Entities that only we have. */
	readonly more: number;
	readonly differences: readonly Difference[];
	/** Entries of the allowed differences that gave a reason. */
	readonly used: ReadonlySet<string>;
}

const limitNames = ['min', 'max', 'step', 'mode', 'event_types'];
/** What Home Assistant does not know of an entity while it is disabled. */
const unseen: ReadonlySet<string> = new Set(['state', 'unit', 'limits', 'attributes']);

/** What entities are matched by. */
export const keyOf = (domain: string, name: string | null): string => `${domain}/${(name ?? '').trim().toLowerCase()}`;

/** Whether two states are the same; numbers may differ by 0.5 %, or by what rounding does. */
export function sameState(theirs: string | null, ours: string | null, isNumeric: boolean): boolean {
	if (theirs === ours) return true;
	if (!isNumeric || !isNumber(theirs) || !isNumber(ours)) return false;
	const [a, b] = [Number(theirs), Number(ours)];
	const size = Math.max(Math.abs(a), Math.abs(b));
	return Math.abs(a - b) <= Math.max(0.005 * size, size >= 1 ? 0.06 : 0.001);
}

/** Whether its states are numbers. */
export const isNumeric = ({ unit, state_class: stateClass, domain }: Shown): boolean =>
	Boolean(unit) || Boolean(stateClass) || domain === 'number';

/** Whether a name fits a pattern, in which `*` stands for anything. */
export function matches(pattern: string, name: string): boolean {
	const escaped = pattern.replace(/[.+^${}()|[\]\\?]/g, '\\$&').replaceAll('*', '.*');
	return new RegExp(`^${escaped}$`, 's').test(name);
}

/**
 * Compares what Home Assistant shows of us with what it showed of the agent's own integration, by the rules of `tools/parity`:
 * entities are matched by domain and name, attributes by their names.
 */
export function compare(reference: readonly Shown[], ours: readonly Shown[], allowed: Allowed): Comparison {
	const mine = new Map<string, Shown>();
	for (const entity of ours) {
		const key = keyOf(entity.domain, entity.original_name ?? entity.name);
		if (!mine.has(key)) mine.set(key, entity);
	}
	const used = new Set<string>();
	const reasonFor = (entity: Shown, field: string): string | null => {
		const name = `${entity.domain}/${(entity.original_name ?? '').trim()}`;
		const found = Object.entries(allowed).find(
			([pattern, { fields }]) => (fields.includes('*') || fields.includes(field)) && matches(pattern, name),
		);
		if (found) used.add(found[0]);
		return found?.[1].reason ?? null;
	};
	const differences: Difference[] = [];
	let present = 0;
	let equal = 0;
	const keys = new Set<string>();
	for (const theirs of reference) {
		const key = keyOf(theirs.domain, theirs.original_name);
		keys.add(key);
		const entity = mine.get(key);
		const found = entity ? differing(theirs, entity) : ([['missing', 'present', null]] as const);
		if (entity) present += 1;
		if (entity && found.length === 0) equal += 1;
		for (const [field, a, b] of found) {
			const { domain: platform, original_name: name } = theirs;
			differences.push({ platform, name: name ?? '', field, theirs: a, ours: b, reason: reasonFor(theirs, field) });
		}
	}
	const more = [...mine.keys()].filter((key) => !keys.has(key)).length;
	return { total: reference.length, present, equal, more, differences, used };
}

/** The fields of two entities that are not the same. */
function differing(theirs: Shown, ours: Shown): [field: string, theirs: unknown, ours: unknown][] {
	const found: [string, unknown, unknown][] = [];
	const isStateless = theirs.volatile === true || theirs.domain === 'button' || theirs.domain === 'event';
	if (!isStateless && !sameState(theirs.state, ours.state, isNumeric(theirs))) {
		found.push(['state', theirs.state, ours.state]);
	}
	for (const field of ['unit', 'device_class', 'state_class', 'entity_category', 'enabled_by_default'] as const) {
		if ((theirs[field] ?? null) !== (ours[field] ?? null)) found.push([field, theirs[field], ours[field]]);
	}
	const [options, mine] = [theirs, ours].map(({ capabilities }) => words(capabilities?.options));
	if (options && options.length > 0 && !isDeepStrictEqual(options, mine ?? [])) found.push(['options', options, mine]);
	const [limits, bounds] = [limitsOf(theirs), limitsOf(ours)];
	if (!isDeepStrictEqual(limits, bounds)) found.push(['limits', limits, bounds]);
	const lacking = Object.keys(theirs.attributes).filter((name) => !(name in ours.attributes));
	if (theirs.domain !== 'event' && lacking.length > 0) {
		found.push(['attributes', lacking, Object.keys(ours.attributes)]);
	}
	return found.filter(([field]) => ours.enabled !== false || !unseen.has(field));
}

const words = (value: unknown): string[] | null => (Array.isArray(value) ? value.map(String).sort() : null);

function limitsOf({ capabilities }: Shown): Record<string, unknown> {
	return Object.fromEntries(
		limitNames.flatMap((name) => (name in (capabilities ?? {}) ? [[name, capabilities?.[name]]] : [])),
	);
}

const isNumber = (text: string | null): text is string =>
	text !== null && /^\s*[+-]?(\d|\.\d)/.test(text) && !Number.isNaN(Number(text));
