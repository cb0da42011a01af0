import type { Command, Parameter, Parameters } from '../../model/command';
import { AgentStreamError } from '../../model/errors';
import { limits } from '../../model/limits';
import { isTimestamp } from '../../model/time';
import { defaultResync, resyncMessage } from './resync';
import { subscriptionTypes } from './types';

const types: Parameter = { name: 'types', about: `a list of ${subscriptionTypes.join(', ')}`, type: 'list' };
const run = (about: string, required: boolean): Parameter => ({ name: 'run_id', about, type: 'text', required });

/**
 * The texts that a list holds.
 * @throws AgentStreamError COMMAND_REFUSED where it holds anything else, nothing, or too much
 */
function texts(command: string, parameters: Parameters, name: string, most: number): readonly string[] | undefined {
	const value = parameters[name];
	if (value === undefined) return undefined;
	const list: readonly unknown[] = Array.isArray(value) ? value : [];
	const fits = (each: unknown): each is string =>
		typeof each === 'string' && each !== '' && each.length <= limits.textLength;
	if (list.length > 0 && list.length <= most && list.every(fits)) return list;
	const reason = `its parameter ${name} must be a list of 1 to ${most} names`;
	throw new AgentStreamError('COMMAND_REFUSED', `The command ${command} is refused: ${reason}.`);
}

/** What a client may say by the document: all of it only asks for another part of the stream, and none of it is answered. */
export const commands: readonly Command[] = [
	{
		name: 'subscribe',
		title: 'Subscribe to updates',
		group: 'stream',
		risk: 'none',
		parameters: [
			types,
			run('only of this job run', false),
			{ name: 'agent_ids', about: 'only of these agents', type: 'list', required: false },
		],
		request: (given) => {
			const agent_ids = texts('subscribe', given, 'agent_ids', limits.aiosFiltered);
			const filters = { ...(given.run_id !== undefined && { run_id: given.run_id }), ...(agent_ids && { agent_ids }) };
			const data = { types: texts('subscribe', given, 'types', limits.aiosSubscribed) };
			return {
				message: { event: 'subscribe', data: { ...data, ...(Object.keys(filters).length > 0 && { filters }) } },
			};
		},
	},
	{
		name: 'unsubscribe',
		title: 'Unsubscribe from updates',
		group: 'stream',
		risk: 'none',
		parameters: [types],
		request: (given) => ({
			message: { event: 'unsubscribe', data: { types: texts('unsubscribe', given, 'types', limits.aiosSubscribed) } },
		}),
	},
	{
		name: 'subscribe_dag_run',
		title: 'Subscribe to a DAG run',
		group: 'stream',
		risk: 'none',
		parameters: [run('id of the DAG run', true)],
		request: ({ run_id }) => ({ message: { event: 'subscribe_dag_run', data: { run_id } } }),
	},
	{
		name: 'resync',
		title: 'Ask for missed updates',
		group: 'stream',
		risk: 'none',
		parameters: [{ name: 'since', about: 'a time as in RFC 3339', type: 'text' }],
		request: ({ since }) => {
			if (isTimestamp(since)) return { message: resyncMessage(defaultResync, since) };
			const reason = 'its parameter since must be a time as in RFC 3339';
			throw new AgentStreamError('COMMAND_REFUSED', `The command resync is refused: ${reason}.`);
		},
	},
];
