import type { Fields } from './claude-code-events';

/** One event of the story: who (app and session of the round), what, when (seconds of the round). */
export interface Scene {
	readonly at: number;
	readonly type: string;
	/** Of which app; absent for the servers' own events. */
	readonly app?: string;
	readonly payload?: Fields;
	/** Further fields of the event. */
	readonly fields?: Fields;
	/** What the heartbeats say from now on. */
	readonly health?: { readonly [component: string]: string };
}

/** Seconds of one round. */
export const roundLength = 240;

const hook = (app: string, at: number, type: string, payload: Fields = {}): Scene => ({ app, at, type, payload });

/** A tool call: its begin and its end, which tells how long it took. */
function tool(app: string, at: number, seconds: number, name: string, input: Fields): readonly Scene[] {
	const call = { tool_name: name, tool_input: input, tool_use_id: `toolu_${app}_${at}` };
	const end = {
		...call,
		duration_ms: seconds * 1_000,
		tool_response: { stdout: 'ok', stderr: '', interrupted: false },
	};
	return [hook(app, at, 'PreToolUse', call), hook(app, at + seconds, 'PostToolUse', end)];
}

/** A tool call that fails, as both generations tell it. */
function failure(
	app: string,
	at: number,
	seconds: number,
	name: string,
	input: Fields,
	error: string,
): readonly Scene[] {
	const call = { tool_name: name, tool_input: input, tool_use_id: `toolu_${app}_${at}` };
	return [
		hook(app, at, 'PreToolUse', call),
		hook(app, at + seconds, 'PostToolUseFailure', { ...call, error, is_interrupt: false }),
	];
}

const healthy = {
	'claude-router': 'healthy',
	'claude-flow': 'healthy',
	'cli-monitor': 'healthy',
	'tmux-orchestrator': 'healthy',
};
const metrics = (cpu: number, memory: number): Fields => ({
	cpu_percent: cpu,
	memory_mb: memory,
	active_connections: 4,
	event_queue_size: Math.round(cpu / 4),
});

/** What a session has said so far, as real servers send it along with a stop: each answer with the tokens that it took. */
const chat = (answers: number): readonly Fields[] =>
	Array.from({ length: answers }, (_, index) => ({
		type: 'assistant',
		message: {
			id: `msg_${index}`,
			role: 'assistant',
			content: [{ type: 'text', text: 'Next I look at the tests.' }],
			usage: {
				input_tokens: 12 + index,
				output_tokens: 240,
				cache_creation_input_tokens: 1_900,
				cache_read_input_tokens: 14_000 + 1_900 * index,
			},
		},
	}));

/**
 * Four minutes with three agents: one builds a feature, one waits for a permission and then fails and recovers, one reviews with
 * subagents. What a generation does not have is left out of it.
 */
export const story: readonly Scene[] = [
	{
		at: 0,
		type: 'component.started',
		health: healthy,
		payload: { version: '1.0.0', capabilities: ['model-switching', 'request-proxying'], config: { port: 3001 } },
		fields: { source: 'claude-router' },
	},
	hook('web-shop', 1, 'SessionStart', { source: 'startup', model: 'claude-sonnet-4-5' }),
	hook('web-shop', 3, 'UserPromptSubmit', { prompt: 'Add a basket page' }),
	...tool('web-shop', 6, 2, 'Read', { file_path: '/srv/web-shop/index.ts' }),
	...tool('web-shop', 12, 8, 'Edit', { file_path: '/srv/web-shop/basket.ts' }),
	hook('infra', 14, 'SessionStart', { source: 'resume', model: 'claude-opus-4-5' }),
	hook('infra', 16, 'UserPromptSubmit', { prompt: 'Rotate the certificates' }),
	...tool('infra', 20, 3, 'Grep', { pattern: 'cert' }),
	...tool('web-shop', 24, 20, 'Bash', { command: 'npm test' }),
	hook('infra', 30, 'PermissionRequest', {
		tool_name: 'Bash',
		tool_input: { command: 'sudo certbot renew' },
		tool_use_id: 'toolu_p',
	}),
	hook('infra', 31, 'Notification', {
		message: 'Claude needs your permission to use Bash',
		notification_type: 'permission_prompt',
	}),
	{
		at: 40,
		type: 'router.model.switch',
		payload: { from_model: 'claude-3-sonnet', to_model: 'claude-3-opus' },
		fields: { source: 'claude-router' },
	},
	hook('review', 45, 'SessionStart', { source: 'startup', model: 'claude-sonnet-4-5' }),
	hook('review', 47, 'UserPromptSubmit', { prompt: 'Review the last ten commits' }),
	hook('review', 50, 'SubagentStart', { agent_id: 'a001', agent_type: 'reviewer' }),
	hook('review', 51, 'SubagentStart', { agent_id: 'a002', agent_type: 'tester' }),
	{
		at: 52,
		type: 'flow.agent.spawned',
		payload: { agent_id: 'f1', agent_type: 'planner', task: 'plan the release', status: 'spawned' },
	},
	{
		...hook('web-shop', 60, 'Stop', { stop_hook_active: false, last_assistant_message: 'The basket page is there.' }),
		fields: { chat: chat(3) },
	},
	...failure('infra', 75, 5, 'Bash', { command: 'sudo certbot renew' }, 'Exit code 1\nport 80 is in use'),
	hook('infra', 85, 'Stop', { stop_hook_active: false }),
	{
		at: 90,
		type: 'resource.alert',
		health: { ...healthy, 'tmux-orchestrator': 'degraded' },
		payload: {
			component: 'claude-flow',
			metrics: metrics(91.5, 812),
			alert_level: 'warning',
			message: 'CPU above 90 %',
		},
	},
	...tool('review', 95, 12, 'Bash', { command: 'git log -p -10' }),
	hook('review', 110, 'SubagentStop', { agent_id: 'a001', agent_type: 'reviewer' }),
	hook('infra', 120, 'UserPromptSubmit', { prompt: 'Stop the proxy first' }),
	...tool('infra', 124, 6, 'Bash', { command: 'systemctl stop proxy' }),
	...tool('infra', 134, 9, 'Bash', { command: 'sudo certbot renew' }),
	{
		at: 140,
		type: 'tmux.window.changed',
		payload: { session_name: 'work', window_name: 'infra' },
		fields: { source: 'tmux-orchestrator' },
	},
	hook('infra', 150, 'Stop', { stop_hook_active: false }),
	hook('review', 155, 'SubagentStop', { agent_id: 'a002', agent_type: 'tester' }),
	{
		at: 160,
		type: 'flow.agent.completed',
		payload: {
			agent_id: 'f1',
			agent_type: 'planner',
			task: 'plan the release',
			status: 'completed',
			result: { steps: 4 },
		},
	},
	{
		at: 165,
		type: 'resource.alert',
		health: healthy,
		payload: { component: 'claude-flow', metrics: metrics(22, 640) },
	},
	{
		at: 170,
		type: 'error',
		fields: {
			error_code: 'CMP001',
			error_message: 'claude-flow did not answer within 10 s',
			component: 'claude-flow',
			severity: 'warning',
		},
	},
	hook('review', 180, 'PreCompact', { trigger: 'auto', custom_instructions: '' }),
	{ ...hook('review', 190, 'Stop', { stop_hook_active: false }), fields: { chat: chat(8) } },
	hook('web-shop', 200, 'SessionEnd', { reason: 'exit' }),
	hook('review', 215, 'SessionEnd', { reason: 'exit' }),
	hook('infra', 230, 'SessionEnd', { reason: 'logout' }),
];
