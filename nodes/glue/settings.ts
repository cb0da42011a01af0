import { z } from 'zod';

/*
 * Node-RED saves form fields as text, and `${NAME}` becomes whatever the environment holds: these schemas make of them
 * what the library takes. An empty field is its default.
 */

const blank = (value: unknown): boolean => value === undefined || value === null || value === '';

/** Text; an empty field is `fallback`. */
export const textField = (fallback = '') =>
	z.preprocess((value) => (blank(value) ? fallback : String(value).trim()), z.string().max(4_096));

/** Text that can be long, as it was typed; a definition or subscription, which flows written by hand may hold as the object itself. */
export const jsonField = (longest: number) =>
	z.preprocess(
		(value) => (blank(value) ? '' : typeof value === 'string' ? value.trim() : JSON.stringify(value)),
		z.string().max(longest),
	);

/** A switch: a checkbox, or `true` and `false` as text. */
export const switchField = (fallback: boolean) =>
	z.preprocess((value) => (blank(value) ? fallback : value === true || value === 'true'), z.boolean());

/** A number between two bounds; an empty field is left out. */
export const optionalNumberField = (least: number, most: number) =>
	z.preprocess((value) => (blank(value) ? undefined : Number(value)), z.number().min(least).max(most).optional());

/** Words separated by commas or line breaks, or a list of them. */
export const wordsField = z.preprocess(
	(value) =>
		(Array.isArray(value) ? value : blank(value) ? [] : String(value).split(/[,\n]/))
			.map((word) => String(word).trim())
			.filter((word) => word !== ''),
	z.array(z.string().max(255)).max(500),
);
