/** The least of the numbers; null where there are none. */
export function least(values: readonly (number | null)[]): number | null {
	let found: number | null = null;
	for (const value of values) if (value !== null && (found === null || value < found)) found = value;
	return found;
}
