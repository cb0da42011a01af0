import type { z } from 'zod';
import type { Issue } from '../model/event';
import { limits } from '../model/limits';
import { type Shape, shapeOf } from './checks-shape';
import { type Check, texture } from './checks-support';
import { Walk } from './checks-walk';
import type { Validated } from './dialect';

/** One zod schema per event type. */
export type Schemas = { readonly [type: string]: z.ZodType };

/**
 * A type as its consumers must see it after lenient validation: at every level a field may be missing (dropped, or never sent) or
 * null, and a word may be a new one. Items of lists are always there, since wrong ones are left out.
 */
export type Loose<T> = T extends string
	? string
	: T extends readonly (infer I)[]
		? readonly Loose<I>[]
		: T extends object
			? { readonly [K in keyof T]?: Loose<T[K]> | null | undefined }
			: T;

/** Checks data that was identified as `type`; see `Dialect.validate`. Never throws. */
export type Validator = (type: string, data: unknown, seen: Set<string>) => Validated;

const noIssues: readonly Issue[] = Object.freeze([]);

/**
 * The lenient validation of a dialect.
 *
 * Unknown fields and new words pass, required fields may be missing: each is reported once per `seen` (notices `unknown_field`,
 * `unknown_word`, `missing`). Integers too large to be exact pass and are reported every time (notice `unsafe_integer`). Keys that do harm are left out (notice `unsafe_key`). A wrong
 * field or list item is left out and reported every time (errors `type`, `range`, `not_finite`, `timestamp`, `too_deep`). Data that is no list or no
 * object where its type is one is rejected (error `shape`); null is an empty list. The data that comes in is never changed.
 *
 * @param schemas gives the schema of every type; called when data is first found not to be entirely fine, so that it can load zod late
 * @param checks by type, generated from the same schemas (`scripts/generate-checks.ts`): answer for data that is entirely fine.
 * A type without check is always walked through with zod.
 */
export function createValidator(schemas: () => Schemas, checks: { readonly [type: string]: Check } = {}): Validator {
	const checkOf = new Map(Object.entries(checks));
	const shapes = new Map<string, Shape>();
	const shapeOfType = (type: string): Shape | undefined => {
		const remembered = shapes.get(type);
		if (remembered !== undefined) return remembered;
		const table = schemas();
		const schema = Object.hasOwn(table, type) ? table[type] : undefined;
		if (schema === undefined) return undefined;
		const shape = shapeOf(schema);
		shapes.set(type, shape);
		return shape;
	};
	return (type, data, seen) => {
		if (checkOf.get(type)?.(data, seen)) return { data, rejected: false, issues: noIssues };
		const shape = shapeOfType(type);
		const walk = new Walk(type, seen);
		const kept = shape === undefined ? walk.opaque(data) : walk.data(shape, data);
		if (kept !== undefined) return { data: kept, rejected: false, issues: walk.issues };
		// What is rejected is shown as it came, unless it could harm whoever copies it.
		const shown = texture(data, limits.depth) === 'fine' ? data : null;
		return { data: shown, rejected: true, issues: walk.issues };
	};
}
