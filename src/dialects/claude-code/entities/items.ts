import type { ClaudeCodeWorld } from '../schemas';

/** The newest data of each type that the server sent, and what the tracker makes of them. */
export type World = ClaudeCodeWorld;

/** A time as Home Assistant's timestamps want it; null where there is none. */
export function timeOf(at: number | null): string | null {
	return at === null || at <= 0 ? null : new Date(at).toISOString();
}
