import { keep } from './kept';
import { decoded, parsed } from './lenient';
import { type Moment, SimulatedServer, type SimulatedServerOptions } from './simulated-server';
import { type Command, carryOut } from './unraid-commands';
import { goJson, nanoTime, time } from './unraid-encoding';
import { asGeneration, eventName, type Generation } from './unraid-generation';
import { AgentServer } from './unraid-http';
import { type Malformed, malformed } from './unraid-malformed';
import { play, type Recorded } from './unraid-recording';
import type { Json, Source } from './unraid-source';
import { type Story, story } from './unraid-story';
import { topics } from './unraid-topics';
import { type Pace, Tower } from './unraid-tower';

/** How the simulated agent is set up. */
export interface SimulatorOptions extends SimulatedServerOptions {
	/** Default `current`. */
	readonly generation?: Generation;
	/** Minutes that the server's local time is east of Greenwich. Default 120. */
	readonly offset?: number;
	/** How fast slow things happen. Default: a parity check in 20 hours, a battery for 2490 seconds. */
	readonly pace?: Pace;
	/** Played instead of the server's own life. */
	readonly recording?: readonly Recorded[];
	/** Whether more than 50 requests a second (100 at once) are refused. Default true. */
	readonly rateLimit?: boolean;
}

/** A simulated Unraid server with its agent, on 127.0.0.1. Written from the agent's documents, knows nothing of our client. */
export class UnraidSimulator extends SimulatedServer<AgentServer> {
	protected override readonly path = '/api/v1/ws';
	/** What is in the server: scripts change it, messages tell of it. */
	readonly server: Tower;
	/** Calls that changed something, oldest first; the newest thousand. */
	readonly commands: Command[] = [];
	/** Messages sent, one per topic and moment, however many clients there are. */
	sent = 0;
	private readonly generation: Generation;
	private stopPlaying: (() => void) | undefined;
	/** What a recording said last, by REST path. */
	private readonly recorded = new Map<string, unknown>();
	private lived: number;

	constructor(private readonly options: SimulatorOptions) {
		super(options);
		this.generation = options.generation ?? 'current';
		this.lived = options.clock.now();
		const pace = options.pace ?? { parity: 72_000, battery: 2_490 };
		// File changes are noticed at once, but not while nobody listens yet.
		this.server = new Tower(this.random, pace, (topic) => this.door && this.emit(topic));
	}

	override async stop(): Promise<void> {
		this.stopPlaying?.();
		this.stopPlaying = undefined;
		await super.stop();
	}

	/** Sends a topic now. @throws Error where there is no such topic */
	override emit(topic: string): void {
		const data = this.payload(topic);
		if (data === undefined) return;
		const event = eventName(this.generation, topic);
		this.broadcast(`${goJson({ event, timestamp: this.stamp(), data })}\n`, event);
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

	protected override open(): AgentServer {
		const { rateLimit = true } = this.options;
		return new AgentServer(
			{
				token: () => this.token,
				get: (path) => this.answer(path),
				command: (method, path, body) => this.command(method, path, body),
				notFound: (path) => ({ success: false, message: `Not found: ${path}`, timestamp: this.stamp() }),
			},
			this.clock,
			rateLimit,
		);
	}

	/** Every collector runs once, soon after each other, and then at its interval. */
	protected override live(isTold: boolean): void {
		const { clock, speed } = this;
		const { recording } = this.options;
		this.lived = clock.now();
		if (recording) {
			this.stopPlaying = play(recording, { clock, speed, send: (raw) => this.replay(raw) });
			return;
		}
		let delay = 0;
		for (const [topic, { interval }] of Object.entries(topics)) {
			if (interval === null) continue;
			delay += 0.02 * speed;
			this.repeat(topic, interval, () => this.emit(topic), delay);
		}
		if (isTold) this.tell(story.length, () => story.scenes.map((scene) => this.staged(scene)));
	}

	private staged({ at, run }: Story['scenes'][number]): Moment {
		return {
			at,
			run: () => {
				this.catchUp();
				run(this.server, this.clock.now());
			},
		};
	}

	private catchUp(): void {
		const now = this.clock.now();
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
		return nanoTime(this.clock.now(), this.options.offset ?? 120, this.random);
	}

	private broadcast(message: string | Buffer, event: string | null): void {
		this.sent += 1;
		for (const client of this.door?.clients ?? []) if (event === null || client.wants(event)) client.send(message);
	}

	/** Sends a recorded message as it is, and remembers what REST would say now. */
	private replay(raw: string): void {
		const { event, data } = Object(parsed(raw)) as { readonly event?: unknown; readonly data?: unknown };
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
		keep(this.commands, { method, path, body, at: this.clock.now() });
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
