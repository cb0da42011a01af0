import type { Clock, Timer } from '../../model/clock';
import { limits } from '../../model/limits';

/** Pings the server as long as a connection stands, and tells when nothing comes back: the protocol's own ping, in JSON. */
export class Heartbeat {
	private next: Timer | undefined;
	private deadline: Timer | undefined;

	/**
	 * @param ping sends a ping
	 * @param lost told once when no frame came within `limits.pongWithin` after a ping
	 */
	constructor(
		private readonly clock: Clock,
		private readonly ping: () => void,
		private readonly lost: () => void,
	) {}

	/** Begins; the first ping goes out after one interval. */
	start(): void {
		this.stop();
		this.next = this.clock.after(limits.pingEvery, () => this.beat());
	}

	/** A frame came, of whatever kind: the server lives. */
	heard(): void {
		this.clock.cancel(this.deadline);
		this.deadline = undefined;
	}

	/** Ends, with both timers. */
	stop(): void {
		this.clock.cancel(this.next);
		this.next = undefined;
		this.heard();
	}

	private beat(): void {
		this.next = this.clock.after(limits.pingEvery, () => this.beat());
		this.deadline ??= this.clock.after(limits.pongWithin, () => {
			this.stop();
			this.lost();
		});
		this.ping();
	}
}
