import type { Clock, Timer } from '../../src/model/clock';
import { seeded } from './random';
import { type Malformed, type StreamClient, StreamServer } from './stream-server';

/** How the simulated weather station is set up. */
export interface CustomSimulatorOptions {
	readonly clock: Clock;
	/** The same seed gives the same weather. Default 1. */
	readonly seed?: number;
	/** How fast it lives, as a multiple of its intervals. Default 1. */
	readonly speed?: number;
	/** What `hello` must carry. Default: none is asked for. */
	readonly token?: string;
	/** Lets the weather change and warnings come and go. Default false: it only tells what a test lets it tell. */
	readonly story?: boolean;
}

/** One connection: what it asked for, and whether it still lives. */
interface Client {
	greeted: boolean;
	topics: ReadonlySet<string>;
	/** The ping that waits for its pong. */
	ping: number | null;
	/** Waits for the greeting, then for the next ping or its answer. */
	timer: Timer | undefined;
}

/** Messages by what they tell, and how often in seconds. */
const topics = { air: 5, rooms: 10, warning: null } as const;
type Topic = keyof typeof topics;

const greetWithin = 10_000;
const pingEvery = 20_000;
const pongWithin = 10_000;
const messagesKept = 1_000;
/** Readings that a new client is told. */
const historyLength = 3;
/** Close codes. */
const denied = 4401;
const silent = 4408;

const roomNames = ['hall', 'attic', 'cellar'] as const;

/**
 * A made-up weather station on 127.0.0.1, path `/stream`, as `docs/custom.md` describes it: a protocol of nobody's, so that there is
 * something to describe. Messages are `{"op", "at", "body"}`.
 */
export class CustomSimulator {
	/** What clients sent, parsed where it is JSON; the newest thousand. */
	readonly received: unknown[] = [];
	private readonly random: () => number;
	private readonly speed: number;
	private door: StreamServer | undefined;
	private readonly clients = new Map<StreamClient, Client>();
	private readonly timers = new Map<Topic, Timer>();
	private readonly history: { readonly at: number; readonly body: unknown }[] = [];
	private token: string | null;
	private refusal: number | null = null;
	private warm = 18;
	private pings = 0;

	constructor(private readonly options: CustomSimulatorOptions) {
		this.random = seeded(options.seed ?? 1);
		this.speed = options.speed ?? 1;
		this.token = options.token ?? null;
	}

	/**
	 * @param port 0 = any free one
	 * @throws Error with code `EADDRINUSE` where the port is taken
	 */
	async start(port = 0): Promise<void> {
		const door = new StreamServer({
			admit: ({ url = '' }) => (url.split('?')[0] === '/stream' ? null : 404),
			opened: (client) => this.opened(client),
			message: (client, message) => this.message(client, String(message)),
			closed: (client) => {
				this.wait(this.clients.get(client));
				this.clients.delete(client);
			},
		});
		door.refusal = this.refusal;
		await door.listen(port);
		this.door = door;
		if (this.options.story) for (const topic of Object.keys(topics) as Topic[]) this.tellAgain(topic);
	}

	/** Stops the station; `start` starts it again. */
	async stop(): Promise<void> {
		for (const timer of this.timers.values()) this.options.clock.cancel(timer);
		this.timers.clear();
		for (const client of this.clients.values()) this.wait(client);
		const { door } = this;
		this.door = undefined;
		await door?.close();
	}

	/** @throws Error while it does not run */
	get port(): number {
		return this.running.port;
	}

	/** Where a client connects. */
	get url(): string {
		return `ws://127.0.0.1:${this.port}/stream`;
	}

	/** Connections that stand. */
	get connections(): number {
		return this.clients.size;
	}

	/** Tells those who asked for the topic; the body is made up unless given. */
	emit(topic: Topic, body: unknown = this.body(topic)): void {
		const at = this.options.clock.now();
		if (topic === 'air') this.history.push({ at, body });
		if (this.history.length > historyLength) this.history.shift();
		for (const [stream, client] of this.clients) if (client.topics.has(topic)) stream.send({ op: topic, at, body });
	}

	/** Tells it many times at once. */
	burst(topic: Topic, count: number): void {
		for (let index = 0; index < count; index += 1) this.emit(topic);
	}

