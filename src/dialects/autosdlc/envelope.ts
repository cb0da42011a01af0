import { asAgentStreamError } from '../../model/errors';
import type { Issue } from '../../model/event';
import { type Fields, isFields } from '../../model/fields';
import type { Evidence, Item } from '../dialect';
import { type Budget, expanded, frameBudget } from './compression';
import { isMessageType, isNews } from './types';
import { textOf } from './values';

const issue = (path: string, code: string, severity: Issue['severity'], message: string): Issue => ({
	path,
	code,
	severity,
	message,
});

/** The messages of a frame: one, or a list of them ("batch related events"). Never throws. */
export function unwrap(value: unknown): readonly Item[] {
	const budget = frameBudget();
	const messages: readonly unknown[] = Array.isArray(value) && value.length > 0 ? value : [value];
	return messages.map((message) => unwrapOne(message, budget));
}

/**
 * Takes the envelope `{id, type, timestamp, data, metadata}` off. What of it is wanted later (id, correlation id, source, version)
 * is put into the data, as `envelope`. Without `type` nothing tells what the data is.
 */
function unwrapOne(value: unknown, budget: Budget): Item {
	const bare: Item = { name: null, time: null, data: value, replayed: false, issues: [] };
	if (!isFields(value) || typeof value.type !== 'string') return bare;
	const { id, type, timestamp } = value;
	const issues: Issue[] = [];
	if (typeof id !== 'string') {
		issues.push(issue('id', id === undefined ? 'missing' : 'type', 'notice', 'The message has no id that is text.'));
	}
	if (typeof timestamp !== 'number') {
		const [code, severity] = timestamp === undefined ? (['missing', 'notice'] as const) : (['type', 'error'] as const);
		const message = 'The timestamp is no number of milliseconds since 1970; the time of receipt is used.';
		issues.push(issue('timestamp', code, severity, message));
	}
	const data = dataOf(value, budget, issues);
	return {
		name: type,
		time: typeof timestamp === 'number' ? timestamp : null,
		data: isFields(data) ? { ...data, envelope: envelopeOf(value) } : data,
		replayed: false,
		issues,
	};
}

/** The data of a message, unpacked where something else than this program has parsed the frame; a message without data has none to tell. */
function dataOf(value: Fields, budget: Budget, issues: Issue[]): unknown {
	try {
		const message = expanded(value, budget);
		return (isFields(message) ? message.data : null) ?? {};
	} catch (thrown) {
		const { detail = 'compression', message } = asAgentStreamError(thrown, 'FRAME_INVALID');
		issues.push(issue('data', detail, 'error', message));
		return null;
	}
}

/** What stood around the data, as far as it is text. */
function envelopeOf({ id, metadata }: Fields): Fields {
	const { correlationId, source, version } = isFields(metadata) ? metadata : {};
	const known = Object.entries({ id, correlationId, source, version });
	return Object.fromEntries(known.flatMap(([name, text]) => (textOf(text) === null ? [] : [[name, textOf(text)]])));
}

/** The whole envelope with a message type that only this protocol has is proof; with one that others have too, a hint. */
export function evidence(value: unknown): Evidence {
	const first: unknown = Array.isArray(value) ? value[0] : value;
	if (!isFields(first)) return 'none';
	const { id, type, timestamp } = first;
	if (typeof id !== 'string' || typeof type !== 'string' || typeof timestamp !== 'number') return 'none';
	if (!Object.hasOwn(first, 'data') || !isMessageType(type)) return 'none';
	return isNews(type) ? 'certain' : 'likely';
}
