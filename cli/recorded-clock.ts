import type { Clock, Timer } from '../src/model/clock';

interface Waiting {
	readonly due: number;
	readonly run: () => void;
}

/** The clock of a recording: it stands still until it is moved, and on the way every timer runs at its own time. */
export class RecordedClock implements Clock {
	private time: number | undefined;
	private readonly waiting = new Map<object, Waiting>();

	now(): number {
		return this.time ?? 0;
	}

	after(ms: number, run: () => void): Timer {
		const timer = {};
		this.waiting.set(timer, { due: this.now() + Math.max(0, ms), run });
		return timer;
	}

	cancel(timer: Timer | undefined): void {
		if (timer) this.waiting.delete(timer);
	}

	/**
	 * Moves on to a time, ms since 1970; never back.
	 * @param ran what is to be done after each timer, before time goes on
	 */
	async moveTo(time: number, ran: () => Promise<void>): Promise<void> {
		this.time ??= time;
		for (;;) {
			let first: [timer: object, waiting: Waiting] | undefined;
			for (const one of this.waiting) if (one[1].due <= time && (!first || one[1].due < first[1].due)) first = one;
			if (!first) break;
			this.waiting.delete(first[0]);
			this.time = Math.max(this.time, first[1].due);
			first[1].run();
			await ran();
		}
		this.time = Math.max(this.time, time);
	}
}
