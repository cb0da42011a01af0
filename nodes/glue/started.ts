import type { NodeAPI } from 'node-red';

interface Watch {
	readonly runs: Set<() => void>;
	readonly listener: () => void;
}

const watches = new WeakMap<object, Watch>();

/**
 * Calls `run` whenever all flows have started, until the answer is called. One listener for a runtime, however many nodes: Node-RED warns
 * of the eleventh.
 */
export function whenStarted(RED: NodeAPI, run: () => void): () => void {
	const { events } = RED;
	let watch = watches.get(events);
	if (!watch) {
		const runs = new Set<() => void>();
		watch = { runs, listener: () => [...runs].forEach((each) => void each()) };
		watches.set(events, watch);
		events.on('flows:started', watch.listener);
	}
	const { runs, listener } = watch;
	runs.add(run);
	return () => {
		runs.delete(run);
		if (runs.size > 0) return;
		events.off('flows:started', listener);
		watches.delete(events);
	};
}
