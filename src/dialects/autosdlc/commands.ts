import type { Command, Parameter } from '../../model/command';
import type { StreamEvent } from '../../model/event';
import { isFields } from '../../model/fields';

const subscriptionId: Parameter = { name: 'subscription_id', about: 'a name of yours', type: 'text' };

/** The server's word about a subscription. */
const answersFor = (id: unknown) => (event: StreamEvent) =>
	event.type === 'subscription_update' && isFields(event.data) && event.data.subscriptionId === id;

/** What a client may say: the document's client messages. Ids, timestamps and versions are the session's business. */
export const commands: readonly Command[] = [
	{
		name: 'subscribe',
		title: 'Subscribe',
		group: 'subscription',
		risk: 'none',
		parameters: [
			subscriptionId,
			{ name: 'events', about: 'event types; all unless given', type: 'list', required: false },
			{ name: 'filters', about: 'such as {"agentId": "coder-001"}', type: 'object', required: false },
		],
		request: ({ subscription_id: id, events, filters }) => ({
			message: {
				type: 'subscribe',
				data: {
					subscriptionId: id,
					...(events !== undefined && { events }),
					...(filters !== undefined && { filters }),
				},
			},
			answer: answersFor(id),
		}),
	},
	{
		name: 'unsubscribe',
		title: 'Unsubscribe',
		group: 'subscription',
		risk: 'none',
		parameters: [subscriptionId],
		request: ({ subscription_id: id }) => ({
			message: { type: 'unsubscribe', data: { subscriptionId: id } },
			answer: answersFor(id),
		}),
	},
	{
		name: 'ping',
		title: 'Ping',
		group: 'connection',
		risk: 'none',
		parameters: [],
		request: () => ({ message: { type: 'ping', data: {} }, answer: ({ type }) => type === 'pong' }),
	},
	{
		name: 'send',
		title: 'Send a Message',
		group: 'message',
		risk: 'low',
		parameters: [
			{ name: 'type', about: 'its message type', type: 'text' },
			{ name: 'data', about: 'its data', type: 'object', required: false },
			{ name: 'correlation_id', about: 'what it belongs to', type: 'text', required: false },
		],
		request: ({ type, data = {}, correlation_id: correlationId }) => ({
			message: { type, data, ...(correlationId !== undefined && { metadata: { correlationId } }) },
		}),
	},
];
