import type { Alert, AlertChange, AlertRule, RuleStatus } from '../model/alert';
import type { Clock } from '../model/clock';
import type { Entity, EntityChange } from '../model/entity';
import { AgentStreamError } from '../model/errors';
import { limits } from '../model/limits';
import { Agenda } from './agenda';
import { Court, Entry } from './court';
import { Desk } from './desk';
import { Expressions } from './expressions';
import { type AlertTarget, covers, Gate, type Mute } from './gate';
import { Group } from './groups';
import { statusOf, tryOut, trySilence } from './inquiry';
import { type Machine, shift } from './machine';
import { restore, type SavedAlerts, save } from './saved';
import { isSilence, Silences } from './silences';
import { alertOf, changeOf, Teller } from './teller';
import { type Watch, watchOf } from './watch';

/** What an {@link AlertEngine} is made of. */
export interface AlertOptions {
	/** Rules as `alertRulesSchema` parsed them; those that are not enabled are left out. */
	readonly rules: readonly AlertRule[];
	readonly clock: Pick<Clock, 'now'>;
	/** What an earlier run saved; what is none of it starts afresh. */
	readonly saved?: unknown;
	/** Alerts of one severity that are told within an hour; null = any number. Default: limits.alertsPerHour. */
	readonly ceilingPerHour?: number | null;
	/** How long nothing is judged after the start, and what was replayed must have stood (ms). Default: limits.alertGrace. */
	readonly graceMs?: number;
	/** Told once of each limit that is reached and each expression that fails. */
	readonly report?: (error: AgentStreamError) => void;
}

/**
 * Rules over entity changes: one state machine per rule and entity. It has no timers, and tells what is to be told by what its methods
 * return: call {@link tick} at the time that {@link nextTick} names, after every call.
 */
export class AlertEngine {
	private readonly watchOf: ReadonlyMap<string, Watch>;
	/** Those that ask for an expression. */
	private readonly expressing: readonly Watch[];
	private readonly agenda = new Agenda<object>();
	private readonly desk: Desk;
	private readonly gate: Gate;
	private readonly teller: Teller;
	private readonly silences: Silences;
	private readonly expressions: Expressions;
	private readonly court: Court;
	private readonly reported = new Set<string>();
	/** Alerts from before the start whose rule is gone: their end is still to be told. */
	private readonly farewells: Machine[] = [];
	private last: number;

	/** @throws AgentStreamError CONFIG_INVALID: an expression of a rule cannot be read */
	constructor(private readonly options: AlertOptions) {
		const { clock, saved, graceMs: grace = limits.alertGrace } = options;
		const rules = options.rules.filter(({ enabled }) => enabled);
		const watches = rules.map(watchOf);
		this.watchOf = new Map(watches.map((watch) => [watch.rule.id, watch]));
		this.expressing = watches.filter(({ kind }) => kind.on === 'expression');
		this.last = clock.now();
		const restored = restore(saved, new Map(rules.map((rule) => [rule.id, rule])));
		const ceiling = options.ceilingPerHour === undefined ? limits.alertsPerHour : options.ceilingPerHour;
		const { agenda } = this;
		const full = (what: string, limit: number) => () =>
			this.limit(`Alerts watch ${limit} ${what}; the rest is left out.`);
		this.gate = new Gate(ceiling, restored?.gate);
		this.teller = new Teller(this.gate, restored?.past ?? [], (target) => this.court.entity(target)?.attributes);
		this.desk = new Desk(agenda, this.teller, full('states of entities', limits.alertStates));
		// Time while nothing ran is no silence.
		const between = this.last - (restored?.at ?? this.last);
		const changes = new Map(restored?.changes.map(({ id, at }) => [id, at + between]));
		this.silences = new Silences(this.desk, agenda, changes);
		this.expressions = new Expressions(rules, (error) => options.report?.(error));
		const { desk, silences, expressions } = this;
		const parts = { watches, desk, silences, expressions, agenda, grace, full: full('entities', limits.alertEntities) };
		this.court = new Court(parts, this.last + grace);
		// The clock was set back in between: nothing may wait for times that are years ahead.
		const back = Math.min(0, between);
		this.gate.shift(back);
		for (const machine of restored?.machines ?? []) {
			if (back < 0) shift(machine, back);
			if (this.watchOf.has(machine.rule.id)) desk.put(machine);
			else this.farewells.push(machine);
		}
	}

	/** Evaluates what rules with expressions ask of a change, before it is applied; undefined where there is nothing to wait for. */
	prepare({ kind, entity }: EntityChange): Promise<void> | undefined {
		if (kind === 'removed') return undefined;
		const rules = this.expressing.filter(({ matches }) => matches(entity)).map(({ rule }) => rule);
		if (rules.length === 0) return undefined;
		return this.expressions.prepare(entity, rules, this.court.entity(entity.unique_id));
	}

	/** Takes one entity change; answers what is to be told now. */
	apply(change: EntityChange): AlertChange[] {
		const out = this.tick();
		this.court.take(change, this.last, out);
		return out;
	}

