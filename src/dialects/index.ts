import { AgentStreamError } from '../model/errors';
import { agentsApi } from './agents-api';
import { aios } from './aios';
import { autosdlc } from './autosdlc';
import { claudeCode } from './claude-code';
import { custom, define } from './custom';
import type { Dialect } from './dialect';
import { unraid } from './unraid';

/** Every protocol that the program knows. To add one: its folder and its line here. */
export const dialects: readonly Dialect[] = [unraid, claudeCode, autosdlc, agentsApi, aios, custom];

/**
 * The dialect of this name.
 * @param definition what a user describes, an object or its JSON text: of the dialect `custom`
 * @throws AgentStreamError CONFIG_INVALID for any other name, with the list of names; and for a definition that is none, saying where
 */
export function dialectNamed(name: string, definition?: unknown): Dialect {
	if (name === custom.name && definition !== undefined && definition !== '') return define(definition);
	const found = dialects.find((dialect) => dialect.name === name);
	if (found) return found;
	const names = dialects.map((dialect) => dialect.name).join(', ');
	throw new AgentStreamError('CONFIG_INVALID', `There is no dialect "${name.slice(0, 40)}"; known are: ${names}.`);
}
