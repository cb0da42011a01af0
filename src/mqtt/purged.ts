import type { Entity, EntityChange } from '../model/entity';
import { limits } from '../model/limits';
import type { Known, Published } from './published';

/** What is to be purged: all that we published, or what is of one endpoint, or these entities. */
export interface PurgeOrder {
	readonly source?: string;
	readonly uniqueIds?: readonly string[];
	/** Only list it. */
	readonly dryRun: boolean;
}

/** What a purge removes, or would remove. */
export interface PurgeReport {
	readonly entities: readonly { readonly unique_id: string; readonly topics: readonly string[] }[];
}

/**
 * What a purge took away. It stays away, all of it, although it is still reported: one value that changes must not bring back a device
 * with one entity. Until somebody asks for it, or the bridge starts anew.
 */
export class Purged {
	/** Endpoints of which everything was purged, also what they had not reported yet. */
	private readonly sources = new Set<string>();
	/** Unique ids that were purged one by one. */
	private readonly ids = new Set<string>();
	/** The newest form of what is held back. */
	private readonly held = new Map<string, Entity>();

	/** Purges what is chosen, or only lists it. What nobody reports any more need not be held back: if it comes, it is new. */
	purge({ source, uniqueIds, dryRun }: PurgeOrder, published: Published, remove: (known: Known) => void): PurgeReport {
		const chosen = [...published.byId.values()].filter(
			(known) =>
				(source === undefined || known.source === source) &&
				(uniqueIds === undefined || uniqueIds.includes(known.unique_id)),
		);
		const entities = chosen.map((known) => ({
			unique_id: known.unique_id,
			topics: [...(known.document ? [known.document] : []), ...published.retained(known)],
		}));
		if (dryRun) return { entities };
		for (const known of chosen) {
			const { entity, unique_id } = known;
			if (entity !== null) {
				if (uniqueIds) this.ids.add(unique_id);
				else this.sources.add(entity.source);
				this.held.set(unique_id, entity);
			}
			remove(known);
		}
		return { entities };
	}

	/** Whether a change is of something that stays away. */
	holds({ kind, entity }: EntityChange): boolean {
		const { unique_id, source } = entity;
		const isHeld = this.sources.has(source) || this.ids.has(unique_id);
		if (isHeld && kind === 'removed') {
			// What comes after that is another thing, and was never purged.
			this.ids.delete(unique_id);
			this.held.delete(unique_id);
		} else if (isHeld && (this.held.has(unique_id) || this.held.size < limits.entities)) {
			this.held.set(unique_id, entity);
		}
		return isHeld;
	}

	/** Nothing stays away any more. @returns what does come back */
	release(): Entity[] {
		const entities = [...this.held.values()];
		this.sources.clear();
		this.ids.clear();
		this.held.clear();
		return entities;
	}
}
