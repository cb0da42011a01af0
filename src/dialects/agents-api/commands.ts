import type { Command, Parameter } from '../../model/command';
import type { StreamEvent } from '../../model/event';
import { fieldsOf } from './facts';

const room: Parameter = { name: 'room', about: 'dashboard, agent:‹id›, task:‹id› or conversation:‹id›', type: 'text' };

const roomIs = (event: StreamEvent, type: string, name: unknown): boolean =>
	event.type === type && fieldsOf(event.data).room === name;

/** The client's messages: all that the document lets a client say. None of them changes anything on the server. */
export const commands: readonly Command[] = [
	{
		name: 'subscribe',
		title: 'Join a room',
		group: 'rooms',
		risk: 'none',
		parameters: [room],
		request: ({ room: name }) => ({
			message: ['subscribe', { room: name }],
			answer: (event) => roomIs(event, 'subscribed', name),
		}),
	},
	{
		name: 'unsubscribe',
		title: 'Leave a room',
		group: 'rooms',
		risk: 'none',
		parameters: [room],
		request: ({ room: name }) => ({
			message: ['unsubscribe', { room: name }],
			answer: (event) => roomIs(event, 'unsubscribed', name),
		}),
	},
	{
		name: 'heartbeat',
		title: 'Send a heartbeat',
		group: 'connection',
		risk: 'none',
		parameters: [],
		// The session writes its time.
		request: () => ({ message: ['heartbeat', {}], answer: ({ type }) => type === 'heartbeat_ack' }),
	},
];
