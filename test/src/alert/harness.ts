import { AlertEngine, type AlertOptions } from '../../../src/alert/engine';
import type { AlertTarget } from '../../../src/alert/gate';
import { type AlertChange, type AlertRule, type AlertRuleInput, alertRuleSchema } from '../../../src/model/alert';
import type { Entity, EntityChange } from '../../../src/model/entity';
import { makeEntity } from '../../support/entities';
import { FakeClock } from '../../support/fake-clock';

/** A rule about every entity, unless it says otherwise. */
export const rule = (over: Partial<AlertRuleInput> & Pick<AlertRuleInput, 'condition'>): AlertRule =>
	alertRuleSchema.parse({ id: 'r', name: 'Rule', ...over });

/** At or above 45 a warning, at or above 55 critical; over below 43 and 53. */
export const hot: AlertRuleInput['condition'] = {
	kind: 'above',
	levels: [
		{ severity: 'warning', value: 45 },
		{ severity: 'critical', value: 55 },
	],
	hysteresis: 2,
};

/** An engine with a clock of its own, ticked as an adapter does it. */
export class Bench {
	readonly clock = new FakeClock();
	readonly told: AlertChange[] = [];
	engine: AlertEngine;
	private readonly entities = new Map<string, Entity>();
	/** Time that really passed, ms, and when the engine wants to be asked. */
	private elapsed = 0;
	private due: number | null = null;

	constructor(
		readonly rules: readonly AlertRule[],
		private readonly options: Partial<AlertOptions> = {},
	) {
		this.engine = this.start();
	}

	/** Tells an entity's state; what else there is of it stays. */
	async state(state: Entity['state'], over: Partial<Entity> = {}): Promise<void> {
		const id = makeEntity(over).unique_id;
		const known = this.entities.get(id);
		await this.change(known ? 'changed' : 'added', { ...known, ...over, state });
	}

	/** Tells a change of any kind. */
	async change(kind: EntityChange['kind'], over: Partial<Entity> = {}): Promise<void> {
		const entity = makeEntity(over);
		const previous = this.entities.get(entity.unique_id)?.state;
		this.entities.set(entity.unique_id, entity);
		const change = { kind, entity, previous };
		await this.engine.prepare(change);
		this.told.push(...this.engine.apply(change));
		this.arm();
	}

	/** Tells that an entity came or went out of reach. */
	async reach(availability: Partial<Entity['availability']>, over: Partial<Entity> = {}): Promise<void> {
		const known = this.entities.get(makeEntity(over).unique_id) ?? makeEntity(over);
		const all = { ...known.availability, ...availability };
		const available = all.connected && all.fresh && all.present;
		await this.change('availability', { ...known, availability: all, available });
	}

	/** Lets time pass; the engine is asked whenever it wants to be, by a timer that a clock which is set does not move. */
	pass(ms: number): void {
		const end = this.elapsed + ms;
		while (this.due !== null && this.due <= end) {
			this.clock.jump(this.clock.now() + Math.max(0, this.due - this.elapsed));
			this.elapsed = Math.max(this.elapsed, this.due);
			this.told.push(...this.engine.tick());
			this.arm();
		}
		this.clock.jump(this.clock.now() + end - this.elapsed);
		this.elapsed = end;
	}

	/** Sets the engine's timer, as an adapter does after every call. */
	arm(): void {
		const next = this.engine.nextTick();
		this.due = next === null ? null : this.elapsed + Math.max(0, next - this.clock.now());
	}

	/** Stops the engine, and starts another with what it saved, as JSON. */
	restart(rules = this.rules, state = this.engine.save()): void {
		const saved = JSON.parse(JSON.stringify(state));
		this.engine = this.start(saved, rules);
		this.told.push(...this.engine.tick());
		this.arm();
	}

	/** Mutes, or lifts a mute. */
	mute(target: AlertTarget, ms: number): void {
		this.told.push(...this.engine.mute(target, ms));
		this.arm();
	}

	/** What was told so far, briefly, and forgets it. */
	said(): string[] {
		const states = this.told.map(
			({ state, severity, reminder }) => `${state} ${severity}${reminder > 0 ? ' again' : ''}`,
		);
		this.told.length = 0;
		return states;
	}

	private start(saved?: unknown, rules = this.rules): AlertEngine {
		return new AlertEngine({ rules, clock: this.clock, graceMs: 0, ...this.options, saved });
	}
}

/** A bench with one rule. */
export const bench = (over: Parameters<typeof rule>[0], options: Partial<AlertOptions> = {}): Bench =>
	new Bench([rule(over)], options);
