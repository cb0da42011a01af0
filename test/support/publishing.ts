import type { AgentStreamError } from '../../src/model/errors';
import { limits } from '../../src/model/limits';
import type { Message } from '../../src/mqtt/message';
import { Publisher, type PublisherOptions } from '../../src/mqtt/publisher';
import { FakeClock } from './fake-clock';

/** A publisher with a broker that exists only in memory: what a bridge does, without sockets, on a clock that tests move. */
export class FakeBridge {
	readonly clock: FakeClock;
	readonly problems: AgentStreamError[] = [];
	/** What the broker retains, by topic. */
	readonly retained: Map<string, string>;
	/** Everything published, in order, with the time. */
	readonly log: (Message & { readonly at: number })[] = [];
	readonly publisher: Publisher;
	connected = false;
	private readonly expires = new Map<string, number>();

	constructor(
		over: Partial<PublisherOptions> = {},
		retained = new Map<string, string>(),
		clock = new FakeClock(),
		memory?: () => unknown,
		isAlive?: (uniqueId: string) => boolean,
	) {
		this.clock = clock;
		this.retained = retained;
		this.publisher = new Publisher(
			{
				topicPrefix: 'as',
				discoveryPrefix: 'ha',
				instance: 'one',
				discovery: 'device',
				commands: true,
				documentSize: limits.documentSize,
				removeAfter: limits.removeAfter,
				origin: { sw_version: '0.1.0' },
				...over,
			},
			{
				clock,
				...(isAlive && { isAlive }),
				random: () => (++seed * 0.618_033) % 1,
				report: (error) => this.problems.push(error),
				...(memory ? { memory } : {}),
			},
		);
	}

	/** Connects and lets everything happen that is due. */
	connect(): this {
		const { topics } = this.publisher;
		this.connected = true;
		this.publisher.opened({
			marker: this.retained.get(topics.marker) ?? null,
			ledger: this.retained.get(topics.ledger) ?? null,
		});
		return this.drain();
	}

	/** Loses the connection; the last `lost` messages never arrived. */
	disconnect(lost: readonly Message[] = []): this {
		this.connected = false;
		this.publisher.closed(lost);
		this.retained.set(this.publisher.topics.bridgeAvailability, 'offline');
		return this;
	}

	/** Ends in good order. */
	stop(): this {
		for (const message of [...this.publisher.lastWords(), this.publisher.farewell()]) this.deliver(message);
		return this.disconnect();
	}

	/** Sends everything that is due now. */
	drain(): this {
		for (const [topic, at] of this.expires) {
			if (at > this.clock.now()) continue;
			this.expires.delete(topic);
			this.retained.delete(topic);
		}
		if (!this.connected) return this;
		for (;;) {
			const { recovery } = this.publisher;
			for (let filters = recovery.unread(); filters.length > 0; filters = recovery.unread()) {
				for (const filter of filters) recovery.readBack(filter, this.matching(filter));
			}
			const messages = this.publisher.take(7);
			if (messages.length === 0) return this;
			for (const message of messages) this.deliver(message);
		}
	}

	/** Lets time pass and sends whatever falls due. */
	pass(ms: number): this {
		const end = this.clock.now() + ms;
		for (let turns = 0; turns < 10_000; turns++) {
			this.drain();
			const next = this.publisher.next();
			if (!this.connected || next === null || next > end) break;
			this.clock.advance(Math.max(1, next - this.clock.now()));
		}
		this.clock.jump(end);
		return this.drain();
	}

	/** Messages on topics that match, in order. */
	sent(pattern: RegExp): (Message & { readonly at: number })[] {
		return this.log.filter(({ topic }) => pattern.test(topic));
	}

	private deliver(message: Message): void {
		this.log.push({ ...message, at: this.clock.now() });
		if (!message.retain) return;
		this.expires.delete(message.topic);
		if (message.expiry !== undefined) this.expires.set(message.topic, this.clock.now() + 1_000 * message.expiry);
		if (message.payload === '') this.retained.delete(message.topic);
		else this.retained.set(message.topic, message.payload);
	}

	private matching(filter: string): Map<string, string> {
		const pattern = new RegExp(`^${filter.replaceAll('+', '[^/]+')}$`);
		return new Map([...this.retained].filter(([topic]) => pattern.test(topic)));
	}
}

let seed = 0;
