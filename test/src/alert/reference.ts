/**
 * What alerts must be, second by second and written independently of the engine: slow, and plain enough to be seen to be right.
 * Times in whole seconds from the start.
 */

/** Something that was told, as `<second> <state> <severity>`. */
export type Line = string;

const names = ['warning', 'critical'] as const;

/** Two levels, warning and critical; each is raised when it was met for long enough, and dropped when it was not. */
export class Levels {
	readonly told: Line[] = [];
	/** Since when it is true, while it is. */
	since: number | null = null;
	private readonly raised = [false, false];
	private readonly spent = [0, 0];
	private now = 0;

	constructor(
		private readonly levels: readonly [warning: number, critical: number],
		private readonly hysteresis: number,
		private readonly raiseFor: number,
		private readonly clearFor: number,
	) {}

	/** The severity that is raised, or null. */
	get severity(): string | null {
		return names[this.raised.lastIndexOf(true)] ?? null;
	}

	/** The value is this one for so many seconds; null = nobody knows. */
	hold(value: number | null, seconds: number): void {
		this.look(value, 0);
		for (let i = 0; i < seconds; i += 1) {
			this.now += 1;
			this.look(value, 1);
		}
	}

	private look(value: number | null, passed: number): void {
		if (value === null) return;
		const before = this.severity;
		const met = this.levels.map((level, i) => value >= level - (this.raised[i] ? this.hysteresis : 0));
		if (met[0]) this.since ??= this.now;
		else if (before === null) this.since = null;
		for (const i of [0, 1]) {
			const isRaised = this.raised[i] === true;
			if (met[i] === isRaised) this.spent[i] = 0;
			else this.spent[i] = (this.spent[i] ?? 0) + (this.isNew(i, met[i] === true) ? 0 : passed);
		}
		for (const i of [0, 1]) {
			const isRaised = this.raised[i] === true;
			if (met[i] === isRaised || (this.spent[i] ?? 0) < (isRaised ? this.clearFor : this.raiseFor)) continue;
			this.raised[i] = !isRaised;
			this.spent[i] = 0;
		}
		this.met = met;
		const after = this.severity;
		if (after === before) return;
		this.told.push(
			`${this.now} ${before === null ? 'raised' : after === null ? 'cleared' : 'changed'} ${after ?? before}`,
		);
		if (after === null) this.since = null;
	}

	private met: readonly boolean[] = [];

	/** Whether it is met, or not, only from now on. */
	private isNew(index: number, isMet: boolean): boolean {
		return this.met[index] !== isMet;
	}
}

/** A rate upwards: from the value that was known a window ago, or first after a gap. */
export class Rate {
	readonly told: Line[] = [];
	private raised = false;
	private history: { readonly at: number; readonly value: number }[] = [];
	private now = 0;

	constructor(
		private readonly perMinute: number,
		private readonly window: number,
	) {}

	/** What was known before says nothing any more. */
	gap(): void {
		this.history = [];
	}

	hold(value: number | null, seconds: number): void {
		this.look(value);
		for (let i = 0; i < seconds; i += 1) {
			this.now += 1;
			this.look(value);
		}
	}

	private look(value: number | null): void {
		if (value === null) {
			this.gap();
			return;
		}
		this.history = [...this.history.filter(({ at }) => at !== this.now), { at: this.now, value }];
		const begin = this.now - this.window;
		const first = this.history.findLast(({ at }) => at <= begin) ?? this.history[0];
		const isWhole = (this.history[0]?.at ?? 0) <= begin;
		const isMet = ((value - (first?.value ?? value)) * 60) / this.window >= this.perMinute;
		if (isMet === this.raised || (this.raised && !isWhole)) return;
		this.raised = isMet;
		this.told.push(`${this.now} ${isMet ? 'raised' : 'cleared'} warning`);
	}
}

/** Silence of one entity: overdue (what was never heard has its time), or unchanged for too long while its state counts. */
export class Silence {
	readonly told: Line[] = [];
	private raised = false;
	private quiet: number | null = null;
	private now = 0;
	private heard = false;
	private age = 0;

	constructor(
		private readonly after: number,
		private readonly patience: number,
	) {}

	/** It is new, again. */
	restart(isReached: boolean): void {
		this.heard = isReached;
		this.age = 0;
	}

	/** The entity is told; `isNews` = it changed. */
	hear(counts: boolean, isNews: boolean, isReached: boolean, seconds: number): void {
		if (!counts) this.quiet = null;
		else if (isNews || this.quiet === null) this.quiet = 0;
		this.heard ||= isReached;
		for (let i = 0; i <= seconds; i += 1) {
			if (i > 0) {
				this.now += 1;
				this.age += 1;
				if (this.quiet !== null) this.quiet += 1;
			}
			if (counts && !this.heard && this.age < this.patience) continue;
			const isSilent = counts && (!isReached || (this.quiet ?? 0) >= this.after);
			if (isSilent === this.raised) continue;
			this.raised = isSilent;
			this.told.push(`${this.now} ${isSilent ? 'raised' : 'cleared'} warning`);
		}
	}
}
