import type { Happening } from '../../../model/description';
import { limits } from '../../../model/limits';
import { Roster } from '../../roster';
import type { Agent, AgentTotals } from '../pictures';
import type { DataOf } from '../schemas';
import { agentState, severityOf } from '../words';
import { Open } from './open';
import { bounded, boundedTexts, type EventOf, happenedAt, idOf, newer, type Part, withHappening } from './part';
import { earlier } from './places';

/** Events that tell of agents. */
export type AgentEvent = 'agent_status_update' | 'agent_task_completed' | 'agent_error';

const unknown = (agent_id: string): Agent => ({
	agent_id,
	name: agent_id,
	type: null,
	status: null,
	reported: null,
	current_task: null,
	progress: null,
	tasks_completed: null,
	average_processing_time: null,
	success_rate: null,
	last_error: null,
	last_severity: null,
	last_error_at: null,
	can_retry: null,
	affected_jobs: null,
	problem: false,
	last_task_type: null,
	last_task_duration: null,
	last_task_job: null,
	last_task_confidence: null,
});

function withStatus(old: Agent, data: DataOf<'agent_status_update'>): Agent {
	const status = agentState(data.status);
	const { tasks_completed, average_processing_time, success_rate } = data.performance ?? {};
	return {
		...old,
		name: bounded(data.name) ?? old.name,
		type: bounded(data.type) ?? old.type,
		status,
		reported: bounded(data.status),
		// What it does now: a status without a task means that there is none.
		current_task: bounded(data.current_task),
		progress: data.progress ?? null,
		tasks_completed: newer(tasks_completed, old.tasks_completed),
		average_processing_time: newer(average_processing_time, old.average_processing_time),
		success_rate: newer(success_rate, old.success_rate),
		problem: status === 'error',
	};
}

const withTask = (old: Agent, data: DataOf<'agent_task_completed'>): Agent => ({
	...old,
	last_task_type: bounded(data.task_type),
	last_task_duration: data.duration ?? null,
	last_task_job: bounded(data.job_id),
	last_task_confidence: data.result?.confidence ?? null,
	problem: old.status === 'error',
});

const withError = (old: Agent, data: DataOf<'agent_error'>, time: string | null): Agent => ({
	...old,
	last_error: bounded(data.error),
	last_severity: severityOf(data.severity),
	last_error_at: time,
	can_retry: data.can_retry ?? null,
	affected_jobs: boundedTexts(data.affected_jobs),
	problem: true,
});

/** The agent as an event leaves it. */
function changed(old: Agent, event: EventOf<AgentEvent>): Agent {
	switch (event.type) {
		case 'agent_status_update':
			return withStatus(old, event.data);
		case 'agent_task_completed':
			return withTask(old, event.data);
		case 'agent_error':
			return withError(old, event.data, event.time);
	}
}

/** An agent that is kept, with the time of its newest event and when it was last heard of, ms since 1970. */
interface Known {
	readonly agent: Agent;
	readonly at: number;
	readonly touched: number;
}

/** The agents, and what they did together. One that lives does not make room for a new one: its entities would come and go. */
export class Agents implements Part<AgentEvent> {
	private readonly roster = new Roster<Known>(limits.aiosAgents);
	/** Agents for which there is no room. */
	private readonly others = new Open<'other'>();
	private tasks = 0;
	private errors = 0;
	private failures: readonly Happening[] = [];

	constructor(private readonly counting: number) {}

	readonly pictures = {
		agents: (): readonly Agent[] => this.roster.list().map(({ item }) => item.agent),
		agent_totals: (): AgentTotals => ({
			counting: this.counting,
			known: this.roster.size,
			working: this.roster.list().filter(({ item }) => item.agent.status === 'working').length,
			tasks: this.tasks,
			errors: this.errors,
			notShown: this.others.count('other'),
			failures: this.failures,
		}),
	};

	take(event: EventOf<AgentEvent>, again: boolean): readonly string[] {
		const id = idOf(event.data.agent_id);
		if (id === null) return [];
		const known = this.roster.get(id);
		const at = happenedAt(event);
		const kept = known !== undefined || this.hasRoom(event.received);
		this.others.set(id, kept ? null : 'other', event.received);
		if (kept && (!known || at >= known.at)) {
			const agent = changed(known?.agent ?? unknown(id), event);
			this.roster.set(id, { agent, at, touched: event.received }, event.received, agent.status === 'offline');
		}
		if (again) return ['agents', 'agent_totals'];
		if (event.type === 'agent_task_completed') this.tasks += 1;
		if (event.type === 'agent_error') this.failed(event, id);
		return ['agents', 'agent_totals'];
	}

	expire(before: number): readonly string[] {
		const [gone, forgotten] = [this.roster.expire(before), this.others.expire(before)];
		return [...(gone ? ['agents'] : []), ...(gone || forgotten ? ['agent_totals'] : [])];
	}

	oldest(): number | null {
		return earlier(this.roster.oldest(), this.others.oldest());
	}

	private hasRoom(now: number): boolean {
		if (this.roster.size < limits.aiosAgents) return true;
		return this.roster
			.list()
			.some(({ item }) => item.agent.status === 'offline' || now - item.touched >= limits.aiosIdle);
	}

	private failed(event: EventOf<'agent_error'>, agent_id: string): void {
		const { error, severity, can_retry, affected_jobs } = event.data;
		this.errors += 1;
		this.failures = withHappening(this.failures, event, severityOf(severity), {
			agent_id,
			agent: this.roster.get(agent_id)?.agent.name,
			error: bounded(error),
			can_retry,
			affected_jobs: boundedTexts(affected_jobs),
		});
	}
}
