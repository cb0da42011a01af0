import type { Happening } from '../../model/description';
import type { Usage } from './usage';

/** What a session can be, as a person would say. */
export const statuses = ['working', 'waiting', 'idle', 'failed', 'ended'] as const;
/** One of the {@link statuses}. */
export type Status = (typeof statuses)[number];

/** One session slot of one app. Times in ms since 1970, durations in seconds. */
export interface SessionItem {
	/** `<app>-<slot>`. */
	readonly key: string;
	readonly label: string;
	readonly app: string;
	/** 1-based. */
	readonly slot: number;
	/** Session id; null where events name none. */
	readonly session: string | null;
	readonly status: Status;
	/** Since when it has this status. */
	readonly since: number;
	/** The first event that was seen of it. */
	readonly started: number;
	readonly last: number;
	/** The tool that it waits for, or what it says; null while it does not wait. */
	readonly waitingFor: string | null;
	readonly lastTool: string | null;
	readonly toolCalls: number;
	readonly failures: number;
	/** First line of the last tool's error. */
	readonly lastError: string | null;
	readonly duration: number | null;
	readonly averageDuration: number | null;
	/** Subagents that run now. */
	readonly agents: number;
	readonly agentTypes: readonly string[];
	readonly model: string | null;
	readonly permissionMode: string | null;
	/** Last part of the working folder. */
	readonly project: string | null;
	readonly endReason: string | null;
	/** What it has used so far; null where no event tells. */
	readonly usage: Usage | null;
}

/** What is counted, for one app and for all; it starts at `counting` (ms since 1970). */
export interface Counts {
	readonly counting: number;
	readonly events: number;
	readonly toolCalls: number;
	readonly failures: number;
	readonly prompts: number;
	readonly permissions: number;
	/** Sessions that were seen for the first time. */
	readonly sessions: number;
	readonly subagents: number;
	/** Agents of a flow that failed. */
	readonly agentFailures: number;
	readonly compactions: number;
	/** Tokens and USD that sessions have used, where events tell. */
	readonly tokens: number;
	readonly cost: number;
}

/** Sessions by what they do, over all slots of one app or of all. */
export type ByStatus = { readonly [S in Status]: number };

/** One source app. */
export interface AppItem extends Counts, ByStatus {
	readonly app: string;
	/** When anything was heard of it last. */
	readonly last: number;
	/** Sessions that had to make room for others although they had not ended. */
	readonly pushedOut: number;
	readonly asked: readonly Happening[];
	readonly failed_tools: readonly Happening[];
	readonly turns: readonly Happening[];
}

/** The whole endpoint. */
export interface Totals extends Counts, ByStatus {
	readonly apps: number;
	/** Subagents and flow agents that run now. */
	readonly agents: number;
	/** Who waits: `app slot`. */
	readonly waitingSessions: readonly string[];
	readonly pushedOut: number;
	/** What agents of a flow began and ended. */
	readonly agentEvents: readonly Happening[];
}

/** One component of the newest heartbeat. */
export interface HealthItem {
	readonly name: string;
	/** As the server wrote it; null while the newest heartbeat leaves it out. */
	readonly reported: string | null;
	/** ms since 1970; null where the heartbeat does not say. */
	readonly nextCheck: number | null;
}

/** What a component told of itself. Times in ms since 1970. */
export interface ComponentItem {
	readonly name: string;
	/** Whether it runs; null where it never said. */
	readonly running: boolean | null;
	readonly since: number | null;
	readonly version: string | null;
	readonly capabilities: readonly string[];
	/** What its last health check said. */
	readonly check: string | null;
	readonly cpu: number | null;
	readonly memory: number | null;
	readonly connections: number | null;
	readonly queue: number | null;
	/** Whether it ever sent metrics; they are unknown when they are old. */
	readonly measured: boolean;
	readonly alert: 'none' | 'info' | 'warning' | 'critical' | 'other' | null;
	/** As the component wrote it. */
	readonly alertReported: string | null;
	readonly alertSince: number | null;
	readonly message: string | null;
}

/** The last `error` of the server. */
export interface LastError {
	readonly code: string;
	readonly message: string;
	readonly component: string;
	readonly severity: string;
	readonly at: number;
}

/** Errors and alerts of the whole endpoint. */
export interface Problems {
	readonly counting: number;
	readonly errors: number;
	readonly warning: number;
	readonly error: number;
	readonly critical: number;
	readonly alerts: number;
	readonly last: LastError | null;
	readonly errorEvents: readonly Happening[];
	readonly alertEvents: readonly Happening[];
}
