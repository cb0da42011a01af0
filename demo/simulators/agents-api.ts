import type { Socket } from 'socket.io';
import { SocketIoDoor } from './agents-api-door';
import { another, type Data, events, isRoom, type Malformed, malformed } from './agents-api-events';
import { actors, heartbeatEvery, story } from './agents-api-story';
import { refusalOf } from './agents-api-token';
import { keep } from './kept';
import { SimulatedServer, type SimulatedServerOptions } from './simulated-server';

/** How the simulated server is set up. */
export interface AgentsApiSimulatorOptions extends SimulatedServerOptions {
	/** The token that a handshake must carry. Default: any JSON Web Token that has not expired. */
	readonly token?: string;
}

/** A message of a client. */
export interface Received {
	readonly event: string;
	readonly data: unknown;
	/** When it came, ms since 1970. */
	readonly at: number;
}

/** A simulated agents API on Socket.IO, on 127.0.0.1. Written from the protocol document, knows nothing of our client. */
export class AgentsApiSimulator extends SimulatedServer<SocketIoDoor> {
	/** Messages of clients, oldest first; the newest thousand. */
	readonly received: Received[] = [];
	protected override readonly path = '/ws';
	private readonly expired = new Set<string>();

	constructor(options: AgentsApiSimulatorOptions) {
		super(options);
	}

	/**
	 * Sends an event of the document now, once to each of its rooms; what is no happening goes to everyone.
	 * @param data fields that differ from the sample
	 * @throws Error where there is no such event
	 */
	override emit(event: string, data: Data = {}): void {
		const row = events[event];
		if (!row) throw new Error(`The server has no event ${event}`);
		const full = { ...row.sample, ...(row.timed && { timestamp: this.stamp() }), ...data };
		const rooms = row.rooms(full);
		for (const room of rooms) this.door?.emit(room, event, full);
		if (rooms.length === 0) for (const client of this.door?.clients ?? []) client.emit(event, full);
	}

	/** An event many times at once, each of another thing, faster than a slow client reads. */
	override burst(event: string, count: number): void {
		for (let index = 0; index < count; index += 1) this.emit(event, another(event, index));
	}

	/** Sends everyone what is broken. */
	malformed(kind: Malformed): void {
		this.running.raw(malformed[kind]);
	}

	/** Asks for another token from now on; null for any JSON Web Token. What had expired is good again. */
	override setToken(token: string | null): void {
		super.setToken(token);
		this.expired.clear();
	}

	/** The token that is wanted, or those of the clients that are connected, are too old for the next handshake. */
	expireToken(): void {
		if (this.token !== null) this.expired.add(this.token);
		for (const { handshake } of this.running.clients) this.expired.add(String(handshake.auth.token));
	}

	protected override open(): SocketIoDoor {
		return new SocketIoDoor({
			admit: (token) => this.admit(token),
			opened: (socket) => void socket.join('dashboard'),
			message: (socket, event, data) => this.message(socket, event, data),
		});
	}

	protected override live(isTold: boolean): void {
		if (!isTold) return;
		const stage = { emit: (event: string, data: Data) => this.emit(event, data), random: this.random };
		this.tell(story.length, (round) =>
			story.scenes.map(({ at, run }) => ({ at, run: () => run({ ...stage, round: round + 1 }) })),
		);
		for (const [index, { id, name }] of actors.entries()) {
			const beat = (): void => {
				const load = Math.round(this.random() * 100);
				this.emit('agent:heartbeat', { agent_id: id, metadata: { name, load } });
			};
			this.repeat(id, heartbeatEvery, beat, 1 + index);
		}
	}

	private admit(token: unknown): string | null {
		if (this.expired.has(String(token))) return 'Token expired';
		return refusalOf(token, this.token, this.clock.now());
	}

	private message(socket: Socket, event: string, data: unknown): void {
		keep(this.received, { event, data, at: this.clock.now() });
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

	private stamp(): string {
		return new Date(this.clock.now()).toISOString();
	}
}
