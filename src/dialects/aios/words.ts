// The server's words in one vocabulary: the document shows some of them only, so what programs of this kind commonly say is read too.

/** States of a processing job. */
export const jobStates = ['queued', 'processing', 'completed', 'failed', 'cancelled'] as const;
/** States of an agent. */
export const agentStates = ['idle', 'working', 'paused', 'error', 'offline'] as const;
/** States of a DAG run. */
export const runStates = ['queued', 'running', 'success', 'failed', 'cancelled'] as const;
/** How bad an agent's error is. */
export const severities = ['info', 'warning', 'error', 'critical'] as const;

/** Reads words into one of `known`: as they are, or by a table of other words for them; null where neither knows it. */
const reader =
	<const K extends string>(known: readonly K[], others: { readonly [word: string]: K }) =>
	(word: string | null | undefined): K | null => {
		const plain = (word ?? '').trim().toLowerCase().replace(/[ -]/g, '_');
		return known.find((each) => each === plain) ?? (Object.hasOwn(others, plain) ? (others[plain] ?? null) : null);
	};

/** The state that a job's `status` stands for. */
export const jobState = reader(jobStates, {
	pending: 'queued',
	waiting: 'queued',
	created: 'queued',
	running: 'processing',
	started: 'processing',
	in_progress: 'processing',
	retrying: 'processing',
	success: 'completed',
	succeeded: 'completed',
	done: 'completed',
	finished: 'completed',
	error: 'failed',
	failure: 'failed',
	canceled: 'cancelled',
	aborted: 'cancelled',
});

/** The state that an event tells of a job: one that says by its name that the job is over is believed, whatever word comes with it. */
export function toldJobState(type: string, word: string | null | undefined): (typeof jobStates)[number] | null {
	const said = jobState(word);
	if (type === 'processing_job_completed') return 'completed';
	if (type === 'processing_job_failed') return said === 'cancelled' ? said : 'failed';
	return said;
}

/** The state that an agent's `status` stands for. */
export const agentState = reader(agentStates, {
	ready: 'idle',
	available: 'idle',
	waiting: 'idle',
	active: 'working',
	busy: 'working',
	running: 'working',
	processing: 'working',
	suspended: 'paused',
	failed: 'error',
	inactive: 'offline',
	stopped: 'offline',
	disabled: 'offline',
	disconnected: 'offline',
});

/** The state that the `status` of a DAG run or step stands for. */
export const runState = reader(runStates, {
	pending: 'queued',
	scheduled: 'queued',
	processing: 'running',
	started: 'running',
	in_progress: 'running',
	restarting: 'running',
	up_for_retry: 'running',
	completed: 'success',
	succeeded: 'success',
	error: 'failed',
	failure: 'failed',
	upstream_failed: 'failed',
	canceled: 'cancelled',
	skipped: 'cancelled',
	removed: 'cancelled',
});

/** How bad an error is: the server's word, `error` where it has another or none. */
export const severityOf = (word: string | null | undefined): (typeof severities)[number] =>
	reader(severities, {
		low: 'info',
		notice: 'info',
		medium: 'warning',
		warn: 'warning',
		high: 'error',
		fatal: 'critical',
	})(word) ?? 'error';
