import type { StreamEvent } from '../../../model/event';
import { fieldsOf, roleOf, severityOf, textIn } from '../facts';
import type { Alerts, Conversations, Errors } from '../pictures';
import { added, given } from './happenings';
import { isOvertaken } from './overtaken';

// What is said, by conversations, the system and the server: counted, and the last ones kept. Each function answers the next picture.

/** No conversation yet. */
export const noConversations = (counting: number): Conversations => ({
	counting,
	messages: 0,
	last: null,
	happenings: [],
});

/** `conversation:message`: who spoke where. What was said is left out. */
export function conversation(before: Conversations, event: StreamEvent, mark: string): Conversations {
	const data = fieldsOf(event.data);
	const message = fieldsOf(data.message);
	const id = textIn(data, 'conversation_id') ?? '';
	const role = textIn(message, 'role', 'sender_type', 'type');
	const sender = textIn(message, 'sender', 'sender_id', 'agent_id', 'author', 'from', 'name');
	const attributes = given({ conversation_id: id, role, sender, message_id: textIn(message, 'id', 'message_id') });
	const { at, replayed } = event;
	return {
		...before,
		messages: before.messages + (replayed ? 0 : 1),
		last: before.last && isOvertaken(at, before.last.at) ? before.last : { conversation: id, role, at },
		happenings: added(before.happenings, { id: mark, type: roleOf(role), at, live: !replayed, attributes }),
	};
}

/** No alert yet. */
export const noAlerts = (counting: number): Alerts => ({
	counting,
	info: 0,
	warning: 0,
	error: 0,
	critical: 0,
	other: 0,
	last: null,
	happenings: [],
});

/** `system:alert`. */
export function alert(before: Alerts, event: StreamEvent, mark: string): Alerts {
	const data = fieldsOf(event.data);
	const message = textIn(data, 'message');
	const word = textIn(data, 'severity');
	const severity = severityOf(word);
	const { at, replayed } = event;
	const attributes = given({ message, severity: word });
	return {
		...before,
		[severity]: before[severity] + (replayed ? 0 : 1),
		last: before.last && isOvertaken(at, before.last.at) ? before.last : { message, severity: word, at },
		happenings: added(before.happenings, { id: mark, type: severity, at, live: !replayed, attributes }),
	};
}

/** No error yet. */
export const noErrors = (counting: number): Errors => ({ counting, errors: 0, last: null });

/** `error`: what the server could not do for us. */
export function serverError(before: Errors, event: StreamEvent): Errors {
	const last = { message: textIn(fieldsOf(event.data), 'message'), at: event.at };
	return { ...before, errors: before.errors + (event.replayed ? 0 : 1), last };
}
