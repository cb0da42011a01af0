import type { Clock, Timer } from '../../src/model/clock';
import type { StreamClient } from './stream-server';

/** What the document's `subscribe` knows, with the events that come by each. */
const topics: Readonly<Record<string, RegExp>> = {
	processing_jobs: /^processing_job_/,
	agents: /^agent_/,
	knowledge: /^knowledge_item_/,
	insights: /^insight_/,
};
/** Events of DAG runs: they go to those who subscribed the run. */
const dagEvents = /^(dag_run_|step_status)/;

/** An event as it is sent. */
export interface SentEvent {
	readonly event: string;
	readonly data: { readonly [field: string]: unknown };
}

interface Filters {
	readonly run_id?: unknown;
	readonly agent_ids?: unknown;
}

/** One connection as the server knows it: whether it has authenticated, and what it subscribed. */
export class AiosClient {
	/** The token that it authenticated with; undefined = it has not. */
	token: string | null | undefined;
	private readonly filters = new Map<string, Filters>();
	private readonly runs = new Set<string>();
	private timer: Timer | undefined;

	constructor(
		readonly stream: StreamClient,
		private readonly clock: Clock,
	) {}

	/** Calls `late` unless it authenticates within `ms`. */
	mustAuthenticate(ms: number, late: () => void): void {
		this.timer = this.clock.after(ms, late);
	}

	/** It has authenticated. */
	accept(token: string | null): void {
		this.token = token;
		this.release();
	}

	/** Stops its timer. */
	release(): void {
		this.clock.cancel(this.timer);
		this.timer = undefined;
	}

	/** Answers the types that there are not. */
	subscribe(types: readonly unknown[], filters: Filters): unknown[] {
		for (const type of types) if (typeof type === 'string' && topics[type]) this.filters.set(type, filters);
		return types.filter((type) => typeof type !== 'string' || !topics[type]);
	}

	unsubscribe(types: readonly unknown[]): void {
		for (const type of types) this.filters.delete(String(type));
	}

	subscribeRun(run: string): void {
		this.runs.add(run);
	}

	/** Whether an event is for it. */
	wants({ event, data }: SentEvent): boolean {
		if (this.token === undefined) return false;
		if (dagEvents.test(event)) return this.runs.has(String(data.run_id));
		const topic = Object.keys(topics).find((name) => topics[name]?.test(event));
		// What no subscription knows (metrics, errors, heartbeats) goes to everyone.
		if (topic === undefined) return true;
		const filters = this.filters.get(topic);
		if (!filters) return false;
		if (topic === 'processing_jobs' && filters.run_id !== undefined) return data.run_id === filters.run_id;
		if (topic !== 'agents' || !Array.isArray(filters.agent_ids)) return true;
		return filters.agent_ids.includes(data.agent_id);
	}
}
