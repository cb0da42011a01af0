import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Clock } from '../../src/model/clock';
import { Door } from './door';
import { parsed } from './lenient';
import { Client } from './unraid-client';
import { goJson } from './unraid-encoding';

const BASE = '/api/v1';
const INBOUND_MESSAGE = 65_536;
const REQUEST_BODY = 1_048_576;
const RATE = 50;
const BURST = 100;

/** What the server asks the simulator. */
export interface Handlers {
	/** What requests carry as `Authorization: Bearer <token>`; null = it is open. */
	token(): string | null;
	/** Answers a GET of a path below `/api/v1`, decoded; undefined = 404. */
	get(path: string): unknown;
	/** Answers any other call. */
	command(method: string, path: string, body: unknown): { readonly status: number; readonly body: unknown };
	/** The body of a 404. */
	notFound(path: string): unknown;
}

/** The agent's door: HTTP and WebSocket on one port of 127.0.0.1, with its token, its rate limit and its check of origins. */
export class AgentServer extends Door {
	private readonly connected = new Set<Client>();
	private readonly websockets = new WebSocketServer({
		noServer: true,
		perMessageDeflate: false,
		maxPayload: INBOUND_MESSAGE,
	});
	private tokens = BURST;
	private filled: number;

	constructor(
		private readonly handlers: Handlers,
		private readonly clock: Clock,
		private readonly limited: boolean,
	) {
		super();
		this.filled = clock.now();
		this.http.on('request', (request, response) => this.request(request, response));
		this.http.on('upgrade', (request, socket, head) => this.upgrade(request, socket, head));
	}

	override get clients(): readonly Client[] {
		return [...this.connected];
	}

	override drop(): void {
		for (const client of this.connected) client.cut();
	}

	override freeze(): void {
		for (const client of this.connected) client.freeze();
	}

	/** Closes every connection, as the agent does when it is stopped, and the port. */
	override async close(): Promise<void> {
		const closed = new Promise<void>((resolve) => this.http.close(() => resolve()));
		const { clients } = this;
		for (const client of clients) {
			client.close();
			client.cut();
		}
		this.http.closeAllConnections();
		await Promise.all([closed, ...clients.map(({ ended }) => ended)]);
	}

	private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
		socket.on('error', () => socket.destroy());
		const path = pathOf(request);
		const refused =
			this.refused(request, path) ??
			(path === `${BASE}/ws` ? null : { status: 404, text: '404 page not found\n' }) ??
			(originAccepted(request) ? null : { status: 403, text: 'Forbidden\n' });
		if (refused) refuse(socket, refused);
		else {
			this.websockets.handleUpgrade(request, socket, head, (websocket) => {
				this.connected.add(new Client(websocket, socket, this.clock, (client) => this.connected.delete(client)));
			});
		}
	}

	private request(request: IncomingMessage, response: ServerResponse): void {
		const path = pathOf(request);
		const refused =
			this.refused(request, path) ??
			(path.startsWith(`${BASE}/`) ? null : { status: 404, text: '404 page not found\n' });
		const below = path.slice(BASE.length);
		if (refused) {
			answer(response, refused);
		} else if (request.method === 'GET' || request.method === 'HEAD') {
			const body = this.handlers.get(below);
			answer(
				response,
				body === undefined ? { status: 404, json: this.handlers.notFound(below) } : { status: 200, json: body },
			);
		} else {
			readBody(request, (body) => answer(response, this.commanded(request.method ?? '', below, body)));
		}
	}

	private commanded(method: string, path: string, body: unknown): Reply {
		if (body === undefined) return { status: 413, text: 'http: request body too large\n' };
		const { status, body: json } = this.handlers.command(method, path, body);
		return { status, json };
	}

	/** What stands before every request: a fault that was asked for, the rate limit, the token. */
	private refused(request: IncomingMessage, path: string): Reply | null {
		if (this.refusal !== null) return { status: this.refusal, text: `${STATUS_CODES[this.refusal] ?? 'Refused'}\n` };
		if (this.limited && !this.admitted()) return { status: 429, text: 'Too Many Requests\n' };
		const token = this.handlers.token();
		if (token === null || path === `${BASE}/health`) return null;
		if (request.headers.authorization === `Bearer ${token}`) return null;
		return {
			status: 401,
			json: { error: 'Unauthorized' },
			headers: { 'WWW-Authenticate': 'Bearer realm="unraid-management-agent"' },
		};
	}

	/** A bucket of 100 that fills by 50 a second; all clients here have the same address. */
	private admitted(): boolean {
		const now = this.clock.now();
		this.tokens = Math.min(BURST, this.tokens + (Math.max(0, now - this.filled) / 1_000) * RATE);
		this.filled = now;
		if (this.tokens < 1) return false;
		this.tokens -= 1;
		return true;
	}
}

interface Reply {
	readonly status: number;
	readonly json?: unknown;
	readonly text?: string;
	readonly headers?: Readonly<Record<string, string>>;
}

function pathOf(request: IncomingMessage): string {
	return (request.url ?? '/').replace(/\?.*$/s, '');
}

/** No origin, the server's own and localhost pass. */
function originAccepted({ headers }: IncomingMessage): boolean {
	const { origin, host } = headers;
	if (origin === undefined) return true;
	if (!URL.canParse(origin)) return false;
	const url = new URL(origin);
	return url.host === host || ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
}

function encoded(reply: Reply): { body: string; headers: Record<string, string | number> } {
	const body = reply.text ?? `${goJson(reply.json)}\n`;
	const type = reply.text === undefined ? 'application/json' : 'text/plain; charset=utf-8';
	return { body, headers: { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body), ...reply.headers } };
}

function answer(response: ServerResponse, reply: Reply): void {
	const { body, headers } = encoded(reply);
	response.writeHead(reply.status, headers).end(body);
}

function refuse(socket: Duplex, reply: Reply): void {
	const { body, headers } = encoded(reply);
	const lines = Object.entries({ ...headers, Connection: 'close' }).map(([name, value]) => `${name}: ${value}`);
	socket.end(`HTTP/1.1 ${reply.status} ${STATUS_CODES[reply.status] ?? ''}\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
}

/** Reads a JSON body; undefined where it is too large, null where there is none or it is no JSON. */
function readBody(request: IncomingMessage, done: (body: unknown) => void): void {
	const parts: Buffer[] = [];
	let size = 0;
	request.on('data', (part: Buffer) => {
		size += part.length;
		if (size <= REQUEST_BODY) parts.push(part);
	});
	request.on('end', () => {
		done(size > REQUEST_BODY ? undefined : (parsed(Buffer.concat(parts).toString()) ?? null));
	});
}
