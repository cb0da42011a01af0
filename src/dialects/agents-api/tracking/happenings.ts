import type { Happening } from '../../../model/description';
import { limits } from '../../../model/limits';

/** A list with one more happening, without the oldest. */
export function added(list: readonly Happening[], happening: Happening): readonly Happening[] {
	return [...list, happening].slice(-limits.agentsApiHappenings);
}

/** The values of a record that are there, as attributes. */
export function given(values: { readonly [name: string]: string | number | null }): {
	[name: string]: string | number;
} {
	const attributes: { [name: string]: string | number } = {};
	for (const [name, value] of Object.entries(values)) if (value !== null) attributes[name] = value;
	return attributes;
}
