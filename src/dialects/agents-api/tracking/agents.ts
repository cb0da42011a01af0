import type { StreamEvent } from '../../../model/event';
import { limits } from '../../../model/limits';
import { Roster } from '../../roster';
import { fieldsOf, isOffline, shortId, textIn } from '../facts';
import type { Agent, Task } from '../pictures';
import { least } from './least';
import { isOvertaken } from './overtaken';

/** Intervals between heartbeats that an agent's cadence is learned from. */
const gapsKept = 5;

/** What is known of one agent's heartbeats. */
interface Pulse {
	/** When the last one was received, ms since 1970. */
	readonly received: number;
	/** The last intervals, ms. */
	readonly gaps: readonly number[];
}

/** An agent with what only the tracker looks at. */
interface Known {
	readonly agent: Agent;
	readonly pulse: Pulse | null;
	/** When it was last heard of, ms since 1970. */
	readonly touched: number;
}

const blank: Omit<Agent, 'id'> = {
	name: null,
	status: null,
	previous: null,
	changed: null,
	heartbeat: null,
	alive: null,
	patience: limits.freshLeast,
	task: null,
	taskTitle: null,
};

/** The agents that are heard of: at most `limits.agentsApiAgents`. One that lives is not pushed out by a new one. */
export class Agents {
	private readonly roster = new Roster<Known>(limits.agentsApiAgents);
	/** Silence counts from here on, ms since 1970: the stream had a pause before. */
	private resumed = 0;

	/** `agent:status_changed`. */
	status(id: string, event: StreamEvent): boolean {
		const { old_status: before, new_status: now } = fieldsOf(event.data);
		const word = typeof now === 'string' && now !== '' ? now.slice(0, limits.textLength) : null;
		if (word === null) return this.change(id, event.received, {});
		const agent = this.roster.get(id)?.agent;
		// What came late is no news, but the picture may lack it.
		if (agent?.changed && isOvertaken(event.at, agent.changed)) return this.change(id, event.received, {});
		const previous = typeof before === 'string' ? before.slice(0, limits.textLength) : (agent?.status ?? null);
		const gone = isOffline(word) && { alive: agent?.heartbeat ? false : null };
		return this.change(id, event.received, { status: word, previous, changed: event.at, ...gone });
	}

	/** `agent:heartbeat`. */
	heartbeat(id: string, event: StreamEvent): boolean {
		const metadata = fieldsOf(fieldsOf(event.data).metadata);
		const known = this.roster.get(id);
		const { pulse } = known ?? { pulse: null };
		const last = known?.agent.heartbeat ?? null;
		const gap = pulse ? event.received - pulse.received : 0;
		// A pause of the stream says nothing about how often the agent speaks.
		const counts = pulse !== null && gap > 0 && this.resumed <= pulse.received;
		const gaps = [...(pulse?.gaps ?? []), ...(counts ? [gap] : [])].slice(-gapsKept);
		const name = textIn(metadata, 'name', 'agent_name', 'display_name');
		const status = textIn(metadata, 'status');
		return this.change(
			id,
			event.received,
			{
				heartbeat: last !== null && isOvertaken(event.at, last) ? last : event.at,
				alive: true,
				patience: Math.max(limits.freshLeast, limits.freshFactor * median(gaps)),
				...(name !== null && { name }),
				...(status !== null && (known?.agent.changed ?? null) === null && { status }),
			},
			{ received: event.received, gaps },
		);
	}

	/** An agent works on a task. */
	working(id: string, task: Task, received: number): boolean {
		return this.change(id, received, { task: task.id, taskTitle: task.title });
	}

	/** A task is no longer an agent's; `next` is what it works on besides. */
	free(id: string, task: string, next: Task | null): boolean {
		const known = this.roster.get(id);
		if (known?.agent.task !== task) return false;
		return this.change(id, known.touched, { task: next?.id ?? null, taskTitle: next?.title ?? null });
	}

	/** The stream goes on after a pause. */
	resume(now: number): void {
		this.resumed = now;
	}

	/** Who has been silent for too long by now. */
	silence(now: number): boolean {
		let any = false;
		for (const { id, item } of this.roster.list()) {
			const due = this.due(item);
			if (due !== null && due <= now) any = this.change(id, item.touched, { alive: false }) || any;
		}
		return any;
	}

	/** When the next one has been silent for too long, ms since 1970; null = none will. */
	nextSilence(): number | null {
		return least(this.roster.list().map(({ item }) => this.due(item)));
	}

	/** Who was not heard of for a lifetime leaves. */
	expire(now: number): boolean {
		return this.roster.expire(now - limits.agentsApiLifetime);
	}

	/** When the next one leaves, ms since 1970. */
	nextExpiry(): number | null {
		const oldest = this.roster.oldest();
		return oldest === null ? null : oldest + limits.agentsApiLifetime + 1;
	}

	/** What an agent is called. */
	nameOf(id: string): string {
		return this.roster.get(id)?.agent.name ?? shortId(id);
	}

	/** The agents, in a stable order. */
	picture(): readonly Agent[] {
		return this.roster.list().map(({ item }) => item.agent);
	}

	private due({ agent, pulse }: Known): number | null {
		return agent.alive === true && pulse ? Math.max(pulse.received, this.resumed) + agent.patience + 1 : null;
	}

	/** Whether a new agent can be taken in: into a free place, or that of one that is gone. */
	private hasPlace(now: number): boolean {
		if (this.roster.size < limits.agentsApiAgents) return true;
		return this.roster.list().some(({ item }) => isGone(item) || now - item.touched >= limits.agentsApiIdle);
	}

	private change(id: string, received: number, change: Partial<Agent>, pulse?: Pulse): boolean {
		const known = this.roster.get(id);
		if (!known && !this.hasPlace(received)) return false;
		const touched = Math.max(received, known?.touched ?? 0);
		const agent = { ...(known?.agent ?? { id, ...blank }), ...change };
		const item: Known = { agent, pulse: pulse ?? known?.pulse ?? null, touched };
		this.roster.set(id, item, touched, isGone(item));
		return true;
	}
}

function isGone({ agent: { alive, status } }: Known): boolean {
	return alive === false || isOffline(status);
}

/** The middle one, so that a single outage is no cadence; 0 of none. */
function median(values: readonly number[]): number {
	return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;
}
