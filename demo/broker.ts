import { createServer, type Socket } from 'node:net';
import { Aedes } from 'aedes';
import { accept } from './mqtt5';
import { firstFree, listenOn, portOf } from './ports';

/** An MQTT broker inside this process, on 127.0.0.1. Retained messages last as long as it runs. */
export interface EmbeddedBroker {
	readonly port: number;
	close(): Promise<void>;
}

/** Starts the broker on a port (0 = any) or, where it is taken, the next free one. */
export async function startBroker(port: number): Promise<EmbeddedBroker> {
	const aedes = await Aedes.createBroker();
	const sockets = new Set<Socket>();
	const server = createServer((socket) => {
		sockets.add(socket);
		socket.once('close', () => sockets.delete(socket));
		accept(socket, (stream) => aedes.handle(stream));
	});
	await firstFree(port, (candidate) => listenOn(server, candidate));
	return {
		port: portOf(server),
		async close() {
			const closed = new Promise<void>((resolve) => server.close(() => resolve()));
			await new Promise<void>((resolve) => aedes.close(resolve));
			for (const socket of sockets) socket.destroy();
			await closed;
		},
	};
}
