import { z } from 'zod';
import type { Connection } from '../../model/description';
import type { Loose } from '../validate';
import type { AppItem, ComponentItem, HealthItem, Problems, SessionItem, Totals } from './pictures';

const text = () => z.string();
const amount = () => z.number();
const flag = () => z.boolean();
const anything = () => z.unknown();
/** A field that may be left out, or written as null. */
const maybe = <T extends z.ZodType>(schema: T) => schema.nullable().optional();
/** A payload that the document does not describe. */
const undescribed = () => z.record(z.string(), anything());

/**
 * What every event has. Which of these must be there depends on the form that the server sends: `rules.ts`. Real servers number their
 * events, the document gives them UUIDs.
 */
const base = {
	id: anything().optional(),
	timestamp: amount().min(0).meta({ unit: 'ms' }).optional(),
	source: maybe(text()),
	session_id: maybe(text()),
	event_type: maybe(text()),
	version: z.enum(['1.0']).optional(),
	source_app: maybe(text()),
	hook_event_type: maybe(text()),
	chat: anything().optional(),
	summary: maybe(text()),
	model_name: maybe(text()),
	usage: maybe(undescribed()),
	total_tokens: maybe(amount().min(0)),
	total_cost_usd: maybe(amount().min(0).meta({ unit: 'USD' })),
};

/** What Claude Code itself puts into the payload of every hook. */
const common = {
	session_id: maybe(text()),
	transcript_path: maybe(text()),
	cwd: maybe(text()),
	permission_mode: maybe(text()),
	hook_event_name: maybe(text()),
	agent_id: maybe(text()),
	agent_type: maybe(text()),
	usage: maybe(undescribed()),
	total_tokens: maybe(amount().min(0)),
	total_cost_usd: maybe(amount().min(0).meta({ unit: 'USD' })),
};

const hook = <T extends z.ZodRawShape>(payload: T) =>
	z.object({ ...base, payload: z.object({ ...common, ...payload }) });
const system = <T extends z.ZodType>(payload: T) => z.object({ ...base, payload });

/** The document's ToolUsePayload, and what real hooks add to it. */
const tool = {
	tool_name: text(),
	tool_input: anything().optional(),
	tool_use_id: maybe(text()),
};
const result = {
	...tool,
	tool_output: anything().optional(),
	tool_response: anything().optional(),
	duration_ms: maybe(amount().min(0).meta({ unit: 'ms' })),
	error: maybe(text()),
};

/** The document's AgentPayload. */
const agent = z.object({
	agent_id: text(),
	agent_type: text(),
	task: maybe(text()),
	status: z.enum(['spawned', 'running', 'completed', 'failed']),
	parent_agent: maybe(text()),
	result: anything().optional(),
});

const metrics = z.object({
	cpu_percent: amount().min(0).meta({ unit: '%' }),
	memory_mb: amount().min(0).meta({ unit: 'MB' }),
	active_connections: amount().min(0),
	event_queue_size: amount().min(0),
});

/** The document's ResourcePayload. */
const resource = z.object({
	component: text(),
	metrics,
	alert_level: maybe(z.enum(['info', 'warning', 'critical'])),
	message: maybe(text()),
});

/** The data of every event type that a server sends, and what the tracker makes of them. */
export const schemas = {
	PreToolUse: hook(tool),
	PostToolUse: hook(result),
	Notification: hook({ message: maybe(text()), title: maybe(text()), notification_type: maybe(text()) }),
	Stop: hook({ stop_hook_active: maybe(flag()), last_assistant_message: maybe(text()) }),
	SubagentStop: hook({
		stop_hook_active: maybe(flag()),
		agent_transcript_path: maybe(text()),
		last_assistant_message: maybe(text()),
	}),
	UserPromptSubmit: hook({ prompt: maybe(text()) }),
	PreCompact: hook({ trigger: maybe(text()), custom_instructions: maybe(text()) }),
	SessionStart: hook({ source: maybe(text()), model: maybe(text()) }),
	SessionEnd: hook({ reason: maybe(text()) }),
	SubagentStart: hook({}),
	PostToolUseFailure: hook({ ...result, is_interrupt: maybe(flag()) }),
	PermissionRequest: hook({ ...tool, permission_suggestions: anything().optional() }),
	hook: system(maybe(undescribed())),
	'component.started': system(
		z.object({
			version: maybe(text()),
			capabilities: maybe(z.array(text())),
			config: maybe(undescribed()),
		}),
	),
	'component.stopped': system(maybe(undescribed())),
	'component.health': system(
		z.object({ component: maybe(text()), status: maybe(text()), metrics: maybe(metrics), message: maybe(text()) }),
	),
	'router.model.switch': system(undescribed()),
	'flow.agent.spawned': system(agent),
	'flow.agent.completed': system(agent),
	'tmux.session.created': system(maybe(undescribed())),
	'tmux.window.changed': system(maybe(undescribed())),
	'ws.connected': system(maybe(undescribed())),
	'ws.disconnected': system(maybe(undescribed())),
	'bus.message': system(maybe(undescribed())),
	'config.changed': system(maybe(undescribed())),
	'resource.alert': system(resource),
	initial: z.object({ events: amount().min(0) }),
	heartbeat: z.object({
		components: z.record(z.string(), text()),
		timestamp: amount().min(0).meta({ unit: 'ms' }),
		next_check: maybe(amount().min(0).meta({ unit: 'ms' })),
	}),
	error: z.object({
		error_code: text(),
		error_message: text(),
		component: text(),
		severity: z.enum(['warning', 'error', 'critical']),
		context: anything().optional(),
		stack_trace: maybe(text()),
	}),
	register: z.object({
		component: text(),
		version: text(),
		capabilities: z.array(text()),
	}),
	sessions: z.array(undescribed()),
	apps: z.array(undescribed()),
	totals: undescribed(),
	health: z.array(undescribed()),
	components: z.array(undescribed()),
	problems: undescribed(),
};

type Sent = Omit<typeof schemas, 'sessions' | 'apps' | 'totals' | 'health' | 'components' | 'problems'>;

/** The newest data of every event type of one server, and what the tracker makes of them. */
export type ClaudeCodeWorld = { readonly [T in keyof Sent]?: Loose<z.infer<Sent[T]>> } & {
	readonly sessions?: readonly SessionItem[];
	readonly apps?: readonly AppItem[];
	readonly totals?: Totals;
	readonly health?: readonly HealthItem[];
	readonly components?: readonly ComponentItem[];
	readonly problems?: Problems;
	readonly $connection?: Connection;
};
