import { type Row, subject } from '../../../model/description';
import { type NumberSpec, total } from '../../../model/presets';
import type { AutosdlcWorld } from '../tracker';
import type { Totals } from '../tracker/totals';

type World = AutosdlcWorld;

const counter = (
	key: string,
	field: keyof Totals,
	name: string,
	icon: string,
	more: Partial<NumberSpec<Totals, World>> = {},
): Row<Totals, World> => total({ key, field, name, icon, ...more });

/** What was counted: goes on over restarts of this program. */
export const totals = subject<World, Totals>({
	subject: 'total',
	from: ['totals'],
	items: ({ totals: counted }) => (counted ? [counted] : null),
	rows: [
		counter('tasks_completed', 'tasksCompleted', 'Tasks Completed', 'mdi:check-all'),
		counter('tasks_failed', 'tasksFailed', 'Tasks Failed', 'mdi:close-circle-outline'),
		counter('workflows_completed', 'workflowsCompleted', 'Workflows Completed', 'mdi:check-all'),
		counter('workflows_failed', 'workflowsFailed', 'Workflows Failed', 'mdi:close-circle-outline'),
		counter('test_runs', 'testRuns', 'Test Runs', 'mdi:test-tube', { enabled: false }),
		counter('tests_run', 'testsRun', 'Tests Run', 'mdi:test-tube'),
		counter('tests_failed', 'testsFailed', 'Tests Failed', 'mdi:test-tube-off', { enabled: false }),
		counter('agent_errors', 'agentErrors', 'Agent Errors', 'mdi:robot-dead-outline'),
		counter('alerts_info', 'alertsInfo', 'Info Alerts', 'mdi:alert-outline', { enabled: false }),
		counter('alerts_warning', 'alertsWarning', 'Warning Alerts', 'mdi:alert-outline'),
		counter('alerts_error', 'alertsError', 'Error Alerts', 'mdi:alert-outline'),
		counter('alerts_critical', 'alertsCritical', 'Critical Alerts', 'mdi:alert-octagon-outline'),
	],
});
