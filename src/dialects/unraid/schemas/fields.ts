import { z } from 'zod';
import { isTimestamp } from '../../../model/time';

// The vocabulary of the schemas: what a field of the agent can be. Every number carries its unit, for the documentation.

/** What a number means: its unit (Home Assistant's spelling) and the ends of its range, themselves included. */
interface Quantity {
	readonly unit?: string;
	readonly min?: number;
	readonly max?: number;
}

function ranged(schema: z.ZodNumber, { unit, min, max }: Quantity): z.ZodNumber {
	let ranged = schema;
	if (min !== undefined) ranged = ranged.min(min);
	if (max !== undefined) ranged = ranged.max(max);
	return unit === undefined ? ranged : ranged.meta({ unit });
}

/** Any text, the empty one included: the agent's "there is none". */
export const text = () => z.string();

/** True or false. */
export const flag = () => z.boolean();

/** RFC 3339; the zero time is "there is none". */
export const timestamp = () => z.string().refine(isTimestamp).meta({ timestamp: true });

/** A finite number. */
export const amount = (quantity: Quantity = {}) => ranged(z.number(), quantity);

/** A number without fraction, however large: not `z.int()`, since counters go up to 2^64-1. */
export const whole = (quantity: Quantity = {}) => ranged(z.number().multipleOf(1), quantity);

/** A whole number from 0 on. */
export const count = () => whole({ min: 0 });

/** A size or a total in bytes. */
export const bytes = () => whole({ unit: 'B', min: 0 });

/** A share of a whole, 0 to 100 %. What rounds to 100.0 passes: servers divide floats. */
export const percent = () => amount({ unit: '%', min: 0, max: 100.05 });

/** One of these words; others pass with a notice. */
export const word = <const W extends readonly [string, ...string[]]>(...words: W) => z.enum(words);

/** Any number of these words with a blank between them, or none; others pass with a notice. */
export const words = (...known: readonly string[]) =>
	z
		.string()
		.regex(new RegExp(`^(?:(?:${known.join('|')})(?: (?!$)|$))*$`))
		.meta({ words: known });

/** A list; Go writes an empty one as null. */
export const list = <T extends z.ZodType>(item: T) => z.array(item).nullable();

/** Values by name; Go writes an empty map as null. */
export const map = <T extends z.ZodType>(value: T) => z.record(z.string(), value).nullable();

/** Anything at all. */
export const anything = () => z.unknown();
