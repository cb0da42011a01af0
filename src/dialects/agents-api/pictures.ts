import type { Happening } from '../../model/description';
import type { Severity, TaskState } from './facts';
import type { EventData } from './schemas';

/** One agent. Times in ms since 1970. */
export interface Agent {
	readonly id: string;
	/** What it calls itself in its heartbeats; null = nothing. */
	readonly name: string | null;
	/** The server's own word. */
	readonly status: string | null;
	readonly previous: string | null;
	/** When the status changed. */
	readonly changed: number | null;
	/** The time of its last heartbeat. */
	readonly heartbeat: number | null;
	/** Whether heartbeats come as often as they should; null = it sent none. */
	readonly alive: boolean | null;
	/** How long it may be silent, ms. */
	readonly patience: number;
	/** The task that it was given last and has not finished. */
	readonly task: string | null;
	readonly taskTitle: string | null;
}

/** One task. Times in ms since 1970. */
export interface Task {
	readonly id: string;
	readonly title: string | null;
	readonly state: TaskState;
	/** The server's own word for the state. */
	readonly status: string | null;
	/** 0 to 100. */
	readonly progress: number | null;
	readonly agent: string | null;
	readonly priority: string | null;
	/** When it came into its state. */
	readonly since: number;
	/** When it was last heard of. */
	readonly touched: number;
}

/** A task at the place where it is shown. */
export interface TaskSlot extends Task {
	readonly place: number;
	/** What its agent is called: the name that it gives itself, else its id. */
	readonly agentName: string | null;
}

/** How many agents there are. */
export interface AgentCounts {
	readonly known: number;
	readonly alive: number;
	readonly working: number;
}

/** What is counted from `counting` on, ms since 1970. */
interface Counting {
	readonly counting: number;
}

/** Tasks by state: those that are open now, and totals. */
export interface TaskCounts extends Counting {
	readonly created: number;
	readonly assigned: number;
	readonly in_progress: number;
	readonly created_total: number;
	readonly completed_total: number;
	readonly failed_total: number;
	readonly cancelled_total: number;
	/** The last ones of what became of tasks. */
	readonly happenings: readonly Happening[];
}

/** What was said in conversations. */
export interface Conversations extends Counting {
	readonly messages: number;
	readonly last: { readonly conversation: string; readonly role: string | null; readonly at: number } | null;
	readonly happenings: readonly Happening[];
}

/** What the system warned of; totals by severity. */
export interface Alerts extends Counting, Readonly<Record<Severity, number>> {
	readonly last: { readonly message: string | null; readonly severity: string | null; readonly at: number } | null;
	readonly happenings: readonly Happening[];
}

/** Errors that the server told us. */
export interface Errors extends Counting {
	readonly errors: number;
	readonly last: { readonly message: string | null; readonly at: number } | null;
}

/** The tracker's pictures by type. */
export interface Pictures {
	readonly agents: readonly Agent[];
	readonly task_slots: readonly TaskSlot[];
	readonly tasks: TaskCounts;
	readonly conversations: Conversations;
	readonly alerts: Alerts;
	readonly errors: Errors;
}

/** What entities are made of. */
export type AgentsApiWorld = Partial<Pictures> & { readonly heartbeat_ack?: EventData['heartbeat_ack'] };
