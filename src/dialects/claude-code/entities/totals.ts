import { type Row, subject } from '../../../model/description';
import { binary, count, event, slow, total } from '../../../model/presets';
import type { Status, Totals } from '../pictures';
import type { World } from './items';

const bySessions = (status: Status, name: string, icon: string): Row<Totals, World> =>
	count<Totals, World>({ key: status, name: `Sessions ${name}`, icon, field: status });

/** All apps and sessions of the endpoint together. */
export const totals = subject<World, Totals>({
	subject: 'total',
	from: ['totals'],
	kept: true,
	items: (world) => (world.totals ? [world.totals] : null),
	rows: [
		binary({
			key: 'needs_me',
			name: 'Waits For Me',
			icon: 'mdi:account-alert',
			from: ['waiting', 'waitingSessions'],
			is: ({ waiting }) => waiting > 0,
			attributes: { sessions: 'waitingSessions' },
		}),
		bySessions('working', 'Working', 'mdi:robot-happy'),
		bySessions('waiting', 'Waiting', 'mdi:account-clock'),
		bySessions('idle', 'Idle', 'mdi:sleep'),
		bySessions('failed', 'Failed', 'mdi:alert'),
		bySessions('ended', 'Ended', 'mdi:flag-checkered'),
		count({ key: 'agents', name: 'Agents Running', icon: 'mdi:robot-outline', field: 'agents' }),
		count({ key: 'apps', name: 'Apps', icon: 'mdi:apps', category: 'diagnostic', field: 'apps' }),
		total({ key: 'events', name: 'Events', icon: 'mdi:pulse', field: 'events', deadband: slow }),
		total({ key: 'tool_calls', name: 'Tool Calls', icon: 'mdi:counter', field: 'toolCalls' }),
		total({ key: 'tool_failures', name: 'Tool Failures', icon: 'mdi:alert-circle-outline', field: 'failures' }),
		total({ key: 'prompts', name: 'Prompts', icon: 'mdi:message-text-outline', field: 'prompts' }),
		total({ key: 'permissions', name: 'Permission Requests', icon: 'mdi:hand-back-right', field: 'permissions' }),
		total({ key: 'subagents', name: 'Subagents Started', icon: 'mdi:robot-outline', field: 'subagents' }),
		total({
			key: 'agent_failures',
			name: 'Agents Failed',
			icon: 'mdi:robot-dead-outline',
			field: 'agentFailures',
			reads: ['agentEvents'],
			when: ({ agentEvents, agentFailures }) => agentEvents.length > 0 || agentFailures > 0,
		}),
		event({
			key: 'agent',
			name: 'Agent',
			icon: 'mdi:robot-outline',
			options: ['spawned', 'completed', 'failed'],
			from: ['agentEvents'],
			when: ({ agentEvents }) => agentEvents.length > 0,
			happenings: ({ agentEvents }) => agentEvents,
		}),
		total({ key: 'tokens', name: 'Tokens', icon: 'mdi:counter', field: 'tokens', when: ({ tokens }) => tokens > 0 }),
		total({
			key: 'cost',
			name: 'Cost',
			icon: 'mdi:cash',
			unit: 'USD',
			deviceClass: 'monetary',
			stateClass: 'total',
			precision: 2,
			decimals: 4,
			field: 'cost',
			when: ({ cost }) => cost > 0,
		}),
		total({
			key: 'compactions',
			name: 'Compactions',
			icon: 'mdi:archive-arrow-down',
			enabled: false,
			field: 'compactions',
		}),
		total({
			key: 'sessions',
			name: 'Sessions',
			icon: 'mdi:console',
			field: 'sessions',
			reads: ['pushedOut'],
			attributes: { without_place: 'pushedOut' },
		}),
	],
});
