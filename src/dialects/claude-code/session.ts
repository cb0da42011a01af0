import { limits } from '../../model/limits';
import { dropOldest } from '../../model/oldest';
import { Calls } from './calls';
import type { Hook } from './hook';
import type { SessionItem, Status } from './pictures';
import type { Usage } from './usage';
import { type Wait, Waits } from './waits';

/** What an event adds to the counts. */
export interface Added {
	/** A tool call that was not counted before. */
	readonly call: boolean;
	readonly failure: boolean;
	/** Somebody is asked by this event. */
	readonly asks: boolean;
	/** A subagent that did not run before. */
	readonly agent: boolean;
}

/** An event that adds nothing. */
export const nothing: Added = { call: false, failure: false, asks: false, agent: false };

/** Whether a notification asks somebody to do something. */
function asksForInput({ notification, message }: Hook): boolean {
	if (notification !== null) return /permission|idle|elicitation_dialog|input/.test(notification);
	return message !== null && /permission|waiting for|needs your|your input|approv/i.test(message);
}

/** What one session adds up to. Its memory is bounded; what it hands out is never changed. */
export class SessionState {
	status: Status;
	private since: number;
	private readonly started: number;
	last: number;
	private readonly calls = new Calls();
	private readonly waits = new Waits();
	/** Subagents that run, and what kind each is. */
	private readonly agents = new Map<string, string>();
	private failures = 0;
	/** Whether the last tool that ended failed. */
	private failing = false;
	private lastError: string | null = null;
	private model: string | null = null;
	private permissionMode: string | null = null;
	private project: string | null = null;
	private endReason: string | null = null;
	private usage: Usage | null = null;
	private shown: SessionItem | null = null;

	/** @param id session id; empty = events name none */
	constructor(
		readonly id: string,
		at: number,
	) {
		this.status = 'working';
		this.since = at;
		this.started = at;
		this.last = at;
	}

	/** Subagents that run now. */
	get running(): number {
		return this.agents.size;
	}

	/** Takes an event of this session in. */
	fold(hook: Hook): Added {
		this.shown = null;
		const added = this.count(hook);
		const late = hook.at < this.last && this.last - hook.at <= limits.claudeLate;
		this.last = Math.max(this.last, hook.at);
		this.model = hook.model ?? this.model;
		this.permissionMode = hook.permissionMode ?? this.permissionMode;
		this.project = hook.project ?? this.project;
		if (hook.usage) this.usage = { ...this.usage, ...hook.usage };
		// What ends something ends it, in whatever order it comes.
		const ends = hook.type === 'Stop' || hook.type === 'SessionEnd';
		if (late && !ends && !this.isAskedStill(hook)) return added;
		return { ...added, asks: this.move(hook) };
	}

	/** Falls idle, or ends, by silence. Answers whether anything changed. */
	decay(now: number): boolean {
		if (now < (this.nextDecay() ?? Number.POSITIVE_INFINITY)) return false;
		this.shown = null;
		// Whoever did not say that it stopped has stopped by now.
		this.agents.clear();
		if (now - this.last >= limits.claudeEndedAfter) this.end(this.last + limits.claudeEndedAfter, null);
		else this.become('idle', this.last + limits.claudeIdleAfter, 'working');
		return true;
	}

	/** When {@link decay} has something to do, ms since 1970; null = never. */
	nextDecay(): number | null {
		if (this.status === 'ended') return null;
		const soon = this.status === 'working' || this.agents.size > 0;
		return this.last + (soon ? limits.claudeIdleAfter : limits.claudeEndedAfter);
	}

	/** What it is now. */
	item(app: string, slot: number): SessionItem {
		this.shown ??= {
			key: `${app}-${slot}`,
			label: `${app} ${slot}`,
			app,
			slot,
			session: this.id === '' ? null : this.id,
			status: this.status,
			since: this.since,
			started: this.started,
			last: this.last,
			waitingFor: this.waits.shown,
			...this.calls.picture(),
			failures: this.failures,
			lastError: this.lastError,
			agents: this.agents.size,
			agentTypes: [...new Set(this.agents.values())].sort(),
			model: this.model,
			permissionMode: this.permissionMode,
			project: this.project,
			endReason: this.endReason,
			usage: this.usage,
		};
		return this.shown;
	}