	/**
	 * Gives alerts from before the start a day to find their entities, though their endpoint tells nothing: it is gone. Of an endpoint that tells
	 * something this goes without saying. Answers what is to be told now.
	 */
	expect(source: string): AlertChange[] {
		const out = this.tick();
		this.court.expect(source, this.last, out);
		return out;
	}

	/** What time alone changed by now. */
	tick(): AlertChange[] {
		const out: AlertChange[] = [];
		const now = this.present();
		for (const machine of this.farewells.splice(0)) this.teller.ended(machine, 'rule', now, out);
		for (const item of this.agenda.take(now)) {
			if (item instanceof Group) this.silences.judge(item, now, this.court.begins, out);
			else if (item instanceof Entry) this.court.settled(item, now, out);
			else this.court.wake(item as Machine, now, out);
		}
		return out;
	}

	/**
	 * When {@link tick} is to be called next, ms since 1970; null = not before another change. Wait for the difference to now: a timer goes on
	 * when the clock is set, and while there is any time that this would falsify it is asked for at least every minute, so that this is noticed.
	 */
	nextTick(): number | null {
		if (this.farewells.length > 0) return this.last;
		const next = this.agenda.next();
		const { last } = this;
		const isTiming =
			this.desk.isBusy || this.silences.isWaiting || last < this.court.begins || this.gate.standing(last).length > 0;
		return next === null && !isTiming ? null : Math.min(next ?? Number.POSITIVE_INFINITY, last + limits.alertClockJump);
	}

	/** Takes note of raised alerts: no reminders until they get worse. Answers those that the target covers. */
	acknowledge(target: AlertTarget = {}): Alert[] {
		const found = [...this.desk.all()].filter(
			({ phase, rule, target: about }) => phase === 'raised' && covers(target, rule.id, about),
		);
		for (const machine of found) machine.acknowledged = true;
		return found.map((machine) => alertOf(machine, null));
	}

	/** Tells nothing of these for `ms` milliseconds (0 = from now on again); what is still raised then is told then. */
	mute(target: AlertTarget, ms: number): AlertChange[] {
		const out = this.tick();
		this.gate.mute(target, this.last + ms, this.last);
		for (const machine of [...this.desk.all()]) if (machine.judged) this.desk.follow(machine, null, this.last, out);
		return out;
	}

	/**
	 * What an alert of a rule would look like, about the first entity that it matches; changes no state.
	 * @throws AgentStreamError INPUT_INVALID: there is no such rule, or it matches nothing yet
	 */
	test(rule: string): AlertChange {
		const watch = this.watchOf.get(rule);
		const [entity] = this.matches(rule);
		if (!watch || !entity) {
			const what = watch ? `The rule ${rule} matches no entity yet` : `There is no rule ${rule.slice(0, 80)}`;
			throw new AgentStreamError('INPUT_INVALID', `${what}: nothing can be tried.`);
		}
		const now = this.options.clock.now();
		if (isSilence(watch)) return trySilence(watch, entity, now);
		return tryOut(watch, entity, this.court.verdict(watch, entity), now);
	}

	/** Every raised alert. */
	active(): Alert[] {
		return [...this.desk.all()].filter(({ phase }) => phase === 'raised').map((machine) => alertOf(machine, null));
	}

	/** What is told of each raised alert as it is now, by the alert's id. */
	texts(): ReadonlyMap<string, string> {
		const now = this.options.clock.now();
		return new Map(
			[...this.desk.all()]
				.filter(({ phase }) => phase === 'raised')
				.map((machine) => {
					const { id, text } = changeOf(
						machine,
						{ state: 'raised' },
						now,
						this.court.entity(machine.target)?.attributes,
					);
					return [id, text];
				}),
		);
	}

	/** The mutes that stand, in the order in which they were made. */
	mutes(): Mute[] {
		return this.gate.standing(this.options.clock.now());
	}

	/** Alerts that are over, the newest first. */
	past(): Alert[] {
		return this.teller.past.toReversed();
	}

	/** The entities that a rule watches. */
	matches(rule: string): Entity[] {
		return this.court.matches(rule);
	}

	/** How a rule stands. */
	status(rule: string): RuleStatus {
		const own = [...this.desk.all()].filter((machine) => machine.rule.id === rule);
		const muted = this.gate.mutedUntil(rule, null, this.options.clock.now());
		return statusOf(rule, own, this.matches(rule).length, muted);
	}

	/** What must outlast a restart, as JSON. */
	save(): SavedAlerts {
		return save(this.present(), this.desk.all(), this.teller.past, this.gate.save(), this.silences.changes());
	}

	/** The time now. Time that jumps is no time that passed: what waits goes on waiting for as long as before. */
	private present(): number {
		const now = this.options.clock.now();
		const next = this.nextTick();
		const by = now - this.last;
		this.last = now;
		if (by >= 0 && (next === null || now <= next + limits.alertClockJump)) return now;
		this.agenda.shift(by);
		this.desk.shift(by, now);
		this.silences.shift(by);
		this.court.shift(by);
		this.gate.shift(by);
		return now;
	}

	private limit(message: string): void {
		if (this.reported.has(message)) return;
		this.reported.add(message);
		this.options.report?.(new AgentStreamError('LIMIT_REACHED', message));
	}
}
