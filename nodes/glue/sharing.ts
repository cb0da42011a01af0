import type { Endpoint } from '../../src/endpoint';
import type { Clock, Timer } from '../../src/model/clock';
import { limits } from '../../src/model/limits';
import type { EndpointUser } from './endpoints';

/** Event types that somebody wants; null = all. */
type Wanted = ReadonlySet<string> | null;

/**
 * The users of one endpoint: the first one connects, the last one closes. The server is asked for what all of them want. A user that
 * goes away may be back at once, when its node is deployed again: the subscription is narrowed, and the connection closed, a little later.
 */
export class Sharing {
	private readonly users = new Map<object, readonly string[] | null>();
	private asked: Wanted = null;
	private timer: Timer | undefined;

	constructor(
		private readonly live: Pick<Endpoint, 'start' | 'stop' | 'want'>,
		private readonly clock: Clock,
	) {}

	/** Adds a user that wants these event types; empty = all, null = whatever the others want. */
	use(types: readonly string[] | null): EndpointUser {
		const user = {};
		const isFirst = this.users.size === 0;
		if (isFirst) this.close();
		this.users.set(user, types);
		this.ask(isFirst ? this.wanted() : both(this.asked, this.wanted()));
		this.live.start();
		return {
			want: (wanted) => {
				this.users.set(user, wanted);
				this.ask(this.wanted());
			},
			release: () => {
				this.users.delete(user);
				this.timer ??= this.clock.after(limits.narrowAfter, () => {
					this.timer = undefined;
					if (this.users.size === 0) void this.live.stop();
					else this.ask(this.wanted());
				});
			},
		};
	}

	/** Stops what waits. */
	close(): void {
		this.clock.cancel(this.timer);
		this.timer = undefined;
	}

	private wanted(): Wanted {
		const lists = [...this.users.values()].filter((types) => types !== null);
		return lists.length === 0 || lists.some((types) => types.length === 0) ? null : new Set(lists.flat());
	}

	private ask(wanted: Wanted): void {
		this.asked = wanted;
		this.live.want([...(wanted ?? [])]);
		if (wanted?.size === this.wanted()?.size) this.close();
	}
}

function both(one: Wanted, other: Wanted): Wanted {
	return one && other && new Set([...one, ...other]);
}
