import { z } from 'zod';
import { isTimestamp } from '../../model/time';
import type { Loose } from '../validate';
import type { Agent, AgentTotals, DagTotals, Errors, Insights, Job, JobTotals, Knowledge, Run } from './pictures';

// The document lists no words for status, type or severity, only examples: they are text here, and `words.ts` reads them.

const text = () => z.string();
const maybeText = () => z.string().nullable().optional();
const time = () => z.string().refine(isTimestamp).meta({ timestamp: true });
const maybeTime = () => time().nullable().optional();
const percent = () => z.number().min(0).max(100).meta({ unit: '%' });
const seconds = () => z.number().min(0).meta({ unit: 's' });
/** Not `z.int()`, since a counter may grow beyond what is exact. */
const count = () => z.number().multipleOf(1).min(0);
const texts = () => z.array(z.string()).nullable().optional();

const job = { job_id: text(), run_id: maybeText(), type: maybeText(), status: text(), timestamp: time() };
const dagRun = { dag_id: text(), run_id: text(), timestamp: time() };
const fault = { code: text(), message: maybeText(), timestamp: time() };

/**
 * The data of every server event of the document. Required is what identifies the thing and tells its state; what only some states have
 * (an estimate, a step, an error) may be missing or null.
 */
export const schemas = {
	connected: z.object({ client_id: maybeText(), server_time: time() }),
	ping: z.object({ timestamp: time() }),
	processing_job_status: z.object({
		...job,
		progress: percent().nullable().optional(),
		filename: maybeText(),
		started_at: maybeTime(),
		estimated_completion: maybeTime(),
		current_step: maybeText(),
	}),
	processing_job_completed: z.object({
		...job,
		progress: percent().nullable().optional(),
		completed_at: maybeTime(),
		result: z
			.object({ extracted_text: maybeText(), summary: maybeText(), entities: texts(), insights: texts() })
			.nullable()
			.optional(),
	}),
	processing_job_failed: z.object({
		...job,
		error: maybeText(),
		failed_at: maybeTime(),
		retry_count: count().nullable().optional(),
		can_retry: z.boolean().nullable().optional(),
	}),
	agent_status_update: z.object({
		agent_id: text(),
		name: maybeText(),
		type: maybeText(),
		status: text(),
		current_task: maybeText(),
		progress: percent().nullable().optional(),
		performance: z
			.object({
				tasks_completed: count().nullable().optional(),
				average_processing_time: seconds().nullable().optional(),
				success_rate: percent().nullable().optional(),
			})
			.nullable()
			.optional(),
		timestamp: time(),
	}),
	agent_task_completed: z.object({
		agent_id: text(),
		task_id: text(),
		job_id: maybeText(),
		task_type: maybeText(),
		duration: seconds().nullable().optional(),
		result: z
			.object({ summary: maybeText(), confidence: z.number().min(0).max(1).nullable().optional() })
			.nullable()
			.optional(),
		timestamp: time(),
	}),
	agent_error: z.object({
		agent_id: text(),
		error: text(),
		severity: maybeText(),
		can_retry: z.boolean().nullable().optional(),
		affected_jobs: texts(),
		timestamp: time(),
	}),
	knowledge_item_created: z.object({
		item_id: text(),
		title: maybeText(),
		type: maybeText(),
		source_job: maybeText(),
		tags: texts(),
		created_at: maybeTime(),
		timestamp: time(),
	}),
	knowledge_item_updated: z.object({
		item_id: text(),
		updated_fields: texts(),
		updated_at: maybeTime(),
		timestamp: time(),
	}),
	insight_generated: z.object({
		insight_id: text(),
		title: maybeText(),
		description: maybeText(),
		type: maybeText(),
		confidence: z.number().min(0).max(1).nullable().optional(),
		metadata: z.record(z.string(), z.unknown()).nullable().optional(),
		created_at: maybeTime(),
		timestamp: time(),
	}),
	dashboard_metrics_update: z.object({
		total_processed: count(),
		processing_time: seconds().nullable(),
		success_rate: percent().nullable(),
		active_agents: count(),
		knowledge_items: count(),
		changes: z.record(z.string(), z.unknown()).nullable().optional(),
		timestamp: time(),
	}),
	dag_run_status: z.object({ ...dagRun, status: text(), started_at: maybeTime() }),
	step_status: z.object({
		...dagRun,
		step_id: text(),
		status: text(),
		start_time: maybeTime(),
		end_time: maybeTime(),
		// 300000 for five minutes in the document.
		duration: z.number().min(0).meta({ unit: 'ms' }).nullable().optional(),
		retry_count: count().nullable().optional(),
		error: maybeText(),
	}),
	dag_run_progress: z.object({
		...dagRun,
		total_steps: count(),
		completed_steps: count(),
		running_steps: count(),
		failed_steps: count(),
		pending_steps: count(),
		completion_percentage: percent(),
	}),
	error: z.object({ ...fault, details: z.record(z.string(), z.unknown()).nullable().optional() }),
	connection_error: z.object(fault),
} as const satisfies { readonly [type: string]: z.ZodType };

/** A server event. */
export type ServerEvent = keyof typeof schemas;

/** A server event's data after lenient validation. */
export type DataOf<T extends ServerEvent> = Loose<z.infer<(typeof schemas)[T]>>;

/** What rows can look at: the newest data of the stream's types, and the tracker's pictures. */
export type AiosWorld = { readonly [T in ServerEvent]?: DataOf<T> } & {
	readonly jobs?: readonly Job[];
	readonly job_totals?: JobTotals;
	readonly agents?: readonly Agent[];
	readonly agent_totals?: AgentTotals;
	readonly knowledge?: Knowledge;
	readonly insights?: Insights;
	readonly dag_runs?: readonly Run[];
	readonly dag_totals?: DagTotals;
	readonly errors?: Errors;
};
