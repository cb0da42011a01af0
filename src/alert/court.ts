import type { AlertChange, AlertRule } from '../model/alert';
import type { Entity, EntityChange } from '../model/entity';
import { limits } from '../model/limits';
import type { Agenda } from './agenda';
import type { Desk } from './desk';
import type { Expressions } from './expressions';
import { canBeAbout } from './groups';
import type { Memory, Sight, Verdict } from './judges';
import { thresholdOf } from './levels';
import type { Machine } from './machine';
import { Others } from './others';
import { isSilence, type Silences } from './silences';
import { firstShown, look, nextShown, type Watch } from './watch';

/** One entity with the rules that watch it. */
export class Entry {
	/** Until when what is known of it is not judged; null = it is. */
	settleAt: number | null = null;
	/** The entity before the change in hand. */
	before: Entity | undefined;

	constructor(
		public entity: Entity,
		public watches: readonly Watch[],
	) {}
}

type Kind = EntityChange['kind'];

/** What is remembered after a judgement that told nothing new: where nothing was known, samples from before say nothing of the time since. */
const afterGap = (severity: Verdict['severity'], memory: Memory | undefined): Memory | undefined =>
	severity === undefined && memory?.samples ? undefined : memory;

/** Whether a rate would begin with a value from before a gap: what is told next may have been so for as long as the gap was. */
const isStale = ({ rule }: Watch, { entity, before }: Entry, memory: Memory | undefined): boolean =>
	rule.condition.kind === 'rate' && !memory?.samples && before?.available === false && entity.available;

/** What a {@link Court} works with. */
export interface CourtParts {
	readonly watches: readonly Watch[];
	readonly desk: Desk;
	readonly silences: Silences;
	readonly expressions: Expressions;
	readonly agenda: Agenda<object>;
	/** How long what was replayed must have stood, ms. */
	readonly grace: number;
	/** Told when there are too many entities. */
	readonly full: () => void;
}

/** Knows all entities and the rules that watch each, and judges them when they change; what follows is the desk's business. */
export class Court {
	private readonly entries = new Map<string, Entry>();
	private readonly others: Others;
	private readonly watchOf: ReadonlyMap<string, Watch>;
	private readonly sources = new Set<string>();
	/** The time of the call in hand, ms since 1970. */
	private now = 0;

	/** @param graceEnds nothing is judged before, ms since 1970 */
	constructor(
		private readonly parts: CourtParts,
		private graceEnds: number,
	) {
		this.others = new Others(parts.watches.map(({ rule }) => rule));
		this.watchOf = new Map(parts.watches.map((watch) => [watch.rule.id, watch]));
	}

	/** Takes one change; what is to be told goes to `out`. */
	take({ kind, entity }: EntityChange, now: number, out: AlertChange[]): void {
		this.now = now;
		if (kind === 'removed') this.remove(entity, out);
		else this.update(entity, kind, out);
		const asking = kind === 'removed' ? this.others.forget(entity) : this.others.take(entity);
		if (!asking) return;
		for (const entry of this.entries.values()) {
			if (entry.entity.source !== entity.source) continue;
			for (const watch of entry.watches) if (asking.has(watch.rule.id)) this.judge(entry, watch, 'availability', out);
		}
	}

	/** An entity has stood for long enough. */
	settled(entry: Entry, now: number, out: AlertChange[]): void {
		this.now = now;
		this.judgeAll(entry, 'availability', out);
	}

	private update(entity: Entity, kind: Kind, out: AlertChange[]): void {
		const entry = this.entryOf(entity, out);
		if (!entry || entry.watches.length === 0) return;
		this.settle(entry, kind);
		this.judgeAll(entry, kind, out);
	}

