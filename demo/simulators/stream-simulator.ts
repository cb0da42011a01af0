import type { IncomingMessage } from 'node:http';
import { keep } from './kept';
import { parsed } from './lenient';
import { SimulatedServer } from './simulated-server';
import { type Malformed, type StreamClient, StreamServer } from './stream-server';

/** A simulated server that speaks JSON over bare WebSocket connections. `Client` is what its protocol knows of a connection. */
export abstract class StreamSimulator<Client, Type extends string = string> extends SimulatedServer<
	StreamServer,
	Type
> {
	/** What clients sent, parsed where it is JSON, else as text; oldest first, the newest thousand. */
	readonly received: unknown[] = [];
	/** Connections that stand. */
	protected readonly clients = new Map<StreamClient, Client>();

	/** A new connection. */
	protected abstract opened(stream: StreamClient): Client;

	/** A message of a client; undefined where it is no JSON. */
	protected abstract message(client: Client, value: unknown): void;

	/** The connection is over. */
	protected abstract closed(client: Client): void;

	/** Decides about an upgrade: an HTTP status refuses it, null lets it in. */
	protected admit({ url = '' }: IncomingMessage): number | null {
		return url.split('?', 1)[0] === this.path ? null : 404;
	}

	override async stop(): Promise<void> {
		for (const stream of this.clients.keys()) this.forget(stream);
		await super.stop();
	}

	/** Sends everyone what is broken. */
	malformed(kind: Malformed): void {
		this.running.malformed(kind);
	}

	protected override open(): StreamServer {
		return new StreamServer({
			admit: (request) => this.admit(request),
			opened: (stream) => this.clients.set(stream, this.opened(stream)),
			message: (stream, message) => this.hear(stream, String(message)),
			closed: (stream) => this.forget(stream),
		});
	}

	private hear(stream: StreamClient, text: string): void {
		const client = this.clients.get(stream);
		if (client === undefined) return;
		const value = parsed(text);
		keep(this.received, value === undefined ? text : value);
		this.message(client, value);
	}

	private forget(stream: StreamClient): void {
		const client = this.clients.get(stream);
		this.clients.delete(stream);
		if (client !== undefined) this.closed(client);
	}
}
