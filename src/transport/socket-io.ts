import type { WebSocket } from 'ws';
import { AgentStreamError } from '../model/errors';
import type { Frame } from '../model/event';
import { nestedDeeper } from '../model/json';
import { limits } from '../model/limits';
import type { Channel, ChannelHandlers, Transport } from './channel';
import { engineUrl, refusalIn, withPath } from './engine-io';
import { type Failure, quick, slow } from './failures';
import { Line, type LineOptions } from './line';
import { type Access, shownUrl } from './target';

/** What a Socket.IO transport is made of. */
export interface SocketIoOptions extends LineOptions {
	/** `/` unless set. */
	readonly namespace?: string | undefined;
}

const load = () => import('socket.io-client');
type Library = Awaited<ReturnType<typeof load>>;
type Socket = InstanceType<Library['Socket']>;

/**
 * Socket.IO (protocol 5, of its versions 3 and later) over WebSocket alone: HTTP polling would need a second way for TLS, proxies and
 * limits, and helps only where a proxy breaks WebSockets, which the other dialects could not pass either.
 * The URL's path is that of Engine.IO (`/ws` where it has none); `http`, `https`, `ws` and `wss` are the same to it. The token is
 * `auth.token` of the handshake, unless `tokenIn` has another place for it. Frames are the JSON text of `[event, ...arguments]`, both ways.
 * Reconnecting is left to `Connection`; `socket.io-client` is loaded by the first attempt.
 */
export function socketIoTransport(options: SocketIoOptions): Transport {
	const where = shownUrl(URL.canParse(options.url) ? withPath(new URL(options.url)) : options.url);
	const access = async (): Promise<Access> => {
		const given = await options.access();
		return { ...given, tokenIn: given.tokenIn ?? 'message' };
	};
	return { where, open: (handlers) => new SocketIoChannel({ ...options, access }, where, handlers) };
}

class SocketIoChannel implements Channel {
	private io: Socket | null = null;
	private readonly line: Line;
	/** Whether Engine.IO has greeted us: from then on it is a Socket.IO server that refuses. */
	private greeted = false;
	/** Whether anything binary came: only then arguments are searched for it. */
	private binary = false;
	/** Bytes of the attachments of the event that is arriving. */
	private attached = 0;

	constructor(
		private readonly options: SocketIoOptions,
		private readonly where: string,
		private readonly handlers: ChannelHandlers,
	) {
		this.line = new Line(options, where, {
			refused: (body) => this.unwelcome(refusalIn(body)),
			ended: (end) => {
				this.io?.offAny();
				this.io?.off();
				handlers.ended(end);
			},
		});
		void this.line.call(['ws:', 'wss:', 'http:', 'https:'], async (target, access) => {
			const library = await load();
			const url = engineUrl(target, 'websocket');
			url.protocol = url.protocol.replace('http', 'ws');
			return { url, begin: (socket) => this.begin(library, socket, access) };
		});
	}

	send(message: Frame): void {
		const [event, ...values] = eventOf(message);
		this.line.mustTake(message.length);
		if (!this.io?.connected) throw unsent(`the connection to ${this.where} is closing`);
		this.io.emit(event, ...values);
	}

	ping(): void {
		this.line.ping();
	}

	received(): number {
		return this.line.received;
	}

	close(): void {
		if (this.io?.connected) this.io.disconnect();
		else this.line.terminate();
	}

	terminate(): void {
		this.line.terminate();
	}

	private begin({ Manager, NodeWebSocket }: Library, socket: WebSocket, access: Access): void {
		const took = (data: unknown) => this.took(data);
		const broken = (thrown: unknown) => this.line.terminate(this.protocolError(` (${this.line.clean(thrown)})`));
		/** Engine.IO over the socket that we have opened. */
		class Wire extends NodeWebSocket {
			override createSocket(): WebSocket {
				return socket;
			}
			override onData(data: unknown): void {
				try {
					if (took(data)) super.onData(data);
				} catch (thrown) {
					broken(thrown);
				}
			}
		}
		const manager = new Manager({ transports: [Wire], upgrade: false, reconnection: false, autoConnect: false });
		manager.timeout(false);
		manager.on('open', () => {
			this.greeted = true;
		});
		// What the socket itself has to say was said by then.
		manager.on('error', () => this.line.terminate(this.protocolError('')));
		const { token, tokenIn } = access;
		const auth = token !== null && tokenIn === 'message' ? { token } : {};
		const io = manager.socket(this.options.namespace ?? '/', { auth });
		this.io = io;
		io.on('connect', () => this.handlers.opened());
		io.on('connect_error', (error) => this.line.terminate(this.refusal(error)));
		io.on('disconnect', (reason) => {
			const failure = this.loss(reason);
			if (failure) this.line.terminate(failure);
		});
		io.onAny((...event: unknown[]) => {
			const acknowledge = event.at(-1);
			if (typeof acknowledge === 'function') {
				event.pop();
				acknowledge();
			}
			this.handlers.frame(this.textOf(event));
		});
		io.connect();
	}

