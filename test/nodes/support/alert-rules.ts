import fc from 'fast-check';
import {
	type Field,
	hasLevels,
	kindFields,
	kinds,
	levelFields,
	otherFields,
	ruleFields,
} from '../../../nodes/editor/alert-fields';

/** What is used of JSON Schema. */
export interface JsonSchema {
	readonly type?: string;
	readonly properties?: { readonly [name: string]: JsonSchema };
	readonly required?: readonly string[];
	readonly items?: JsonSchema;
	readonly oneOf?: readonly JsonSchema[];
	readonly enum?: readonly string[];
	readonly const?: string;
	readonly default?: unknown;
	readonly pattern?: string;
	readonly minimum?: number;
	readonly maximum?: number;
}

/** Everything that a rule can hold, by its path; conditions as `condition:<kind>.<path>`, their levels as `condition:<kind>.levels.<path>`. */
export function schemaLeaves(schema: JsonSchema, path = ''): Map<string, JsonSchema> {
	const { properties, oneOf, items } = schema;
	if (oneOf) {
		return new Map(oneOf.flatMap((one) => [...schemaLeaves(one, `${path}:${one.properties?.kind?.const}`)]));
	}
	if (items?.properties) return schemaLeaves(items, path);
	if (!properties) return new Map([[path, schema]]);
	return new Map(
		Object.entries(properties).flatMap(([name, held]) => [
			...schemaLeaves(held, path === '' ? name : `${path}.${name}`),
		]),
	);
}

/** What the form has a field for, by the same paths; null: a kind's own choice and a rule's tick, which are in no table. */
export function formPaths(): Map<string, Field | null> {
	const named = (before: string, fields: readonly Field[]) =>
		fields.map((field): [string, Field] => [before + field.path, field]);
	return new Map<string, Field | null>([
		['enabled', null],
		...named('', ruleFields),
		...kinds.flatMap((kind): [string, Field | null][] => [
			[`condition:${kind}.kind`, null],
			...named(`condition:${kind}.`, kindFields[kind]),
			...(hasLevels(kind) ? named(`condition:${kind}.levels.`, [...levelFields, ...otherFields]) : []),
		]),
	]);
}

/** Rules of every shape that a schema allows. Texts are trimmed, as a field does; a flag that is off by default is on or not there. */
export function ruleArbitrary(schema: JsonSchema): fc.Arbitrary<unknown> {
	const { type, properties, required = [], items, oneOf, pattern, minimum = -1e9, maximum = 1e9 } = schema;
	if (oneOf) return fc.oneof(...oneOf.map(ruleArbitrary));
	if (schema.const !== undefined) return fc.constant(schema.const);
	if (schema.enum) return fc.constantFrom(...schema.enum);
	if (properties) {
		const parts = Object.entries(properties).map(([name, held]) => [name, ruleArbitrary(held)] as const);
		return fc.record(Object.fromEntries(parts), { requiredKeys: [...required] });
	}
	switch (type) {
		case 'array':
			return fc.array(items?.properties ? ruleArbitrary(items) : fc.string({ minLength: 1 }), {
				minLength: 1,
				maxLength: 3,
			});
		case 'integer':
			return fc.integer({ min: minimum, max: maximum });
		case 'number':
			return fc.double({ min: minimum, max: maximum, noNaN: true }).map((number) => number + 0);
		case 'boolean':
			return schema.default === undefined ? fc.constant(true) : fc.boolean();
		default:
			return pattern
				? fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/)
				: fc.string({ minLength: 1 }).map((text) => text.trim() || 'x');
	}
}
