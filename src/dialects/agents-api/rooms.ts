import type { Clock, Timer } from '../../model/clock';
import { AgentStreamError } from '../../model/errors';
import { limits } from '../../model/limits';
import { dropOldest } from '../../model/oldest';
import { dashboard, roomsOf, type Subscription } from './subscription';

/** A room that was joined because its thing was seen. */
interface Followed {
	readonly joined: number;
	touched: number;
	/** Whether its thing is done with: it makes room first. */
	finished: boolean;
}

/** A request that the server has not confirmed. */
interface Asked {
	readonly joining: boolean;
	readonly due: number;
	/** Whether it was asked once more already. */
	readonly again: boolean;
}

/** What {@link Rooms} works with. */
export interface RoomsParts {
	readonly clock: Clock;
	readonly warn: (text: string) => void;
	/** @throws AgentStreamError as `Link.send` does */
	readonly send: (event: 'subscribe' | 'unsubscribe', room: string) => void;
}

/** Things that have rooms of their own, which are followed. */
export type Kind = 'agent' | 'task';

/**
 * Which rooms we are to be in, over all connections, and whether the server has confirmed it. Bounded: a room is followed only where there is
 * a place for it, finished things leave first, and none leaves within 10 s of its coming, however many ids rush by.
 */
export class Rooms {
	/** Rooms that were named: by the subscription, or by a user since. */
	private readonly named: Set<string>;
	/** Rooms that a user left: they are not followed again. */
	private readonly left = new Set<string>();
	private readonly followed: Readonly<Record<Kind, Map<string, Followed>>> = { agent: new Map(), task: new Map() };
	private readonly follow: boolean;
	/** In order of `due`. */
	private readonly asked = new Map<string, Asked>();
	private timer: Timer | undefined;
	private open = false;
	/** Whether this server has ever confirmed anything; one that never does is `mute` once that was told, and no longer waited for. */
	private confirms = false;
	private mute = false;

	constructor(
		private readonly parts: RoomsParts,
		subscription: Subscription,
	) {
		this.named = new Set(roomsOf(subscription));
		this.follow = subscription.follow ?? true;
	}

	/** A connection stands: the rooms are asked for, all of them, since a server forgets with the connection. */
	opened(): void {
		this.open = true;
		this.mute = false;
		// Everyone is put there by the server.
		if (!this.named.has(dashboard)) this.tryToAsk(dashboard, false);
		for (const room of this.wanted()) this.tryToAsk(room, true);
	}

	/** The connection is over. */
	closed(): void {
		this.open = false;
		this.asked.clear();
		this.parts.clock.cancel(this.timer);
		this.timer = undefined;
	}

	/** The rooms that we are to be in. */
	wanted(): readonly string[] {
		return [...this.named, ...this.followed.agent.keys(), ...this.followed.task.keys()];
	}

	/**
	 * A user wants to be in a room, also after a reconnect.
	 * @throws AgentStreamError LIMIT_REACHED, or as `Link.send` does
	 */
	join(room: string): void {
		if (!this.named.has(room) && this.named.size >= limits.agentsApiRooms) {
			throw new AgentStreamError('LIMIT_REACHED', `More than ${limits.agentsApiRooms} rooms cannot be subscribed to.`);
		}
		this.left.delete(room);
		this.unfollow(room);
		this.named.add(room);
		if (this.open) this.ask(room, true);
	}

	/**
	 * A user wants to be in a room no longer.
	 * @throws AgentStreamError as `Link.send` does
	 */
	leave(room: string): void {
		this.named.delete(room);
		this.unfollow(room);
		this.left.add(room);
		dropOldest(this.left, limits.agentsApiRooms);
		if (this.open) this.ask(room, false);
	}

