/** Data of an event, without its timestamp. */
export type Data = { readonly [field: string]: unknown };

/** An event of the server: what it tells by default, and the rooms that hear of it. */
export interface ServerEvent {
	readonly sample: Data;
	/** Whether data has a `timestamp`. */
	readonly timed: boolean;
	/** The rooms of the document that it belongs to; none = it is the answer to one client. */
	readonly rooms: (data: Data) => readonly string[];
}

const agentRooms = (data: Data) => ['dashboard', `agent:${data.agent_id}`];
const taskRooms = (data: Data) => ['dashboard', `task:${data.task_id}`];
const agent_id = '123e4567-e89b-12d3-a456-426614174000';
const task_id = '9b2f7a10-5c3d-4e8f-9a6b-1d2c3e4f5a6b';

/**
 * Every event of the document. It says which rooms there are and that the dashboard has the global events, not which event goes where: here
 * each goes to the room of its thing, those of agents and tasks to the dashboard as well.
 */
export const events: Readonly<Record<string, ServerEvent>> = {
	'agent:status_changed': {
		sample: { agent_id, old_status: 'idle', new_status: 'busy' },
		timed: true,
		rooms: agentRooms,
	},
	'agent:heartbeat': { sample: { agent_id, metadata: { name: 'Researcher' } }, timed: true, rooms: agentRooms },
	'task:created': {
		sample: { task_id, task: { id: task_id, title: 'Summarise the week', status: 'created', priority: 'normal' } },
		timed: true,
		rooms: taskRooms,
	},
	'task:assigned': {
		sample: { task_id, agent_id, task: { id: task_id, title: 'Summarise the week', status: 'assigned' } },
		timed: true,
		rooms: (data) => [...taskRooms(data), `agent:${data.agent_id}`],
	},
	'task:updated': {
		sample: { task_id, update: { status: 'in_progress', progress: 40 } },
		timed: true,
		rooms: taskRooms,
	},
	'task:completed': { sample: { task_id, result: { success: true } }, timed: true, rooms: taskRooms },
	'conversation:message': {
		sample: {
			conversation_id: 'standup',
			message: { id: 'm1', role: 'assistant', sender: 'Researcher', content: 'Done.' },
		},
		timed: true,
		rooms: (data) => [`conversation:${data.conversation_id}`],
	},
	'system:alert': {
		sample: { message: 'Queue is filling up', severity: 'warning' },
		timed: true,
		rooms: () => ['dashboard'],
	},
	subscribed: { sample: { room: 'dashboard' }, timed: false, rooms: () => [] },
	unsubscribed: { sample: { room: 'dashboard' }, timed: false, rooms: () => [] },
	heartbeat_ack: { sample: {}, timed: true, rooms: () => [] },
	error: { sample: { message: 'Something went wrong' }, timed: false, rooms: () => [] },
};

/** What the n-th event of a burst has of its own. */
export function another(event: string, n: number): Data {
	const sample = events[event]?.sample ?? {};
	const { message } = sample;
	if ('task_id' in sample) return { task_id: `burst-${n}` };
	if ('agent_id' in sample) return { agent_id: `burst-${n}` };
	if (typeof message === 'string') return { message: `${message} (${n})` };
	return message === undefined ? {} : { message: { ...Object(message), id: `burst-${n}` } };
}

/** The rooms that a client may be in. */
export const isRoom = (room: unknown): room is string =>
	typeof room === 'string' && /^(?:dashboard|(?:agent|task|conversation):\S+)$/.test(room);

/** Packets that no client expects, as they stand behind the Engine.IO type: `text` and `truncated` are none, and end the connection. */
export const malformed = {
	text: 'not a packet',
	truncated: '2["task:created",{"task_id":"1",',
	scalar: '2["system:alert",42]',
	nothing: '2["agent:heartbeat"]',
	types: '2["task:updated",{"task_id":{"no":"id"},"update":"half","timestamp":[]}]',
	unknown: '2["weather:changed",{"sun":true}]',
	huge: `2["system:alert",{"message":"${'x'.repeat(1_200_000)}","severity":"info"}]`,
	deep: `2["task:created",{"task_id":"1","task":${'{"a":'.repeat(200)}1${'}'.repeat(200)}}]`,
	prototype: '2["agent:heartbeat",{"agent_id":"__proto__","__proto__":{"polluted":true},"metadata":{"constructor":1}}]',
} as const;
/** What can be wrong with a packet. */
export type Malformed = keyof typeof malformed;
