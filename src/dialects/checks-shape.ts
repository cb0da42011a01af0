import type { z } from 'zod';

// A zod schema, reduced to what events are made of. Both the explaining walk and the generator of checks go by it.

/** What a single value has to be. `schema` decides; the rest says the same in a form that code and sentences are made from. */
export interface LeafShape {
	readonly kind: 'leaf';
	readonly schema: z.ZodType;
	readonly leaf:
		| { readonly type: 'text' | 'timestamp' | 'boolean' | 'anything' | 'nothing' }
		| { readonly type: 'number'; readonly whole: boolean; readonly min: number; readonly max: number }
		| { readonly type: 'word'; readonly words: readonly string[] }
		| { readonly type: 'words'; readonly words: readonly string[]; readonly pattern: RegExp };
}

/** An object with named fields. */
export interface ObjectShape {
	readonly kind: 'object';
	readonly fields: ReadonlyMap<string, Shape>;
}

/** A list of items of one shape. */
export interface ListShape {
	readonly kind: 'list';
	readonly item: Shape;
}

/** Values of one shape by name. */
export interface MapShape {
	readonly kind: 'map';
	readonly value: Shape;
}

/** What a field or an item has to be. */
export type Shape = (LeafShape | ObjectShape | ListShape | MapShape) & {
	/** The field may be missing. */
	readonly optional: boolean;
	readonly nullable: boolean;
};

/**
 * The shape of a schema.
 * @throws TypeError when it uses a part of zod that no schema of an event needed so far
 */
export function shapeOf(schema: z.core.$ZodType): Shape {
	const { _zod } = schema as z.core.$ZodTypes;
	const def = _zod.def;
	switch (def.type) {
		case 'optional':
			return { ...shapeOf(def.innerType), optional: true };
		case 'nullable': {
			const inner = shapeOf(def.innerType);
			return { ...inner, ...(inner.kind === 'leaf' && { schema: schema as z.ZodType }), nullable: true };
		}
		case 'object':
			return {
				...given,
				kind: 'object',
				fields: new Map(Object.entries(def.shape).map(([name, field]) => [name, shapeOf(field)])),
			};
		case 'array':
			return { ...given, kind: 'list', item: shapeOf(def.element) };
		case 'record':
			return { ...given, kind: 'map', value: shapeOf(def.valueType) };
		default:
			return { ...given, kind: 'leaf', schema: schema as z.ZodType, leaf: leafOf(schema as z.ZodType, def) };
	}
}

const given = { optional: false, nullable: false };

function leafOf(schema: z.ZodType, def: z.core.$ZodTypes['_zod']['def']): LeafShape['leaf'] {
	switch (def.type) {
		case 'string':
			return textLeaf(schema, def);
		case 'number':
			return numberLeaf(def);
		case 'boolean':
			return { type: 'boolean' };
		case 'enum':
			return { type: 'word', words: Object.values(def.entries).map(String) };
		case 'unknown':
			return { type: 'anything' };
		case 'never':
			return { type: 'nothing' };
		default:
			throw new TypeError(`No check can be made of a zod schema of type '${def.type}'.`);
	}
}

function textLeaf(schema: z.ZodType, def: z.core.$ZodStringDef): LeafShape['leaf'] {
	const meta = schema.meta();
	const [check, ...more] = (def.checks ?? []).map((check) => check._zod.def as z.core.$ZodCheckRegexDef);
	if (check === undefined && !('format' in def)) return { type: 'text' };
	if (more.length === 0 && meta?.timestamp === true) return { type: 'timestamp' };
	if (more.length === 0 && Array.isArray(meta?.words) && check?.pattern instanceof RegExp) {
		return { type: 'words', words: meta.words.map(String), pattern: check.pattern };
	}
	throw new TypeError(`No check can be made of a text with the zod check '${check?.format ?? 'format'}'.`);
}

function numberLeaf(def: z.core.$ZodNumberDef): LeafShape['leaf'] {
	let whole = false;
	let min = -Number.MAX_VALUE;
	let max = Number.MAX_VALUE;
	for (const { _zod } of def.checks ?? []) {
		const check = _zod.def as
			| z.core.$ZodCheckMultipleOfDef
			| z.core.$ZodCheckGreaterThanDef
			| z.core.$ZodCheckLessThanDef;
		if (check.check === 'multiple_of' && check.value === 1) whole = true;
		else if (check.check === 'greater_than' && check.inclusive) min = Number(check.value);
		else if (check.check === 'less_than' && check.inclusive) max = Number(check.value);
		else throw new TypeError(`No check can be made of a number with the zod check '${check.check}'.`);
	}
	return { type: 'number', whole, min, max };
}
