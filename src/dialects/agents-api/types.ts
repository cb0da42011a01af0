import type { EventType } from '../dialect';

/** An event that comes when something happens. */
const happening = (title: string): EventType => ({ title, interval: null, list: false });

/** A picture that the tracker makes of what happened. */
const picture = (title: string, list = false): EventType => ({ title, interval: null, list, own: true });

/** How often a client sends `heartbeat`, and so gets `heartbeat_ack`, in seconds: the document's example. */
export const heartbeatSeconds = 25;

/** Every event that the document's server sends, and the tracker's own pictures. */
export const types: Readonly<Record<string, EventType>> = {
	'agent:status_changed': happening('Agent status'),
	'agent:heartbeat': happening('Agent heartbeat'),
	'task:created': happening('Task created'),
	'task:assigned': happening('Task assigned'),
	'task:updated': happening('Task progress'),
	'task:completed': happening('Task completed'),
	'conversation:message': happening('Conversation message'),
	'system:alert': happening('System alert'),
	subscribed: happening('Room joined'),
	unsubscribed: happening('Room left'),
	heartbeat_ack: { title: 'Heartbeat acknowledgment', interval: heartbeatSeconds, list: false },
	error: happening('Error of the server'),
	agents: picture('Agents', true),
	task_slots: picture('Tasks shown', true),
	tasks: picture('Tasks counted'),
	conversations: picture('Conversations'),
	alerts: picture('Alerts'),
	errors: picture('Errors of the server counted'),
};
