import type { AgentStreamError } from '../model/errors';
import { limits } from '../model/limits';

const SLOW: ReadonlySet<string> = new Set(['BROKER_UNAUTHORIZED', 'BROKER_PROTOCOL', 'TLS_FAILED', 'PREFIX_TAKEN']);

/** How long to wait before the next attempt: longer each time, longest after a refusal that repeating will hardly change. */
export class Backoff {
	private attempt = 0;

	/** @param random 0 up to 1, for jitter */
	constructor(private readonly random: () => number) {}

	/**
	 * @param stood how long the connection stood that was lost, ms; 0 = it never came to be
	 * @returns ms
	 */
	after({ code }: AgentStreamError, stood: number): number {
		this.attempt = stood >= limits.backoffReset ? 0 : this.attempt + 1;
		const grown = limits.backoffFirst * 2 ** Math.min(Math.max(this.attempt - 1, 0), 16);
		const longest = SLOW.has(code) ? limits.backoffRefused : Math.min(grown, limits.backoffLongest);
		return longest * (0.5 + this.random() / 2);
	}
}
