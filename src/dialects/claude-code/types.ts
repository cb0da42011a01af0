import type { EventType } from '../dialect';

const onChange = { interval: null, list: false } as const;

/** The hooks of Claude Code: the seven of the document, then those that real servers send as well. */
export const hookTypes = {
	PreToolUse: { title: 'Tool called', ...onChange },
	PostToolUse: { title: 'Tool finished', ...onChange },
	Notification: { title: 'Notification', ...onChange },
	Stop: { title: 'Turn ended', ...onChange },
	SubagentStop: { title: 'Subagent stopped', ...onChange },
	UserPromptSubmit: { title: 'Prompt submitted', ...onChange },
	PreCompact: { title: 'Compaction begins', ...onChange },
	SessionStart: { title: 'Session started', ...onChange },
	SessionEnd: { title: 'Session ended', ...onChange },
	SubagentStart: { title: 'Subagent started', ...onChange },
	PostToolUseFailure: { title: 'Tool failed', ...onChange },
	PermissionRequest: { title: 'Permission asked', ...onChange },
} as const satisfies Readonly<Record<string, EventType>>;

/** System and integration events of the document. */
export const systemTypes = {
	'component.started': { title: 'Component started', ...onChange },
	'component.stopped': { title: 'Component stopped', ...onChange },
	'component.health': { title: 'Component health check', ...onChange },
	'router.model.switch': { title: 'Router switched model', ...onChange },
	'flow.agent.spawned': { title: 'Agent spawned', ...onChange },
	'flow.agent.completed': { title: 'Agent completed', ...onChange },
	'tmux.session.created': { title: 'tmux session created', ...onChange },
	'tmux.window.changed': { title: 'tmux window changed', ...onChange },
	'ws.connected': { title: 'Client connected', ...onChange },
	'ws.disconnected': { title: 'Client disconnected', ...onChange },
	'bus.message': { title: 'Event bus message', ...onChange },
	'config.changed': { title: 'Configuration changed', ...onChange },
	'resource.alert': { title: 'Resource alert', ...onChange },
} as const satisfies Readonly<Record<string, EventType>>;

/**
 * What the wrapper's `type` names by itself. `heartbeat`: the document's example checks every 30 s. `initial` tells how many events of the
 * past follow; `register` is what a client says, where a recording or a server repeats it.
 */
export const wrapperTypes = {
	initial: { title: 'History', ...onChange },
	heartbeat: { title: 'Heartbeat', interval: 30, list: false },
	error: { title: 'Error', ...onChange },
	register: { title: 'Registration', ...onChange },
} as const satisfies Readonly<Record<string, EventType>>;

/** What the tracker makes of the stream. */
const trackedTypes = {
	sessions: { title: 'Sessions', interval: null, list: true, own: true },
	apps: { title: 'Apps', interval: null, list: true, own: true },
	totals: { title: 'Totals', ...onChange, own: true },
	health: { title: 'Health', interval: null, list: true, own: true },
	components: { title: 'Components', interval: null, list: true, own: true },
	problems: { title: 'Problems', ...onChange, own: true },
} as const satisfies Readonly<Record<string, EventType>>;

/**
 * Every event type of the dialect. `hook` stands for hooks that this program does not know by name: what it tells is in
 * `hook_event_type`, and a session that sends it is alive.
 */
export const types: Readonly<Record<string, EventType>> = {
	...hookTypes,
	hook: { title: 'Other hook', ...onChange },
	...systemTypes,
	...wrapperTypes,
	...trackedTypes,
};

const hooks: ReadonlySet<string> = new Set(Object.keys(hookTypes));
const systems: ReadonlySet<string> = new Set(Object.keys(systemTypes));

/** Whether a name is that of a hook that this program knows. */
export const isHook = (name: string): boolean => hooks.has(name);

/** Whether an event of this type tells of a session: a hook, known or not. */
export const isHookType = (type: string): boolean => type === 'hook' || hooks.has(type);

/** Whether a name is that of a system or integration event. */
export const isSystem = (name: string): boolean => systems.has(name);

/** Whether a name is one that a hook could have: new versions of Claude Code add some. */
export const looksLikeHook = (name: string): boolean => /^[A-Z][A-Za-z]{2,39}$/.test(name);
