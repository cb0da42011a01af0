import { type Row, subject } from '../../../model/description';
import { count, event, percent, text, total } from '../../../model/presets';
import { taskStates } from '../facts';
import type { AgentsApiWorld, TaskCounts, TaskSlot } from '../pictures';
import { taskHappenings } from '../tracking/tasks';
import { moment } from './moment';

const slotRows: readonly Row<TaskSlot, AgentsApiWorld>[] = [
	{
		key: 'task',
		platform: 'sensor',
		name: '{label}',
		icon: 'mdi:clipboard-text',
		from: ['id', 'title', 'priority'],
		value: ({ id, title }) => title ?? id,
		attributes: { task_id: 'id', priority: 'priority' },
	},
	{
		key: 'state',
		platform: 'sensor',
		name: '{label} State',
		deviceClass: 'enum',
		options: taskStates,
		icon: 'mdi:list-status',
		from: ['state', 'status'],
		value: ({ state }) => state,
		attributes: { status: 'status' },
	},
	percent({ key: 'progress', name: '{label} Progress', icon: 'mdi:progress-check', field: 'progress' }),
	text({
		key: 'agent',
		name: '{label} Agent',
		icon: 'mdi:robot',
		field: 'agentName',
		reads: ['agent'],
		attributes: { agent_id: 'agent' },
	}),
	{
		key: 'since',
		platform: 'sensor',
		name: '{label} Since',
		deviceClass: 'timestamp',
		category: 'diagnostic',
		from: ['since'],
		value: ({ since }) => moment(since),
	},
];

/** The tasks that are shown, each at its place: the natural key is the place, not the task. */
export const taskSlot = subject<AgentsApiWorld, TaskSlot>({
	subject: 'task',
	from: ['task_slots'],
	items: (world) => world.task_slots ?? null,
	key: ({ place }) => String(place),
	label: ({ place }) => `Task ${place}`,
	kept: true,
	rows: slotRows,
});

/** All tasks together. */
export const tasks = subject<AgentsApiWorld, TaskCounts>({
	subject: 'tasks',
	from: ['tasks'],
	items: (world) => (world.tasks ? [world.tasks] : null),
	rows: [
		count({ key: 'created', name: 'Tasks Waiting', icon: 'mdi:tray-full', field: 'created' }),
		count({ key: 'assigned', name: 'Tasks Assigned', icon: 'mdi:account-arrow-left', field: 'assigned' }),
		count({ key: 'in_progress', name: 'Tasks in Progress', icon: 'mdi:progress-clock', field: 'in_progress' }),
		total({ key: 'created_total', name: 'Tasks Created', icon: 'mdi:plus-circle', field: 'created_total' }),
		total({ key: 'completed_total', name: 'Tasks Completed', icon: 'mdi:check-circle', field: 'completed_total' }),
		total({ key: 'failed_total', name: 'Tasks Failed', icon: 'mdi:alert-circle', field: 'failed_total' }),
		total({ key: 'cancelled_total', name: 'Tasks Cancelled', icon: 'mdi:cancel', field: 'cancelled_total' }),
		event({
			key: 'event',
			name: 'Task',
			icon: 'mdi:clipboard-clock',
			options: taskHappenings,
			from: ['happenings'],
			happenings: ({ happenings }) => happenings,
		}),
	],
});
