import type { EventType } from '../dialect';

const of = (title: string, interval: number | null = null): EventType => ({ title, interval, list: false });
const picture = (title: string, list = false): EventType => ({ title, interval: null, list, own: true });

/** The words that the document's `subscribe` knows: what an endpoint asks for unless its subscription says otherwise. */
export const subscriptionTypes = ['processing_jobs', 'agents', 'knowledge', 'insights'] as const;

/**
 * Every server event of the document with its interval in seconds, and the pictures that the tracker makes of them (`own`).
 * `ping` tells nothing but that the server is there.
 */
export const types: Readonly<Record<string, EventType>> = {
	connected: of('Connected'),
	ping: of('Heartbeat', 30),
	processing_job_status: of('Processing job status'),
	processing_job_completed: of('Processing job completed'),
	processing_job_failed: of('Processing job failed'),
	agent_status_update: of('Agent status'),
	agent_task_completed: of('Agent task completed'),
	agent_error: of('Agent error'),
	knowledge_item_created: of('Knowledge item created'),
	knowledge_item_updated: of('Knowledge item updated'),
	insight_generated: of('Insight generated'),
	dashboard_metrics_update: of('Dashboard metrics', 30),
	dag_run_status: of('DAG run status'),
	step_status: of('DAG step status'),
	dag_run_progress: of('DAG run progress'),
	error: of('Error'),
	connection_error: of('Connection error'),
	jobs: picture('Jobs in their places', true),
	job_totals: picture('Jobs counted'),
	agents: picture('Agents', true),
	agent_totals: picture('Agents counted'),
	knowledge: picture('Knowledge repository'),
	insights: picture('Insights'),
	dag_runs: picture('DAG runs in their places', true),
	dag_totals: picture('DAG runs counted'),
	errors: picture('Errors'),
};

/**
 * The subscription that an event type comes by, as far as its name and the document's chapters tell. DAG events come by run, and errors and
 * the protocol's own events by themselves: they are not listed.
 */
export const subscriptionOf: Readonly<Record<string, (typeof subscriptionTypes)[number]>> = {
	processing_job_status: 'processing_jobs',
	processing_job_completed: 'processing_jobs',
	processing_job_failed: 'processing_jobs',
	agent_status_update: 'agents',
	agent_task_completed: 'agents',
	agent_error: 'agents',
	knowledge_item_created: 'knowledge',
	knowledge_item_updated: 'knowledge',
	insight_generated: 'insights',
	// The document has them in one chapter, and sends them to who has subscribed.
	dashboard_metrics_update: 'insights',
};

/** What comes by run, to who has subscribed the run. */
export const dagTypes: ReadonlySet<string> = new Set(['dag_run_status', 'step_status', 'dag_run_progress']);
