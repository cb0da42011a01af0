import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { Door, refuse } from './door';

/** One connection of a simulated server. */
export interface StreamClient {
	/** The upgrade request: path, headers, cookies. */
	readonly request: IncomingMessage;
	/** Sends text or bytes as they are, an object as JSON. Without effect once the connection is frozen or over. */
	send(message: string | Buffer | object): void;
	/** Says goodbye. */
	close(code?: number, reason?: string): void;
}

/** What a simulated server does with its connections. */
export interface StreamServerRole {
	/** Decides about an upgrade: an HTTP status refuses it, null lets it in. Default: lets everyone in. */
	admit?(request: IncomingMessage): number | null;
	opened(client: StreamClient): void;
	/** A message of a client: text, or bytes where it was binary. */
	message(client: StreamClient, message: string | Buffer): void;
	closed?(client: StreamClient): void;
}

/** A connection with what a script can do to it. */
class Connected implements StreamClient {
	frozen = false;

	constructor(
		readonly request: IncomingMessage,
		readonly websocket: WebSocket,
		readonly stream: Duplex,
	) {}

	send(message: string | Buffer | object): void {
		if (this.frozen || this.websocket.readyState !== this.websocket.OPEN) return;
		const plain = typeof message === 'string' || Buffer.isBuffer(message);
		this.websocket.send(plain ? message : JSON.stringify(message));
	}

	close(code = 1000, reason = ''): void {
		this.websocket.close(code, reason);
	}
}

/** Broken messages by kind: none of them is JSON that a protocol allows. */
const malformed = {
	empty: '',
	text: 'not json',
	truncated: '{"type":"event","data":{"id":',
	scalar: '42',
	deep: `${'['.repeat(200)}${']'.repeat(200)}`,
	binary: Buffer.from([0xff, 0x00, 0xfe]),
} as const;
/** Kinds of broken messages. */
export type Malformed = keyof typeof malformed;

/** A door for bare WebSocket connections. Knows no protocol. */
export class StreamServer extends Door {
	private readonly sockets = new WebSocketServer({ noServer: true });
	private readonly connected = new Set<Connected>();

	constructor(private readonly role: StreamServerRole) {
		super();
		this.http.on('request', (_request, response) => response.writeHead(426).end());
		this.http.on('upgrade', (request, stream, head) => this.upgrade(request, stream, head));
	}

	override get clients(): readonly StreamClient[] {
		return [...this.connected];
	}

	/** Sends to everyone. */
	broadcast(message: string | Buffer | object): void {
		for (const client of this.connected) client.send(message);
	}

	/** Sends to everyone what is broken. */
	malformed(kind: Malformed): void {
		this.broadcast(malformed[kind]);
	}

	override drop(): void {
		for (const { websocket } of this.connected) websocket.terminate();
	}

	override freeze(): void {
		for (const client of this.connected) {
			client.frozen = true;
			client.stream.pause();
		}
	}

	override async close(): Promise<void> {
		this.drop();
		this.sockets.close();
		this.http.closeAllConnections();
		await new Promise<void>((resolve) => this.http.close(() => resolve()));
	}

	private upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
		stream.on('error', () => undefined);
		const status = this.refusal ?? this.role.admit?.(request) ?? null;
		if (status !== null) {
			refuse(stream, status);
			return;
		}
		this.sockets.handleUpgrade(request, stream, head, (websocket) => {
			const client = new Connected(request, websocket, stream);
			this.connected.add(client);
			websocket.on('error', () => undefined);
			websocket.on('message', (data, binary) => {
				if (!client.frozen) this.role.message(client, binary ? (data as Buffer) : String(data));
			});
			websocket.once('close', () => {
				this.connected.delete(client);
				this.role.closed?.(client);
			});
			this.role.opened(client);
		});
	}
}