	/** An event told of a thing: its room is followed. */
	saw(kind: Kind, id: string, finished: boolean): void {
		const room = `${kind}:${id}`;
		if (!this.follow || !this.open || this.left.has(room) || this.named.has(room)) return;
		const followed = this.followed[kind];
		const now = this.parts.clock.now();
		const known = followed.get(room);
		if (known) {
			known.touched = now;
			known.finished = finished;
			return;
		}
		// Of what is finished there is nothing more to hear.
		if (finished) return;
		if (followed.size >= limits.agentsApiFollowed) {
			const leaving = this.dispensable(followed, now);
			if (leaving === null) return;
			followed.delete(leaving);
			this.tryToAsk(leaving, false);
		}
		followed.set(room, { joined: now, touched: now, finished });
		this.tryToAsk(room, true);
	}

	/** The server confirmed that we joined or left a room. */
	confirmed(room: string, joining: boolean): void {
		this.confirms = true;
		this.mute = false;
		if (this.asked.get(room)?.joining === joining) this.asked.delete(room);
	}

	/** The server sent an error: while it owes confirmations it is about the room that it names, or the only one. */
	refused(message: string): void {
		if (this.asked.size === 0) return;
		const rooms = [...this.asked.keys()];
		const named = rooms.length === 1 ? rooms : rooms.filter((room) => message.includes(room));
		for (const room of named) this.asked.delete(room);
		const which = named.length > 0 ? list(named) : 'one of the rooms that were asked for';
		this.parts.warn(`The server refused ${which}: ${message.slice(0, limits.shownText)}`);
	}

	private unfollow(room: string): void {
		this.followed.agent.delete(room);
		this.followed.task.delete(room);
	}

	/** The room that makes way: the oldest of finished things, else of one that has long been silent; null = none does. */
	private dispensable(followed: ReadonlyMap<string, Followed>, now: number): string | null {
		let found: [string, Followed] | null = null;
		for (const each of followed) {
			const [, entry] = each;
			if (now - entry.joined < limits.agentsApiConfirmWithin) continue;
			if (!entry.finished && now - entry.touched < limits.agentsApiIdle) continue;
			const best = found?.[1];
			const sooner = !best || (entry.finished === best.finished ? entry.touched < best.touched : entry.finished);
			if (sooner) found = each;
		}
		return found?.[0] ?? null;
	}

	private tryToAsk(room: string, joining: boolean, again = false): void {
		try {
			this.ask(room, joining, again);
		} catch {
			// What could not be sent is not confirmed, and so asked once more.
		}
	}

	private ask(room: string, joining: boolean, again = false): void {
		const due = this.parts.clock.now() + limits.agentsApiConfirmWithin;
		this.asked.delete(room);
		this.asked.set(room, { joining, due, again });
		this.schedule();
		this.parts.send(joining ? 'subscribe' : 'unsubscribe', room);
	}

	private schedule(): void {
		const [first] = this.asked.values();
		if (this.timer || !first) return;
		this.timer = this.parts.clock.after(first.due - this.parts.clock.now(), () => {
			this.timer = undefined;
			this.overdue();
			this.schedule();
		});
	}

	private overdue(): void {
		const now = this.parts.clock.now();
		const late = [...this.asked].filter(([, { due }]) => due <= now);
		for (const [room] of late) this.asked.delete(room);
		if (this.mute) return;
		const seconds = limits.agentsApiConfirmWithin / 1_000;
		const tell = (again: boolean, what: string) => {
			const rooms = late.flatMap(([room, asked]) => (asked.again === again ? [room] : []));
			if (rooms.length > 0) this.parts.warn(`The server has not confirmed ${list(rooms)} within ${seconds} s${what}.`);
		};
		tell(false, ': asked once more');
		tell(true, ', asked twice: events may be missing until the next connection');
		for (const [room, { joining, again }] of late) if (!again) this.tryToAsk(room, joining, true);
		this.mute = !this.confirms && late.some(([, { again }]) => again);
	}
}

const roomsShown = 3;

/** Some rooms as words of a sentence. */
function list(rooms: readonly string[]): string {
	const shown = rooms.slice(0, roomsShown).map((room) => `the room ${room.slice(0, 60)}`);
	return [...shown, ...(rooms.length > roomsShown ? [`${rooms.length - roomsShown} more`] : [])].join(', ');
}
