import type { Entity } from '../model/entity';
import { AgentStreamError } from '../model/errors';
import { limits } from '../model/limits';
import type { Message } from './message';
import type { Notices } from './notices';
import { eventPayload } from './payload';
import type { Known } from './published';

interface Happening {
	readonly known: Known | null;
	readonly message: Message;
}

/** Happenings of event entities: each is sent once, in order, never retained; bounded while the broker is away. */
export class EventQueue {
	private queue: Happening[] = [];

	/** @param announcedAt when Home Assistant could know an entity; null = not yet */
	constructor(
		private readonly announcedAt: (known: Known) => number | null,
		private readonly notices: Notices,
	) {}

	/** Adds the happening that an event entity tells of. @returns how many old ones had to go */
	push(known: Known, entity: Entity): number {
		const payload = eventPayload(entity);
		if (payload === null) {
			const message = `Event entity ${entity.unique_id} does not know the event type ${JSON.stringify(entity.state)}, or its attributes are no JSON or too large.`;
			this.notices.report(new AgentStreamError('ENTITY_INVALID', message), `event ${entity.unique_id}`);
			return 0;
		}
		this.queue.push({ known, message: { topic: known.stateTopic, payload, retain: false, kind: 'event' } });
		const dropped = this.trim();
		if (dropped > 0) {
			const message = `More than ${limits.eventQueue} events wait for the broker: the oldest are dropped.`;
			this.notices.report(new AgentStreamError('LIMIT_REACHED', message), 'events');
		}
		return dropped;
	}

	/** Gives back messages that were not acknowledged. */
	unshift(messages: readonly Message[]): void {
		this.queue.unshift(...messages.map((message) => ({ known: null, message })));
		this.trim();
	}

	/** Forgets what an entity still wanted to say. */
	drop(known: Known): void {
		this.queue = this.queue.filter((happening) => happening.known !== known);
	}

	/** Takes what Home Assistant can hear by now; one that has to wait lets none overtake it. */
	take(into: Message[], most: number, now: number): void {
		let taken = 0;
		for (const { known, message } of this.queue) {
			const from = this.readyAt(known);
			if (into.length >= most || from === null || from > now) break;
			into.push(message);
			taken++;
		}
		if (taken > 0) this.queue.splice(0, taken);
	}

	/** When the first one can be sent (ms since 1970); null = none, or not before its document is. */
	next(now: number): number | null {
		const first = this.queue[0];
		if (!first) return null;
		const from = this.readyAt(first.known);
		return from === null ? null : Math.max(from, now);
	}

	private readyAt(known: Known | null): number | null {
		if (known === null) return 0;
		const announced = this.announcedAt(known);
		return announced === null ? null : announced + limits.eventAfterDocument;
	}

	private trim(): number {
		const excess = Math.max(0, this.queue.length - limits.eventQueue);
		if (excess > 0) this.queue.splice(0, excess);
		return excess;
	}
}
