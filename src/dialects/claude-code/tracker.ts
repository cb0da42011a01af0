import type { Clock } from '../../model/clock';
import type { Happening } from '../../model/description';
import type { StreamEvent } from '../../model/event';
import type { Fields } from '../../model/fields';
import { limits } from '../../model/limits';
import { dropOldest } from '../../model/oldest';
import type { Tracked, Tracker } from '../../model/tracker';
import { Apps, Recent, Tally } from './apps';
import { Components } from './components';
import { Happenings } from './happenings';
import { amount, clean, type Hook, hookOf, momentOf } from './hook';
import { objectOf } from './identify';
import type { Problems, Totals } from './pictures';
import { nothing } from './session';
import { isHookType, isSystem } from './types';

const severities = ['warning', 'error', 'critical'] as const;
const alertLevels = ['info', 'warning', 'critical'] as const;

/**
 * What the hooks of Claude Code and the events of its components add up to. The first history tells how things stand and counts
 * for nothing; of a later one (after a reconnect) counts what was not seen before.
 */
export class ClaudeCodeTracker implements Tracker {
	private readonly counting: number;
	private readonly tally: Tally;
	private readonly happenings: Happenings;
	private readonly apps: Apps;
	private readonly components = new Components();
	private readonly seen = new Recent();
	/** Agents of a flow that belong to no session that is known, and when they were spawned. */
	private readonly agents = new Map<string, number>();
	/** History seen so far; once anything live came, later history is a gap. */
	private histories = 0;
	private live = false;
	private problems: Problems;
	private agentEvents: readonly Happening[] = [];
	private told = false;

	constructor(private readonly clock: Clock) {
		this.counting = clock.now();
		this.tally = new Tally(this.counting);
		this.happenings = new Happenings(this.counting);
		this.apps = new Apps(this.tally, this.happenings);
		const none = { errors: 0, warning: 0, error: 0, critical: 0, alerts: 0 };
		this.problems = { counting: this.counting, ...none, last: null, errorEvents: [], alertEvents: [] };
	}

	apply(event: StreamEvent): Tracked {
		if (event.rejected) return {};
		const changed = this.fold(event);
		if (!changed) return {};
		if (this.told) return changed;
		this.told = true;
		return { ...this.sessionPictures(), problems: this.problems, ...changed };
	}

	tick(now: number): Tracked {
		const sessions = this.apps.expire(now);
		const components = this.components.expire(now);
		let agents = false;
		for (const [id, at] of this.agents) {
			if (now - at < limits.claudeEndedAfter) continue;
			this.agents.delete(id);
			agents = true;
		}
		return {
			...((sessions || agents) && this.sessionPictures()),
			...(components && { components: this.components.items(), health: this.components.health() }),
		};
	}

	nextTick(): number | null {
		const due = [this.apps.next(), this.components.next()].flatMap((at) => at ?? []);
		for (const at of this.agents.values()) due.push(at + limits.claudeEndedAfter);
		return due.length === 0 ? null : Math.min(...due);
	}

	/** What an event changes; null = nothing. */
	private fold(event: StreamEvent): Tracked | null {
		const { type } = event;
		const data = objectOf(event.data);
		if (!data) return null;
		if (type === 'initial') {
			this.histories += 1;
			return {};
		}
		if (type === 'heartbeat') {
			this.components.heartbeat(data, this.clock.now());
			return { health: this.components.health() };
		}
		if (type === 'error') return this.failed(data, event);
		if (!(isHookType(type) || isSystem(type)) || !this.isNew(event, data)) return null;
		const counted = !event.replayed || this.live || this.histories > 1;
		if (!event.replayed) this.live = true;
		return isHookType(type) ? this.hook(event, counted) : this.system(event, data, counted);
	}

	private hook(event: StreamEvent, counted: boolean): Tracked {
		this.apps.fold(hookOf(event), this.clock.now(), counted);
		return this.sessionPictures();
	}

	private system(event: StreamEvent, data: Fields, counted: boolean): Tracked {
		const { type } = event;
		if (type.startsWith('flow.agent.')) return this.flowAgent(event, counted);
		if (counted) this.tally.event();
		const totals = { totals: this.totals() };
		if (!type.startsWith('component.') && type !== 'resource.alert') return totals;
		const now = this.clock.now();
		const name = this.components.tell(type, data, momentOf(event), now);
		const alerts = type === 'resource.alert' && counted;
		if (alerts) this.alerted(data, event, name);
		return { ...totals, components: this.components.items(), ...(alerts && { problems: this.problems }) };
	}

