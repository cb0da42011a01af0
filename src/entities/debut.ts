import type { Clock, Timer } from '../model/clock';
import type { Entity, EntityChange } from '../model/entity';
import { limits } from '../model/limits';

/**
 * Keeps the first entities back until their device has told its name: Home Assistant makes ids of it, for good. Bounded in time
 * (`limits.deviceWithin`), because not every stream tells it. What tells of the endpoint itself goes on meanwhile as provisional: a server that
 * was never reached tells no name, and its silence is news.
 */
export class Debut {
	private readonly waiting = new Map<string, EntityChange>();
	private fired: EntityChange[] = [];
	private timer: Timer | undefined;
	private over = false;

	/** @param release takes what waited for nothing but time */
	constructor(
		private readonly clock: Clock,
		private readonly release: (changes: readonly EntityChange[]) => void,
	) {}

	/**
	 * What may go on: all of it, or only what is provisional.
	 * @param named whether the device has told its name
	 * @param open whether there is somebody to tell it: while the server is away, time says nothing
	 */
	pass(changes: readonly EntityChange[], named: boolean, open: boolean): readonly EntityChange[] {
		if (this.over) return changes;
		for (const change of changes) this.hold(change);
		if (named) return this.end();
		if (!open) {
			this.clock.cancel(this.timer);
			this.timer = undefined;
		}
		if (open && this.waiting.size > 0) {
			this.timer ??= this.clock.after(limits.deviceWithin, () => {
				const waited = this.end();
				if (waited.length > 0) this.release(waited);
			});
		}
		return changes.flatMap((change) => {
			const { entity } = change;
			return entity.always_available ? { ...change, entity: provisional(entity) } : [];
		});
	}

	/** Of all entities those that anybody was told of, as they were told. */
	shown(entities: readonly Entity[]): Entity[] {
		return this.over
			? [...entities]
			: entities.filter(({ always_available: always }) => always).map((entity) => provisional(entity));
	}

	/** Ends the waiting; what waited is given up. */
	close(): void {
		this.end();
	}

	private hold(change: EntityChange): void {
		const { kind, entity } = change;
		if (kind === 'removed') this.waiting.delete(entity.unique_id);
		else this.waiting.set(entity.unique_id, { kind: 'added', entity, previous: undefined });
		if (kind === 'fired' && this.fired.length < limits.eventQueue) this.fired.push(change);
	}

	private end(): readonly EntityChange[] {
		this.clock.cancel(this.timer);
		this.over = true;
		const waited = [...this.waiting.values(), ...this.fired];
		this.waiting.clear();
		this.fired = [];
		return waited;
	}
}

const provisional = (entity: Entity): Entity => ({ ...entity, provisional: true });
