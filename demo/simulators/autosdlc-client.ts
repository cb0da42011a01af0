import type { Clock, Timer } from '../../src/model/clock';
import type { Message } from './autosdlc-encoding';
import { fits, isObject, type Subscription, subscriptionOf, wrongMessage } from './autosdlc-rules';
import type { StreamClient } from './stream-server';

/** What a client's connection needs of the server. */
export interface Server {
	readonly clock: Clock;
	/** Whether this token is a good one. */
	accepts(token: unknown): boolean;
	/** Sends one message in the server's form. */
	send(client: StreamClient, type: string, data: object, answers?: string): string;
	/** Milliseconds between two pings. */
	readonly pingEvery: number;
	/** Messages of one type that a client may send in ten seconds. */
	readonly rate: number;
}

/** A client that has not shown its token in this time is sent away. */
const authenticatesWithin = 10_000;
const rateWindow = 10_000;

/** One client of the simulated server: whether it is let in, what it wants, and whether it lives. */
export class ClientConnection {
	readonly subscriptions = new Map<string, Subscription>();
	private authenticated: boolean;
	private deadline: Timer | undefined;
	private beat: Timer | undefined;
	/** Id of the ping that has not been answered. */
	private pinged: string | null = null;
	private readonly sent = new Map<string, number[]>();

	/** @param byMessage whether the token comes by `auth_request`, and whether the server asks for it */
	constructor(
		private readonly client: StreamClient,
		private readonly server: Server,
		byMessage: 'asked' | 'awaited' | null,
	) {
		this.authenticated = byMessage === null;
		if (byMessage === null) {
			this.begin();
			return;
		}
		this.deadline = server.clock.after(authenticatesWithin, () => this.refuse('no token came'));
		if (byMessage === 'asked') server.send(client, 'auth_request', { methods: ['jwt', 'api_key'] });
	}

	/** A message of the client, parsed; undefined where it was no JSON. */
	message(value: unknown): void {
		const wrong = wrongMessage(value);
		const id = isObject(value) && typeof value.id === 'string' ? value.id : undefined;
		if (wrong !== null || id === undefined) {
			this.complain('INVALID_MESSAGE', wrong ?? 'id is missing', id);
			return;
		}
		const message = value as Message;
		const { type, data } = message;
		if (!this.isWithinRate(type)) this.complain('RATE_LIMITED', `too many ${type} messages`, id);
		else if (type === 'auth_request') this.authenticate(isObject(data) ? data.token : undefined, id);
		else if (!this.authenticated) this.complain('UNAUTHORIZED', 'authenticate first', id);
		else this.carryOut(message);
	}

	/** Whether it wants a message. */
	wants(message: Message): boolean {
		return this.authenticated && [...this.subscriptions.values()].some((subscription) => fits(subscription, message));
	}

	/** Sends it away: its token is no longer good. */
	refuse(reason: string): void {
		this.server.send(this.client, 'auth_failure', { code: 'INVALID_TOKEN', reason });
		this.client.close(1008, 'Unauthorized');
	}

	/** It is gone. */
	closed(): void {
		const { clock } = this.server;
		clock.cancel(this.deadline);
		clock.cancel(this.beat);
	}

	private carryOut(message: Message): void {
		const { id, type, data } = message;
		if (type === 'ping') this.server.send(this.client, 'pong', {}, id);
		else if (type === 'pong') this.answered(message);
		else if (type === 'subscribe') this.subscribe(data, id);
		else if (type === 'unsubscribe') this.unsubscribe(data, id);
		else if (type === 'disconnect') this.client.close(1000);
	}

	private begin(): void {
		const { clock, pingEvery } = this.server;
		const ping = (): void => {
			if (this.pinged !== null) {
				this.client.close(1001, 'No pong');
				return;
			}
			this.pinged = this.server.send(this.client, 'ping', {});
			this.beat = clock.after(pingEvery, ping);
		};
		this.beat = clock.after(pingEvery, ping);
	}

	private answered({ metadata }: Message): void {
		if (metadata?.correlationId === this.pinged) this.pinged = null;
	}

	private authenticate(token: unknown, id: string): void {
		this.server.clock.cancel(this.deadline);
		if (!this.server.accepts(token)) {
			this.refuse('the token is not valid');
			return;
		}
		this.server.send(this.client, 'auth_success', { permissions: ['events:read'] }, id);
		if (this.authenticated) return;
		this.authenticated = true;
		this.begin();
	}

	private subscribe(data: unknown, id: string): void {
		const subscriptionId = isObject(data) ? data.subscriptionId : undefined;
		const wanted = subscriptionOf(data);
		if (typeof subscriptionId !== 'string') this.complain('INVALID_MESSAGE', 'subscriptionId must be text', id);
		else if (typeof wanted === 'string') this.tell({ subscriptionId, status: 'rejected', reason: wanted }, id);
		else {
			this.subscriptions.set(subscriptionId, wanted);
			this.tell({ subscriptionId, status: 'active', ...wanted }, id);
		}
	}

	private unsubscribe(data: unknown, id: string): void {
		const subscriptionId = isObject(data) ? data.subscriptionId : undefined;
		const known = typeof subscriptionId === 'string' && this.subscriptions.delete(subscriptionId);
		this.tell({ subscriptionId, ...(known ? { status: 'removed' } : { status: 'rejected', reason: 'not known' }) }, id);
	}

	private tell(update: object, answers: string): void {
		this.server.send(this.client, 'subscription_update', update, answers);
	}

	private complain(code: string, message: string, answers?: string): void {
		this.server.send(this.client, 'error', { code, message }, answers);
	}

	private isWithinRate(type: string): boolean {
		const now = this.server.clock.now();
		const recent = (this.sent.get(type) ?? []).filter((at) => now - at < rateWindow);
		if (recent.length >= this.server.rate) return false;
		this.sent.set(type, [...recent, now]);
		return true;
	}
}
