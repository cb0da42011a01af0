/** Which form a simulated server sends: that of the document, or that of the servers that really run. */
export type Generation = 'document' | 'server';

/** JSON fields by name. */
export type Fields = { readonly [name: string]: unknown };

/** Hooks of the document. */
const documented = [
	'PreToolUse',
	'PostToolUse',
	'Notification',
	'Stop',
	'SubagentStop',
	'UserPromptSubmit',
	'PreCompact',
] as const;

/** Hooks that only real servers send. */
const further = ['SessionStart', 'SessionEnd', 'SubagentStart', 'PostToolUseFailure', 'PermissionRequest'] as const;

/** System and integration events: only the document has them. */
const system = [
	'component.started',
	'component.stopped',
	'component.health',
	'router.model.switch',
	'flow.agent.spawned',
	'flow.agent.completed',
	'tmux.session.created',
	'tmux.window.changed',
	'ws.connected',
	'ws.disconnected',
	'bus.message',
	'config.changed',
	'resource.alert',
] as const;

/** Event types of each generation. */
export const eventTypes: { readonly [G in Generation]: readonly string[] } = {
	document: [...documented, ...system],
	server: [...documented, ...further],
};

/** What an event is made of, besides its type and data. */
export interface Stamp {
	/** Running number of the event. */
	readonly number: number;
	/** ms since 1970. */
	readonly now: number;
	readonly random: () => number;
}

/** A UUID of version 4. */
export function uuid(random: () => number): string {
	return 'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replace(/x/g, () => Math.floor(random() * 16).toString(16));
}

/**
 * One event as a server of this generation sends it.
 * @param data replaces any of its fields; what both `data` and a hook have in `payload` is merged
 */
export function eventOf(generation: Generation, type: string, data: Fields, { number, now, random }: Stamp): Fields {
	const { payload = {}, ...fields } = data as Fields & { readonly payload?: Fields };
	const isHook = /^[A-Z]/.test(type);
	if (generation === 'document') {
		return {
			id: uuid(random),
			timestamp: now,
			source: 'claude-flow',
			session_id: 'sess_abc123',
			event_type: type,
			version: '1.0',
			...(isHook && { source_app: 'agent-123', hook_event_type: type }),
			payload,
			...fields,
		};
	}
	const app = typeof fields.source_app === 'string' ? fields.source_app : 'web-shop';
	const session = typeof fields.session_id === 'string' ? fields.session_id : 'b7e0c2d1-7a44-4c8b-9c1e-2a9fd1a3c902';
	return {
		source_app: app,
		session_id: session,
		hook_event_type: type,
		payload: {
			session_id: session,
			transcript_path: `/home/u/.claude/projects/x/${session}.jsonl`,
			cwd: `/srv/${app}`,
			permission_mode: 'default',
			hook_event_name: type,
			...payload,
		},
		summary: `${type} by ${app}`,
		model_name: 'claude-sonnet-4-5',
		...fields,
		id: number,
		timestamp: fields.timestamp ?? now,
	};
}

/** The document's `validateEvent`. */
export function isValidEvent(event: Fields): boolean {
	if (!event.id || !event.timestamp || !event.source || !event.event_type) return false;
	if (typeof event.timestamp !== 'number' || event.timestamp < 0) return false;
	return event.version === '1.0';
}
