import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { RawData, WebSocket } from 'ws';
import type { Clock } from '../model/clock';
import { AgentStreamError } from '../model/errors';
import type { Frame } from '../model/event';
import { limits } from '../model/limits';
import type { Channel, ChannelHandlers, Transport } from './channel';
import { errorCode, type Failure, failedWith, quick, refusedWith, retryAfter, slow } from './failures';
import { type Environment, proxyFor, type Tunnel, tunnelThrough } from './proxy';
import { type Access, cleanText, parseUrl, request, secretsOf, shownUrl, tlsOptions } from './target';

/** What a WebSocket transport is made of. */
export interface WebSocketOptions {
	/** `ws://` or `wss://`. A bad one is reported by the attempt to open it. */
	readonly url: string;
	/** Asked at every attempt. */
	readonly access: () => Access;
	readonly clock: Clock;
	/** Where proxies are looked up: `process.env`. */
	readonly environment: Environment;
}

/** Plain WebSockets (RFC 6455), over TLS and HTTP proxies. `ws` is loaded by the first attempt. */
export function webSocketTransport(options: WebSocketOptions): Transport {
	const where = shownUrl(options.url);
	return { where, open: (handlers) => new WebSocketChannel(options, where, handlers) };
}

class WebSocketChannel implements Channel {
	private socket: WebSocket | null = null;
	private tcp: Socket | null = null;
	private way: Tunnel | null = null;
	private failure: Failure | null = null;
	private wasOpen = false;
	/** Given up before there was a socket to cut. */
	private abandoned = false;
	private readonly access: Access;
	private readonly secrets: readonly string[];

	constructor(
		private readonly options: WebSocketOptions,
		private readonly where: string,
		private readonly handlers: ChannelHandlers,
	) {
		this.access = options.access();
		this.secrets = secretsOf([options.url, this.access.proxy], this.access);
		void this.dial();
	}

	send(message: Frame): void {
		const { socket, where } = this;
		if (!socket || socket.readyState !== socket.OPEN) {
			throw new AgentStreamError('SEND_FAILED', `The connection to ${where} is closing: nothing was sent.`);
		}
		if (socket.bufferedAmount + message.length > limits.sendBuffer) {
			const sentence = `More than ${limits.sendBuffer} bytes would wait to be sent to ${where}: nothing was sent.`;
			throw new AgentStreamError('LIMIT_REACHED', sentence);
		}
		// A failure to write ends the socket, and that is reported.
		socket.send(message, () => {});
	}

	ping(): void {
		if (this.socket?.readyState === this.socket?.OPEN) this.socket?.ping('', true, () => {});
	}

	received(): number {
		return this.tcp?.bytesRead ?? 0;
	}

	close(): void {
		if (this.wasOpen) this.socket?.close(1000);
		else this.terminate();
	}

	terminate(): void {
		this.abandoned = true;
		this.way?.cut();
		this.socket?.terminate();
	}

	private async dial(): Promise<void> {
		let proxy: URL | null = null;
		try {
			const { WebSocket } = await import('ws');
			const target = parseUrl(this.options.url, ['ws:', 'wss:']);
			proxy = proxyFor(target, this.access.proxy, this.options.environment);
			this.way = proxy && (await tunnelThrough(proxy));
			if (this.abandoned) return this.end(null, '');
			const { url, headers } = request(target, this.access);
			const socket = new WebSocket(url, {
				...tlsOptions(this.access.tls),
				...(this.way && { agent: this.way.agent }),
				headers,
				perMessageDeflate: false,
				maxPayload: limits.socketPayload,
				followRedirects: false,
			});
			this.socket = socket;
			this.listen(socket, proxy);
		} catch (thrown) {
			this.failure = failedWith(this.where, thrown, this.clean(thrown));
			this.end(null, '');
		}
	}

	private listen(socket: WebSocket, proxy: URL | null): void {
		const viaProxy = proxy && `The proxy ${shownUrl(proxy)} on the way to ${this.where}`;
		socket.on('upgrade', (response: IncomingMessage) => {
			this.tcp = response.socket;
		});
		socket.on('open', () => {
			this.wasOpen = true;
			this.handlers.opened();
		});
		socket.on('message', (data: RawData, isBinary: boolean) => {
			// The socket's binaryType is Node's own, so that a message is one Buffer.
			const bytes = data as Buffer;
			this.handlers.frame(isBinary ? bytes : bytes.toString('utf8'));
		});
		socket.on('unexpected-response', (_request, response: IncomingMessage) => {
			const byProxy = this.way?.status !== undefined && this.way.status !== 200;
			this.failure = this.refusal((byProxy && viaProxy) || this.where, response);
			socket.terminate();
		});
		socket.on('error', (thrown) => {
			const who = viaProxy && this.way?.status === null ? viaProxy : this.where;
			this.failure ??= this.wasOpen ? this.broken(thrown) : this.unopened(who, thrown);
			// `ws` has said goodbye; a peer like this one is not waited for.
			if (this.wasOpen) socket.terminate();
		});
		socket.on('close', (code, reason) => this.end(this.wasOpen ? code : null, cleanText(`${reason}`, this.secrets)));
	}

	private refusal(who: string, response: IncomingMessage): Failure {
		const { location, 'retry-after': wait } = response.headers;
		const base = shownUrl(this.options.url);
		const target = location !== undefined && URL.canParse(location, base) ? new URL(location, base) : null;
		const shown = target && cleanText(shownUrl(target), this.secrets);
		return refusedWith(who, response.statusCode ?? 0, shown, retryAfter(wait, this.options.clock.now()));
	}

	/** An error before the socket was open; those of `ws` itself, about an answer that is no upgrade, have no code. */
	private unopened(who: string, thrown: unknown): Failure {
		const text = this.clean(thrown);
		if (who !== this.where || errorCode(thrown) !== '') return failedWith(who, thrown, text);
		const sentence = `${this.where} answers, but not as a WebSocket server (${text}); check the URL.`;
		return slow(new AgentStreamError('REFUSED', sentence));
	}

	/** An error of an open socket: what the peer sent breaks the protocol or a limit; null where the network failed. */
	private broken(thrown: unknown): Failure | null {
		const code = errorCode(thrown);
		if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') {
			const sentence = `${this.where} sent a message above ${limits.socketPayload} bytes; the connection was closed.`;
			return quick('LIMIT_REACHED', sentence, thrown);
		}
		if (!code.startsWith('WS_ERR_')) return null;
		const sentence = `${this.where} broke the WebSocket protocol (${this.clean(thrown)}); the connection was closed.`;
		return quick('FRAME_INVALID', sentence, thrown);
	}

	private clean(thrown: unknown): string {
		return cleanText(thrown instanceof Error ? thrown.message : String(thrown), this.secrets);
	}

	private end(code: number | null, reason: string): void {
		this.way?.cut();
		this.handlers.ended({ code, reason, failure: this.failure });
	}
}