	private entryOf(entity: Entity, out: AlertChange[]): Entry | undefined {
		const id = entity.unique_id;
		const known = this.entries.get(id);
		if (known) {
			const { entity: before } = known;
			known.before = before;
			known.entity = entity;
			if (before.name === entity.name && before.device_class === entity.device_class) return known;
		} else if (this.entries.size >= limits.alertEntities) {
			this.parts.full();
			return undefined;
		}
		const watches = this.parts.watches.filter(({ matches }) => matches(entity));
		// What watched it before, in this run or in the one before, and does no more.
		for (const watch of this.parts.watches) {
			if (watches.includes(watch)) continue;
			const machine = this.parts.desk.find(watch.rule, id);
			if (isSilence(watch)) this.parts.silences.forget(watch, entity, 'rule', this.now, this.graceEnds, out);
			else if (machine) this.parts.desk.drop(machine, 'rule', this.now, out);
		}
		const entry = known ?? new Entry(entity, watches);
		entry.watches = watches;
		this.entries.set(id, entry);
		this.expect(entity.source, this.now, out);
		return entry;
	}

	/** An endpoint tells something for the first time, or is gone: alerts from before the start are to find their entities now, as far as their rule still has such. */
	expect(source: string, now: number, out: AlertChange[]): void {
		if (this.sources.has(source)) return;
		this.now = now;
		this.sources.add(source);
		for (const machine of this.parts.desk.all()) {
			if (machine.judged || machine.shown.source !== source) continue;
			if (canBeAbout(machine.rule, machine.target, source))
				this.parts.agenda.set(machine, this.now + limits.alertForget);
			else this.parts.desk.drop(machine, 'rule', this.now, out);
		}
	}

	/** First pictures are partial, history is no news, and neither is what was last told before the connection broke: all are judged when they have stood for a while. */
	private settle(entry: Entry, kind: Kind): void {
		const now = this.now;
		const { entity, before } = entry;
		const told = kind !== 'availability' && kind !== 'fired';
		const isBack = kind === 'availability' && before?.availability.connected === false && entity.availability.connected;
		const isOld = isBack || (told && entity.replayed);
		const stands = isBack || entity.replayed ? now + this.parts.grace : 0;
		if (now >= this.graceEnds && told && !isOld) entry.settleAt = null;
		else if (entry.settleAt === null && (now < this.graceEnds || isOld))
			entry.settleAt = Math.max(this.graceEnds, stands);
		else if (isBack) entry.settleAt = Math.max(entry.settleAt ?? 0, stands);
		else return;
		this.parts.agenda.set(entry, entry.settleAt);
	}

	private judgeAll(entry: Entry, kind: Kind, out: AlertChange[]): void {
		if (entry.settleAt !== null && entry.settleAt <= this.now) {
			entry.settleAt = null;
			this.parts.agenda.set(entry, null);
		}
		for (const watch of entry.watches) this.judge(entry, watch, kind, out);
	}

	private judge(entry: Entry, watch: Watch, kind: Kind, out: AlertChange[]): void {
		const { entity, before } = entry;
		const { rule, kind: how, waits } = watch;
		if (isSilence(watch)) {
			this.parts.silences.take(watch, { kind, entity }, before, this.now, this.graceEnds, out);
			return;
		}
		const known = this.parts.desk.find(rule, entity.unique_id);
		let memory = known?.memory;
		// A change from what was only history so far: that is where it came from.
		if (!memory && before && kind === 'changed' && !entity.replayed) {
			const earlier = look(watch, before, this.sight(watch, before, known, undefined, null));
			if (!earlier.severity) memory = earlier.memory;
		}
		const fired = kind === 'fired' && typeof entity.state === 'string' ? entity.state : null;
		const verdict =
			kind === 'availability' && isStale(watch, entry, memory)
				? { severity: undefined, memory: { samples: [] }, again: this.now + Math.max(1, this.parts.grace) }
				: look(watch, entity, this.sight(watch, entity, known, memory, fired));
		const { severity, again = null } = verdict;
		const settling = how.on === 'presence' ? this.now < this.graceEnds : entry.settleAt !== null;
		const waiting = settling && fired === null && severity !== undefined;
		// While it waits the first picture counts as what it was before, unless it is history.
		if (!waiting) memory = verdict.memory ?? afterGap(severity, memory);
		else if (!entity.replayed && !severity) memory ??= verdict.memory;
		if (!known && !memory && (waiting || !severity)) return;
		const machine = this.parts.desk.at(rule, entity.unique_id, () => firstShown(rule, entity.name, entity));
		machine.memory = memory;
		if (waiting) {
			// It is judged when it has stood for long enough; what it waited for goes on waiting, but nothing comes of it before.
			machine.again = null;
			this.parts.desk.hold(machine);
			return;
		}
		machine.again = again;
		const happened = how.momentary === true && Boolean(severity);
		if (happened && machine.phase === 'raised') {
			machine.count += 1;
			// Whoever took note of what was before has not heard of this.
			machine.acknowledged = false;
		}
		if (!how.momentary || happened) machine.shown = nextShown(watch, entity, verdict, machine);
		this.parts.desk.step(machine, severity, waits, this.now, out);
		// It has happened, and is over from now on.
		if (happened) this.parts.desk.step(machine, null, waits, this.now, out);
	}

