import type { Message } from './subscriptions';

/** Stands for the time of the last event that was received, wherever it is in the message. */
const mark = '$since';

/** What asks for missed updates unless the user says otherwise: the document names the duty, not the message. */
export const defaultResync: Message = { event: 'resync', data: { since: mark } };

/** The message that asks for what happened since a time; RFC 3339. */
export function resyncMessage(message: object, since: string): object {
	return filledFields(message, since);
}

function filled(value: unknown, since: string): unknown {
	if (typeof value === 'string') return value.replaceAll(mark, () => since);
	if (Array.isArray(value)) return value.map((each) => filled(each, since));
	return typeof value === 'object' && value !== null ? filledFields(value, since) : value;
}

function filledFields(message: object, since: string): object {
	return Object.fromEntries(Object.entries(message).map(([name, each]) => [name, filled(each, since)]));
}
