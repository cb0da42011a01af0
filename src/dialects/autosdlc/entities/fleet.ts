import { type Row, subject } from '../../../model/description';
import { binary, count } from '../../../model/presets';
import type { AutosdlcWorld } from '../tracker';
import { type Agent, agentState, type agentStates } from '../tracker/agents';

type World = AutosdlcWorld;

/** Ids of agents by their state. */
type Fleet = { readonly [S in (typeof agentStates)[number]]: readonly string[] };

function fleetOf(agents: readonly Agent[]): Fleet {
	const ids = (state: keyof Fleet) => agents.flatMap((agent) => (agentState(agent) === state ? [agent.id] : []));
	return { idle: ids('idle'), busy: ids('busy'), error: ids('error') };
}

const number = (state: keyof Fleet, name: string, icon: string): Row<Fleet, World> => ({
	...count<Fleet, World>({ key: state, name, icon, field: state }),
	value: ({ [state]: ids }) => ids.length,
	attributes: { agents: state },
});

/** All agents of the endpoint together. */
export const fleet = subject<World, Fleet>({
	subject: 'agents',
	from: ['agents'],
	items: ({ agents }) => (agents ? [fleetOf(agents)] : null),
	rows: [
		binary({
			key: 'problem',
			name: 'Agent Problem',
			deviceClass: 'problem',
			from: ['error'],
			is: ({ error }) => error.length > 0,
			attributes: { agents: 'error' },
		}),
		number('busy', 'Agents Busy', 'mdi:robot'),
		number('idle', 'Agents Idle', 'mdi:robot-outline'),
		number('error', 'Agents in Error', 'mdi:robot-dead-outline'),
	],
});
