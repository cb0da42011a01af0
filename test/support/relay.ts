import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Passes TCP connections on to another port, until it is frozen: then all stay open, and nothing comes through any more. */
export class Relay {
	private readonly sockets = new Set<Socket>();
	private isFrozen = false;

	private constructor(
		private readonly server: Server,
		target: number,
	) {
		server.on('connection', (near: Socket) => {
			const far = connect(target, '127.0.0.1');
			for (const [from, to] of [
				[near, far],
				[far, near],
			] as const) {
				this.sockets.add(from);
				from.on('data', (chunk) => {
					if (!this.isFrozen) to.write(chunk);
				});
				from.on('error', () => {});
				from.on('close', () => {
					this.sockets.delete(from);
					if (!this.isFrozen) to.destroy();
				});
			}
		});
	}

	static async listen(target: number): Promise<Relay> {
		const server = createServer();
		server.listen(0, '127.0.0.1');
		await once(server, 'listening');
		return new Relay(server, target);
	}

	/** `127.0.0.1:port`. */
	get host(): string {
		return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	freeze(): void {
		this.isFrozen = true;
	}

	async close(): Promise<void> {
		this.server.close();
		for (const socket of this.sockets) socket.destroy();
		if (this.server.listening) await once(this.server, 'close');
	}
}
