import type { Clock, Timer } from '../../src/model/clock';
import { seeded } from './random';
import { type Command, carryOut } from './unraid-commands';
import { goJson, nanoTime, time } from './unraid-encoding';
import { asGeneration, eventName, type Generation } from './unraid-generation';
import { AgentServer } from './unraid-http';
import { type Malformed, malformed } from './unraid-malformed';
import { play, type Recorded } from './unraid-recording';
import type { Json, Source } from './unraid-source';
import { story } from './unraid-story';
import { topics } from './unraid-topics';
import { type Pace, Tower } from './unraid-tower';

/** How the simulated agent is set up. */
export interface SimulatorOptions {
	readonly clock: Clock;
	/** The same seed gives the same life. Default 1. */
	readonly seed?: number;
	/** How often topics come and how fast the server lives, as a multiple of the real agent. Default 1. */
	readonly speed?: number;
	readonly generation?: Generation;
	/** Bearer token that requests must carry. Default: none. */
	readonly token?: string;
	/** Lets things happen by themselves, see `unraid-story.ts`. Default false. */
	readonly story?: boolean;
	/** Minutes that the server's local time is east of Greenwich. Default 120. */
	readonly offset?: number;
	/** How fast slow things happen. Default: a parity check in 20 hours, a battery for 2490 seconds. */
	readonly pace?: Pace;
	/** Played instead of the server's own life. */
	readonly recording?: readonly Recorded[];
	/** Whether more than 50 requests a second (100 at once) are refused. Default true. */
	readonly rateLimit?: boolean;
}

const COMMANDS_KEPT = 1_000;

/** A simulated Unraid server with its agent, on 127.0.0.1. Written from the agent's documents, knows nothing of our client. */
export class UnraidSimulator {
	/** What is in the server: scripts change it, messages tell of it. */
	readonly server: Tower;
	/** Calls that changed something, oldest first; the newest thousand. */
	readonly commands: Command[] = [];
	/** Messages sent, one per topic and moment, however many clients there are. */
	sent = 0;
	private readonly random: () => number;
	private readonly speed: number;
	private readonly generation: Generation;
	private door: AgentServer | undefined;
	private token: string | null;
	private readonly timers = new Map<string, Timer>();
	private stopPlaying: (() => void) | undefined;
	/** What a recording said last, by REST path. */
	private readonly recorded = new Map<string, unknown>();
	private lived: number;

	constructor(private readonly options: SimulatorOptions) {
		this.random = seeded(options.seed ?? 1);
		this.speed = options.speed ?? 1;
		this.generation = options.generation ?? 'current';
		this.token = options.token ?? null;
		this.lived = options.clock.now();
		const pace = options.pace ?? { parity: 72_000, battery: 2_490 };
		// File changes are noticed at once, but not while nobody listens yet.
		this.server = new Tower(this.random, pace, (topic) => this.door && this.emit(topic));
	}

	/**
	 * Starts the agent: every collector runs once, soon after each other, and then at its interval.
	 * @param port 0 = any free one
	 * @throws Error with code `EADDRINUSE` where the port is taken
	 */
	async start(port = 0): Promise<void> {
		const { clock, recording, rateLimit = true } = this.options;
		const door = new AgentServer(
			{
				get: (path) => this.answer(path),
				command: (method, path, body) => this.command(method, path, body),
				notFound: (path) => ({ success: false, message: `Not found: ${path}`, timestamp: this.stamp() }),
			},
			clock,
			rateLimit,
		);
		door.token = this.token;
		await door.listen(port);
		this.door = door;
		this.lived = clock.now();
		if (recording) {
			this.stopPlaying = play(recording, { clock, speed: this.speed, send: (raw) => this.replay(raw) });
			return;
		}
		let delay = 0;
		for (const [topic, { interval }] of Object.entries(topics)) {
			if (interval === null) continue;
			delay += 20;
			this.every(topic, interval, delay);
		}
		if (this.options.story) this.tell(0, 0);
	}

	/** Stops the agent as a signal would; `start` starts it again, with the server as it is by then. */
	async stop(): Promise<void> {
		for (const timer of this.timers.values()) this.options.clock.cancel(timer);
		this.timers.clear();
		this.stopPlaying?.();
		this.stopPlaying = undefined;
		const door = this.door;
		this.door = undefined;
		await door?.close();
	}

	/** @throws Error while it does not run */
	get port(): number {
		return this.running.port;
	}

	/** Where a client connects. */
	get url(): string {
		return `ws://127.0.0.1:${this.port}/api/v1/ws`;
	}

	/** Clients that are connected. */
	get connections(): number {
		return this.door?.clients.size ?? 0;
	}

	/** Sends a topic now. @throws Error where there is no such topic */
	emit(topic: string): void {
		const data = this.payload(topic);
		if (data === undefined) return;
		const event = eventName(this.generation, topic);
		this.broadcast(`${goJson({ event, timestamp: this.stamp(), data })}\n`, event);
	}

	/** Sends a topic many times at once, faster than a slow client reads. */
	burst(topic: string, count: number): void {
		for (let index = 0; index < count; index += 1) this.emit(topic);
	}

