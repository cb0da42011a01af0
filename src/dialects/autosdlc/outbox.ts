import type { Clock } from '../../model/clock';
import { AgentStreamError } from '../../model/errors';
import { jsonMessage } from '../../model/json';
import { limits } from '../../model/limits';

/** Messages that wait for a connection, oldest first: bounded in number and size, and not worth sending for ever. */
export class Outbox {
	private waiting: { readonly text: string; readonly since: number }[] = [];
	private size = 0;

	/** @param warn told of what was not kept, without its content */
	constructor(
		private readonly clock: Clock,
		private readonly warn: (text: string) => void,
	) {}

	/**
	 * Keeps a message.
	 * @throws AgentStreamError LIMIT_REACHED (there is no more room), SEND_FAILED (it has no JSON)
	 */
	add(message: object): void {
		const text = jsonMessage(message);
		this.dropExpired();
		if (this.waiting.length >= limits.autosdlcQueue || this.size + text.length > limits.autosdlcQueueSize) {
			const sentence = `The queue is full: ${this.waiting.length} messages wait for a connection, a further one was refused.`;
			this.warn(sentence);
			throw new AgentStreamError('LIMIT_REACHED', sentence);
		}
		this.waiting.push({ text, since: this.clock.now() });
		this.size += text.length;
	}

	/**
	 * Hands everything that is still worth it to `send`, in order. What could not be sent stays, with all that came after it.
	 * @throws whatever `send` throws
	 */
	flush(send: (text: string) => void): void {
		this.dropExpired();
		for (let first = this.waiting[0]; first; first = this.waiting[0]) {
			send(first.text);
			this.waiting.shift();
			this.size -= first.text.length;
		}
	}

	private dropExpired(): void {
		const now = this.clock.now();
		const kept = this.waiting.filter(({ since }) => now - since < limits.autosdlcQueueExpiry);
		const expired = this.waiting.length - kept.length;
		if (expired === 0) return;
		this.waiting = kept;
		this.size = kept.reduce((sum, { text }) => sum + text.length, 0);
		const minutes = limits.autosdlcQueueExpiry / 60_000;
		this.warn(`${expired} messages were not sent: they waited longer than ${minutes} minutes for a connection.`);
	}
}
