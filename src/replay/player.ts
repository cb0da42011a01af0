import type { Clock, Timer } from '../model/clock';
import type { Frame } from '../model/event';
import { limits } from '../model/limits';
import type { Repeated, ReplayPlan } from './plan';

/** One client's socket, as far as a player uses it. */
export interface Outlet {
	/** Sends one message; `sent` is called when the system has taken it. */
	send(frame: Frame, sent: () => void): void;
	/** Bytes that wait for the client. */
	readonly backlog: number;
	ping(): void;
	/** Closes after what was sent. */
	close(): void;
}

/** Bytes that may wait for a slow client before its replay pauses. */
const backlogMost = 1_048_576;
/** Frames sent in one go before others get their turn. */
const batch = 64;
/** No timer is longer, in ms: Node.js runs timers of more than 24.8 days at once. */
const timerLongest = 3_600_000;

/** Plays a plan to one client, from its first frame, and keeps the connection alive. */
export class Player {
	private readonly timers = new Set<Timer>();
	private round = 0;
	private next = 0;
	private stopped = false;
	/** True while frames are due but the client has not read the earlier ones. */
	private waiting = false;

	constructor(
		private readonly outlet: Outlet,
		private readonly plan: ReplayPlan,
		private readonly clock: Clock,
	) {}

	/** Starts the replay; its time begins now. */
	start(): void {
		this.round = this.clock.now();
		this.pingLater();
		this.play();
	}

	/** Ends it and releases all timers; the socket stays as it is. */
	stop(): void {
		this.stopped = true;
		for (const timer of this.timers) this.clock.cancel(timer);
		this.timers.clear();
	}

	private play(): void {
		for (let sent = 0; !this.stopped; sent += 1) {
			const next = this.plan.frames[this.next];
			if (!next) {
				this.ended();
				return;
			}
			const wait = this.round + next.due - this.clock.now();
			if (wait > 0 || sent >= batch) {
				this.later(wait, () => this.play());
				return;
			}
			if (this.outlet.backlog > backlogMost) {
				this.waiting = true;
				return;
			}
			this.next += 1;
			this.outlet.send(next.frame, () => this.drained());
		}
	}

	private drained(): void {
		if (!this.waiting || this.stopped || this.outlet.backlog > backlogMost) return;
		this.waiting = false;
		this.later(0, () => this.play());
	}

	private ended(): void {
		const { end, frames, duration, repeated } = this.plan;
		if (end === 'once') this.outlet.close();
		if (end === 'hold') for (const each of repeated) this.later(each.first, () => this.repeat(each));
		if (end === 'loop' && frames.length > 0) {
			this.next = 0;
			this.round += duration;
			this.later(this.round - this.clock.now(), () => this.play());
		}
	}

	private repeat(repeated: Repeated): void {
		if (this.outlet.backlog <= backlogMost) this.outlet.send(repeated.frame, () => {});
		this.later(repeated.every, () => this.repeat(repeated));
	}

	private pingLater(): void {
		this.later(limits.pingEvery, () => {
			this.outlet.ping();
			this.pingLater();
		});
	}

	private later(ms: number, run: () => void): void {
		if (this.stopped) return;
		const timer = this.clock.after(Math.min(Math.max(0, ms), timerLongest), () => {
			this.timers.delete(timer);
			if (!this.stopped) run();
		});
		this.timers.add(timer);
	}
}
