/** A JSON object. */
export type Fields = { readonly [name: string]: unknown };

/** Whether a value is a JSON object: not null, no list. */
export function isFields(value: unknown): value is Fields {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
