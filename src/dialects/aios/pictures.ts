import type { Happening } from '../../model/description';

// What the tracker makes of the stream. Times are RFC 3339 as the server wrote them, durations seconds; null = not known.

/** One numbered place with the job that it shows; everything is null where it shows none. */
export interface Job {
	readonly place: number;
	readonly job_id: string | null;
	readonly run_id: string | null;
	readonly filename: string | null;
	readonly type: string | null;
	/** One of `jobStates`, or null where the server's word is none of them. */
	readonly status: string | null;
	/** The server's own word. */
	readonly reported: string | null;
	readonly progress: number | null;
	readonly current_step: string | null;
	readonly started_at: string | null;
	readonly estimated_completion: string | null;
	readonly ended_at: string | null;
	readonly duration: number | null;
	readonly error: string | null;
	readonly retry_count: number | null;
	readonly can_retry: boolean | null;
	/** How many entities and insights the result has; what they are is left out. */
	readonly entities: number | null;
	readonly insights: number | null;
}

/** A count that starts when the tracker does; see the preset `total`. */
interface Counting {
	/** Milliseconds since 1970. */
	readonly counting: number;
}

/** All jobs together: now, and since the tracker began. */
export interface JobTotals extends Counting {
	readonly queued: number;
	readonly processing: number;
	readonly completed: number;
	readonly failed: number;
	/** How many are under way that have no place: there are more than places. */
	readonly notShown: number;
	readonly completions: readonly Happening[];
	readonly failures: readonly Happening[];
}

/** One agent. */
export interface Agent {
	readonly agent_id: string;
	readonly name: string;
	readonly type: string | null;
	/** One of `agentStates`, or null. */
	readonly status: string | null;
	readonly reported: string | null;
	readonly current_task: string | null;
	readonly progress: number | null;
	readonly tasks_completed: number | null;
	readonly average_processing_time: number | null;
	readonly success_rate: number | null;
	readonly last_error: string | null;
	readonly last_severity: string | null;
	readonly last_error_at: string | null;
	readonly can_retry: boolean | null;
	readonly affected_jobs: readonly string[] | null;
	/** Whether its last word was an error. */
	readonly problem: boolean;
	readonly last_task_type: string | null;
	readonly last_task_duration: number | null;
	readonly last_task_job: string | null;
	readonly last_task_confidence: number | null;
}

/** All agents together. */
export interface AgentTotals extends Counting {
	readonly known: number;
	readonly working: number;
	readonly tasks: number;
	readonly errors: number;
	/** How many are heard of that are not kept: there are more than are shown. */
	readonly notShown: number;
	readonly failures: readonly Happening[];
}

/** The knowledge repository, as far as the stream tells. */
export interface Knowledge extends Counting {
	readonly created: number;
	readonly updated: number;
	readonly item_id: string | null;
	readonly title: string | null;
	readonly type: string | null;
	readonly tags: readonly string[] | null;
	readonly source_job: string | null;
	readonly created_at: string | null;
	readonly updated_at: string | null;
	readonly updated_item: string | null;
	readonly updated_fields: readonly string[] | null;
}

/** The insights, and the last one. */
export interface Insights extends Counting {
	readonly generated: number;
	readonly insight_id: string | null;
	readonly title: string | null;
	readonly type: string | null;
	/** 0 to 1. */
	readonly confidence: number | null;
	readonly created_at: string | null;
	readonly recent: readonly Happening[];
}

/** One step of a DAG run. A type, not an interface: attributes take it as it is. */
export type Step = {
	readonly step_id: string;
	readonly status: string | null;
	readonly duration: number | null;
	readonly retry_count: number | null;
	readonly error: string | null;
	readonly start_time: string | null;
	readonly end_time: string | null;
};

/** One numbered place with the DAG run that it shows; everything is null where it shows none. */
export interface Run {
	readonly place: number;
	readonly dag_id: string | null;
	readonly run_id: string | null;
	/** One of `runStates`, or null. */
	readonly status: string | null;
	readonly reported: string | null;
	readonly progress: number | null;
	readonly total_steps: number | null;
	readonly completed_steps: number | null;
	readonly running_steps: number | null;
	readonly failed_steps: number | null;
	readonly pending_steps: number | null;
	readonly started_at: string | null;
	/** The step that was heard of last. */
	readonly step: string | null;
	readonly steps: readonly Step[];
}

/** All DAG runs together. */
export interface DagTotals extends Counting {
	readonly running: number;
	readonly succeeded: number;
	readonly failed: number;
	readonly failedSteps: number;
	/** How many are under way that have no place: there are more than places. */
	readonly notShown: number;
	readonly failures: readonly Happening[];
}

/** What went wrong with the server as a whole. */
export interface Errors extends Counting {
	readonly count: number;
	/** Of the last one, as is its message and when it happened. */
	readonly code: string | null;
	readonly message: string | null;
	readonly time: string | null;
	readonly recent: readonly Happening[];
}
