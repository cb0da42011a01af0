import type { Socket } from 'socket.io';
import type { Clock, Timer } from '../../src/model/clock';
import { SocketIoDoor } from './agents-api-door';
import { another, type Data, events, isRoom, type Malformed, malformed } from './agents-api-events';
import { actors, heartbeatEvery, story } from './agents-api-story';
import { refusalOf, type Wanted } from './agents-api-token';
import { seeded } from './random';

/** How the simulated server is set up. */
export interface AgentsApiSimulatorOptions {
	readonly clock: Clock;
	/** The same seed gives the same life. Default 1. */
	readonly seed?: number;
	/** How fast its story is told. Default 1. */
	readonly speed?: number;
	/** The token that a handshake must carry. Default: any JSON Web Token that has not expired. */
	readonly token?: string;
	/** Lets three agents work by themselves, see `agents-api-story.ts`. Default false. */
	readonly story?: boolean;
}

/** A message of a client. */
export interface Received {
	readonly event: string;
	readonly data: unknown;
	/** When it came, ms since 1970. */
	readonly at: number;
}

const RECEIVED_KEPT = 1_000;

/** A simulated agents API on Socket.IO, on 127.0.0.1. Written from the protocol document, knows nothing of our client. */
export class AgentsApiSimulator {
	/** Messages of clients, oldest first; the newest thousand. */
	readonly received: Received[] = [];
	private readonly random: () => number;
	private readonly speed: number;
	private wanted: Wanted;
	private readonly expired = new Set<string>();
	private door: SocketIoDoor | undefined;
	private readonly timers = new Map<string, Timer>();

	constructor(private readonly options: AgentsApiSimulatorOptions) {
		this.random = seeded(options.seed ?? 1);
		this.speed = options.speed ?? 1;
		this.wanted = options.token ?? null;
	}

	/**
	 * @param port 0 = any free one
	 * @throws Error with code `EADDRINUSE` where the port is taken
	 */
	async start(port = 0): Promise<void> {
		const door = new SocketIoDoor({
			admit: (token) => this.admit(token),
			opened: (socket) => void socket.join('dashboard'),
			message: (socket, event, data) => this.message(socket, event, data),
		});
		await door.listen(port);
		this.door = door;
		if (!this.options.story) return;
		this.tell(0, 0, 1);
		for (const index of actors.keys()) this.beat(index, 1 + index);
	}

	/** Stops the server; `start` starts it again. */
	async stop(): Promise<void> {
		for (const timer of this.timers.values()) this.options.clock.cancel(timer);
		this.timers.clear();
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
		return `ws://127.0.0.1:${this.port}/ws`;
	}

	/** Clients that are connected. */
	get connections(): number {
		return this.door?.clients.length ?? 0;
	}

	/**
	 * Sends an event of the document now, once to each of its rooms; what is no happening goes to everyone.
	 * @param data fields that differ from the sample
	 * @throws Error where there is no such event
	 */
	emit(event: string, data: Data = {}): void {
		const row = events[event];
		if (!row) throw new Error(`The server has no event ${event}`);
		const full = { ...row.sample, ...(row.timed && { timestamp: this.stamp() }), ...data };
		const rooms = row.rooms(full);
		for (const room of rooms) this.door?.emit(room, event, full);
		if (rooms.length === 0) for (const client of this.door?.clients ?? []) client.emit(event, full);
	}

	/** Sends an event many times at once, each of another thing, faster than a slow client reads. */
	burst(event: string, count: number): void {
		for (let index = 0; index < count; index += 1) this.emit(event, another(event, index));
	}

	/** Sends everyone what is broken. */
	malformed(kind: Malformed): void {
		this.running.raw(malformed[kind]);
	}

	/** Cuts every connection without a word. */
	drop(): void {
		this.running.drop();
	}

	/** Keeps every connection open but no longer reads, writes or answers: a server that lost its power. */
	freeze(): void {
		this.running.freeze();
	}

	/** Answers every handshake with this HTTP status from now on; null serves again. Connections that stand are left alone. */
	refuse(status: number | null): void {
		this.running.refusal = status;
	}

	/** Asks for another token from now on; null for any JSON Web Token. Connections that stand are left alone. */
	setToken(token: string | null): void {
		this.wanted = token;
		this.expired.clear();
	}

	/** The token that is wanted, or those of the clients that are connected, are too old for the next handshake. */
	expireToken(): void {
		if (this.wanted !== null) this.expired.add(this.wanted);
		for (const { handshake } of this.running.clients) this.expired.add(String(handshake.auth.token));
	}

	private get running(): SocketIoDoor {
		if (!this.door) throw new Error('The simulator is not running');
		return this.door;
	}

	private admit(token: unknown): string | null {
		if (this.expired.has(String(token))) return 'Token expired';
		return refusalOf(token, this.wanted, this.options.clock.now());
	}

	private message(socket: Socket, event: string, data: unknown): void {
		this.received.push({ event, data, at: this.options.clock.now() });
		if (this.received.length > RECEIVED_KEPT) this.received.shift();
		const { room } = Object(data) as { readonly room?: unknown };
		switch (event) {
			case 'subscribe':
			case 'unsubscribe':
				if (!isRoom(room)) {
					socket.emit('error', { message: `Invalid room: ${String(room).slice(0, 80)}` });
					return;
				}
				void (event === 'subscribe' ? socket.join(room) : socket.leave(room));
				socket.emit(`${event}d`, { room });
				return;
			case 'heartbeat':
				socket.emit('heartbeat_ack', { timestamp: this.stamp() });
				return;
			default:
				socket.emit('error', { message: `Unknown event: ${event.slice(0, 80)}` });
		}
	}

	/** Tells the story from a scene on, round after round. */
	private tell(index: number, elapsed: number, round: number): void {
		const scene = story.scenes[index];
		const until = scene?.at ?? story.length;
		const stage = { emit: (event: string, data: Data) => this.emit(event, data), random: this.random, round };
		this.after('story', until - elapsed, () => {
			scene?.run(stage);
			if (scene) this.tell(index + 1, until, round);
			else this.tell(0, 0, round + 1);
		});
	}

	/** Lets an agent's heart beat. */
	private beat(index: number, delay: number): void {
		const actor = actors[index];
		if (!actor) return;
		this.after(actor.id, delay, () => {
			const load = Math.round(this.random() * 100);
			this.emit('agent:heartbeat', { agent_id: actor.id, metadata: { name: actor.name, load } });
			this.beat(index, heartbeatEvery);
		});
	}

	private after(name: string, seconds: number, run: () => void): void {
		this.timers.set(name, this.options.clock.after((seconds * 1_000) / this.speed, run));
	}

	private stamp(): string {
		return new Date(this.options.clock.now()).toISOString();
	}
}
