import type { RawData, WebSocket } from 'ws';
import type { Frame } from '../model/event';
import type { Channel, ChannelHandlers, End, Transport } from './channel';
import { isOpenPacket, type Probe, probeEngineIo, refusalIn, SOCKET_IO, socketIoThere } from './engine-io';
import { errorCode } from './failures';
import { Line, type LineOptions } from './line';
import { shownUrl } from './target';

/** What a WebSocket transport is made of. */
export interface WebSocketOptions extends LineOptions {
	/** Whether a server that refuses is to be asked if it speaks Socket.IO: where nobody knows what it speaks. */
	readonly probe?: () => boolean;
}

/** Plain WebSockets (RFC 6455; `ws://` or `wss://`), over TLS and HTTP proxies. `ws` is loaded by the first attempt. */
export function webSocketTransport(options: WebSocketOptions): Transport {
	const where = shownUrl(options.url);
	return { where, open: (handlers) => new WebSocketChannel(options, where, handlers) };
}

class WebSocketChannel implements Channel {
	private socket: WebSocket | null = null;
	private readonly line: Line;
	private probe: Probe | null = null;
	private isGivenUp = false;

	constructor(
		private readonly options: WebSocketOptions,
		private readonly where: string,
		private readonly handlers: ChannelHandlers,
	) {
		this.line = new Line(options, where, {
			refused: (body) => (refusalIn(body) === null ? null : socketIoThere(where)),
			ended: (end) => this.ended(end),
		});
		void this.line.call(['ws:', 'wss:'], (url) => ({ url, begin: (socket) => this.begin(socket) }));
	}

	send(message: Frame): void {
		// A failure to write ends the socket, and that is reported.
		this.line.mustTake(message.length).send(message, () => {});
	}

	ping(): void {
		this.line.ping();
	}

	received(): number {
		return this.line.received;
	}

	close(): void {
		if (this.socket) this.socket.close(1000);
		else this.terminate();
	}

	terminate(): void {
		this.isGivenUp = true;
		this.probe?.cancel();
		this.line.terminate();
	}

	private ended(end: End): void {
		const error = end.failure?.error;
		const refuses = error?.code === 'REFUSED' || errorCode(error?.cause) === 'ECONNRESET';
		const isKnown = this.socket !== null || this.isGivenUp || error?.detail === SOCKET_IO;
		if (!refuses || isKnown || !this.options.probe?.()) {
			this.handlers.ended(end);
			return;
		}
		this.probe = probeEngineIo(this.options);
		void this.probe.answer.then((speaks) =>
			this.handlers.ended(speaks ? { ...end, failure: socketIoThere(this.where) } : end),
		);
	}

	private begin(socket: WebSocket): void {
		let first = true;
		socket.on('open', () => {
			this.socket = socket;
			this.handlers.opened();
		});
		socket.on('message', (data: RawData, isBinary: boolean) => {
			// The socket's binaryType is Node's own, so that a message is one Buffer.
			const bytes = data as Buffer;
			const frame = isBinary ? bytes : bytes.toString('utf8');
			if (first && typeof frame === 'string' && isOpenPacket(frame)) this.line.terminate(socketIoThere(this.where));
			first = false;
			if (!this.line.failure) this.handlers.frame(frame);
		});
	}
}
