/** A time as a state; null where there is none, or none that a calendar knows. */
export function moment(at: number | null): string | null {
	return at === null || !Number.isFinite(at) || Math.abs(at) > 8.64e15 ? null : new Date(at).toISOString();
}
