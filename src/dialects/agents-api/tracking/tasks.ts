import type { Happening } from '../../../model/description';
import type { StreamEvent } from '../../../model/event';
import { limits } from '../../../model/limits';
import { Roster } from '../../roster';
import { fieldsOf, isFinal, outcomeOf, progressIn, statusIn, type TaskState, textIn, toldState } from '../facts';
import type { Task, TaskCounts, TaskSlot } from '../pictures';
import { added, given } from './happenings';
import { least } from './least';
import { isOvertaken } from './overtaken';

/** What an event did to a task. */
export interface TaskChange {
	readonly before: Task | null;
	readonly task: Task;
	/** An open task that is forgotten to make room for it; null = none is. */
	readonly forgotten: Task | null;
}

/** A task with the time of the event that it was last changed by, ms since 1970. */
interface Known {
	readonly task: Task;
	readonly at: number;
}

/** Happenings of tasks, as an event entity names them. */
export const taskHappenings = ['created', 'assigned', 'completed', 'failed', 'cancelled'] as const;

/**
 * The tasks that are heard of. All of them (bounded) are counted by their state, some of them are shown at fixed places: an open one keeps
 * its place, a new one takes that of the one that finished longest ago.
 */
export class Tasks {
	/** Open and finished ones, those that were longest not heard of first. */
	private readonly open = new Map<string, Known>();
	private readonly finished = new Map<string, Known>();
	private readonly slots = new Roster<Task>(limits.agentsApiTaskSlots);
	private readonly now: Record<TaskState, number>;
	private readonly totals = { created_total: 0, completed_total: 0, failed_total: 0, cancelled_total: 0 };
	private happenings: readonly Happening[] = [];

	/** @param counting when counting begins, ms since 1970 */
	constructor(private readonly counting: number) {
		this.now = { created: 0, assigned: 0, in_progress: 0, completed: 0, failed: 0, cancelled: 0 };
	}

	/** An event of a task, which was not seen before. `mark` is what it is known by. */
	apply(id: string, event: StreamEvent, mark: string): TaskChange {
		const known = this.open.get(id) ?? this.finished.get(id) ?? null;
		const task = changed(id, known, event);
		// Whatever is forgotten to make room is shown no longer.
		this.show(task);
		const forgotten = this.keep(task, known && isOvertaken(event.at, known.at) ? known.at : event.at, known);
		const before = known?.task ?? null;
		this.count(before, task, event, mark);
		return { before, task, forgotten };
	}

	/** An open task that this agent has; null = it has none. */
	ofAgent(agent: string): Task | null {
		let found: Task | null = null;
		for (const { task } of this.open.values()) if (task.agent === agent && task.state !== 'created') found = task;
		return found;
	}

	/** What was not heard of for a lifetime leaves. Answers the tasks that left open. */
	expire(now: number): { readonly any: boolean; readonly abandoned: readonly Task[] } {
		const abandoned: Task[] = [];
		let any = false;
		for (const list of [this.open, this.finished]) {
			for (const [id, { task }] of list) {
				if (now - task.touched <= limits.agentsApiLifetime) break;
				this.forget(id, task, list);
				if (list === this.open) abandoned.push(task);
				any = true;
			}
		}
		return { any, abandoned };
	}

	/** When the next one leaves, ms since 1970. */
	nextExpiry(): number | null {
		const oldest = [this.open, this.finished].map((list) => {
			const [first] = list.values();
			return first ? first.task.touched + limits.agentsApiLifetime + 1 : null;
		});
		return least(oldest);
	}

	/** The tasks that are shown, with what `nameOf` calls their agents. */
	shown(nameOf: (agent: string) => string): readonly TaskSlot[] {
		return this.slots
			.list()
			.map(({ item, place }) => ({ ...item, place, agentName: item.agent === null ? null : nameOf(item.agent) }));
	}

	counts(): TaskCounts {
		const { created, assigned, in_progress } = this.now;
		return { counting: this.counting, created, assigned, in_progress, ...this.totals, happenings: this.happenings };
	}

