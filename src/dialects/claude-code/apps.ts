import type { Happening } from '../../model/description';
import { limits } from '../../model/limits';
import { dropOldest } from '../../model/oldest';
import { Roster } from '../roster';
import type { Happenings } from './happenings';
import type { Hook } from './hook';
import type { AppItem, ByStatus, Counts, SessionItem, Status } from './pictures';
import { type Added, nothing, SessionState } from './session';
import { Spending, type Spent } from './usage';

/** What is counted; see {@link Counts}. */
type Counter = Exclude<keyof Counts, 'counting'>;

/** Counts that only grow. */
export class Tally {
	private readonly numbers: { [K in Counter]: number } = {
		events: 0,
		toolCalls: 0,
		failures: 0,
		prompts: 0,
		permissions: 0,
		sessions: 0,
		subagents: 0,
		agentFailures: 0,
		compactions: 0,
		tokens: 0,
		cost: 0,
	};

	/** @param counting since when, ms since 1970 */
	constructor(private readonly counting: number) {}

	/** Counts an event of any kind. */
	event(): void {
		this.numbers.events += 1;
	}

	/** Counts a session that is seen for the first time. */
	session(): void {
		this.numbers.sessions += 1;
	}

	/** Counts what was used. */
	spent({ tokens, cost }: Spent): void {
		this.numbers.tokens += tokens;
		this.numbers.cost += cost;
	}

	/** Counts what a hook is, besides an event. */
	hook({ type, agentFailed }: Hook, { call, failure, agent }: Added): void {
		const { numbers } = this;
		if (call) numbers.toolCalls += 1;
		if (failure) numbers.failures += 1;
		if (agent) numbers.subagents += 1;
		if (agentFailed) numbers.agentFailures += 1;
		const counter = counterOf[type];
		if (counter) numbers[counter] += 1;
	}

	/** The counts as they are now. */
	counts(): Counts {
		return { counting: this.counting, ...this.numbers };
	}
}

const counterOf: { readonly [type: string]: Counter } = {
	UserPromptSubmit: 'prompts',
	PermissionRequest: 'permissions',
	PreCompact: 'compactions',
};

/** A set of ids that forgets the oldest. */
export class Recent {
	private readonly ids = new Set<string>();

	/** Whether an id is new; it is remembered. */
	add(id: string): boolean {
		const isNew = !this.ids.delete(id);
		this.ids.add(id);
		dropOldest(this.ids, limits.claudeSeen);
		return isNew;
	}
}

/** Counts sessions by their status. */
function byStatus(sessions: readonly { readonly item: SessionState }[]): ByStatus {
	const numbers = { working: 0, waiting: 0, idle: 0, failed: 0, ended: 0 };
	for (const { item } of sessions) numbers[item.status] += 1;
	return numbers;
}

/** Who is to be seen, where there are more sessions than places: whoever waits for somebody is silent, and must not be pushed out for that. */
const importance: { readonly [S in Status]: number } = { ended: 0, idle: 1, failed: 1, working: 2, waiting: 3 };

/** One source app with its sessions. */
class App {
	readonly slots = new Roster<SessionState>(limits.claudeSlots);
	readonly tally: Tally;
	last: number;
	private asked: readonly Happening[] = [];
	private failed: readonly Happening[] = [];
	private turns: readonly Happening[] = [];
	private shown: AppItem | null = null;
	private shownSlots: readonly SessionItem[] | null = null;

	constructor(
		readonly name: string,
		counting: number,
	) {
		this.tally = new Tally(counting);
		this.last = counting;
	}

	/** The session of this id; a new one takes the place of one that has ended. Null for the end of one that nobody knew. */
	session({ session, type, at }: Hook): SessionState | null {
		const known = this.slots.get(session);
		if (known || type === 'SessionEnd') return known ?? null;
		this.makeRoom();
		return new SessionState(session, at);
	}

	/** The place of a session that has ended is free at once; where all are taken, of those that matter least the one that was silent longest. */
	private makeRoom(): void {
		const { slots } = this;
		const [leaving] = slots
			.list()
			.sort(({ item: a }, { item: b }) => importance[a.status] - importance[b.status] || a.last - b.last);
		if (!leaving) return;
		const hasEnded = leaving.item.status === 'ended';
		if (!hasEnded && slots.size < limits.claudeSlots) return;
		if (!hasEnded) slots.pushedOut += 1;
		slots.delete(leaving.id);
	}

	/** Puts a session in again after it changed. */
	keep(session: SessionState): number {
		this.shownSlots = null;
		return this.slots.set(session.id, session, session.last, session.status === 'ended');
	}

