import type { Frame } from '../../src/model/event';
import type { Channel, ChannelHandlers, End, Transport } from '../../src/transport/channel';

/** One socket of a {@link FakeTransport}: a test plays the server. */
export class FakeChannel implements Channel {
	readonly sent: Frame[] = [];
	pings = 0;
	bytes = 0;
	isClosing = false;
	isCut = false;
	isGone = false;

	constructor(readonly handlers: ChannelHandlers) {}

	send(message: Frame): void {
		this.sent.push(message);
	}

	ping(): void {
		this.pings += 1;
	}

	received(): number {
		return this.bytes;
	}

	close(): void {
		this.isClosing = true;
	}

	terminate(): void {
		this.isCut = true;
		this.end({ code: 1006 });
	}

	/** The server accepts. */
	open(): void {
		this.bytes += 100;
		this.handlers.opened();
	}

	/** The server sends. */
	deliver(frame: Frame): void {
		this.bytes += frame.length;
		this.handlers.frame(frame);
	}

	/** The socket is gone. */
	end(end: Partial<End> = {}): void {
		if (this.isGone) return;
		this.isGone = true;
		this.handlers.ended({ code: null, reason: '', failure: null, ...end });
	}
}

/** A transport without sockets. */
export class FakeTransport implements Transport {
	readonly where = 'ws://tower:8043/api/v1/ws';
	readonly channels: FakeChannel[] = [];

	open(handlers: ChannelHandlers): Channel {
		const channel = new FakeChannel(handlers);
		this.channels.push(channel);
		return channel;
	}

	/** The newest socket. */
	get last(): FakeChannel {
		const channel = this.channels.at(-1);
		if (!channel) throw new Error('nothing was opened yet');
		return channel;
	}

	/** Sockets that are not gone. */
	get alive(): number {
		return this.channels.filter((channel) => !channel.isGone).length;
	}
}
