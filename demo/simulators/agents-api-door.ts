import type { IncomingMessage } from 'node:http';
import type { Socket as NetSocket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Server, type Socket } from 'socket.io';
import { Door, refuse } from './door';

/** What the server does with its clients. */
export interface SocketIoRole {
	/** Why a handshake with this `auth.token` is refused; null lets it in. */
	admit(token: unknown): string | null;
	opened(socket: Socket): void;
	/** An event of a client. */
	message(socket: Socket, event: string, data: unknown): void;
}

/** The document's numbers for a server in production. */
const engine = { pingInterval: 25_000, pingTimeout: 30_000, maxHttpBufferSize: 1_000_000 } as const;

/** A door for Socket.IO, with the path `/ws`. Knows no events. */
export class SocketIoDoor extends Door {
	private readonly io: Server;
	private readonly streams = new Set<NetSocket>();
	/** Whether everything stands still. */
	private frozen = false;

	constructor(role: SocketIoRole) {
		super();
		this.http.on('request', (_request, response) => response.writeHead(404).end());
		this.io = new Server(this.http, { path: '/ws', serveClient: false, ...engine });
		this.guard();
		this.http.on('connection', (stream) => {
			this.streams.add(stream);
			stream.once('close', () => this.streams.delete(stream));
		});
		this.io.use((socket, next) => {
			const why = role.admit((socket.handshake.auth as { readonly token?: unknown }).token);
			next(why === null ? undefined : new Error(why));
		});
		this.io.on('connection', (socket) => {
			socket.onAny((event: string, data: unknown) => {
				if (!this.frozen) role.message(socket, event, data);
			});
			role.opened(socket);
		});
	}

	override get clients(): readonly Socket[] {
		return [...this.io.of('/').sockets.values()];
	}

	/** Sends an event to a room: whoever is in two rooms of an event gets it twice. */
	emit(room: string, event: string, data: unknown): void {
		if (!this.frozen) this.io.to(room).emit(event, data);
	}

	/** Sends text to everyone as the packet that it claims to be. */
	raw(packet: string): void {
		for (const { conn } of this.clients) conn.write(packet);
	}

	override drop(): void {
		for (const stream of this.streams) stream.destroy();
	}

	override freeze(): void {
		this.frozen = true;
		for (const stream of this.streams) {
			stream.pause();
			stream.cork();
		}
	}

	override async close(): Promise<void> {
		this.drop();
		await this.io.close();
		this.http.closeAllConnections();
	}

	/** Puts the refusal before the engine. */
	private guard(): void {
		const requests = this.http.listeners('request') as ((...args: unknown[]) => void)[];
		const upgrades = this.http.listeners('upgrade') as ((...args: unknown[]) => void)[];
		this.http.removeAllListeners('request').removeAllListeners('upgrade');
		this.http.on('request', (request, response) => {
			if (this.refusal === null) for (const listener of requests) listener.call(this.http, request, response);
			else response.writeHead(this.refusal, { Connection: 'close' }).end();
		});
		this.http.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
			stream.on('error', () => undefined);
			if (this.refusal === null) for (const listener of upgrades) listener.call(this.http, request, stream, head);
			else refuse(stream, this.refusal);
		});
	}
}