	/** Sends what is broken. */
	malformed(kind: Malformed): void {
		this.running.malformed(kind);
	}

	/** Cuts every connection without a close frame. */
	drop(): void {
		this.running.drop();
	}

	/** Keeps every connection open but no longer reads, writes or answers. */
	freeze(): void {
		this.running.freeze();
	}

	/** Answers every upgrade with this status from now on; null lets them in again. */
	refuse(status: number | null): void {
		this.refusal = status;
		if (this.door) this.door.refusal = status;
	}

	/** Asks for another token from now on; null for none. Connections that stand are left alone. */
	setToken(token: string | null): void {
		this.token = token;
	}

	private get running(): StreamServer {
		if (!this.door) throw new Error('The simulator is not running');
		return this.door;
	}

	private opened(stream: StreamClient): void {
		const client: Client = { greeted: false, topics: new Set(), ping: null, timer: undefined };
		this.clients.set(stream, client);
		this.wait(client, greetWithin, () => stream.close(denied, 'no hello'));
	}

	private message(stream: StreamClient, text: string): void {
		const client = this.clients.get(stream);
		if (!client) return;
		const value = parsed(text);
		this.received.push(value);
		if (this.received.length > messagesKept) this.received.shift();
		const { op, token, topics: asked, n } = Object(value) as { readonly [field: string]: unknown };
		if (op === 'hello') this.greet(stream, client, token);
		else if (!client.greeted) stream.close(denied, 'hello first');
		else if (op === 'subscribe' && Array.isArray(asked)) {
			client.topics = new Set(asked.filter((topic) => Object.hasOwn(topics, String(topic))));
			stream.send({ op: 'subscribed', topics: [...client.topics] });
			if (client.topics.has('air')) {
				for (const { at, body } of this.history) stream.send({ op: 'air', at, body, replay: true });
			}
		} else if (op === 'pong' && n === client.ping) this.pingLater(stream, client);
		else stream.send({ op: 'error', body: { text: `What is ${String(op)}?` } });
	}

	private greet(stream: StreamClient, client: Client, token: unknown): void {
		if (this.token !== null && token !== this.token) {
			stream.send({ op: 'denied' });
			stream.close(denied, 'denied');
			return;
		}
		client.greeted = true;
		stream.send({ op: 'welcome', station: 'Skyline' });
		this.pingLater(stream, client);
	}

	/** Asks from time to time whether somebody is there, and closes where nobody answers. */
	private pingLater(stream: StreamClient, client: Client): void {
		client.ping = null;
		this.wait(client, pingEvery, () => {
			this.pings += 1;
			client.ping = this.pings;
			stream.send({ op: 'ping', n: client.ping });
			this.wait(client, pongWithin, () => stream.close(silent, 'no pong'));
		});
	}

	/** The one thing that a connection waits for; nothing, unless told. */
	private wait(client: Client | undefined, ms = 0, run?: () => void): void {
		if (!client) return;
		this.options.clock.cancel(client.timer);
		client.timer = run && this.options.clock.after(ms / this.speed, run);
	}

	private tellAgain(topic: Topic): void {
		const seconds = topics[topic] ?? 30 + this.random() * 60;
		const next = (): void => {
			this.tellAgain(topic);
			this.emit(topic);
		};
		this.timers.set(topic, this.options.clock.after((seconds * 1_000) / this.speed, next));
	}

	private body(topic: Topic): unknown {
		const noise = (most: number) => Math.round(this.random() * most * 10) / 10;
		if (topic === 'air') {
			this.warm = Math.min(35, Math.max(-10, this.warm + this.random() - 0.5));
			const speed = noise(60);
			return {
				temp: Math.round(this.warm * 10) / 10,
				humidity: Math.round(40 + noise(50)),
				wind: { speed, gust: speed + noise(30) },
				raining: this.random() < 0.2,
			};
		}
		if (topic === 'rooms') {
			return roomNames.map((id) => ({
				id,
				temps: [19 + noise(3), 19 + noise(3)],
				window: this.random() < 0.2 ? 'open' : 'shut',
			}));
		}
		return this.random() < 0.5 ? { level: 'none', text: '' } : { level: 'orange', text: 'Gale from the west' };
	}
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}
