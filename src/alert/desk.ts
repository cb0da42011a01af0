import type { AlertChange, AlertRule, Severity } from '../model/alert';
import { limits } from '../model/limits';
import type { Agenda } from './agenda';
import { createMachine, dueAt, elapse, judge, type Machine, type Shown, type Step, shift, type Waits } from './machine';
import type { Teller } from './teller';

/** `<rule>/<target>`: what a machine, and its alert, is known by. */
export const idOf = (rule: AlertRule, target: string): string => `${rule.id}/${target}`;

/** All machines: each is kept while it has something to remember, and looked at again when it is due. */
export class Desk {
	private readonly machines = new Map<string, Machine>();
	private readonly standing = new Set<Machine>();

	/** @param full told when there is no room for another machine */
	constructor(
		private readonly agenda: Agenda<object>,
		private readonly teller: Teller,
		private readonly full: () => void,
	) {}

	/** Takes what was saved. */
	put(machine: Machine): void {
		this.keep(machine);
	}

	/** Whether anything is raised, or about to be. */
	get isBusy(): boolean {
		return this.standing.size > 0;
	}

	find(rule: AlertRule, target: string): Machine | undefined {
		return this.machines.get(idOf(rule, target));
	}

	/** The machine of a rule and its target; one that was at rest is made, and kept from its first step on that leaves something. */
	at(rule: AlertRule, target: string, shown: () => Shown): Machine {
		return this.find(rule, target) ?? createMachine(rule, target, shown());
	}

	all(): Iterable<Machine> {
		return this.machines.values();
	}

	/** What is known of it must stand first: nothing follows before the next judgement. */
	hold(machine: Machine): void {
		machine.judged = false;
		if (!this.hasRoom(machine)) return;
		this.keep(machine);
		this.agenda.set(machine, null);
	}

	/** One judgement: see {@link judge}. */
	step(
		machine: Machine,
		wanted: Severity | null | undefined,
		waits: Waits,
		now: number,
		out: AlertChange[],
		since = now,
	): void {
		machine.judged = true;
		this.follow(machine, judge(machine, wanted, waits, now, since), now, out);
	}

	/** What time alone did to it. */
	wake(machine: Machine, now: number, out: AlertChange[]): void {
		this.follow(machine, elapse(machine, now), now, out);
	}

	/** Its entity or its rule is gone. */
	drop(machine: Machine, reason: 'removed' | 'rule', now: number, out: AlertChange[]): void {
		this.teller.ended(machine, reason, now, out);
		this.forget(machine);
	}

	/** Tells what follows, keeps what it remembers, and looks again when it is due. What there is no room for is not told: it would be again and again. */
	follow(machine: Machine, step: Step, now: number, out: AlertChange[]): void {
		if (!this.hasRoom(machine)) return;
		if (step === 'cleared') this.teller.cleared(machine, 'fine', now, out);
		const told = this.teller.tell(machine, now, out);
		const { phase, memory, missed, coolUntil, again } = machine;
		if (phase === 'ok' && !memory && !missed && coolUntil <= now) {
			this.forget(machine);
			return;
		}
		this.keep(machine);
		// After its cool-down one that is at rest need not be kept.
		const cool = phase === 'ok' && coolUntil > now ? coolUntil : null;
		const times = [dueAt(machine), told, again, cool].filter((at) => at !== null);
		this.agenda.set(machine, times.length === 0 ? null : Math.min(...times));
	}

	private hasRoom({ rule, target }: Machine): boolean {
		if (this.machines.size < limits.alertStates || this.machines.has(idOf(rule, target))) return true;
		this.full();
		return false;
	}

	private keep(machine: Machine): void {
		this.machines.set(idOf(machine.rule, machine.target), machine);
		if (machine.phase === 'ok') this.standing.delete(machine);
		else this.standing.add(machine);
	}

	private forget(machine: Machine): void {
		this.machines.delete(idOf(machine.rule, machine.target));
		this.standing.delete(machine);
		this.agenda.set(machine, null);
	}

	/** The clock was set. What stands is looked at now: a mute may be over. */
	shift(by: number, now: number): void {
		for (const machine of this.machines.values()) shift(machine, by);
		for (const machine of this.standing) if (machine.judged) this.agenda.set(machine, now);
	}
}
