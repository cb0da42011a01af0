import { type Fields, isFields } from '../../model/fields';
import type { Identified, Item } from '../dialect';
import { isHook, isSystem, looksLikeHook, wrapperTypes } from './types';

/** A JSON object, or null. */
export function objectOf(value: unknown): Fields | null {
	return isFields(value) ? value : null;
}

/** Text that says something, or null. */
export function textOf(value: unknown): string | null {
	return typeof value === 'string' && value !== '' ? value : null;
}

/**
 * The name that an event gives itself: `event_type` in the document's form, `hook_event_type` in that of real servers, `hook_event_name`
 * in a hook's own payload. Where both forms stand side by side, the first that is known counts.
 */
export function nameOf(data: Fields): string | null {
	const names = [data.event_type, data.hook_event_type, objectOf(data.payload)?.hook_event_name].flatMap(
		(name) => textOf(name) ?? [],
	);
	return names.find((name) => isHook(name) || isSystem(name)) ?? names.find(looksLikeHook) ?? names[0] ?? null;
}

/** One structural rule: the type whose event, or its payload, has these fields. None holds for two types. */
interface Rule {
	readonly type: string;
	readonly event?: readonly string[];
	readonly payload?: readonly string[];
	readonly status?: string;
}

/** Only what no other type has: tool calls and permission requests look the same, so neither is here. */
const rules: readonly Rule[] = [
	{ type: 'heartbeat', event: ['components', 'timestamp'] },
	{ type: 'error', event: ['error_code', 'error_message', 'severity'] },
	{ type: 'resource.alert', payload: ['component', 'metrics', 'alert_level'] },
	{ type: 'flow.agent.spawned', payload: ['agent_id', 'agent_type', 'status'], status: 'spawned' },
	{ type: 'flow.agent.completed', payload: ['agent_id', 'agent_type', 'status'], status: 'completed' },
	{ type: 'PostToolUseFailure', payload: ['tool_name', 'error', 'is_interrupt'] },
	{ type: 'PostToolUse', payload: ['tool_name', 'duration_ms'] },
];

function fits({ event = [], payload = [], status }: Rule, data: Fields): boolean {
	const inner = objectOf(data.payload);
	return (
		event.every((field) => Object.hasOwn(data, field)) &&
		payload.every((field) => inner !== null && Object.hasOwn(inner, field)) &&
		(status === undefined || inner?.status === status)
	);
}

/** The type that the structure of an event without a name shows; null where none is certain. */
export function identifyByStructure(value: unknown): string | null {
	const data = objectOf(value);
	return (data && rules.find((rule) => fits(rule, data))?.type) ?? null;
}

/** Whether the data is an event, with a name of its own: then a wrapper's word in it is no wrapper. */
function isEvent(data: unknown): boolean {
	const fields = objectOf(data);
	return fields !== null && ('event_type' in fields || 'hook_event_type' in fields);
}

/** Names an item: see {@link nameOf}, else by structure, where that is certain. A name that nobody knows stays unknown. */
export function identify({ name, data }: Item): Identified {
	if (name === null) {
		const type = identifyByStructure(data);
		return type === null ? { type: 'unknown', by: 'structure' } : { type, by: 'structure' };
	}
	if (isHook(name) || isSystem(name)) return { type: name, by: 'name' };
	if (Object.hasOwn(wrapperTypes, name) && !isEvent(data)) return { type: name, by: 'name' };
	if (looksLikeHook(name) && isEvent(data)) return { type: 'hook', by: 'name' };
	const message = `No event of Claude Code is called "${name.slice(0, 40)}".`;
	return {
		type: 'unknown',
		by: 'name',
		issues: [{ path: 'event_type', code: 'unknown_name', severity: 'notice', message }],
	};
}