	/** An agent of a flow belongs to the session that it names, where that is known, else to nobody. */
	private flowAgent(event: StreamEvent, counted: boolean): Tracked {
		const hook = hookOf(event);
		const app = hook.session === '' ? null : this.apps.appOf(hook.session);
		const id = `${hook.app} ${hook.agent ?? ''}`;
		const begins = event.type === 'flow.agent.spawned';
		const isNew = !this.agents.delete(id) && begins;
		if (isNew) this.noted(hook, 'spawned');
		if (!begins) this.noted(hook, hook.agentFailed ? 'failed' : 'completed');
		if (app !== null) {
			this.apps.fold({ ...hook, app }, this.clock.now(), counted);
			return this.sessionPictures();
		}
		if (counted) {
			this.tally.event();
			this.tally.hook(hook, { ...nothing, agent: isNew });
		}
		if (begins) this.agents.set(id, this.clock.now());
		dropOldest(this.agents, limits.claudeAgents);
		return { totals: this.totals() };
	}

	/** Remembers what the event entity of agents fires. */
	private noted(
		{ replayed, at, agent, agentType, app, session }: Hook,
		word: 'spawned' | 'completed' | 'failed',
	): void {
		if (replayed) return;
		const shown = { agent_id: agent, agent_type: agentType, app, session_id: session };
		this.agentEvents = this.happenings.add(this.agentEvents, word, at, shown);
	}

	private failed(data: Fields, event: StreamEvent): Tracked {
		const severity = severities.find((word) => word === data.severity) ?? 'error';
		const code = clean(data.error_code, 80) ?? 'unknown';
		const message = clean(data.error_message) ?? '';
		const component = clean(data.component, 80) ?? '';
		const { problems } = this;
		const at = momentOf(event);
		this.problems = {
			...problems,
			errors: problems.errors + 1,
			[severity]: problems[severity] + 1,
			last: { code, message, component, severity, at },
			...(!event.replayed && {
				errorEvents: this.happenings.add(problems.errorEvents, severity, at, { code, message, component }),
			}),
		};
		return { problems: this.problems };
	}

	private alerted(data: Fields, event: StreamEvent, component: string | null): void {
		const payload = objectOf(data.payload) ?? {};
		const metrics = objectOf(payload.metrics) ?? {};
		const reported = clean(payload.alert_level, 80);
		const level = reported === null ? 'info' : (alertLevels.find((word) => word === reported.toLowerCase()) ?? 'other');
		const { problems } = this;
		const shown = {
			component: component ?? '',
			message: clean(payload.message) ?? '',
			...(level === 'other' && { reported }),
			cpu_percent: amount(metrics.cpu_percent) ?? undefined,
			memory_mb: amount(metrics.memory_mb) ?? undefined,
			active_connections: amount(metrics.active_connections) ?? undefined,
			event_queue_size: amount(metrics.event_queue_size) ?? undefined,
		};
		this.problems = {
			...problems,
			alerts: problems.alerts + 1,
			...(!event.replayed && {
				alertEvents: this.happenings.add(problems.alertEvents, level, momentOf(event), shown),
			}),
		};
	}

	/**
	 * Whether an event was not seen before. By its id, time and session: real servers begin to count anew when their database does. Without
	 * an id only history can be a repetition, and is one where it cannot be told from what was seen.
	 */
	private isNew({ type, replayed }: StreamEvent, data: Fields): boolean {
		const { id, timestamp, session_id: session } = data;
		const numbered = (typeof id === 'string' && id !== '') || typeof id === 'number';
		if (numbered) return this.seen.add(`${String(id).slice(0, 80)} ${clean(timestamp, 80)} ${clean(session, 80)}`);
		const { tool_use_id: use } = objectOf(data.payload) ?? {};
		const isNew = this.seen.add(`~${type} ${clean(timestamp, 80)} ${clean(session, 80)} ${clean(use, 80)}`);
		return isNew || !replayed;
	}

	private sessionPictures(): Tracked {
		const sessions = this.apps.slots();
		const apps = this.apps.items();
		return { sessions, apps, totals: this.totals(sessions, apps) };
	}

	private totals(slots = this.apps.slots(), apps = this.apps.items()): Totals {
		const sum = (pick: (app: (typeof apps)[number]) => number) => apps.reduce((so, app) => so + pick(app), 0);
		return {
			...this.tally.counts(),
			apps: apps.length,
			working: sum(({ working }) => working),
			waiting: sum(({ waiting }) => waiting),
			idle: sum(({ idle }) => idle),
			failed: sum(({ failed }) => failed),
			ended: sum(({ ended }) => ended),
			pushedOut: sum(({ pushedOut }) => pushedOut),
			agents: this.agents.size + slots.reduce((so, { agents }) => so + agents, 0),
			agentEvents: this.agentEvents,
			waitingSessions: slots.filter(({ status }) => status === 'waiting').map(({ label }) => label),
		};
	}
}
