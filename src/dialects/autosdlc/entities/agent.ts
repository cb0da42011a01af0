import { type Row, subject } from '../../../model/description';
import { binary, bytes, count, percent, text } from '../../../model/presets';
import type { AutosdlcWorld } from '../tracker';
import { type Agent, agentState, agentStates, tddPhases } from '../tracker/agents';
import type { Coverage, TestCounts } from '../tracker/counts';
import { nameText } from '../values';

type World = AutosdlcWorld;

const works = (agent: Agent) => agent.phase !== null;
const isTested = ({ tests }: Agent) => tests.total !== null || tests.passing !== null || tests.failing !== null;
const isCovered = ({ coverage: { lines, branches, functions } }: Agent) => (lines ?? branches ?? functions) !== null;

const testsRow = (field: keyof TestCounts, name: string, icon: string): Row<Agent, World> => ({
	key: `tests_${field}`,
	platform: 'sensor',
	name: `{label} ${name}`,
	short: name,
	stateClass: 'measurement',
	icon,
	from: ['tests'],
	when: isTested,
	value: ({ tests }) => tests[field],
});

const coverageRow = (field: keyof Coverage, name: string): Row<Agent, World> => ({
	key: `coverage_${field}`,
	platform: 'sensor',
	name: `{label} ${name}`,
	short: name,
	unit: '%',
	stateClass: 'measurement',
	precision: 1,
	icon: 'mdi:shield-check-outline',
	enabled: field === 'lines',
	from: ['coverage'],
	when: isCovered,
	value: ({ coverage }) => coverage[field],
});

/** Agents. Natural key: the agent id. */
export const agent = subject<World, Agent>({
	subject: 'agent',
	ownDevice: true,
	kept: true,
	from: ['agents'],
	items: ({ agents }) => agents ?? null,
	key: ({ id }) => id,
	label: ({ id }) => nameText(id),
	rows: [
		{
			key: 'status',
			platform: 'sensor',
			name: '{label} Status',
			short: 'Status',
			deviceClass: 'enum',
			icon: 'mdi:robot',
			options: agentStates,
			from: ['status', 'type', 'heard'],
			value: agentState,
			attributes: {
				agent_type: 'type',
				raw: (item) => (agentState(item) === null ? item.status : undefined),
				last_event: ({ heard }) => new Date(heard).toISOString(),
			},
			ticking: ['last_event'],
		},
		binary({
			key: 'problem',
			name: '{label} Problem',
			short: 'Problem',
			deviceClass: 'problem',
			from: ['status'],
			is: (item) => (agentState(item) === null ? null : agentState(item) === 'error'),
		}),
		text({
			key: 'task',
			name: '{label} Task',
			short: 'Task',
			icon: 'mdi:clipboard-text-outline',
			field: 'taskId',
			reads: ['taskType', 'taskStatus'],
			attributes: { task_type: 'taskType', task_status: 'taskStatus' },
		}),
		text({
			key: 'task_type',
			name: '{label} Task Type',
			short: 'Task Type',
			icon: 'mdi:clipboard-list-outline',
			enabled: false,
			field: 'taskType',
		}),
		percent({
			key: 'progress',
			name: '{label} Task Progress',
			short: 'Task Progress',
			icon: 'mdi:progress-clock',
			field: 'progress',
		}),
		percent({
			key: 'cpu',
			name: '{label} CPU Usage',
			short: 'CPU Usage',
			icon: 'mdi:cpu-64-bit',
			category: 'diagnostic',
			field: 'cpu',
			when: ({ cpu }) => cpu !== null,
			// An agent can keep several processors busy.
			plausible: [0, 100_000],
		}),
		bytes({
			key: 'memory',
			name: '{label} Memory',
			short: 'Memory',
			icon: 'mdi:memory',
			category: 'diagnostic',
			field: 'memory',
			when: ({ memory }) => memory !== null,
			unit: 'MiB',
			divide: 1_048_576,
			precision: 0,
			decimals: 1,
		}),
		count({
			key: 'tasks_completed',
			name: '{label} Tasks Completed',
			short: 'Tasks Completed',
			icon: 'mdi:check-all',
			stateClass: 'total_increasing',
			field: 'tasksCompleted',
			when: ({ tasksCompleted }) => tasksCompleted !== null,
		}),
		text({
			key: 'last_error',
			name: '{label} Last Error',
			short: 'Last Error',
			icon: 'mdi:alert-circle-outline',
			category: 'diagnostic',
			field: 'lastError',
			reads: ['lastErrorCode', 'lastErrorAt'],
			attributes: {
				code: 'lastErrorCode',
				time: ({ lastErrorAt }) => (lastErrorAt === null ? undefined : new Date(lastErrorAt).toISOString()),
			},
		}),
		{
			key: 'tdd_phase',
			platform: 'sensor',
			name: '{label} TDD Phase',
			short: 'TDD Phase',
			deviceClass: 'enum',
			icon: 'mdi:traffic-light-outline',
			options: tddPhases,
			when: works,
			from: ['phase', 'previousPhase'],
			value: ({ phase }) => tddPhases.find((word) => word === phase?.toLowerCase()) ?? null,
			attributes: {
				previous_phase: 'previousPhase',
				raw: ({ phase }) => (tddPhases.some((word) => word === phase?.toLowerCase()) ? undefined : phase),
			},
		},
		testsRow('total', 'Tests', 'mdi:test-tube'),
		testsRow('passing', 'Tests Passing', 'mdi:test-tube'),
		testsRow('failing', 'Tests Failing', 'mdi:test-tube-off'),
		coverageRow('lines', 'Line Coverage'),
		coverageRow('branches', 'Branch Coverage'),
		coverageRow('functions', 'Function Coverage'),
	],
});
