/** Words for the end of a task, by what it means. The document names none. */
const ends: { readonly [word: string]: 'completed' | 'failed' | 'cancelled' } = {
	completed: 'completed',
	complete: 'completed',
	done: 'completed',
	success: 'completed',
	succeeded: 'completed',
	finished: 'completed',
	failed: 'failed',
	failure: 'failed',
	error: 'failed',
	cancelled: 'cancelled',
	canceled: 'cancelled',
	aborted: 'cancelled',
};

/** How a task ended; null while it goes on. */
export function taskEnd(status: string | null | undefined): 'completed' | 'failed' | 'cancelled' | null {
	const word = status?.toLowerCase() ?? '';
	return Object.hasOwn(ends, word) ? (ends[word] ?? null) : null;
}

const well: ReadonlySet<string> = new Set([
	...['healthy', 'ok', 'up', 'running', 'ready', 'active', 'online', 'available'],
	...['success', 'succeeded', 'passed', 'deployed', 'complete', 'completed'],
]);

/** Whether a word for the health of a component is a good one. */
export const isHealthy = (word: string): boolean => well.has(word.toLowerCase());
