import { subject } from '../../../model/description';
import { count, event, percent, text, total } from '../../../model/presets';
import type { DagTotals, Run } from '../pictures';
import type { AiosWorld } from '../schemas';
import { runStates } from '../words';
import { crowded, moment, words } from './shared';

const steps = { icon: 'mdi:format-list-checks', enabled: false } as const;

/** What a place for a DAG run shows. */
export const run = subject<AiosWorld, Run>({
	subject: 'dag_run',
	from: ['dag_runs'],
	items: (world) => world.dag_runs ?? null,
	key: ({ place }) => String(place),
	label: ({ place }) => `DAG Run ${place}`,
	kept: true,
	rows: [
		words({
			key: 'status',
			name: '{label} Status',
			icon: 'mdi:graph',
			options: runStates,
			field: 'status',
			reads: ['reported', 'dag_id', 'run_id'],
			attributes: { dag_id: 'dag_id', run_id: 'run_id', reported: 'reported' },
		}),
		text({ key: 'dag', name: '{label} DAG', icon: 'mdi:graph-outline', field: 'dag_id' }),
		text({ key: 'id', name: '{label} ID', icon: 'mdi:identifier', enabled: false, field: 'run_id' }),
		percent({ key: 'progress', name: '{label} Progress', icon: 'mdi:progress-clock', precision: 0, field: 'progress' }),
		text({
			key: 'step',
			name: '{label} Step',
			icon: 'mdi:debug-step-over',
			field: 'step',
			reads: ['steps'],
			attributes: { steps: 'steps' },
		}),
		moment({ key: 'started', name: '{label} Started', field: 'started_at' }),
		count({ ...steps, key: 'steps_total', name: '{label} Steps', field: 'total_steps' }),
		count({ ...steps, key: 'steps_completed', name: '{label} Steps Completed', field: 'completed_steps' }),
		count({ ...steps, key: 'steps_running', name: '{label} Steps Running', field: 'running_steps' }),
		count({ ...steps, key: 'steps_failed', name: '{label} Steps Failed', enabled: true, field: 'failed_steps' }),
		count({ ...steps, key: 'steps_pending', name: '{label} Steps Pending', field: 'pending_steps' }),
	],
});

/** All DAG runs together. */
export const runTotals = subject<AiosWorld, DagTotals>({
	subject: 'dag_runs',
	from: ['dag_totals'],
	items: (world) => (world.dag_totals ? [world.dag_totals] : null),
	kept: true,
	rows: [
		count<DagTotals, AiosWorld>({
			...crowded,
			key: 'running',
			name: 'DAG Runs Running',
			icon: 'mdi:graph',
			field: 'running',
		}),
		total({ key: 'succeeded', name: 'DAG Runs Succeeded', icon: 'mdi:graph', field: 'succeeded' }),
		total({ key: 'failed', name: 'DAG Runs Failed', icon: 'mdi:graph', field: 'failed' }),
		total({ key: 'failed_steps', name: 'DAG Steps Failed', icon: 'mdi:debug-step-over', field: 'failedSteps' }),
		event({
			key: 'step_failure',
			name: 'DAG Step Failed',
			icon: 'mdi:debug-step-over',
			options: ['failed'],
			from: ['failures'],
			happenings: ({ failures }) => failures,
		}),
	],
});
