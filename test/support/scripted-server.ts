import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';

/** The certificates of `test/support/tls`, as PEM. */
export const testTls = (name: 'test-only-localhost' | 'test-only-other-name') => ({
	key: readFileSync(join(__dirname, 'tls', `${name}.key.pem`), 'utf8'),
	cert: readFileSync(join(__dirname, 'tls', `${name}.cert.pem`), 'utf8'),
});

/** What a server does with a request to upgrade. */
export type UpgradeScript = (request: http.IncomingMessage, socket: Duplex, head: Buffer) => void;

interface ServerEvents {
	upgrade: [request: http.IncomingMessage];
	client: [client: WebSocket];
	request: [request: http.IncomingMessage];
	/** A TCP connection ended. */
	gone: [];
}

/** A bare HTTP and WebSocket server on a free loopback port; a test tells it how to behave. */
export class ScriptedServer extends EventEmitter<ServerEvents> {
	/** Upgrade requests so far. */
	readonly upgrades: http.IncomingMessage[] = [];
	/** Requests without upgrade so far, with their bodies. */
	readonly requests: { method: string; url: string; headers: http.IncomingHttpHeaders; body: string }[] = [];
	readonly clients: WebSocket[] = [];
	/** TCP connections that are open. */
	readonly sockets = new Set<Socket>();
	/** All TCP connections ever made. */
	connections = 0;
	onUpgrade: UpgradeScript = this.accept;
	onRequest: (request: http.IncomingMessage, response: http.ServerResponse) => void = (_request, response) => {
		response.writeHead(404, { 'Content-Type': 'application/json' }).end('{"error":"no such path"}');
	};
	private readonly websockets = new WebSocketServer({ noServer: true });

	private constructor(private readonly server: http.Server) {
		super();
		server.on('connection', (socket: Socket) => {
			this.connections += 1;
			this.sockets.add(socket);
			socket.on('error', () => {});
			socket.on('close', () => {
				this.sockets.delete(socket);
				this.emit('gone');
			});
		});
		server.on('upgrade', (request, socket: Duplex, head: Buffer) => {
			this.upgrades.push(request);
			socket.on('error', () => {});
			// Node's HTTP servers keep the half that the peer has closed.
			socket.on('end', () => socket.end());
			this.onUpgrade(request, socket, head);
			this.emit('upgrade', request);
		});
		server.on('request', async (request, response) => {
			const chunks: Buffer[] = [];
			for await (const chunk of request) chunks.push(chunk as Buffer);
			const { method = '', url = '', headers } = request;
			this.requests.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
			this.onRequest(request, response);
			this.emit('request', request);
		});
	}

	/** Starts one; with a certificate it speaks TLS. */
	static async listen(tls?: { key: string; cert: string }): Promise<ScriptedServer> {
		const server = tls ? https.createServer(tls) : http.createServer();
		server.listen(0, '127.0.0.1');
		await once(server, 'listening');
		return new ScriptedServer(server);
	}

	get port(): number {
		return (this.server.address() as AddressInfo).port;
	}

	/** `127.0.0.1:port`. */
	get host(): string {
		return `127.0.0.1:${this.port}`;
	}

	/** The proper answer to an upgrade. */
	accept(request: http.IncomingMessage, socket: Duplex, head: Buffer): void {
		this.websockets.handleUpgrade(request, socket, head, (client) => {
			client.on('error', () => {});
			this.clients.push(client);
			this.emit('client', client);
		});
	}

	/** An answer that is no upgrade. */
	static refuse(status: number, headers: Record<string, string> = {}, body = ''): UpgradeScript {
		return (_request, socket) => {
			const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
			const length = Buffer.byteLength(body);
			socket.end(
				`HTTP/1.1 ${status} Refused\r\n${lines.join('')}Content-Length: ${length}\r\nConnection: close\r\n\r\n${body}`,
			);
		};
	}

	/** The newest client. */
	get client(): WebSocket {
		const client = this.clients.at(-1);
		if (!client) throw new Error('there is no client yet');
		return client;
	}

	/** Resolves when no TCP connection is open. */
	async allGone(): Promise<void> {
		while (this.sockets.size > 0) await once(this, 'gone');
	}

	async close(): Promise<void> {
		this.websockets.close();
		this.server.close();
		for (const socket of this.sockets) socket.destroy();
		if (this.server.listening) await once(this.server, 'close');
	}
}
