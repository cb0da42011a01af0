import { AgentStreamError } from '../model/errors';
import type { Dialect } from './dialect';
import { unraid } from './unraid';

/** Every protocol that the program knows. To add one: its folder and its line here. */
export const dialects: readonly Dialect[] = [unraid];

/**
 * The dialect of this name.
 * @throws AgentStreamError CONFIG_INVALID for any other name, with the list of names
 */
export function dialectNamed(name: string): Dialect {
	const found = dialects.find((dialect) => dialect.name === name);
	if (found) return found;
	const names = dialects.map((dialect) => dialect.name).join(', ');
	throw new AgentStreamError('CONFIG_INVALID', `There is no dialect "${name.slice(0, 40)}"; known are: ${names}.`);
}
