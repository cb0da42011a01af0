import type { Clock } from '../../model/clock';
import type { StreamEvent } from '../../model/event';
import { limits } from '../../model/limits';
import type { Tracked, Tracker } from '../../model/tracker';
import { fieldsOf, isFinal, isId } from './facts';
import type { Pictures, Task } from './pictures';
import { Agents } from './tracking/agents';
import { least } from './tracking/least';
import { alert, conversation, noAlerts, noConversations, noErrors, serverError } from './tracking/messages';
import { Repeats } from './tracking/repeats';
import { type TaskChange, Tasks } from './tracking/tasks';

/** The pictures that an event changed. */
type Touched = Set<keyof Pictures>;

/** What the stream of the agents API adds up to. */
export class AgentsApiTracker implements Tracker {
	private readonly repeats = new Repeats();
	private readonly agents = new Agents();
	private readonly tasks: Tasks;
	private conversations;
	private alerts;
	private errors;
	/** When anything was last received, ms since 1970; null = nothing was. */
	private last: number | null = null;
	/** Whether the stream was silent for so long that the agents' silence tells nothing. */
	private paused = false;

	constructor(clock: Clock) {
		const now = clock.now();
		this.tasks = new Tasks(now);
		this.conversations = noConversations(now);
		this.alerts = noAlerts(now);
		this.errors = noErrors(now);
	}

	/** The first event shows everything, so that counts stand at 0 from the beginning. */
	apply(event: StreamEvent): Tracked {
		if (event.rejected) return {};
		const touched: Touched = new Set(this.last === null ? everything : []);
		const { received } = event;
		if (this.last !== null && received - this.last > limits.agentsApiPause) this.agents.resume(received);
		this.last = received;
		this.paused = false;
		const mark = tracked.has(event.type) ? this.repeats.mark(event) : null;
		if (mark !== null) this.take(event, mark, touched);
		return this.show(touched);
	}

	tick(now: number): Tracked {
		const touched: Touched = new Set();
		this.paused = this.last === null || now - this.last > limits.agentsApiPause;
		if (!this.paused && this.agents.silence(now)) touched.add('agents');
		if (this.agents.expire(now)) touched.add('agents');
		const { any, abandoned } = this.tasks.expire(now);
		if (any) touched.add('tasks').add('task_slots');
		for (const task of abandoned) if (this.leaves(task)) touched.add('agents');
		return this.show(touched);
	}

	nextTick(): number | null {
		const silence = this.paused ? null : this.agents.nextSilence();
		return least([silence, this.agents.nextExpiry(), this.tasks.nextExpiry()]);
	}

	private take(event: StreamEvent, mark: string, touched: Touched): void {
		const data = fieldsOf(event.data);
		const agent = isId(data.agent_id) ? data.agent_id : null;
		const task = isId(data.task_id) ? data.task_id : null;
		switch (event.type) {
			case 'agent:status_changed':
				if (agent !== null && this.agents.status(agent, event)) touched.add('agents');
				return;
			case 'agent:heartbeat':
				if (agent !== null) this.beat(agent, event, touched);
				return;
			case 'conversation:message':
				this.conversations = conversation(this.conversations, event, mark);
				touched.add('conversations');
				return;
			case 'system:alert':
				this.alerts = alert(this.alerts, event, mark);
				touched.add('alerts');
				return;
			case 'error':
				this.errors = serverError(this.errors, event);
				touched.add('errors');
				return;
			default:
				if (task === null) return;
				touched.add('tasks').add('task_slots');
				if (this.hands(this.tasks.apply(task, event, mark), event)) touched.add('agents');
		}
	}

	/** A heartbeat can tell what the agent is called, also where its tasks are shown. */
	private beat(agent: string, event: StreamEvent, touched: Touched): void {
		const before = this.agents.nameOf(agent);
		if (this.agents.heartbeat(agent, event)) touched.add('agents');
		if (this.agents.nameOf(agent) !== before) touched.add('task_slots');
	}

	/** Who works on a task now, and who no longer does. */
	private hands({ before, task, forgotten }: TaskChange, event: StreamEvent): boolean {
		let any = forgotten !== null && this.leaves(forgotten);
		const over = isFinal(task.state);
		if (before?.agent && (over || before.agent !== task.agent)) {
			any = this.agents.free(before.agent, task.id, this.tasks.ofAgent(before.agent)) || any;
		}
		const fresh = before?.agent !== task.agent || before?.title !== task.title || isFinal(before.state);
		if (task.agent === null || over || task.state === 'created' || !fresh) return any;
		return this.agents.working(task.agent, task, event.received) || any;
	}

	/** An open task is forgotten: its agent has it no longer. */
	private leaves({ id, agent }: Task): boolean {
		return agent !== null && this.agents.free(agent, id, this.tasks.ofAgent(agent));
	}

	private show(touched: Touched): Tracked {
		const shown: { [type: string]: unknown } = {};
		for (const type of touched) shown[type] = this.picture(type);
		return shown;
	}

	private picture<T extends keyof Pictures>(type: T): Pictures[T] {
		const pictures: { readonly [P in keyof Pictures]: () => Pictures[P] } = {
			agents: () => this.agents.picture(),
			task_slots: () => this.tasks.shown((agent) => this.agents.nameOf(agent)),
			tasks: () => this.tasks.counts(),
			conversations: () => this.conversations,
			alerts: () => this.alerts,
			errors: () => this.errors,
		};
		return pictures[type]();
	}
}

const everything: readonly (keyof Pictures)[] = ['agents', 'task_slots', 'tasks', 'conversations', 'alerts', 'errors'];

/** Events that are happenings; the others are the protocol's own traffic. */
const tracked: ReadonlySet<string> = new Set([
	'agent:status_changed',
	'agent:heartbeat',
	'task:created',
	'task:assigned',
	'task:updated',
	'task:completed',
	'conversation:message',
	'system:alert',
	'error',
]);
