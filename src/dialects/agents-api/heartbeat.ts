import type { Clock, Timer } from '../../model/clock';
import { AgentStreamError } from '../../model/errors';
import { limits } from '../../model/limits';
import type { Link } from '../dialect';
import { heartbeatSeconds } from './types';

/** The client's duty to send `heartbeat` every 25 s, and the server's to acknowledge it: silence is not health. */
export class Heartbeat {
	private next: Timer | undefined;
	private deadline: Timer | undefined;
	/** When the oldest heartbeat without answer was sent, ms since 1970; null = all are answered. */
	private waiting: number | null = null;

	constructor(private readonly clock: Clock) {}

	/** Begins with a connection: the first heartbeat follows after one interval. */
	start(link: Link): void {
		this.next = this.clock.after(heartbeatSeconds * 1_000, () => {
			// First, so that a connection that ends while sending stops it.
			this.start(link);
			try {
				this.send(link);
			} catch {
				// What could not be sent is not acknowledged: the deadline tells.
			}
		});
	}

	/** Ends with the connection. */
	stop(): void {
		this.clock.cancel(this.next);
		this.clock.cancel(this.deadline);
		this.waiting = null;
	}

	/**
	 * Sends one now.
	 * @throws AgentStreamError as {@link Link.send} does
	 */
	send(link: Link): void {
		const now = this.clock.now();
		if (this.waiting === null) {
			this.waiting = now;
			this.deadline = this.clock.after(limits.agentsApiAckWithin, () => {
				const seconds = limits.agentsApiAckWithin / 1_000;
				link.lose(new AgentStreamError('SILENT', `The server has acknowledged no heartbeat for ${seconds} s.`));
			});
		}
		link.send(['heartbeat', { timestamp: now }]);
	}

	/** How long the oldest heartbeat has waited for its answer, ms; null where none waits. */
	get latency(): number | null {
		return this.waiting === null ? null : Math.max(0, this.clock.now() - this.waiting);
	}

	/** The server acknowledged. */
	answered(): void {
		this.clock.cancel(this.deadline);
		this.waiting = null;
	}
}
