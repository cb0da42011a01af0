import type { AlertRule, OtherEntity } from '../model/alert';
import type { Entity } from '../model/entity';
import { keyOfOther } from './levels';

/** The other entities that a rule's levels ask for. */
function othersOf({ condition }: AlertRule): readonly OtherEntity[] {
	if (condition.kind !== 'above' && condition.kind !== 'below') return [];
	return condition.levels.flatMap(({ entity }) => entity ?? []);
}

const slot = (subject: string, row: string): string => JSON.stringify([subject, row]);
const place = (source: string, subject: string, key: string | null, row: string): string =>
	JSON.stringify([source, subject, key, row]);

/** Entities whose values are levels of others. */
export class Others {
	/** Ids of the rules that ask for a subject's row. */
	private readonly asking = new Map<string, Set<string>>();
	private readonly entities = new Map<string, Entity>();

	constructor(rules: readonly AlertRule[]) {
		for (const rule of rules) {
			for (const { subject, row } of othersOf(rule)) {
				const ids = this.asking.get(slot(subject, row)) ?? new Set();
				this.asking.set(slot(subject, row), ids.add(rule.id));
			}
		}
	}

	/** Takes an entity as it is now; answers the ids of the rules to which it is a level, or null. */
	take(entity: Entity): ReadonlySet<string> | null {
		const asking = this.askingFor(entity);
		if (asking) this.entities.set(place(entity.source, entity.subject, entity.key, entity.row), entity);
		return asking;
	}

	/** An entity is gone; answers as {@link take}. */
	forget(entity: Entity): ReadonlySet<string> | null {
		this.entities.delete(place(entity.source, entity.subject, entity.key, entity.row));
		return this.askingFor(entity);
	}

	/** The entity that a level asks for, seen from another one. */
	find(from: Entity, wanted: OtherEntity): Entity | undefined {
		return this.entities.get(place(from.source, wanted.subject, keyOfOther(from, wanted), wanted.row));
	}

	private askingFor({ subject, row }: Entity): ReadonlySet<string> | null {
		return this.asking.size === 0 ? null : (this.asking.get(slot(subject, row)) ?? null);
	}
}
