import { type Row, subject } from '../../../model/description';
import { numeric, percent, text } from '../../../model/presets';
import type { AutosdlcWorld } from '../tracker';
import { type Workflow, workflowStates } from '../tracker/workflows';

type World = AutosdlcWorld;

const time = (field: 'estimated' | 'started' | 'ended', name: string, icon: string): Row<Workflow, World> => ({
	key: field,
	platform: 'sensor',
	name: `{label} ${name}`,
	deviceClass: 'timestamp',
	icon,
	enabled: field !== 'ended',
	from: [field],
	value: ({ [field]: at }) => (at === null ? null : new Date(at).toISOString()),
});

/** Places for workflows. Natural key: the number of the place. */
export const workflow = subject<World, Workflow>({
	subject: 'workflow',
	kept: true,
	from: ['workflows'],
	items: ({ workflows }) => workflows ?? null,
	key: ({ place }) => String(place),
	label: ({ place }) => `Workflow ${place}`,
	rows: [
		{
			key: 'status',
			platform: 'sensor',
			name: '{label}',
			deviceClass: 'enum',
			icon: 'mdi:sitemap-outline',
			options: workflowStates,
			from: ['status', 'id', 'name', 'error', 'completedSteps', 'totalSteps'],
			value: ({ status }) => status,
			attributes: {
				id: 'id',
				workflow: 'name',
				error: 'error',
				completed_steps: 'completedSteps',
				total_steps: 'totalSteps',
			},
		},
		{
			key: 'name',
			platform: 'sensor',
			name: '{label} Name',
			icon: 'mdi:label-outline',
			from: ['name', 'id'],
			value: ({ name, id }) => name ?? id,
		},
		text({ key: 'step', name: '{label} Step', icon: 'mdi:debug-step-over', field: 'step' }),
		percent({ key: 'progress', name: '{label} Progress', icon: 'mdi:progress-clock', field: 'progress' }),
		time('estimated', 'Estimated Completion', 'mdi:clock-end'),
		time('started', 'Started', 'mdi:clock-start'),
		time('ended', 'Ended', 'mdi:clock-check-outline'),
		numeric({
			key: 'duration',
			name: '{label} Duration',
			unit: 's',
			deviceClass: 'duration',
			divide: 1_000,
			decimals: 1,
			field: 'duration',
		}),
	],
});
