import type { NodeAPI } from 'node-red';
import type { EntityChange } from '../../src/model/entity';
import { limits } from '../../src/model/limits';
import { entitiesIn } from './entities';

/** How often what was withdrawn is looked at. */
export const lookEvery = 60_000;

/**
 * Which entities a node still hears of. Who makes them sends only changes: a node behind it that is deployed alone has missed the rest, and one
 * whose maker is deployed alone never hears of what that leaves out now.
 */
export class Reports {
	/** When each entity of a node that is gone counts as no longer reported, ms since 1970. */
	private readonly due = new Map<string, number>();
	/** Entities that were there before this node was there: they may reach it by ways that nobody can follow. */
	private readonly before: ReadonlySet<string>;

	constructor(
		private readonly RED: NodeAPI,
		private readonly node: string,
	) {
		this.before = new Set(
			entitiesIn(RED)
				.offered()
				.map(({ unique_id: id }) => id),
		);
	}

	/** Whether an entity is somebody's, though this node was not told of it. */
	readonly isAlive = (uniqueId: string): boolean => this.before.has(uniqueId);

	/** What nodes before this one have already told, as changes: for a node that was deployed alone. */
	missed(): EntityChange[] {
		const { RED, node } = this;
		return entitiesIn(RED)
			.reaching(RED, node)
			.map((entity) => ({ kind: 'added', entity, previous: undefined }));
	}

	/** An entity was reported. */
	heard({ entity }: EntityChange): void {
		this.due.delete(entity.unique_id);
	}

	/** Who made these is gone: what nobody reports within the longest time that a stream may be silent is not told of any more. */
	withdrawn(uniqueIds: Iterable<string>, now: number): void {
		for (const id of uniqueIds) this.due.set(id, now + limits.healthyGap);
	}

	/** Entities that nobody reports any more. */
	overdue(now: number): string[] {
		const over = [...this.due].filter(([, at]) => at <= now).map(([id]) => id);
		for (const id of over) this.due.delete(id);
		const reaching = new Set(this.missed().map(({ entity }) => entity.unique_id));
		return over.filter((id) => !reaching.has(id));
	}
}
