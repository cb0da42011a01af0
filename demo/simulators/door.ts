import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { listenOn, portOf } from '../ports';

/** What a simulated server listens with: a port of 127.0.0.1, its connections, and what goes wrong with them. */
export abstract class Door {
	protected readonly http = createServer();
	/** HTTP status with which everyone is refused; null = they are admitted. */
	refusal: number | null = null;

	/** Connections that stand. */
	abstract get clients(): readonly unknown[];

	/** Cuts every connection without a close frame. */
	abstract drop(): void;

	/** Keeps every connection open but no longer reads, writes or answers: a server that lost its power. */
	abstract freeze(): void;

	/** Ends the server and every connection; resolves when the port is free. */
	abstract close(): Promise<void>;

	/**
	 * @param port 0 = any free one
	 * @throws Error with code `EADDRINUSE` where the port is taken
	 */
	async listen(port: number): Promise<void> {
		await listenOn(this.http, port);
	}

	get port(): number {
		return portOf(this.http);
	}
}

/** Answers an upgrade with an HTTP status instead. */
export function refuse(stream: Duplex, status: number): void {
	stream.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