	private sight(
		watch: Watch,
		entity: Entity,
		machine: Machine | undefined,
		memory: Memory | undefined,
		fired: string | null,
	): Omit<Sight, 'value'> {
		return {
			fired,
			raised: machine?.phase === 'raised' ? machine.severity : null,
			memory,
			now: this.now,
			threshold: (level) => thresholdOf(level, entity, (from, wanted) => this.others.find(from, wanted)),
			expressed: watch.kind.on === 'expression' ? this.parts.expressions.value(entity, watch.rule.id) : undefined,
		};
	}

	/** A machine is due: by its own time, or because its value is to be judged again. */
	wake(machine: Machine, now: number, out: AlertChange[]): void {
		this.now = now;
		if (!machine.judged) {
			this.parts.desk.drop(machine, 'removed', this.now, out);
			return;
		}
		const entry = this.entries.get(machine.target);
		const watch = this.watchOf.get(machine.rule.id);
		const again = machine.again !== null && machine.again <= this.now;
		if (again) machine.again = null;
		if (again && entry && watch) this.judge(entry, watch, 'availability', out);
		else this.parts.desk.wake(machine, this.now, out);
	}

	private remove(entity: Entity, out: AlertChange[]): void {
		const entry = this.entries.get(entity.unique_id);
		if (!entry) return;
		this.parts.agenda.set(entry, null);
		for (const watch of entry.watches) {
			const machine = this.parts.desk.find(watch.rule, entity.unique_id);
			if (isSilence(watch)) this.parts.silences.forget(watch, entity, 'removed', this.now, this.graceEnds, out);
			else if (machine) this.parts.desk.drop(machine, 'removed', this.now, out);
		}
		this.entries.delete(entity.unique_id);
	}

	/** What is judged of an entity now, apart from what is remembered. */
	verdict(watch: Watch, entity: Entity): Verdict {
		return look(watch, entity, this.sight(watch, entity, undefined, undefined, null));
	}

	/** An entity, as it was last told. */
	entity(uniqueId: string): Entity | undefined {
		return this.entries.get(uniqueId)?.entity;
	}

	/** The entities that a rule watches. */
	matches(rule: AlertRule['id']): Entity[] {
		const found = [...this.entries.values()].filter(({ entity, watches }) =>
			watches.some((watch) => watch.rule.id === rule && (watch.attribute?.(entity) ?? true)),
		);
		return found.map(({ entity }) => entity);
	}

	/** When judging begins, ms since 1970. */
	get begins(): number {
		return this.graceEnds;
	}

	/** The clock was set. */
	shift(by: number): void {
		for (const entry of this.entries.values()) if (entry.settleAt !== null) entry.settleAt += by;
		this.graceEnds += by;
	}
}