	/** Looks at what the socket delivered before Engine.IO does; false = it may not. */
	private took(data: unknown): boolean {
		if (typeof data === 'string') {
			this.attached = 0;
			if (!isWordlessRefusal(data, this.options.namespace ?? '/')) return true;
			this.line.terminate(this.refusal(new Error()));
			return false;
		}
		this.binary = true;
		this.attached += data instanceof Uint8Array ? data.length : 0;
		if (this.attached <= limits.socketPayload) return true;
		const sentence = `${this.where} sent an event above ${limits.socketPayload} bytes; the connection was closed.`;
		this.line.terminate(quick('LIMIT_REACHED', sentence));
		return false;
	}

	/** An event as JSON; bytes become base64. */
	private textOf(event: readonly unknown[]): string {
		try {
			return JSON.stringify(event, this.binary ? bytesAsText : undefined);
		} catch {
			// Nested too deep to be written: what is left of it is deep enough to be refused for that.
			const deep = limits.depth + 1;
			return `[${JSON.stringify(event[0])},${'['.repeat(deep)}${']'.repeat(deep)}]`;
		}
	}

	/** Engine.IO has refused to open. */
	private unwelcome(words: string | null): Failure | null {
		if (words === null) return null;
		const advice = /transport/i.test(words)
			? 'turn on WebSocket among its transports'
			: 'check that it is Socket.IO 3 or later, and the path of the URL';
		const sentence = `${this.where} refused to open Socket.IO ("${this.line.clean(words)}"); ${advice}.`;
		return slow(new AgentStreamError('REFUSED', sentence));
	}

	/** The server has refused the handshake. */
	private refusal(error: Error): Failure {
		const { where } = this;
		const { namespace = '/' } = this.options;
		const words = this.line.clean(error.message);
		if (/^Invalid namespace$/i.test(words)) {
			const sentence = `${where} has no namespace ${namespace}; check the namespace of this endpoint.`;
			return slow(new AgentStreamError('REFUSED', sentence));
		}
		if (words.includes('Socket.IO server in v2.x')) {
			const sentence = `${where} speaks an older Socket.IO (version 2), which is not supported; update the server.`;
			return slow(new AgentStreamError('REFUSED', sentence));
		}
		const said = words === '' ? 'without a word' : `("${words}")`;
		const also = namespace === '/' ? '' : ', and the namespace';
		const sentence = `${where} refused the handshake ${said}; check the token of this endpoint${also}.`;
		return slow(new AgentStreamError('UNAUTHORIZED', sentence));
	}

	/** Why the connection is over; null where the socket itself tells. */
	private loss(reason: string): Failure | null {
		const { where } = this;
		switch (reason) {
			case 'io server disconnect':
				return quick(
					'CLOSED',
					`The connection to ${where} is closed: the server disconnected us; it may be restarting.`,
				);
			case 'ping timeout':
				return quick('SILENT', `${where} is silent: its ping is overdue; the server or the network is gone.`);
			case 'parse error':
			case 'transport error':
				return this.protocolError('');
			default:
				return null;
		}
	}

	private protocolError(why: string): Failure {
		const { where } = this;
		if (this.greeted)
			return quick('FRAME_INVALID', `${where} broke the Socket.IO protocol${why}; the connection was closed.`);
		const sentence = `${where} answers as a WebSocket server, but does not speak Socket.IO; check the URL and the dialect.`;
		return slow(new AgentStreamError('REFUSED', sentence));
	}
}

/** Whether a packet refuses a namespace without a word: `socket.io-client` would throw where nobody catches it. */
function isWordlessRefusal(packet: string, namespace: string): boolean {
	const [start, named = '/'] = /^44(\/[^,]*)?/.exec(packet) ?? [];
	return start !== undefined && named === namespace && !/["{[]/.test(packet.slice(start.length));
}

/** Events that Socket.IO keeps for itself. */
const reserved: ReadonlySet<string> = new Set([
	'connect',
	'connect_error',
	'disconnect',
	'disconnecting',
	'newListener',
	'removeListener',
]);

/**
 * The event of a message: its name, and its arguments.
 * @throws AgentStreamError SEND_FAILED
 */
function eventOf(message: Frame): [string, ...unknown[]] {
	let value: unknown;
	try {
		value = typeof message === 'string' ? JSON.parse(message) : null;
	} catch {
		// No JSON: the same as JSON that is no event.
	}
	const [event, ...values]: unknown[] = Array.isArray(value) ? value : [];
	if (typeof event !== 'string' || event === '') {
		throw unsent(
			'a message to a Socket.IO server is a list of the event and its data: ["subscribe", {"room": "dashboard"}]',
		);
	}
	if (nestedDeeper(values, limits.depth)) throw unsent(`the message is nested deeper than ${limits.depth} levels`);
	if (reserved.has(event)) throw unsent(`"${event}" is an event of Socket.IO itself; use another name`);
	return [event, ...values];
}

function unsent(why: string): AgentStreamError {
	return new AgentStreamError('SEND_FAILED', `Nothing was sent: ${why}.`);
}

/** For `JSON.stringify`: bytes as base64. It is told of them after they have made an object of themselves. */
function bytesAsText(this: unknown, key: string, value: unknown): unknown {
	const original = typeof this === 'object' && this !== null ? Reflect.get(this, key) : value;
	return original instanceof Uint8Array ? Buffer.from(original).toString('base64') : value;
}
