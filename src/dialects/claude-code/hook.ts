import type { StreamEvent } from '../../model/event';
import { limits } from '../../model/limits';
import { firstLine } from './content';
import { objectOf } from './identify';
import { type Usage, usageOf } from './usage';

/** What the tracker reads off an event that tells of a session; absent = null. Text is bounded and of one line. */
export interface Hook {
	readonly type: string;
	/** The program that it comes from. */
	readonly app: string;
	/** Session id; empty where it names none. */
	readonly session: string;
	/** When it happened, ms since 1970, by a clock that can be believed. */
	readonly at: number;
	readonly replayed: boolean;
	readonly tool: string | null;
	readonly toolUse: string | null;
	/** Milliseconds that the tool took. */
	readonly duration: number | null;
	readonly error: string | null;
	readonly interrupted: boolean;
	readonly agent: string | null;
	readonly agentType: string | null;
	/** Whether an agent of a flow ended, and not well. */
	readonly agentFailed: boolean;
	readonly notification: string | null;
	readonly message: string | null;
	readonly model: string | null;
	readonly permissionMode: string | null;
	readonly project: string | null;
	/** Why it ended. */
	readonly reason: string | null;
	/** How it started: `startup`, `resume`, `clear`, `compact`. */
	readonly origin: string | null;
	/** What the session has used so far, where it tells. */
	readonly usage: Usage | null;
}

/** Text from outside that can stand in a state, an attribute or a name: one line, without control characters, bounded; null = none. */
export function clean(value: unknown, length: number = limits.shownText): string | null {
	if (typeof value !== 'string' && typeof value !== 'number') return null;
	const text = firstLine(String(value), length)
		.replace(/\p{C}+/gu, ' ')
		.trim();
	return text === '' ? null : text;
}

/** A number that is finite and not negative, or null. */
export function amount(value: unknown): number | null {
	return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;
}

/** When an event happened: by the clock of whoever wrote it, where that is near ours; history is never younger than its receipt. */
export function momentOf({ at, received, replayed }: Pick<StreamEvent, 'at' | 'received' | 'replayed'>): number {
	if (replayed) return Math.min(at, received);
	return Math.abs(at - received) <= limits.claudeSkew ? at : received;
}

/** Reads a hook, or a flow event that names a session. */
export function hookOf(event: StreamEvent): Hook {
	const data = objectOf(event.data) ?? {};
	const payload = objectOf(data.payload) ?? {};
	return {
		type: event.type,
		app: clean(data.source_app, 80) ?? clean(data.source, 80) ?? 'claude-code',
		session: clean(data.session_id, 80) ?? clean(payload.session_id, 80) ?? '',
		at: momentOf(event),
		replayed: event.replayed,
		tool: clean(payload.tool_name, 80),
		toolUse: clean(payload.tool_use_id, 80),
		duration: amount(payload.duration_ms),
		error: clean(payload.error),
		interrupted: payload.is_interrupt === true,
		agent: clean(payload.agent_id, 80),
		agentType: clean(payload.agent_type, 80),
		agentFailed: event.type === 'flow.agent.completed' && payload.status === 'failed',
		notification: clean(payload.notification_type, 80),
		message: clean(payload.message),
		model: clean(data.model_name, 80) ?? clean(payload.model, 80),
		permissionMode: clean(payload.permission_mode, 40),
		project: projectOf(payload.cwd),
		reason: clean(payload.reason, 80),
		origin: clean(payload.source, 80),
		usage: usageOf(data, payload),
	};
}

/** The last part of a path, POSIX or Windows: the rest tells of people. */
function projectOf(path: unknown): string | null {
	if (typeof path !== 'string') return null;
	return clean(
		path.split(/[/\\]+/).findLast((part) => part !== ''),
		80,
	);
}
