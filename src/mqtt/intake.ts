import type { Clock } from '../model/clock';
import type { Entity, EntityChange } from '../model/entity';
import { AgentStreamError, asAgentStreamError } from '../model/errors';
import { limits } from '../model/limits';
import type { Announcer } from './announcer';
import { isAnnouncedDifferently } from './discovery';
import type { EntityTopics } from './entity-topics';
import type { EventQueue } from './event-queue';
import type { Leftovers } from './leftovers';
import type { Notices } from './notices';
import type { Orphans } from './orphans';
import type { Known, Published } from './published';

/** What {@link Intake} works with. */
export interface IntakeParts {
	readonly clock: Clock;
	readonly published: Published;
	readonly announcer: Announcer;
	readonly entities: EntityTopics;
	readonly events: EventQueue;
	readonly orphans: Orphans;
	readonly leftovers: Leftovers;
	readonly notices: Notices;
	/** Counts happenings that found the queue full, and entities that could not be published. */
	readonly counters: { dropped: number; refused: number };
	/** What has to outlast a restart has changed. */
	readonly changed: () => void;
}

/** Takes entities in as they are reported, keeps them up to date, and takes them out with all that is theirs. */
export class Intake {
	constructor(private readonly parts: IntakeParts) {}

	/** An entity is there, as the change says. */
	update({ kind, entity }: EntityChange): void {
		const { clock, published, announcer, entities, events, orphans, counters, changed } = this.parts;
		const known = this.known(entity);
		if (!known) return;
		const before = published.report(known, entity);
		orphans.seen(entity, before === null, clock.now());
		const isExtended = entities.set(known, entity, before);
		if (isExtended) changed();
		if (isExtended || !before || isAnnouncedDifferently(before, entity)) announcer.announce(known, entity);
		if (kind === 'fired' && !entity.replayed && entity.platform === 'event') {
			counters.dropped += events.push(known, entity);
		}
	}

	/** An entity is gone for good: Home Assistant is told so first, its topics are emptied after that. */
	remove(known: Known | undefined): void {
		if (!known) return;
		const { clock, published, announcer, events, orphans, leftovers, changed } = this.parts;
		const place = String(known.document);
		leftovers.leave(place, known.id, published.delete(known));
		events.drop(known);
		if (!announcer.withdraw(known)) leftovers.gone(place, known.id, clock.now());
		orphans.recheck(clock.now());
		changed();
	}

	/**
	 * What was handed in as an entity is none: counted, and reported once.
	 * @param wrong its first field that is wrong; empty = it is no object at all
	 */
	refuse(given: unknown, wrong: string): void {
		const { counters, notices } = this.parts;
		counters.refused++;
		const what = wrong === '' ? 'it is no object' : `its field ${wrong} is missing or wrong`;
		const message = `Entity ${idOf(given).slice(0, limits.textLength)} is not published: ${what}.`;
		notices.report(new AgentStreamError('ENTITY_INVALID', message));
	}

	/** What we know of an entity, from now on at least that it exists; null where it cannot be published. */
	private known(entity: Entity): Known | null {
		const { published, entities, notices, counters, changed } = this.parts;
		const known = published.byId.get(entity.unique_id);
		if (known && known.path === entity.path) {
			if (known.event_type !== entity.event_type) entities.clear(published.retype(known, entity.event_type));
			return known;
		}
		this.remove(known);
		try {
			const added = published.add(entity);
			changed();
			return added;
		} catch (thrown) {
			const error = asAgentStreamError(thrown, 'ENTITY_INVALID');
			counters.refused++;
			notices.report(error, error.code === 'LIMIT_REACHED' ? `entities ${entity.source}` : entity.unique_id);
			return null;
		}
	}
}

/** What an object that is no entity calls itself. */
function idOf(given: unknown): string {
	if (typeof given !== 'object' || given === null || !('unique_id' in given)) return '';
	return typeof given.unique_id === 'string' ? given.unique_id : '';
}
