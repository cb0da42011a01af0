import { EventEmitter } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../model/clock';
import { AgentStreamError } from '../model/errors';
import { limits } from '../model/limits';
import { planReplay, type ReplayEnd, type ReplayPlan } from './plan';
import { Player } from './player';
import type { Recorded } from './recording';
import { answerRest, type ReplayCommand, type RestReplies } from './rest';

/** What a {@link ReplayServer} serves, and how. */
export interface ReplayOptions {
	readonly frames: readonly Recorded[];
	/** 0 = any free port. */
	readonly port: number;
	/** The only path for WebSocket clients; absent = any. */
	readonly path?: string | undefined;
	/** 2 = twice as fast, 0 = no waiting. Default 1. */
	readonly speed?: number;
	/** What follows the last frame. Default `open`. */
	readonly end?: ReplayEnd;
	/** Answers to GET. Default: none. */
	readonly rest?: RestReplies;
}

/** Events of a {@link ReplayServer}: a client came or went (clients there are now), or wanted to change something. */
export interface ReplayEvents {
	clients: [count: number];
	command: [command: ReplayCommand];
}

const host = '127.0.0.1';

/**
 * Serves a recording to every client that connects, as the agent did: the frames exactly as recorded. Listens on 127.0.0.1 only;
 * `ws` is loaded by `start`.
 */
export class ReplayServer extends EventEmitter<ReplayEvents> {
	private readonly plan: ReplayPlan;
	private readonly http: Server;
	private sockets: WebSocketServer | null = null;
	private listening = 0;

	constructor(
		private readonly options: ReplayOptions,
		private readonly clock: Clock,
	) {
		super();
		this.plan = planReplay(options.frames, options.speed ?? 1, options.end ?? 'open');
		const replies = options.rest ?? new Map();
		this.http = createServer((request, response) => {
			answerRest(request, response, replies, (command) => this.emit('command', command)).catch(() =>
				response.destroy(),
			);
		});
		this.http.on('upgrade', (request, socket, head) => this.upgrade(request, socket, head));
	}

	/**
	 * Starts to listen.
	 * @returns the port
	 * @throws AgentStreamError CONFIG_INVALID where the port is taken or not allowed
	 */
	async start(): Promise<number> {
		const { WebSocketServer } = await import('ws');
		this.sockets = new WebSocketServer({ noServer: true, maxPayload: limits.frameSize });
		await new Promise<void>((resolve, reject) => {
			this.http.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(this.options.port, error)));
			this.http.listen(this.options.port, host, resolve);
		});
		const address = this.http.address();
		this.listening = typeof address === 'object' && address !== null ? address.port : this.options.port;
		return this.listening;
	}

	/** Where WebSocket clients connect. */
	get url(): string {
		return `ws://${host}:${this.listening}${this.options.path ?? '/'}`;
	}

	/** Closes every connection (1001) and the port. */
	async stop(): Promise<void> {
		const closed = [...(this.sockets?.clients ?? [])].map((socket) => this.closed(socket));
		const port = new Promise<void>((resolve) => this.http.close(() => resolve()));
		await Promise.all(closed);
		this.http.closeAllConnections();
		await port;
	}

	private closed(socket: WebSocket): Promise<void> {
		return new Promise((resolve) => {
			const cut = this.clock.after(limits.closeWithin, () => socket.terminate());
			socket.once('close', () => {
				this.clock.cancel(cut);
				resolve();
			});
			socket.close(1001);
		});
	}

	private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
		socket.on('error', () => socket.destroy());
		const refuse = (status: string) => {
			socket.once('finish', () => socket.destroy());
			socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
		};
		const [path] = (request.url ?? '/').split('?');
		if (!isLocalOrigin(request.headers.origin)) refuse('403 Forbidden');
		else if (this.options.path !== undefined && path !== this.options.path) refuse('404 Not Found');
		else this.sockets?.handleUpgrade(request, socket, head, (client) => this.serve(client));
	}

	private serve(client: WebSocket): void {
		const outlet = {
			send: (frame: string | Uint8Array, sent: () => void) => client.send(frame, sent),
			get backlog() {
				return client.bufferedAmount;
			},
			ping: () => client.ping(),
			close: () => client.close(1000),
		};
		const player = new Player(outlet, this.plan, this.clock);
		client.on('error', () => client.terminate());
		client.on('close', () => {
			player.stop();
			this.emit('clients', this.sockets?.clients.size ?? 0);
		});
		// What clients send (subscriptions, pings of their own) changes nothing: the recording is what it is.
		client.on('message', () => {});
		this.emit('clients', this.sockets?.clients.size ?? 0);
		player.start();
	}
}

/** A web page from elsewhere must not read a recording; the agent refuses it too. */
function isLocalOrigin(origin: string | undefined): boolean {
	if (origin === undefined) return true;
	return URL.canParse(origin) && ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(origin).hostname);
}

function cannotListen(port: number, error: NodeJS.ErrnoException): AgentStreamError {
	const why =
		error.code === 'EADDRINUSE'
			? `Port ${port} is taken: end the program that uses it, or choose another port.`
			: `Cannot listen on port ${port}: ${error.message}`;
	return new AgentStreamError('CONFIG_INVALID', why, error);
}
