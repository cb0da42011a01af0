import type { IncomingMessage } from 'node:http';
import { ClientConnection, type Server } from './autosdlc-client';
import { sampleOf } from './autosdlc-data';
import { type BrokenGzip, brokenGzip, type Compression, encode, type Message } from './autosdlc-encoding';
import { eventTypes, isObject } from './autosdlc-rules';
import { story } from './autosdlc-story';
import { decoded } from './lenient';
import type { SimulatedServerOptions } from './simulated-server';
import type { Malformed, StreamClient } from './stream-server';
import { StreamSimulator } from './stream-simulator';

/** How the simulated server is set up. */
export interface AutosdlcOptions extends SimulatedServerOptions {
	/**
	 * Where the token is looked for: before the upgrade (query, header, cookie), or in an `auth_request`, which the server asks for or
	 * just waits for. Default `upgrade`.
	 */
	readonly auth?: 'upgrade' | 'asked' | 'awaited';
	/** Default `none`. */
	readonly compress?: Compression;
	/** Messages of one type that a client may send in ten seconds. Default 30. */
	readonly rate?: number;
}

const pingEvery = 30_000;

/** A simulated AutoSDLC server on 127.0.0.1. Written from the protocol document, knows nothing of our client. */
export class AutosdlcSimulator extends StreamSimulator<ClientConnection> {
	protected override readonly path = '/ws';
	private written = 0;
	/** The server as one client's connection sees it. */
	private readonly server: Server;

	constructor(private readonly options: AutosdlcOptions) {
		super(options);
		this.server = {
			clock: options.clock,
			accepts: (token) => this.token === null || token === this.token,
			send: (client, type, data, answers) => {
				const message = this.write(type, data, answers);
				this.transmit(client, message);
				return message.id;
			},
			pingEvery,
			rate: options.rate ?? 30,
		};
	}

	/** Ids of all subscriptions that stand. */
	get subscriptions(): readonly string[] {
		return [...this.clients.values()].flatMap(({ subscriptions }) => [...subscriptions.keys()]);
	}

	/**
	 * Sends an event to everyone who has subscribed to it; what is no event (`ping`, `error`, `subscription_update`) to everyone. Answers its id.
	 * @throws Error where there is no sample of that type, and no data
	 */
	override emit(type: string, data: object = sampleOf(type, this.random), correlationId?: string): string {
		const message = this.write(type, data, correlationId);
		const isEvent = eventTypes.includes(type);
		for (const [client, connection] of this.clients) {
			if (!isEvent || connection.wants(message)) this.transmit(client, message);
		}
		return message.id;
	}

	override malformed(kind: Malformed | BrokenGzip): void {
		if (Object.hasOwn(brokenGzip, kind)) this.running.broadcast(brokenGzip[kind as BrokenGzip]());
		else super.malformed(kind as Malformed);
	}

	/** The token is no longer good: whoever came with it is told, and sent away. */
	expireToken(): void {
		this.token = `expired-${this.random()}`;
		for (const connection of this.clients.values()) connection.refuse('the token has expired');
	}

	protected override live(isTold: boolean): void {
		if (isTold) this.play(0);
	}

	protected override opened(stream: StreamClient): ClientConnection {
		const { auth = 'upgrade' } = this.options;
		const byMessage = this.token === null || auth === 'upgrade' ? null : auth;
		return new ClientConnection(stream, this.server, byMessage);
	}

	protected override message(client: ClientConnection, value: unknown): void {
		client.message(isObject(value) ? value : undefined);
	}

	protected override closed(client: ClientConnection): void {
		client.closed();
	}

	private write(type: string, data: object, correlationId?: string): Message {
		this.written += 1;
		const metadata = { version: '1.0', source: 'autosdlc-ws-1', ...(correlationId !== undefined && { correlationId }) };
		return { id: `evt-${this.written}`, type, timestamp: this.clock.now(), data, metadata };
	}

	private transmit(client: StreamClient, message: Message): void {
		client.send(encode(message, this.options.compress ?? 'none'));
	}

	/** "JWT or API key verification before connection upgrade": in a query parameter, a header or a cookie, whatever its name. */
	protected override admit({ url = '', headers }: IncomingMessage): number | null {
		const { auth = 'upgrade' } = this.options;
		if (this.token === null || auth !== 'upgrade') return null;
		const given = [
			...new URL(url, 'ws://localhost').searchParams.values(),
			...Object.values(headers).map((value) => String(value).replace(/^Bearer /, '')),
			...(headers.cookie ?? '').split(/;\s*/).map((cookie) => decoded(cookie.slice(cookie.indexOf('=') + 1))),
		];
		return given.includes(this.token) ? null : 401;
	}

	/** Tells the story from a scene on, round after round. */
	private play(index: number): void {
		const scene = story[index % story.length];
		const round = Math.floor(index / story.length) + 1;
		if (!scene) return;
		this.after('story', scene.after, () => {
			for (const [type, data] of scene.events(round, this.clock.now())) this.emit(type, data);
			this.play(index + 1);
		});
	}
}
