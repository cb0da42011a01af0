import { isFields } from '../../model/fields';
import { limits } from '../../model/limits';
import { isUnsafe } from '../checks-support';

// What people and models wrote is nobody's business unless the user says so: it is left out before anything else sees the event.

/** Fields that hold content, wherever they stand. */
const content: ReadonlySet<string> = new Set([
	'prompt',
	'tool_input',
	'tool_output',
	'tool_response',
	'chat',
	'result',
	'summary',
	'last_assistant_message',
	'transcript_path',
	'agent_transcript_path',
	'custom_instructions',
	'stack_trace',
]);

/** Fields that hold secrets, wherever they stand (a component's `config`). */
const secret = /(api_?key|token|secret|password|passwd|credential|authorization|cookie)/i;

const whole = (value: string) => value.slice(0, limits.textLength);
/** Of an error only the first line: what follows is the tool's output. */
const line = (value: string) => firstLine(value, limits.shownText);

/** Text fields of the document and of real servers, with how much of each is kept. */
const known: ReadonlyMap<string, (value: string) => string> = new Map([
	...[
		'id',
		'source',
		'source_app',
		'session_id',
		'event_type',
		'hook_event_type',
		'hook_event_name',
		'version',
		'model_name',
		'model',
		'tool_name',
		'tool_use_id',
		'cwd',
		'permission_mode',
		'agent_id',
		'agent_type',
		'parent_agent',
		'notification_type',
		'trigger',
		'status',
		'component',
		'alert_level',
		'error_code',
		'error_message',
		'severity',
		'default_model',
		// Numbers and flags, where a server writes text in their place.
		'timestamp',
		'next_check',
		'duration_ms',
		'is_interrupt',
		'stop_hook_active',
		'cpu_percent',
		'memory_mb',
		'active_connections',
		'event_queue_size',
	].map((name) => [name, whole] as const),
	['error', line],
	// A word of Claude Code (`clear`, `logout`); of hooks that nobody knows, a sentence.
	['reason', (value) => (isWord(value) ? value : '')],
	['task', line],
	// Text where none belongs says nothing; that it is wrong is for validation to see.
	...['payload', 'metrics', 'components', 'capabilities', 'config'].map((name) => [name, () => ''] as const),
]);

/** Types whose payload says something to people; a `message` or `title` of any other is content. */
const speaking: ReadonlySet<string | null> = new Set(['Notification', 'resource.alert', 'component.health']);

/** Names of unknown fields that hold a word, not a text. */
const wordField = /(^|_)(id|uuid|type|name|kind|mode|status|state|level|version|model|code|severity|event|trigger)$/i;

/** What a field can be called: answers to questions, or files, stand in their place where a server makes an object of them. */
const fieldName = /^[\w.$-]{1,64}$/;

/** Levels of an event that are looked at; what is deeper is left out. */
const deepest = 8;

/** The first line of a text, at most `length` characters of it. */
export function firstLine(text: string, length: number): string {
	const [first = ''] = text.trimStart().split(/[\r\n]/, 1);
	return first.slice(0, length).trimEnd();
}

/**
 * A copy of an event without content: known fields bounded, of unknown ones only numbers, flags, and words (`…_id`, `…_type`, …).
 * Fields called like content or secrets are left out at every level.
 * @param name of the event, as it names itself
 */
export function withoutContent(value: unknown, name: string | null): unknown {
	if (typeof value !== 'object' || value === null) return null;
	const copy = inside(value, 0);
	if (!speaking.has(name) || !isFields(value) || !isFields(copy)) return copy;
	const { payload } = value;
	if (!isFields(payload) || !isFields(copy.payload)) return copy;
	const said = ['message', 'title'].flatMap((field) => {
		const text = payload[field];
		return typeof text === 'string' ? [[field, whole(text)] as const] : [];
	});
	return { ...copy, payload: { ...copy.payload, ...Object.fromEntries(said) } };
}

function inside(value: object, level: number): unknown {
	if (Array.isArray(value)) {
		return value.map((item) => kept('', item, level + 1)).filter((item) => item !== undefined);
	}
	const fields = value as { readonly [name: string]: unknown };
	const copy: { [name: string]: unknown } = {};
	for (const name of Object.keys(fields)) {
		const left = known.has(name) || mayStay(name) ? kept(name, fields[name], level + 1) : undefined;
		if (left !== undefined) copy[name] = left;
	}
	return copy;
}

/** Whether a field that is not known by its name may stay at all. */
function mayStay(name: string): boolean {
	return !content.has(name.toLowerCase()) && fieldName.test(name) && !isUnsafe(name);
}

/** A field as it may stay; undefined = it is left out. */
function kept(name: string, value: unknown, level: number): unknown {
	if (typeof value === 'string') {
		const bound = known.get(name);
		if (bound) return bound(value);
		return wordField.test(name) && isWord(value) && !secret.test(name) ? value : undefined;
	}
	if (typeof value !== 'object' || value === null) return value;
	if (level > deepest) return undefined;
	if (name === 'capabilities' && Array.isArray(value)) {
		return value.filter((item) => typeof item !== 'string' || isLine(item));
	}
	if (name === 'components' && level === 1 && !Array.isArray(value)) return words(value);
	return inside(value, level);
}

/** A heartbeat's map: names of components and one word of each. */
function words(map: object): object {
	return Object.fromEntries(
		Object.entries(map).filter(([name, value]) => !isUnsafe(name) && (typeof value !== 'string' || isLine(value))),
	);
}

function isLine(value: string): boolean {
	return value.length <= 100 && !/[\r\n]/.test(value);
}

/** A name, an id or a version, of three parts at most: no sentence, no code, no path. */
function isWord(value: string): boolean {
	return value.length <= 100 && /^[\p{L}\p{N}_.:@+-]+(?: [\p{L}\p{N}_.:@+-]+){0,2}$/u.test(value);
}
