import type { Clock } from '../../model/clock';
import type { StreamEvent } from '../../model/event';
import { limits } from '../../model/limits';
import type { Tracked, Tracker } from '../../model/tracker';
import { type AgentEvent, Agents } from './tracking/agents';
import { type JobEvent, Jobs } from './tracking/jobs';
import { type FaultEvent, Faults, Library, type LibraryEvent } from './tracking/library';
import type { EventOf, Part } from './tracking/part';
import { earlier, endOfLife } from './tracking/places';
import { Repeats } from './tracking/repeats';
import { type RunEvent, Runs } from './tracking/runs';

/** The events that the tracker takes in. */
type Taken = JobEvent | AgentEvent | LibraryEvent | RunEvent | FaultEvent;

/** The part that an event type belongs to. */
type Takers = { readonly [T in Taken]: Part<T> };

/** What the stream's happenings add up to: jobs and DAG runs in places, agents, totals, and what has just happened. */
export class AiosTracker implements Tracker {
	private readonly parts: readonly Part[];
	private readonly takers: Takers;
	private readonly repeats = new Repeats();
	/** Whether the totals were shown: from the first event on, so that all is there before anything happens. */
	private shown = false;

	constructor(clock: Clock) {
		const counting = clock.now();
		const [jobs, agents, runs] = [new Jobs(counting), new Agents(counting), new Runs(counting)];
		const [library, faults] = [new Library(counting), new Faults(counting)];
		this.parts = [jobs, agents, library, runs, faults];
		this.takers = {
			processing_job_status: jobs,
			processing_job_completed: jobs,
			processing_job_failed: jobs,
			agent_status_update: agents,
			agent_task_completed: agents,
			agent_error: agents,
			knowledge_item_created: library,
			knowledge_item_updated: library,
			insight_generated: library,
			dag_run_status: runs,
			step_status: runs,
			dag_run_progress: runs,
			error: faults,
			connection_error: faults,
		};
	}

	apply(event: StreamEvent): Tracked {
		if (event.rejected) return {};
		const changed = this.isTaken(event) ? taken(this.takers, event, this.repeats.has(event)) : [];
		if (this.shown) return this.pictures(changed);
		this.shown = true;
		return this.pictures(this.parts.flatMap((each) => Object.keys(each.pictures)));
	}

	tick(now: number): Tracked {
		return this.pictures(this.parts.flatMap((part) => part.expire?.(now - limits.aiosLifetime) ?? []));
	}

	nextTick(): number | null {
		return endOfLife(this.parts.map((part) => part.oldest?.() ?? null).reduce(earlier, null));
	}

	/** A flow can hand in an event that nobody has validated: its data is an object, at least. */
	private isTaken(event: StreamEvent): event is EventOf<Taken> {
		return Object.hasOwn(this.takers, event.type) && typeof event.data === 'object' && event.data !== null;
	}

	private pictures(types: readonly string[]): Tracked {
		const tracked: { [type: string]: unknown } = {};
		for (const { pictures } of this.parts) {
			for (const [type, picture] of Object.entries(pictures)) if (types.includes(type)) tracked[type] = picture();
		}
		return tracked;
	}
}

/** Hands an event to the part that its type belongs to. */
function taken<T extends Taken>(
	takers: { readonly [K in T]: Part<K> },
	event: EventOf<T>,
	again: boolean,
): readonly string[] {
	return takers[event.type].take(event, again);
}
