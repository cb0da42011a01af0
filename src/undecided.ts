import type { Clock, Timer } from './model/clock';
import { AgentStreamError } from './model/errors';
import { limits } from './model/limits';

/** Watches for a server by which no protocol can be told: one that waits for us to speak first never tells what it is. */
export class Undecided {
	private timer: Timer | undefined;
	private error: AgentStreamError | null = null;

	/**
	 * @param id endpoint id
	 * @param told the time is up
	 */
	constructor(
		private readonly id: string,
		private readonly clock: Clock,
		private readonly told: (error: AgentStreamError) => void,
	) {}

	/** What is wrong, once it is; else null. */
	get cause(): AgentStreamError | null {
		return this.error;
	}

	/**
	 * @param open whether a server is listened to whose protocol is not known
	 * @param frames how many frames it has sent by now
	 */
	watch(open: boolean, frames: () => number = () => 0): void {
		this.clock.cancel(this.timer);
		this.error = null;
		this.timer = open ? this.clock.after(limits.undecidedAfter, () => this.giveUp(frames())) : undefined;
	}

	private giveUp(frames: number): void {
		const why = frames === 0 ? 'the server says nothing by itself' : 'no known protocol fits its frames';
		const sentence = `The protocol of ${this.id} is undecided: ${why}; choose its dialect in its settings.`;
		this.error = new AgentStreamError('UNDECIDED', sentence);
		this.told(this.error);
	}
}
