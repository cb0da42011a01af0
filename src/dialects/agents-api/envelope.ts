import type { Issue } from '../../model/event';
import { isFields } from '../../model/fields';
import type { Evidence, Item } from '../dialect';
import { isStreamed } from './identify';

/**
 * Takes `["event", data]` apart, the form in which the transport hands a Socket.IO event over; further arguments (there are none in the
 * document) are left out. `{event, data}` is read too: flows write it so. Ids that are numbers become text, as they stand in the names
 * of rooms.
 */
export function unwrap(value: unknown): Item {
	const [name, sent] = partsOf(value);
	const data = withTextIds(sent);
	const issues: Issue[] = [];
	const time = isFields(data) ? timeOf(data.timestamp, issues) : null;
	return { name, time, data, replayed: false, issues };
}

/** What a parsed frame tells: only the array that a Socket.IO event is; names with a colon are this protocol's own, with data that fits them. */
export function evidence(value: unknown): Evidence {
	if (!Array.isArray(value)) return 'none';
	const [name, data]: readonly unknown[] = value;
	if (typeof name !== 'string' || !isStreamed(name) || !isFields(data)) return 'none';
	const fields = naming.get(name.split(':', 1)[0] ?? '');
	if (fields) return fields.every((field) => Object.hasOwn(data, field)) ? 'certain' : 'likely';
	return typeof data.room === 'string' ? 'likely' : 'none';
}

/** The fields by which an event says what it is about: only with them its name, by what stands before the colon, is proof. */
const naming: ReadonlyMap<string, readonly string[]> = new Map([
	['agent', ['agent_id']],
	['task', ['task_id']],
	['conversation', ['conversation_id', 'message']],
	['system', ['message', 'severity']],
]);

function partsOf(value: unknown): [name: string | null, data: unknown] {
	if (Array.isArray(value) && typeof value[0] === 'string') return [value[0], value[1] ?? null];
	if (isFields(value) && typeof value.event === 'string' && Object.keys(value).every((key) => envelopeKeys.has(key))) {
		return [value.event, value.data ?? null];
	}
	return [null, value];
}

const envelopeKeys: ReadonlySet<string> = new Set(['event', 'data']);

function withTextIds(data: unknown): unknown {
	if (!isFields(data)) return data;
	const numbered = idFields.filter((field) => Number.isSafeInteger(data[field]));
	if (numbered.length === 0) return data;
	return { ...data, ...Object.fromEntries(numbered.map((field) => [field, String(data[field])])) };
}

const idFields = ['agent_id', 'task_id', 'conversation_id'] as const;

/** Python's `isoformat()` and `str()` of a time in UTC: they write no offset. */
const withoutOffset = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d{1,9})?)$/;

function timeOf(timestamp: unknown, issues: Issue[]): string | number | null {
	if (timestamp === undefined || timestamp === null || typeof timestamp === 'number') return timestamp ?? null;
	if (typeof timestamp === 'string') return timestamp.replace(withoutOffset, '$1T$2Z');
	issues.push({
		path: 'timestamp',
		code: 'type',
		severity: 'error',
		message: 'The timestamp is neither text nor a number; the time of receipt is used.',
	});
	return null;
}
