import type { IncomingMessage } from 'node:http';
import type { Clock, Timer } from '../../src/model/clock';
import { ClientConnection, type Server } from './autosdlc-client';
import { sampleOf } from './autosdlc-data';
import { type BrokenGzip, brokenGzip, type Compression, encode, type Message } from './autosdlc-encoding';
import { eventTypes, isObject } from './autosdlc-rules';
import { story } from './autosdlc-story';
import { seeded } from './random';
import { type Malformed, type StreamClient, StreamServer } from './stream-server';

/** How the simulated server is set up. */
export interface AutosdlcOptions {
	readonly clock: Clock;
	/** The same seed gives the same life. Default 1. */
	readonly seed?: number;
	/** How fast it lives, as a multiple. Default 1. */
	readonly speed?: number;
	/** The token that clients must have. Default: none. */
	readonly token?: string;
	/**
	 * Where the token is looked for: before the upgrade (query, header, cookie), or in an `auth_request`, which the server asks for or
	 * just waits for. Default `upgrade`.
	 */
	readonly auth?: 'upgrade' | 'asked' | 'awaited';
	/** Default `none`. */
	readonly compress?: Compression;
	/** Messages of one type that a client may send in ten seconds. Default 30. */
	readonly rate?: number;
	/** Lets things happen by themselves, see `autosdlc-story.ts`. Default false. */
	readonly story?: boolean;
}

const pingEvery = 30_000;
const receivedKept = 1_000;

/** A simulated AutoSDLC server on 127.0.0.1. Written from the protocol document, knows nothing of our client. */
export class AutosdlcSimulator {
	/** Messages of clients, oldest first; the newest thousand. What is no JSON stands here as text. */
	readonly received: unknown[] = [];
	private readonly random: () => number;
	private readonly speed: number;
	private readonly clients = new Map<StreamClient, ClientConnection>();
	private door: StreamServer | undefined;
	private token: string | null;
	private timer: Timer | undefined;
	private written = 0;
	/** The server as one client's connection sees it. */
	private readonly server: Server;

	constructor(private readonly options: AutosdlcOptions) {
		this.random = seeded(options.seed ?? 1);
		this.speed = options.speed ?? 1;
		this.token = options.token ?? null;
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

	/**
	 * @param port 0 = any free one
	 * @throws Error with code `EADDRINUSE` where the port is taken
	 */
	async start(port = 0): Promise<void> {
		const door = new StreamServer({
			admit: (request) => this.admit(request),
			opened: (client) => {
				const { auth = 'upgrade' } = this.options;
				const byMessage = this.token === null || auth === 'upgrade' ? null : auth;
				this.clients.set(client, new ClientConnection(client, this.server, byMessage));
			},
			message: (client, message) => this.message(client, message),
			closed: (client) => {
				this.clients.get(client)?.closed();
				this.clients.delete(client);
			},
		});
		await door.listen(port);
		this.door = door;
		if (this.options.story) this.tell(0);
	}

	/** Ends the server; `start` starts it again. */
	async stop(): Promise<void> {
		this.options.clock.cancel(this.timer);
		const { door } = this;
		this.door = undefined;
		for (const connection of this.clients.values()) connection.closed();
		this.clients.clear();
		await door?.close();
	}

	/** @throws Error while it does not run */
	get port(): number {
		return this.running.port;
	}

	/** Where a client connects. */
	get url(): string {
		return `ws://127.0.0.1:${this.port}/ws`;
	}

	/** Clients that are connected. */
	get connections(): number {
		return this.door?.clients.length ?? 0;
	}

	/** Ids of all subscriptions that stand. */
	get subscriptions(): readonly string[] {
		return [...this.clients.values()].flatMap(({ subscriptions }) => [...subscriptions.keys()]);
	}

	/**
	 * Sends an event to everyone who has subscribed to it; what is no event (`ping`, `error`, `subscription_update`) to everyone. Answers its id.
	 * @throws Error where there is no sample of that type, and no data
	 */
	emit(type: string, data: object = sampleOf(type, this.random), correlationId?: string): string {
		const message = this.write(type, data, correlationId);
		const isEvent = eventTypes.includes(type);
		for (const [client, connection] of this.clients) {
			if (!isEvent || connection.wants(message)) this.transmit(client, message);
		}
		return message.id;
	}

	/** Sends an event many times at once. */
	burst(type: string, count: number): void {
		for (let index = 0; index < count; index += 1) this.emit(type);
	}

	/** Sends what is broken. */
	malformed(kind: Malformed | BrokenGzip): void {
		if (Object.hasOwn(brokenGzip, kind)) this.running.broadcast(brokenGzip[kind as BrokenGzip]());
		else this.running.malformed(kind as Malformed);
	}

	/** Cuts every connection without a close frame. */
	drop(): void {
		this.running.drop();
	}

	/** Keeps every connection open but no longer reads, writes or answers. */
	freeze(): void {
		this.running.freeze();
	}

	/** Refuses every upgrade with this status from now on; null admits again. */
	refuse(status: number | null): void {
		this.running.refusal = status;
	}

	/** Asks for another token from now on; null for none. Connections that stand are left alone. */
	setToken(token: string | null): void {
		this.token = token;
	}

	/** The token is no longer good: whoever came with it is told, and sent away. */
	expireToken(): void {
		this.token = `expired-${this.random()}`;
		for (const connection of this.clients.values()) connection.refuse('the token has expired');
	}

	private get running(): StreamServer {
		if (!this.door) throw new Error('The simulator is not running');
		return this.door;
	}

	private write(type: string, data: object, correlationId?: string): Message {
		this.written += 1;
		const metadata = { version: '1.0', source: 'autosdlc-ws-1', ...(correlationId !== undefined && { correlationId }) };
		return { id: `evt-${this.written}`, type, timestamp: this.options.clock.now(), data, metadata };
	}

	private transmit(client: StreamClient, message: Message): void {
		client.send(encode(message, this.options.compress ?? 'none'));
	}

	/** "JWT or API key verification before connection upgrade": in a query parameter, a header or a cookie, whatever its name. */
	private admit({ url = '', headers }: IncomingMessage): number | null {
		const { auth = 'upgrade' } = this.options;
		if (this.token === null || auth !== 'upgrade') return null;
		const given = [
			...new URL(url, 'ws://localhost').searchParams.values(),
			...Object.values(headers).map((value) => String(value).replace(/^Bearer /, '')),
			...(headers.cookie ?? '').split(/;\s*/).map((cookie) => decoded(cookie.slice(cookie.indexOf('=') + 1))),
		];
		return given.includes(this.token) ? null : 401;
	}

	private message(client: StreamClient, frame: string | Buffer): void {
		let value: unknown;
		try {
			value = JSON.parse(String(frame));
		} catch {
			// No JSON: shown as it came.
		}
		this.received.push(value ?? String(frame));
		if (this.received.length > receivedKept) this.received.shift();
		this.clients.get(client)?.message(isObject(value) ? value : undefined);
	}

	/** Tells the story from a scene on, round after round. */
	private tell(index: number): void {
		const scene = story[index % story.length];
		const round = Math.floor(index / story.length) + 1;
		if (!scene) return;
		this.timer = this.options.clock.after((scene.after * 1_000) / this.speed, () => {
			for (const [type, data] of scene.events(round, this.options.clock.now())) this.emit(type, data);
			this.tell(index + 1);
		});
	}
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
