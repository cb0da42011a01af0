import { type Reading, type Row, subject } from '../../../model/description';
import type { State } from '../../../model/entity';
import { limits } from '../../../model/limits';
import { binary, count, text } from '../../../model/presets';
import { parseTime } from '../../../model/time';
import { shortId } from '../facts';
import type { Agent, AgentCounts, AgentsApiWorld } from '../pictures';
import { moment } from './moment';

/** To the minute while heartbeats come, since nobody looks at each; exactly when they have stopped. */
function lastHeartbeat({ heartbeat, alive }: Agent, { previous }: Reading<AgentsApiWorld>): State {
	const since = (heartbeat ?? 0) - (parseTime(previous) ?? 0);
	const moved = heartbeat === null || alive !== true || since < 0 || since >= limits.minorEvery;
	return moved || previous === undefined ? moment(heartbeat) : previous;
}

const rows: readonly Row<Agent, AgentsApiWorld>[] = [
	text({
		key: 'status',
		name: '{label} Status',
		short: 'Status',
		icon: 'mdi:robot',
		field: 'status',
		reads: ['previous', 'changed', 'id'],
		attributes: {
			previous_status: 'previous',
			changed: ({ changed }) => moment(changed) ?? undefined,
			agent_id: 'id',
		},
	}),
	binary({
		key: 'alive',
		name: '{label} Alive',
		short: 'Alive',
		deviceClass: 'connectivity',
		category: 'diagnostic',
		from: ['alive', 'patience'],
		is: ({ alive }) => alive,
		attributes: { silent_after_seconds: ({ patience }) => Math.round(patience / 1_000) },
		ticking: ['silent_after_seconds'],
	}),
	{
		key: 'last_heartbeat',
		platform: 'sensor',
		name: '{label} Last Heartbeat',
		short: 'Last Heartbeat',
		deviceClass: 'timestamp',
		category: 'diagnostic',
		from: ['heartbeat', 'alive'],
		value: lastHeartbeat,
	},
	{
		key: 'task',
		platform: 'sensor',
		name: '{label} Current Task',
		short: 'Current Task',
		icon: 'mdi:clipboard-play',
		from: ['task', 'taskTitle'],
		value: ({ task, taskTitle }) => taskTitle ?? task,
		attributes: { task_id: 'task' },
	},
];

/** Each agent that is heard of. */
export const agent = subject<AgentsApiWorld, Agent>({
	subject: 'agent',
	from: ['agents'],
	items: (world) => world.agents ?? null,
	key: ({ id }) => id,
	label: ({ id, name }) => name ?? shortId(id),
	kept: true,
	ownDevice: true,
	rows,
});

/** All agents together. */
export const agents = subject<AgentsApiWorld, AgentCounts>({
	subject: 'agents',
	from: ['agents'],
	items: ({ agents: list }) =>
		list
			? [
					{
						known: list.length,
						alive: list.filter(({ alive }) => alive === true).length,
						working: list.filter(({ task }) => task !== null).length,
					},
				]
			: null,
	rows: [
		count({ key: 'known', name: 'Agents', icon: 'mdi:robot', field: 'known' }),
		count({ key: 'alive', name: 'Agents Alive', icon: 'mdi:heart-pulse', field: 'alive' }),
		count({ key: 'working', name: 'Agents Working', icon: 'mdi:robot-industrial', field: 'working' }),
	],
});
