import type { AddressInfo, Server } from 'node:net';

const ATTEMPTS = 20;

/**
 * Listens on a port of 127.0.0.1.
 * @param port 0 = any free one
 * @throws Error with code `EADDRINUSE` where the port is taken
 */
export async function listenOn(server: Server, port: number): Promise<void> {
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(port, '127.0.0.1', () => {
			server.off('error', reject);
			resolve();
		});
	});
}

/** The port of a server that listens. */
export function portOf(server: Server): number {
	return (server.address() as AddressInfo).port;
}

/** Whether a server could not listen because its port is taken. */
export function isTaken(thrown: unknown): boolean {
	return thrown instanceof Error && (thrown as NodeJS.ErrnoException).code === 'EADDRINUSE';
}

/**
 * Listens on a port or, where it is taken, on the next one that is free.
 * @returns the port
 * @throws what `listen` throws for any other reason, or when twenty ports in a row are taken
 */
export async function firstFree(port: number, listen: (port: number) => Promise<void>): Promise<number> {
	for (let candidate = port; ; candidate += 1) {
		try {
			await listen(candidate);
			return candidate;
		} catch (thrown) {
			if (!isTaken(thrown) || candidate - port >= ATTEMPTS) throw thrown;
		}
	}
}
