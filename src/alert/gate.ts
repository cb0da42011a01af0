import { type Severity, severities } from '../model/alert';
import { limits } from '../model/limits';

const hour = 3_600_000;

/** Which alerts: of a rule, of an entity, of both; nothing = all. */
export interface AlertTarget {
	readonly rule?: string | undefined;
	/** What `alertSchema.entity` says. */
	readonly entity?: string | undefined;
}

/** One mute, until `until` (ms since 1970). */
export interface Mute extends AlertTarget {
	readonly until: number;
}

/** What the gate remembers over a restart. */
export interface SavedGate {
	readonly mutes: readonly Mute[];
	/** When alerts were told within the last hour, by severity. */
	readonly told: Readonly<Partial<Record<Severity, readonly number[]>>>;
	readonly summaries: Readonly<Partial<Record<Severity, number>>>;
	/** How far the clock was set back, ms, and not set right since. */
	readonly behind: number;
}

/** Whether a target covers what a rule says of an entity. */
export function covers(target: AlertTarget, rule: string, entity: string): boolean {
	return (
		(target.rule === undefined || target.rule === rule) && (target.entity === undefined || target.entity === entity)
	);
}

/** What stands between an alert and people: mutes, and a ceiling per hour and severity. */
export class Gate {
	private mutes: Mute[];
	private behind: number;
	private readonly told = new Map<Severity, number[]>();
	private readonly summaries = new Map<Severity, number>();

	/** @param ceiling alerts of one severity that are told within an hour; null = any number */
	constructor(
		private readonly ceiling: number | null,
		saved: SavedGate | undefined,
	) {
		this.mutes = [...(saved?.mutes ?? [])];
		this.behind = saved?.behind ?? 0;
		for (const severity of severities) {
			this.told.set(severity, [...(saved?.told[severity] ?? [])]);
			const summary = saved?.summaries[severity];
			if (summary !== undefined) this.summaries.set(severity, summary);
		}
	}

	/** Mutes until a time; one that is not in the future lifts the mutes of just this target. */
	mute(target: AlertTarget, until: number, now: number): void {
		const others = this.mutes.filter(
			(mute) => mute.until > now && (mute.rule !== target.rule || mute.entity !== target.entity),
		);
		this.mutes = until > now ? [...others, { ...target, until }].slice(-limits.alertMutes) : others;
	}

	/** Until when a rule (about an entity) is muted; null = it is not. */
	mutedUntil(rule: string, entity: string | null, now: number): number | null {
		let latest: number | null = null;
		for (const mute of this.mutes) {
			const fits = entity === null ? mute.entity === undefined && covers(mute, rule, '') : covers(mute, rule, entity);
			if (fits && mute.until > now) latest = Math.max(latest ?? 0, mute.until);
		}
		return latest;
	}

	/** The mutes that stand. */
	standing(now: number): Mute[] {
		return this.mutes.filter(({ until }) => until > now);
	}

	/** When the next alert of a severity may be told: now or later. */
	roomAt(severity: Severity, now: number): number {
		if (this.ceiling === null) return now;
		const times = (this.told.get(severity) ?? []).filter((at) => at > now - hour);
		this.told.set(severity, times);
		return times.length < this.ceiling ? now : (times[times.length - this.ceiling] ?? now) + hour;
	}

	/** An alert is told. */
	passed(severity: Severity, now: number): void {
		if (this.ceiling !== null) this.told.get(severity)?.push(now);
	}

	/** Whether people should hear now that alerts of a severity wait: once an hour. */
	summarise(severity: Severity, now: number): boolean {
		const last = this.summaries.get(severity);
		if (last !== undefined && now - last < hour) return false;
		this.summaries.set(severity, now);
		return true;
	}

	/**
	 * The clock was set. Back: what was promised for later is not to last longer. Forward: only as far as a clock that was behind is put right;
	 * a mute is over at its time, also for a machine that slept.
	 */
	shift(jump: number): void {
		const by = Math.min(jump, this.behind);
		this.behind -= by;
		if (by === 0) return;
		this.mutes = this.mutes.map((mute) => ({ ...mute, until: mute.until + by }));
		for (const [severity, times] of this.told) {
			this.told.set(
				severity,
				times.map((at) => at + by),
			);
		}
		for (const [severity, at] of this.summaries) this.summaries.set(severity, at + by);
	}

	save(): SavedGate {
		return {
			mutes: this.mutes,
			told: Object.fromEntries(this.told),
			summaries: Object.fromEntries(this.summaries),
			behind: this.behind,
		};
	}
}