	/** Remembers what an event entity fires. */
	happened(happenings: Happenings, hook: Hook, added: Added, slot: number, session: SessionState): void {
		const { type, at, tool, toolUse, message, error, duration } = hook;
		const { label, session: id, project, model, permissionMode } = session.item(this.name, slot);
		const about = { session: label, session_id: id, project, model };
		if (added.asks) {
			const kind = type === 'PermissionRequest' ? 'permission_request' : 'input_needed';
			const shown = { ...about, tool, tool_use_id: toolUse, message, permission_mode: permissionMode };
			this.asked = happenings.add(this.asked, kind, at, shown);
		}
		if (added.failure) {
			const kind = hook.interrupted ? 'interrupted' : 'failed';
			const shown = { ...about, tool, tool_use_id: toolUse, error, duration_ms: duration };
			this.failed = happenings.add(this.failed, kind, at, shown);
		}
		const turn = turnOf(hook, session);
		if (turn) this.turns = happenings.add(this.turns, turn, at, { ...about, reason: hook.reason, source: hook.origin });
	}

	/** Falls silent. Answers whether anything changed. */
	decay(now: number): boolean {
		let changed = false;
		for (const { item } of this.slots.list()) {
			if (!item.decay(now)) continue;
			this.keep(item);
			changed = true;
		}
		if (changed) this.shown = null;
		return changed;
	}

	/** Whether a session has not ended. */
	get open(): boolean {
		return this.slots.list().some(({ item }) => item.status !== 'ended');
	}

	/** Its slots as they are now. */
	slotItems(): readonly SessionItem[] {
		this.shownSlots ??= this.slots.list().map(({ place, item }) => item.item(this.name, place));
		return this.shownSlots;
	}

	/** Something was heard of it. */
	heard(received: number): void {
		this.shown = null;
		this.last = Math.max(this.last, received);
	}

	/** What it is now. */
	item(): AppItem {
		this.shown ??= {
			app: this.name,
			last: this.last,
			...this.tally.counts(),
			...byStatus(this.slots.list()),
			pushedOut: this.slots.pushedOut,
			asked: this.asked,
			failed_tools: this.failed,
			turns: this.turns,
		};
		return this.shown;
	}
}

/** What the turn's event entity says of a hook; undefined = nothing. */
function turnOf({ type, origin }: Hook, { status }: SessionState): string | undefined {
	if (type === 'SessionStart') return origin === 'compact' ? undefined : 'started';
	if (type === 'SessionEnd') return 'ended';
	if (type !== 'Stop') return undefined;
	return status === 'failed' ? 'failed' : 'stopped';
}

/** The apps of one endpoint and their sessions, as many as there are places. */
export class Apps {
	private readonly apps = new Roster<App>(limits.claudeApps);
	private readonly sessions = new Recent();
	private readonly spending = new Spending();

	/** @param total counts what all apps count */
	constructor(
		private readonly total: Tally,
		private readonly happenings: Happenings,
	) {}

	/**
	 * Takes an event of a session in.
	 * @param received by our clock, ms since 1970
	 * @param counted false for what happened before anybody listened
	 */
	fold(hook: Hook, received: number, counted: boolean): void {
		const app = this.apps.get(hook.app) ?? new App(hook.app, received);
		app.heard(received);
		const session = app.session(hook);
		const added = session?.fold(hook) ?? nothing;
		session?.decay(received);
		const id = `${hook.app} ${hook.session}`;
		const isNew = session !== null && this.sessions.add(id);
		const spent = this.spending.more(id, hook.usage);
		if (counted) {
			for (const tally of [app.tally, this.total]) {
				tally.event();
				tally.hook(hook, added);
				tally.spent(spent);
				if (isNew) tally.session();
			}
		}
		if (session) {
			const slot = app.keep(session);
			if (!hook.replayed) app.happened(this.happenings, hook, added, slot, session);
		}
		this.apps.set(hook.app, app, received, !app.open);
	}

	/** The app that has an open session of this id; null where none has. */
	appOf(session: string): string | null {
		return this.apps.list().find(({ item }) => item.slots.get(session) !== undefined)?.id ?? null;
	}

	/** Lets time pass. Answers whether anything changed. */
	expire(now: number): boolean {
		let changed = this.apps.expire(now - limits.claudeLifetime);
		for (const { item } of this.apps.list()) if (item.decay(now)) changed = true;
		return changed;
	}

	/** When {@link expire} has something to do, ms since 1970; null = never. */
	next(): number | null {
		const oldest = this.apps.oldest();
		let next = oldest === null ? null : oldest + limits.claudeLifetime + 1;
		for (const { item } of this.apps.list()) {
			for (const { item: session } of item.slots.list()) {
				const decay = session.nextDecay();
				if (decay !== null && (next === null || decay < next)) next = decay;
			}
		}
		return next;
	}

	/** Every slot that was ever used, by app. */
	slots(): readonly SessionItem[] {
		return this.apps.list().flatMap(({ item }) => item.slotItems());
	}

	/** Every app. */
	items(): readonly AppItem[] {
		return this.apps.list().map(({ item }) => item.item());
	}
}