	/** Answers the open task that makes room. */
	private keep(task: Task, at: number, known: Known | null): Task | null {
		this.open.delete(task.id);
		this.finished.delete(task.id);
		(isFinal(task.state) ? this.finished : this.open).set(task.id, { task, at });
		if (known) this.now[known.task.state] -= 1;
		this.now[task.state] += 1;
		if (this.open.size + this.finished.size <= limits.agentsApiTasks) return null;
		const list = this.finished.size > 0 ? this.finished : this.open;
		const [oldest] = list.values();
		if (!oldest) return null;
		this.forget(oldest.task.id, oldest.task, list);
		return list === this.open ? oldest.task : null;
	}

	private forget(id: string, task: Task, list: Map<string, Known>): void {
		list.delete(id);
		this.now[task.state] -= 1;
		this.slots.delete(id);
	}

	/** Puts a task where it is shown, if it is there already or there is a place for it. */
	private show(task: Task): void {
		const shown = this.slots.get(task.id) !== undefined;
		const free = this.slots.size < limits.agentsApiTaskSlots;
		const over = isFinal(task.state);
		const place = () =>
			this.slots
				.list()
				.some(({ item }) => isFinal(item.state) || (!over && task.touched - item.touched >= limits.agentsApiIdle));
		if (shown || free || place()) this.slots.set(task.id, task, task.touched, over);
	}

	private count(before: Task | null, task: Task, event: StreamEvent, mark: string): void {
		if (event.replayed) return;
		const type = happened(before, task, event.type);
		if (event.type === 'task:created') this.totals.created_total += 1;
		if (before?.state !== task.state && isFinal(task.state)) this.totals[`${task.state as 'completed'}_total`] += 1;
		if (type === null) return;
		const { id, title, agent, status, priority } = task;
		const attributes = given({ task_id: id, title, agent_id: agent, status, priority });
		this.happenings = added(this.happenings, { id: mark, type, at: event.at, live: true, attributes });
	}
}

/** What an event is to people; null where it is only progress. */
function happened(before: Task | null, task: Task, type: string): string | null {
	if (before?.state !== task.state && isFinal(task.state)) return task.state;
	if (type === 'task:created') return 'created';
	return type === 'task:assigned' ? 'assigned' : null;
}

/** The task as it is after an event. What comes late adds what was not known and changes no state. */
function changed(id: string, known: Known | null, event: StreamEvent): Task {
	const data = fieldsOf(event.data);
	const task = known?.task ?? null;
	const details = { ...fieldsOf(data.task), ...fieldsOf(data.update) };
	const result = fieldsOf(data.result);
	const facts = {
		title: textIn(details, 'title', 'name'),
		agent: textIn(data, 'agent_id') ?? textIn(details, 'assigned_to', 'agent_id', 'assigned_agent_id'),
		priority: textIn(details, 'priority'),
		progress: progressIn(details),
	};
	const late = known !== null && isLate(known, event);
	const newer = <T>(fact: T | null, old: T | null | undefined): T | null =>
		late ? (old ?? fact) : (fact ?? old ?? null);
	const state = stateAfter(task, event, late);
	const told = statusIn(event.type === 'task:completed' ? result : details);
	return {
		id,
		title: newer(facts.title, task?.title),
		agent: newer(facts.agent, task?.agent),
		priority: newer(facts.priority, task?.priority),
		progress: state === 'completed' ? 100 : newer(facts.progress, task?.progress),
		state,
		status: late ? (task?.status ?? null) : (told ?? (state === task?.state ? task.status : null)),
		since: task && task.state === state ? task.since : event.at,
		touched: Math.max(event.received, task?.touched ?? 0),
	};
}

/** Whether an event was overtaken: by its time, by the end of the task at that time, or because a task that is open was created before. */
function isLate({ task, at }: Known, event: StreamEvent): boolean {
	const over = isFinal(task.state);
	return isOvertaken(event.at, at) || (over ? event.at === at : event.type === 'task:created');
}

function stateAfter(task: Task | null, { type, data }: StreamEvent, late: boolean): TaskState {
	const details = fieldsOf(data);
	const told = toldState(type, details);
	// A task ends once, in whatever order the events arrive.
	if (task && late) return type === 'task:completed' && !isFinal(task.state) ? outcomeOf(details.result) : task.state;
	if (told !== null) return told;
	// Progress: it is being worked on, unless it is over.
	return task && isFinal(task.state) ? task.state : 'in_progress';
}
