import { AgentStreamError } from '../../model/errors';
import { type Fields, isFields } from '../../model/fields';
import { limits } from '../../model/limits';
import type { Message } from './messages';
import type { DataOf } from './schemas';
import type { SubscriptionChoice } from './subscription';
import { isNews, newsTypes } from './types';
import { labelOf } from './values';

/** What is asked for under one id. */
interface Wanted {
	/** All news unless given. */
	readonly events?: readonly string[] | undefined;
	readonly filters?: Fields | undefined;
	/** Sent by a user as a message: it stays as it is, whatever else is made use of. */
	readonly explicit?: true;
}

/** The data of a `subscribe`. */
interface Content {
	readonly subscriptionId: string;
	readonly events: readonly string[];
	readonly filters: object;
}

/** What the server was asked for on this connection. */
interface Asked {
	/** The data that was sent, as JSON. */
	readonly content: string;
	/** The events that it names. */
	readonly events: readonly string[];
	/** Id of the message. */
	readonly message: string;
	state: 'sent' | 'standing' | 'over';
}

const refusals: ReadonlySet<string> = new Set([
	'rejected',
	'refused',
	'denied',
	'forbidden',
	'invalid',
	'error',
	'failed',
]);
const endings: ReadonlySet<string> = new Set([
	'unsubscribed',
	'removed',
	'cancelled',
	'canceled',
	'ended',
	'expired',
	'closed',
]);

/** A user's message; a `subscribe` with what it leaves out: an id, all events, no filters. */
export function completed(message: Message): Message {
	if (message.type !== 'subscribe') return message;
	return {
		...message,
		data: { subscriptionId: message.id, events: newsTypes, filters: {}, ...(isFields(message.data) && message.data) },
	};
}

/** Sends a message, and answers its id. */
export type Say = (type: string, data: object) => string;

/** The subscriptions of one endpoint: what is wanted, over all connections, and what the server was asked for on the present one. */
export class Subscriptions {
	private readonly wanted = new Map<string, Wanted>();
	/** What the flows make use of; null = everything. */
	private used: ReadonlySet<string> | null = null;
	private readonly asked = new Map<string, Asked>();
	/** Ids that were given up and whose end the server has not confirmed yet. */
	private readonly leaving = new Set<string>();

	/**
	 * @param choice what the user chose; undefined = everything
	 * @param ownId id of the one subscription where the user named none
	 * @param warn told what the server did not grant
	 */
	constructor(
		choice: SubscriptionChoice | undefined,
		ownId: string,
		private readonly warn: (text: string) => void,
	) {
		for (const { subscriptionId, ...rest } of choice?.subscriptions ?? []) this.wanted.set(subscriptionId, rest);
		if (!choice?.subscriptions) this.wanted.set(ownId, { events: choice?.events, filters: choice?.filters });
	}

	/** From now on only these types are made use of; null = all. Pictures of this program's own are made of everything. */
	narrow(types: readonly string[] | null): void {
		const all = types === null || types.length === 0 || !types.every(isNews);
		this.used = all ? null : new Set(types);
	}

	/** The connection is over: the next one starts anew. */
	reset(): void {
		this.asked.clear();
		this.leaving.clear();
	}

	/** Tells the server what differs from what it was asked for. @throws whatever `say` throws */
	sync(say: Say): void {
		const wanted = new Map([...this.wanted].flatMap(([id, each]) => this.request(id, each)));
		for (const [id, { content, state }] of [...this.asked]) {
			const data = wanted.get(id);
			if (data && JSON.stringify(data) === content) continue;
			if (state !== 'over') {
				say('unsubscribe', { subscriptionId: id });
				this.leaving.add(id);
			}
			this.asked.delete(id);
		}
		for (const [id, data] of wanted) {
			if (this.asked.has(id)) continue;
			const message = say('subscribe', data);
			this.asked.set(id, { content: JSON.stringify(data), events: data.events, message, state: 'sent' });
		}
	}

	/** Asks again for what the server has not confirmed: it was not listening yet. */
	forgetUnconfirmed(): void {
		for (const [id, { state }] of [...this.asked]) if (state === 'sent') this.asked.delete(id);
	}

	/**
	 * Remembers what a user's `subscribe` or `unsubscribe` means for the next connection.
	 * @param sent whether it goes out on the present connection
	 * @throws AgentStreamError LIMIT_REACHED
	 */
	remember({ id: message, type, data }: Message, sent: boolean): void {
		const { subscriptionId, events, filters } = isFields(data) ? data : {};
		if (typeof subscriptionId !== 'string') return;
		if (type === 'unsubscribe') {
			this.wanted.delete(subscriptionId);
			if (this.asked.delete(subscriptionId)) this.leaving.add(subscriptionId);
			return;
		}
		if (!this.wanted.has(subscriptionId) && this.wanted.size >= limits.autosdlcSubscriptions) {
			throw new AgentStreamError(
				'LIMIT_REACHED',
				`More than ${limits.autosdlcSubscriptions} subscriptions: nothing was sent.`,
			);
		}
		const wanted: Wanted = {
			events: Array.isArray(events) ? events.map(String) : undefined,
			filters: isFields(filters) ? filters : undefined,
			explicit: true,
		};
		this.wanted.set(subscriptionId, wanted);
		const asked = this.request(subscriptionId, wanted)[0]?.[1];
		const content = JSON.stringify(asked ?? {});
		if (sent) this.asked.set(subscriptionId, { content, events: asked?.events ?? [], message, state: 'sent' });
	}

	/** Takes what the server made of a subscription. */
	updated(update: DataOf['subscription_update']): void {
		const { subscriptionId: named, envelope, events } = update;
		const found = this.find(named, envelope?.correlationId);
		const status = update.status?.toLowerCase() ?? (update.active === false ? 'ended' : '');
		const over = endings.has(status);
		if (over && named && this.leaving.delete(named)) return;
		if (!found) return;
		const [id, asked] = found;
		if (refusals.has(status) || update.error || over) {
			asked.state = 'over';
			const why = labelOf(update.error, ['message', 'code']) ?? update.reason ?? update.message ?? 'it gives no reason';
			this.warn(`The server ${over ? 'ended' : 'refused'} the subscription ${id}: ${why}`);
			return;
		}
		asked.state = 'standing';
		if (!events) return;
		const without = asked.events.filter((each) => !events.includes(each));
		if (without.length > 0) {
			this.warn(
				`The subscription ${id} was granted without ${without.slice(0, 5).join(', ')}${without.length > 5 ? ', …' : ''}`,
			);
		}
	}

	/** Whether a message (its id) asked for one of these. */
	isOurs(message: string): boolean {
		return this.find(undefined, message) !== undefined;
	}

	/** The server answered the message with an error. */
	refused(message: string, why: string): void {
		const [id, asked] = this.find(undefined, message) ?? [];
		if (!asked) return;
		asked.state = 'over';
		this.warn(`The server refused the subscription ${id}: ${why}`);
	}

	private find(id: string | null | undefined, message: string | null | undefined): [string, Asked] | undefined {
		return [...this.asked].find(([known, asked]) => known === id || asked.message === message);
	}

	/** The data of the `subscribe` of one subscription; none where nothing of it is made use of. */
	private request(subscriptionId: string, { events = newsTypes, filters = {}, explicit }: Wanted): [string, Content][] {
		const { used } = this;
		const kept = explicit || used === null ? events : events.filter((type) => used.has(type));
		return kept.length === 0 ? [] : [[subscriptionId, { subscriptionId, events: kept, filters }]];
	}
}
