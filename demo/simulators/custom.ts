import type { Timer } from '../../src/model/clock';
import { keep } from './kept';
import type { StreamClient } from './stream-server';
import { StreamSimulator } from './stream-simulator';

/** One connection: what it asked for, and whether it still lives. */
interface Client {
	readonly stream: StreamClient;
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
export class CustomSimulator extends StreamSimulator<Client, Topic> {
	protected override readonly path = '/stream';
	private readonly history: { readonly at: number; readonly body: unknown }[] = [];
	private warm = 18;
	private pings = 0;

	/** Tells those who asked for the topic; the body is made up unless given. */
	override emit(topic: Topic, body: unknown = this.body(topic)): void {
		const at = this.clock.now();
		if (topic === 'air') keep(this.history, { at, body }, historyLength);
		for (const [stream, client] of this.clients) if (client.topics.has(topic)) stream.send({ op: topic, at, body });
	}

	protected override live(isTold: boolean): void {
		if (isTold) for (const topic of Object.keys(topics) as Topic[]) this.tellAgain(topic);
	}

	protected override opened(stream: StreamClient): Client {
		const client: Client = { stream, greeted: false, topics: new Set(), ping: null, timer: undefined };
		this.wait(client, greetWithin, () => stream.close(denied, 'no hello'));
		return client;
	}

	protected override message(client: Client, value: unknown): void {
		const { stream } = client;
		const { op, token, topics: asked, n } = Object(value) as { readonly [field: string]: unknown };
		if (op === 'hello') this.greet(client, token);
		else if (!client.greeted) stream.close(denied, 'hello first');
		else if (op === 'subscribe' && Array.isArray(asked)) {
			client.topics = new Set(asked.filter((topic) => Object.hasOwn(topics, String(topic))));
			stream.send({ op: 'subscribed', topics: [...client.topics] });
			if (client.topics.has('air')) {
				for (const { at, body } of this.history) stream.send({ op: 'air', at, body, replay: true });
			}
		} else if (op === 'pong' && n === client.ping) this.pingLater(client);
		else stream.send({ op: 'error', body: { text: `What is ${String(op)}?` } });
	}

	protected override closed(client: Client): void {
		this.wait(client);
	}

	private greet(client: Client, token: unknown): void {
		const { stream } = client;
		if (this.token !== null && token !== this.token) {
			stream.send({ op: 'denied' });
			stream.close(denied, 'denied');
			return;
		}
		client.greeted = true;
		stream.send({ op: 'welcome', station: 'Skyline' });
		this.pingLater(client);
	}

	/** Asks from time to time whether somebody is there, and closes where nobody answers. */
	private pingLater(client: Client): void {
		const { stream } = client;
		client.ping = null;
		this.wait(client, pingEvery, () => {
			this.pings += 1;
			client.ping = this.pings;
			stream.send({ op: 'ping', n: client.ping });
			this.wait(client, pongWithin, () => stream.close(silent, 'no pong'));
		});
	}

	/** The one thing that a connection waits for; nothing, unless told. */
	private wait(client: Client, ms = 0, run?: () => void): void {
		this.clock.cancel(client.timer);
		client.timer = run && this.clock.after(ms / this.speed, run);
	}

	private tellAgain(topic: Topic): void {
		this.after(topic, topics[topic] ?? 30 + this.random() * 60, () => {
			this.tellAgain(topic);
			this.emit(topic);
		});
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
