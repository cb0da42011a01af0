import { limits } from '../../../model/limits';

/**
 * Whether something that happened at `at` was overtaken by what happened at `known`, ms since 1970: seconds, by another way through the
 * server. What is much older was not: the server's clock was set back, or was wrong once.
 */
export function isOvertaken(at: number, known: number): boolean {
	return at < known && known - at <= limits.agentsApiOvertaken;
}
