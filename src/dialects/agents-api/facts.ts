import { type Fields, isFields } from '../../model/fields';
import { limits } from '../../model/limits';

// What is usual inside `task`, `update`, `result`, `metadata` and `message`: the document leaves them open.

/** What a task can be in. `cancelled` is no failure. */
export const taskStates = ['created', 'assigned', 'in_progress', 'completed', 'failed', 'cancelled'] as const;
/** One of the {@link taskStates}. */
export type TaskState = (typeof taskStates)[number];

/** Whether nothing more is to come of a task in this state. */
export const isFinal = (state: TaskState): boolean =>
	state === 'completed' || state === 'failed' || state === 'cancelled';

/** Whether the status of an agent is that of one that says goodbye. */
export const isOffline = (status: unknown): boolean =>
	typeof status === 'string' && status.trim().toLowerCase() === 'offline';

/** The words that servers have for the states of a task. */
const stateWords: ReadonlyMap<string, TaskState> = new Map([
	...words('created', 'created new pending queued waiting todo open unassigned backlog'),
	...words('assigned', 'assigned accepted claimed scheduled'),
	...words('in_progress', 'in_progress inprogress running started active processing working busy executing'),
	...words('completed', 'completed complete done finished success succeeded successful closed'),
	...words('failed', 'failed failure fail error errored timeout timed_out aborted'),
	...words('cancelled', 'cancelled canceled cancelling canceling stopped rejected'),
]);

function words(state: TaskState, list: string): [string, TaskState][] {
	return list.split(' ').map((word) => [word, state]);
}

/** The fields of what should be an object; none of anything else. */
export function fieldsOf(value: unknown): Fields {
	return isFields(value) ? value : {};
}

/** Whether a value is an id that things can be told apart by. */
export function isId(value: unknown): value is string {
	return typeof value === 'string' && value !== '' && value.length <= limits.textLength;
}

/** The first of the fields that holds text (or a number, as text), of bounded length; null where none does. */
export function textIn(fields: Fields, ...names: readonly string[]): string | null {
	for (const name of names) {
		const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
		if (typeof value === 'number' && Number.isFinite(value)) return String(value);
		if (typeof value === 'string' && value.trim() !== '') return value.trim().slice(0, limits.textLength);
	}
	return null;
}

/** The state that a word of the server means; null for a word that nobody knows. */
function stateOf(word: string | null): TaskState | null {
	return (word && stateWords.get(word.toLowerCase().replaceAll(/[\s-]+/g, '_'))) || null;
}

/** The word for a task's state in its details. */
export function statusIn(details: Fields): string | null {
	return textIn(details, 'status', 'state');
}

/** How far a task is, 0 to 100; a fraction below 1 is a share of one. Null where nothing tells. */
export function progressIn(details: Fields): number | null {
	for (const name of ['progress', 'progress_percent', 'percent', 'percentage', 'percent_complete']) {
		const raw = details[name];
		const value = typeof raw === 'string' && /^\d{1,3}(\.\d+)?\s*%?$/.test(raw) ? Number.parseFloat(raw) : raw;
		if (typeof value !== 'number' || !(value >= 0 && value <= 100)) continue;
		return value > 0 && value < 1 ? value * 100 : value;
	}
	return null;
}

/** How a task ended, by what `task:completed` brings as its result. */
export function outcomeOf(result: unknown): TaskState {
	const details = fieldsOf(result);
	const told = stateOf(statusIn(details));
	if (told && isFinal(told)) return told;
	if (details.success === false || details.ok === false) return 'failed';
	const { error } = details;
	return error !== undefined && error !== null && error !== '' && error !== false ? 'failed' : 'completed';
}

/** The state that an event of a task tells; null where it tells none. */
export function toldState(type: string, data: Fields): TaskState | null {
	const told = stateOf(statusIn(fieldsOf(data.task))) ?? stateOf(statusIn(fieldsOf(data.update)));
	switch (type) {
		case 'task:created':
			return told ?? 'created';
		case 'task:assigned':
			return told === null || told === 'created' ? 'assigned' : told;
		case 'task:updated':
			return told;
		case 'task:completed':
			return outcomeOf(data.result);
		default:
			return null;
	}
}

/** Whether an event says that its task is over. */
export function isTaskOver(type: string, data: Fields): boolean {
	const state = toldState(type, data);
	return state !== null && isFinal(state);
}

/** The severities that alerts are counted by; `other` is a word that nobody knows. */
export const severities = ['info', 'warning', 'error', 'critical', 'other'] as const;
/** One of the {@link severities}. */
export type Severity = (typeof severities)[number];

const severityWords: ReadonlyMap<string, Severity> = new Map([
	...['info', 'information', 'informational', 'notice', 'debug', 'low'].map((word) => [word, 'info'] as const),
	...['warning', 'warn', 'medium'].map((word) => [word, 'warning'] as const),
	...['error', 'err', 'high'].map((word) => [word, 'error'] as const),
	...['critical', 'crit', 'fatal', 'emergency', 'alert'].map((word) => [word, 'critical'] as const),
]);

/** How severe a word is. */
export function severityOf(word: string | null): Severity {
	return severityWords.get(word?.toLowerCase() ?? '') ?? 'other';
}

/** Who speaks in a conversation; `other` is a role that nobody knows. */
export const roles = ['user', 'assistant', 'agent', 'system', 'tool', 'other'] as const;
/** One of the {@link roles}. */
export type Role = (typeof roles)[number];

/** The role that a message's word means. */
export function roleOf(word: string | null): Role {
	return roles.find((role) => role === word?.toLowerCase()) ?? 'other';
}

/** What people call a thing that has this id: of a UUID its first part. */
export function shortId(id: string): string {
	return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(id) ? id.slice(0, 8) : id;
}
