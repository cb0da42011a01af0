import type { Timer } from '../../model/clock';
import { AgentStreamError, asAgentStreamError } from '../../model/errors';
import type { StreamEvent } from '../../model/event';
import { parseJson } from '../../model/json';
import { limits } from '../../model/limits';
import type { Item, Link, Session, SessionParts } from '../dialect';
import type { Definition } from './definition';
import { unwrapper } from './envelope';
import { type MessageInputs, type Sending, sending } from './messages';

/** What a session does, with all expressions read: the same for every session of a definition. */
export interface Script {
	readonly title: string;
	readonly ready: Definition['open']['ready'];
	readonly refused: string | undefined;
	readonly open: readonly Sending[];
	readonly keepAlive: (Omit<NonNullable<Definition['keepAlive']>, 'send'> & { readonly send: Sending }) | null;
	readonly replies: readonly { readonly type: string; readonly send: Sending }[];
	readonly subscribe: Sending | null;
	readonly unwrap: (frame: unknown) => readonly Item[];
}

/**
 * What a definition says about a connection.
 * @throws AgentStreamError CONFIG_INVALID: an expression that cannot be read
 */
export function scriptOf(definition: Definition): Script {
	const { title, open, keepAlive, replies, subscribe } = definition;
	return {
		title,
		ready: open.ready,
		refused: open.refused,
		open: open.send.map((message, at) => sending(message, `open.send[${at}]`)),
		keepAlive: keepAlive ? { ...keepAlive, send: sending(keepAlive.send, 'keepAlive.send') } : null,
		replies: replies.map(({ type, send }, at) => ({ type, send: sending(send, `replies[${at}].send`) })),
		subscribe: subscribe === undefined ? null : sending(subscribe, 'subscribe'),
		unwrap: unwrapper(definition),
	};
}

/** Speaks a protocol as a definition says. Messages go out in the order in which they were due, however long their expressions take. */
export class CustomSession implements Session {
	private link: Link | null = null;
	private isAccepted = false;
	/** The event types that are wanted; null = all. */
	private types: readonly string[] | null = null;
	/** What this connection was last asked for, as JSON. */
	private asked: string | null = null;
	private turn: Promise<void> = Promise.resolve();
	private waiting = 0;
	/** Waits for the server's acceptance, then for the next sign of life of ours. */
	private next: Timer | undefined;
	/** Waits for the answer to a sign of life. */
	private answer: Timer | undefined;

	constructor(
		private readonly script: Script,
		private readonly parts: SessionParts,
	) {}

	decode = parseJson;

	unwrap(value: unknown): readonly Item[] {
		return this.script.unwrap(value);
	}

	opened(link: Link): void {
		const { ready, open } = this.script;
		this.link = link;
		this.isAccepted = false;
		this.asked = null;
		if (ready !== 'open') {
			const message = `The server did not send ${ready.type} within ${ready.within} s after connecting.`;
			this.next = this.parts.clock.after(ready.within * 1_000, () =>
				link.lose(new AgentStreamError('HANDSHAKE_TIMEOUT', message)),
			);
		}
		this.say(open, link, {
			sent: () => {
				if (ready === 'open') this.accepted(link);
			},
			failed: (error) => link.refuse(error),
		});
	}

	closed(): void {
		this.link = null;
		this.parts.clock.cancel(this.next);
		this.answered();
	}

	heard({ type, data }: StreamEvent, link: Link): void {
		const { ready, refused, keepAlive, replies, title } = this.script;
		if (type === refused) {
			link.refuse(new AgentStreamError('UNAUTHORIZED', `${title} answered ${type}: check the token.`));
			return;
		}
		if (ready !== 'open' && type === ready.type) this.accepted(link);
		if (keepAlive && (keepAlive.answer === undefined || keepAlive.answer === type)) this.answered();
		for (const reply of replies) if (reply.type === type) this.say([reply.send], link, { data });
	}

	subscribe(types: readonly string[] | null, link: Link): void {
		this.types = types;
		const { subscribe } = this.script;
		const wanted = JSON.stringify(types);
		if (!subscribe || this.asked === wanted) return;
		this.asked = wanted;
		this.say([subscribe], link);
	}

	private accepted(link: Link): void {
		if (this.isAccepted || this.link !== link) return;
		this.isAccepted = true;
		this.parts.clock.cancel(this.next);
		link.ready();
		// Whoever heard that may have asked already.
		this.subscribe(this.types, link);
		this.beat(link);
	}

	private beat(link: Link): void {
		const { keepAlive } = this.script;
		if (!keepAlive || this.link !== link) return;
		this.next = this.parts.clock.after(keepAlive.every * 1_000, () => {
			this.say([keepAlive.send], link, { sent: () => this.expect(link, keepAlive.within) });
			this.beat(link);
		});
	}

	private expect(link: Link, within: number | undefined): void {
		// The first unanswered one counts: the next may follow before its answer is overdue.
		if (within === undefined || this.answer || this.link !== link) return;
		const message = `The server did not answer the keep-alive message within ${within} s.`;
		this.answer = this.parts.clock.after(within * 1_000, () => {
			this.answer = undefined;
			link.lose(new AgentStreamError('SILENT', message));
		});
	}

	private answered(): void {
		this.parts.clock.cancel(this.answer);
		this.answer = undefined;
	}

	/**
	 * Sends messages, in turn; without effect once the connection is over.
	 * @param then `sent` is called when all are on their way, `failed` where an expression failed (else that is a warning)
	 */
	private say(messages: readonly Sending[], link: Link, then: Then = {}): void {
		if (this.waiting === 0 && messages.every(({ fixed }) => fixed !== null)) {
			for (const { fixed } of messages) if (fixed) this.transmit(fixed, link);
			then.sent?.();
			return;
		}
		if (this.waiting >= limits.definitionSends) {
			this.parts.warn(`More than ${limits.definitionSends} messages wait to be made; one was left out.`);
			return;
		}
		this.waiting += 1;
		this.turn = this.turn
			.then(() => this.make(messages, link, then))
			.finally(() => {
				this.waiting -= 1;
			});
	}

	private async make(messages: readonly Sending[], link: Link, then: Then): Promise<void> {
		try {
			for (const { make } of messages) {
				const message = await make(this.inputs(then.data ?? null));
				if (this.link !== link) return;
				if (message !== undefined) this.transmit(message, link);
			}
		} catch (thrown) {
			const error = asAgentStreamError(thrown, 'CONFIG_INVALID');
			if (this.link !== link) return;
			if (then.failed) then.failed(error);
			else this.parts.warn(error.message);
			return;
		}
		if (this.link === link) then.sent?.();
	}

	private transmit(message: string | Uint8Array | object, link: Link): void {
		try {
			link.send(message);
		} catch (thrown) {
			this.parts.warn(`A message could not be sent: ${asAgentStreamError(thrown, 'SEND_FAILED').message}`);
		}
	}

	private inputs(data: unknown): MessageInputs {
		const { clock, random, token, subscription = null } = this.parts;
		const id = String(Math.floor(1e8 + random() * 9e8));
		return { token: token(), now: clock.now(), id, types: this.types, subscription, data };
	}
}

/** What follows on messages, and what they answer. */
interface Then {
	readonly sent?: () => void;
	readonly failed?: (error: AgentStreamError) => void;
	readonly data?: unknown;
}