	/** Sends anything to everyone. */
	raw(message: string | Buffer): void {
		this.broadcast(message, null);
	}

	/** Sends what is broken. */
	malformed(kind: Malformed): void {
		this.raw(malformed[kind]);
	}

	/** What a NaN inside the agent does: an empty text message, then the connection drops. */
	async fail(): Promise<void> {
		this.raw('');
		await new Promise((resolve) => setImmediate(resolve));
		this.drop();
	}

	/** Cuts every connection without a close frame. */
	drop(): void {
		for (const client of this.running.clients) client.cut();
	}

	/** Keeps every connection open but no longer reads, writes or answers: a server that lost its power. */
	freeze(): void {
		for (const client of this.running.clients) client.freeze();
	}

	/** Answers every request with this status from now on; null serves again. Connections that stand are left alone. */
	refuse(status: number | null): void {
		this.running.refusal = status;
	}

	/** Asks for another token from now on; null for none. Connections that stand are left alone. */
	setToken(token: string | null): void {
		this.token = token;
		if (this.door) this.door.token = token;
	}

	private get running(): AgentServer {
		if (!this.door) throw new Error('The simulator is not running');
		return this.door;
	}

	private every(topic: string, interval: number, delay: number): void {
		const run = (): void => {
			this.emit(topic);
			this.timers.set(topic, this.options.clock.after((interval * 1_000) / this.speed, run));
		};
		this.timers.set(topic, this.options.clock.after(delay, run));
	}

	/** Runs the story from a scene on, round after round. */
	private tell(index: number, elapsed: number): void {
		const scene = story.scenes[index];
		const until = scene?.at ?? story.length;
		const { clock } = this.options;
		const next = (): void => {
			this.catchUp();
			scene?.run(this.server, clock.now());
			if (scene) this.tell(index + 1, until);
			else this.tell(0, 0);
		};
		this.timers.set('story', clock.after(((until - elapsed) * 1_000) / this.speed, next));
	}

	private catchUp(): void {
		const now = this.options.clock.now();
		const passed = now - this.lived;
		this.lived = now;
		this.server.live((Math.max(0, passed) / 1_000) * this.speed);
	}

	private payload(topic: string): unknown {
		const row = topics[topic];
		if (!row) throw new Error(`The agent has no topic ${topic}`);
		this.catchUp();
		return asGeneration(this.generation, topic, row.data(this.source()));
	}

	private source(): Source {
		return {
			tower: this.server,
			stamp: () => this.stamp(),
			timeOf: (at) => time(at, this.options.offset ?? 120),
			random: this.random,
		};
	}

	private stamp(): string {
		return nanoTime(this.options.clock.now(), this.options.offset ?? 120, this.random);
	}

	private broadcast(message: string | Buffer, event: string | null): void {
		this.sent += 1;
		for (const client of this.door?.clients ?? []) if (event === null || client.wants(event)) client.send(message);
	}

	/** Sends a recorded message as it is, and remembers what REST would say now. */
	private replay(raw: string): void {
		const { event, data } = Object(safely(raw)) as { readonly event?: unknown; readonly data?: unknown };
		const rest = typeof event === 'string' ? topics[event]?.rest : undefined;
		if (rest) this.recorded.set(rest, data);
		this.broadcast(raw, typeof event === 'string' ? event : null);
	}

	private answer(path: string): unknown {
		if (path === '/health') return { status: 'ok' };
		if (this.options.recording) return this.recorded.get(path);
		const whole = Object.keys(topics).find((topic) => topics[topic]?.rest === path);
		if (whole) return forRest(whole, this.payload(whole));
		if (path === '/notifications/overview') return (this.payload('notifications_update') as Json).overview;
		return this.item(path);
	}

	/** One thing of a list: `/docker/plex`, `/vm/<id>`, `/disks/sdd`. */
	private item(path: string): unknown {
		const [, list = '', name = ''] = /^(\/[^/]+)\/([^/]+)$/.exec(path) ?? [];
		const topic = { '/docker': 'container_list_update', '/vm': 'vm_list_update', '/disks': 'disk_list_update' }[list];
		if (!topic) return undefined;
		const items = forRest(topic, this.payload(topic)) as readonly Json[];
		return items.find((item) => [item.id, item.name, item.device].includes(decoded(name)));
	}

	private command(method: string, path: string, body: unknown): { status: number; body: unknown } {
		this.catchUp();
		this.commands.push({ method, path, body, at: this.options.clock.now() });
		if (this.commands.length > COMMANDS_KEPT) this.commands.shift();
		return carryOut(this.server, method, path, body, () => this.stamp());
	}
}

/** REST differs from the socket in one field: it has looked for updates of containers. */
function forRest(topic: string, data: unknown): unknown {
	if (topic === 'container_list_update') {
		return (data as readonly Json[]).map((item) =>
			'update_status' in item ? { ...item, update_status: 'unknown' } : item,
		);
	}
	// Where there is no UPS, the socket is silent and REST says so.
	return data ?? { connected: false, status: '' };
}

function decoded(name: string): string {
	try {
		return decodeURIComponent(name);
	} catch {
		return name;
	}
}

function safely(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
