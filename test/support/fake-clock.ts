import type { Clock, Timer } from '../../src/model/clock';

interface Pending {
	readonly due: number;
	readonly order: number;
	readonly run: () => void;
}

/** A clock that stands still until a test moves it; timers run in order of their time. */
export class FakeClock implements Clock {
	private readonly pending = new Map<object, Pending>();
	private order = 0;

	constructor(private time = Date.UTC(2026, 8, 14, 8, 30)) {}

	now(): number {
		return this.time;
	}

	after(ms: number, run: () => void): Timer {
		const timer = {};
		this.pending.set(timer, { due: this.time + Math.max(0, ms), order: this.order++, run });
		return timer;
	}

	cancel(timer: Timer | undefined): void {
		if (timer) this.pending.delete(timer);
	}

	/** Timers that are waiting. */
	get timers(): number {
		return this.pending.size;
	}

	/** Lets `ms` milliseconds pass and runs every timer that falls due on the way. */
	advance(ms: number): void {
		const end = this.time + ms;
		for (;;) {
			const next = [...this.pending].sort((a, b) => a[1].due - b[1].due || a[1].order - b[1].order)[0];
			if (!next || next[1].due > end) break;
			this.pending.delete(next[0]);
			this.time = next[1].due;
			next[1].run();
		}
		this.time = end;
	}

	/** Jumps without running timers, as when a machine sleeps or its clock is set. */
	jump(to: number): void {
		this.time = to;
	}
}
