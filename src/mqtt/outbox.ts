import type { Clock, Timer } from '../model/clock';
import { AgentStreamError } from '../model/errors';
import { limits } from '../model/limits';
import type { BrokerConnection } from './connection';
import type { Message } from './message';

/** What an outbox tells its owner. */
export interface OutboxEvents {
	/** There is room again. */
	room(): void;
	/** The broker refused a message, or it is too large for it. */
	report(error: AgentStreamError): void;
}

/** Messages in flight on one connection: as many at once as the broker takes, each until it is acknowledged. */
export class Outbox {
	private readonly inFlight = new Set<Message>();
	/** Messages that the client gave up because the connection broke; nobody refused them. */
	private readonly broken: Message[] = [];
	private whenIdle: (() => void) | null = null;
	private isClosed = false;

	constructor(
		private readonly connection: BrokerConnection,
		private readonly clock: Clock,
		private readonly events: OutboxEvents,
	) {}

	/** How many messages may be sent now. */
	get room(): number {
		return Math.max(0, this.connection.window - this.inFlight.size);
	}

	/** Sends messages together. */
	send(messages: readonly Message[]): void {
		if (messages.length === 0 || this.isClosed) return;
		this.connection.batch(() => {
			for (const message of messages) {
				if (this.isTooLarge(message)) continue;
				this.inFlight.add(message);
				this.connection.publish(message, (error) => this.acknowledge(message, error));
			}
		});
	}

	/** Resolves when nothing is in flight, or after `limits.closeWithin`. */
	async idle(): Promise<void> {
		if (this.inFlight.size === 0 || this.isClosed) return;
		let timer: Timer | undefined;
		await new Promise<void>((resolve) => {
			this.whenIdle = resolve;
			timer = this.clock.after(limits.closeWithin, resolve);
		});
		this.whenIdle = null;
		this.clock.cancel(timer);
	}

	/** The connection is gone. @returns what no acknowledgement came for */
	close(): Message[] {
		this.isClosed = true;
		this.whenIdle?.();
		return [...this.broken, ...this.inFlight];
	}

	private acknowledge(message: Message, error: Error | undefined): void {
		if (this.isClosed) return;
		const wasFull = this.room === 0;
		this.inFlight.delete(message);
		if (error && !isRefusal(error)) {
			this.broken.push(message);
		} else if (error) {
			const text = `The broker refused a message on ${message.topic}: ${error.message}.`;
			this.events.report(new AgentStreamError('BROKER_PROTOCOL', text, error));
		}
		if (this.inFlight.size === 0) this.whenIdle?.();
		if (wasFull || this.inFlight.size === 0) this.events.room();
	}

	private isTooLarge({ topic, payload }: Message): boolean {
		const { largest } = this.connection;
		if (largest === null || Buffer.byteLength(payload) + Buffer.byteLength(topic) + 64 <= largest) return false;
		const text = `The message on ${topic} is larger than the broker takes (${largest} bytes): not published. A lower document size may help.`;
		this.events.report(new AgentStreamError('LIMIT_REACHED', text));
		return true;
	}
}

/** Whether the broker answered with a reason (MQTT 5); without one, the client failed its waiting messages as the connection broke. */
function isRefusal(error: Error): boolean {
	return 'code' in error && typeof error.code === 'number';
}
