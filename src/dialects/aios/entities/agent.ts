import { subject } from '../../../model/description';
import { binary, count, event, numeric, percent, text, total } from '../../../model/presets';
import type { Agent, AgentTotals } from '../pictures';
import type { AiosWorld } from '../schemas';
import { agentStates, severities } from '../words';
import { crowded, words } from './shared';

const duration = { unit: 's', deviceClass: 'duration', decimals: 1, icon: 'mdi:timer-outline' } as const;

/** One agent. */
export const agent = subject<AiosWorld, Agent>({
	subject: 'agent',
	from: ['agents'],
	items: (world) => world.agents ?? null,
	key: ({ agent_id }) => agent_id,
	label: ({ name }) => name,
	kept: true,
	ownDevice: true,
	rows: [
		words({
			key: 'status',
			name: '{label} Status',
			short: 'Status',
			icon: 'mdi:robot',
			options: agentStates,
			field: 'status',
			reads: ['reported', 'agent_id', 'type'],
			attributes: { agent_id: 'agent_id', agent_type: 'type', reported: 'reported' },
		}),
		text({ key: 'task', name: '{label} Task', short: 'Task', icon: 'mdi:clipboard-text-play', field: 'current_task' }),
		percent({
			key: 'progress',
			name: '{label} Progress',
			short: 'Progress',
			icon: 'mdi:progress-clock',
			precision: 0,
			field: 'progress',
		}),
		// A counter of the agent: it starts anew with it.
		numeric({
			key: 'tasks_completed',
			name: '{label} Tasks Completed',
			short: 'Tasks Completed',
			icon: 'mdi:clipboard-check',
			stateClass: 'total_increasing',
			field: 'tasks_completed',
		}),
		numeric({
			...duration,
			key: 'processing_time',
			name: '{label} Processing Time',
			short: 'Processing Time',
			field: 'average_processing_time',
		}),
		percent({
			key: 'success_rate',
			name: '{label} Success Rate',
			short: 'Success Rate',
			icon: 'mdi:check-circle-outline',
			field: 'success_rate',
		}),
		binary({
			key: 'problem',
			name: '{label} Problem',
			short: 'Problem',
			deviceClass: 'problem',
			from: ['problem', 'last_error', 'last_severity'],
			is: ({ problem }) => problem,
			attributes: { last_error: 'last_error', severity: 'last_severity' },
		}),
		text({
			key: 'last_error',
			name: '{label} Last Error',
			short: 'Last Error',
			icon: 'mdi:robot-dead-outline',
			category: 'diagnostic',
			field: 'last_error',
			reads: ['last_severity', 'last_error_at', 'can_retry', 'affected_jobs'],
			attributes: {
				severity: 'last_severity',
				occurred_at: 'last_error_at',
				can_retry: 'can_retry',
				affected_jobs: 'affected_jobs',
			},
		}),
		text({
			key: 'last_task',
			name: '{label} Last Task',
			short: 'Last Task',
			icon: 'mdi:clipboard-check-outline',
			category: 'diagnostic',
			field: 'last_task_type',
			reads: ['last_task_job', 'last_task_confidence'],
			attributes: { job_id: 'last_task_job', confidence: 'last_task_confidence' },
		}),
		numeric({
			...duration,
			key: 'last_task_duration',
			name: '{label} Last Task Duration',
			short: 'Last Task Duration',
			category: 'diagnostic',
			field: 'last_task_duration',
		}),
	],
});

/** All agents together. */
export const agentTotals = subject<AiosWorld, AgentTotals>({
	subject: 'agents',
	from: ['agent_totals'],
	items: (world) => (world.agent_totals ? [world.agent_totals] : null),
	kept: true,
	rows: [
		count<AgentTotals, AiosWorld>({ ...crowded, key: 'known', name: 'Agents', icon: 'mdi:robot', field: 'known' }),
		count({ key: 'working', name: 'Agents Working', icon: 'mdi:robot', field: 'working' }),
		total({ key: 'tasks', name: 'Agent Tasks Completed', icon: 'mdi:clipboard-check', field: 'tasks' }),
		total({ key: 'errors', name: 'Agent Errors', icon: 'mdi:robot-dead', field: 'errors' }),
		event({
			key: 'error',
			name: 'Agent Error',
			icon: 'mdi:robot-dead',
			options: severities,
			from: ['failures'],
			happenings: ({ failures }) => failures,
		}),
	],
});
