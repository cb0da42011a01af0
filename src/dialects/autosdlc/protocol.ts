import { AgentStreamError, asAgentStreamError } from '../../model/errors';
import type { Frame, StreamEvent } from '../../model/event';
import { isFields } from '../../model/fields';
import { limits } from '../../model/limits';
import type { Link, Session, SessionParts } from '../dialect';
import { decode } from './compression';
import { type Handlers, handled, isMessage } from './dispatch';
import { unwrap } from './envelope';
import { Heartbeat } from './heartbeat';
import { letters, type Message, MessageWriter } from './messages';
import { Outbox } from './outbox';
import type { SubscriptionChoice } from './subscription';
import { completed, Subscriptions } from './subscriptions';
import { labelOf } from './values';

/**
 * One endpoint's side of the protocol. A token goes with the upgrade (query, header, cookie), so that an open socket is an open connection;
 * where the server asks for it by `auth_request`, or the user wants it so, it goes out as a message as well.
 */
export class AutosdlcSession implements Session {
	readonly unwrap = unwrap;
	private readonly choice: SubscriptionChoice | undefined;
	private readonly writer: MessageWriter;
	private readonly outbox: Outbox;
	private readonly subscriptions: Subscriptions;
	private readonly heartbeat: Heartbeat;
	private link: Link | null = null;
	/** Whether the connection counts as open. */
	private entered = false;
	/** Id of the message that carried the token on this connection; null where none did. */
	private presented: string | null = null;
	/** Whether the server has accepted the token that was presented. */
	private proven = false;

	constructor(private readonly parts: SessionParts) {
		const { clock, random } = parts;
		// The endpoint has checked it by our schema.
		this.choice = parts.subscription as SubscriptionChoice | undefined;
		this.writer = new MessageWriter(clock, random);
		this.outbox = new Outbox(clock, (text) => this.warn(text));
		this.subscriptions = new Subscriptions(this.choice, `agent-stream-${letters(random, 6)}`, (text) =>
			this.warn(text),
		);
		this.heartbeat = new Heartbeat(
			clock,
			() => this.say('ping', {}),
			() => {
				const seconds = limits.pongWithin / 1_000;
				this.link?.lose(new AgentStreamError('SILENT', `The server has not answered a ping within ${seconds} s.`));
			},
		);
	}

	opened(link: Link): void {
		this.link = link;
		if (this.choice?.auth === 'message') this.authenticate();
		else this.enter();
	}

	closed(): void {
		this.link = null;
		this.entered = false;
		this.presented = null;
		this.proven = false;
		this.heartbeat.stop();
		this.subscriptions.reset();
	}

	/** See {@link decode}; whatever it holds, a frame shows that the server lives. */
	decode(frame: Frame): unknown {
		this.heartbeat.heard();
		return decode(frame);
	}

	/** What keeps the connection is heard also where its message is not as it should be: a ping wants its pong, a refusal is one. */
	heard({ type, data }: StreamEvent): void {
		const message = { type, data: isFields(data) ? data : {} };
		if (this.link && isMessage(message)) handled(this.answers, message);
	}

	subscribe(types: readonly string[] | null): void {
		this.subscriptions.narrow(types);
		if (this.entered) this.subscriptions.sync((type, data) => this.transmit(type, data));
	}

	send(given: Frame | object, link: Link | null): void {
		const message = completed(this.writer.complete(given));
		const open = link !== null && this.entered;
		const subscribing = message.type === 'subscribe' || message.type === 'unsubscribe';
		if (subscribing) this.subscriptions.remember(message, open);
		if (open) link.send(message);
		else if (!subscribing) this.outbox.add(message);
	}

	/** A token that went out in a message is followed by its successor. */
	renewed(): void {
		if (this.presented !== null && this.parts.token() !== null) this.authenticate();
	}

	/** Whether the server has not yet said what it thinks of us: until then it may refuse everything else. */
	private get judging(): boolean {
		return this.presented !== null && !this.proven;
	}

	private readonly answers: Handlers<void> = {
		ping: ({ envelope }) => this.say('pong', {}, envelope?.id ?? undefined),
		auth_request: ({ envelope }) => this.authenticate(envelope?.id ?? undefined),
		auth_success: () => {
			const { judging } = this;
			this.proven = this.presented !== null;
			if (!this.entered) return this.enter();
			if (!judging) return;
			this.subscriptions.forgetUnconfirmed();
			this.synchronise();
		},
		auth_failure: ({ reason, message, code }) => this.refuse(reason ?? message ?? labelOf(code)),
		subscription_update: (update) => {
			if (!this.judging) this.subscriptions.updated(update);
		},
		disconnect: ({ reason }) => this.warn(`The server takes its leave: ${reason ?? 'it gives no reason'}`),
		error: ({ code, message, envelope }) => {
			const why = [labelOf(code), message].filter(Boolean).join(': ') || 'it gives no reason';
			const about = envelope?.correlationId;
			if (about && about === this.presented) return this.refuse(why);
			if (about && this.subscriptions.isOurs(about)) {
				if (!this.judging) this.subscriptions.refused(about, why);
				return;
			}
			this.warn(`The server reports an error: ${why}`);
		},
	};

	/** The server takes us: what was wanted before is restored, and what waited goes out. */
	private enter(): void {
		const { link } = this;
		if (this.entered || !link) return;
		this.entered = true;
		link.ready();
		// Whoever hears that the connection is open may end it.
		if (this.link !== link) return;
		this.synchronise();
		this.attempt(() => this.outbox.flush((text) => link.send(text)));
		this.heartbeat.start();
	}

	private authenticate(answers?: string): void {
		const token = this.parts.token();
		if (token === null) {
			const sentence = 'The server wants a token in a message, and none is set.';
			this.link?.refuse(new AgentStreamError('UNAUTHORIZED', sentence));
			return;
		}
		const message = this.writer.write('auth_request', { token }, answers);
		this.presented = message.id;
		this.attempt(() => this.link?.send(message));
	}

	private refuse(why: string | null | undefined): void {
		const sentence = `The server refused the token: ${this.shown(why ?? 'it gives no reason')}`;
		this.link?.refuse(new AgentStreamError('UNAUTHORIZED', sentence));
	}

	private synchronise(): void {
		this.attempt(() => this.subscriptions.sync((type, data) => this.transmit(type, data)));
	}

	/** Sends a message, and answers its id. @throws AgentStreamError as `Link.send` */
	private transmit(type: string, data: object, answers?: string): string {
		const message: Message = this.writer.write(type, data, answers);
		this.link?.send(message);
		return message.id;
	}

	private say(type: string, data: object, answers?: string): void {
		this.attempt(() => this.transmit(type, data, answers));
	}

	/** What cannot be sent is told: nobody waits for it. */
	private attempt(send: () => void): void {
		try {
			send();
		} catch (thrown) {
			this.warn(asAgentStreamError(thrown, 'SEND_FAILED').message);
		}
	}

	private warn(text: string): void {
		this.parts.warn(this.shown(text));
	}

	/** A sentence with words of the server in it: one line, bounded, without the token. */
	private shown(text: string): string {
		const token = this.parts.token();
		const clean = (token ? text.replaceAll(token, '***') : text).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
		return clean.length > limits.shownText ? `${clean.slice(0, limits.shownText)}…` : clean;
	}
}
