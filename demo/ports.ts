const ATTEMPTS = 20;

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