	private count(hook: Hook): Added {
		switch (hook.type) {
			case 'PreToolUse':
				return { ...nothing, call: this.calls.called(hook) };
			case 'PostToolUse':
			case 'PostToolUseFailure': {
				const call = this.calls.returned(hook);
				const failure = hook.type === 'PostToolUseFailure' || hook.error !== null;
				if (failure) {
					this.failures += 1;
					this.lastError = hook.error;
				}
				return { ...nothing, call, failure };
			}
			case 'SubagentStart':
			case 'flow.agent.spawned': {
				const id = hook.agent ?? `${hook.at}`;
				const agent = !this.agents.has(id);
				this.agents.delete(id);
				this.agents.set(id, hook.agentType ?? 'agent');
				dropOldest(this.agents, limits.claudeAgents);
				return { ...nothing, agent };
			}
			case 'SubagentStop':
			case 'flow.agent.completed': {
				// The document's payload of a stop names no agent: then the oldest has stopped.
				const known = hook.agent ?? this.agents.keys().next().value;
				if (known !== undefined) this.agents.delete(known);
				return nothing;
			}
			default:
				return nothing;
		}
	}

	/** Changes the status; answers whether it began to wait. */
	private move(hook: Hook): boolean {
		const { type, at } = hook;
		switch (type) {
			case 'SessionStart':
				// A compaction starts the session anew in the middle of its work.
				if (hook.origin === 'compact') return false;
				this.settle();
				this.become('idle', at);
				return false;
			case 'UserPromptSubmit':
			case 'PreCompact':
				this.settle();
				this.become('working', at);
				return false;
			case 'PostToolUse':
			case 'PostToolUseFailure':
				this.failing = (type === 'PostToolUseFailure' || hook.error !== null) && !hook.interrupted;
				// Whoever asked about a call that is still open asks on: this one ran beside it.
				this.goOn(at, (key) => this.calls.isOpen(key));
				return false;
			case 'PreToolUse':
				// A subagent works on while another one waits, and the call itself is what was asked about.
				this.goOn(at, (key, { agent }) => this.calls.isOpen(key) && (agent !== hook.agent || key === hook.toolUse));
				return false;
			case 'PermissionRequest':
				return this.asked(hook);
			case 'Notification':
				return asksForInput(hook) && this.notified(hook.message ?? hook.notification ?? 'input', at);
			case 'Stop': {
				const failed = this.failing;
				this.settle();
				this.become(failed ? 'failed' : 'idle', at);
				return false;
			}
			case 'SessionEnd':
				this.end(at, hook.reason);
				return false;
			default:
				// Subagents and hooks that nobody knows show that it is alive, not what it does.
				if (this.status === 'ended') this.become('idle', at);
				return false;
		}
	}

	/** Something goes on: what it waits for is over, except what is still open. */
	private goOn(at: number, still: (key: string, wait: Wait) => boolean): void {
		this.waits.keep(still);
		if (this.waits.none) this.become('working', at);
	}

	/** The call that a permission request is about. */
	private callOf(hook: Hook): string {
		return this.calls.keyOf(hook, (key) => this.waits.has(key));
	}

	/** Whether a request that came late still waits for its answer: the turn goes on, and the call has not returned. */
	private isAskedStill(hook: Hook): boolean {
		if (hook.type !== 'PermissionRequest' || (this.status !== 'working' && this.status !== 'waiting')) return false;
		return this.calls.isOpen(this.callOf(hook));
	}

	/** Somebody is asked about a call; answers whether that is news. */
	private asked(hook: Hook): boolean {
		const key = this.callOf(hook);
		if (this.calls.isDone(key) || this.waits.has(key)) return false;
		const isNews = this.waits.asked(key, { shown: hook.tool ?? 'permission', agent: hook.agent });
		this.become('waiting', hook.at);
		return isNews;
	}

	/** The notification that follows a permission request says less than it. */
	private notified(shown: string, at: number): boolean {
		if (this.status === 'waiting') return false;
		this.waits.notified(shown);
		this.become('waiting', at);
		return true;
	}

	private settle(): void {
		this.waits.clear();
		this.failing = false;
	}

	private end(at: number, reason: string | null): void {
		this.settle();
		this.agents.clear();
		this.become('ended', at);
		this.endReason = reason;
	}

	/** @param from the only status that it leaves for this one; absent = any */
	private become(status: Status, at: number, from?: Status): void {
		if (this.status === status || (from !== undefined && this.status !== from)) return;
		this.status = status;
		this.endReason = null;
		this.since = Math.max(this.since, at);
	}
}
