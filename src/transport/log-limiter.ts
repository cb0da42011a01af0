import type { Clock } from '../model/clock';
import { limits } from '../model/limits';
import type { Logger } from '../model/logger';

/** Writes at most one log line per cause in `limits.logEvery`, and tells with the next one how many were left out. */
export class LogLimiter {
	private readonly causes = new Map<string, { at: number; leftOut: number }>();

	/**
	 * @param prefix how every line begins, so that a reader knows who speaks
	 */
	constructor(
		private readonly logger: Logger,
		private readonly clock: Clock,
		private readonly prefix: string,
	) {}

	/**
	 * Writes a line unless its cause was just reported.
	 * @param cause what the lines are counted by: one of few words, never a text from outside
	 */
	say(level: keyof Logger, cause: string, text: string): void {
		const now = this.clock.now();
		const last = this.causes.get(cause);
		if (last && now - last.at < limits.logEvery && now >= last.at) {
			last.leftOut += 1;
			return;
		}
		this.causes.set(cause, { at: now, leftOut: 0 });
		const note = last?.leftOut ? ` (${last.leftOut} more such lines were left out)` : '';
		this.logger[level](`${this.prefix}: ${text}${note}`);
	}
}
