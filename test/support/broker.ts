import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Aedes } from 'aedes';

/** Where mosquitto is installed on the systems that we know. */
export const mosquittoPaths = ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto', '/opt/homebrew/sbin/mosquitto'];

/** A broker on a free port of 127.0.0.1. */
export interface Broker {
	readonly url: string;
	/** Cuts all connections and stops listening; `keep` says whether retained messages survive (as on disk). */
	down(keep: boolean): Promise<void>;
	/** Listens again on the same port. */
	up(): Promise<void>;
	/** Ends for good and removes what it wrote. */
	stop(): Promise<void>;
}

/** An aedes broker in this process. `password` makes it refuse any other. */
export async function startAedes(password?: string): Promise<Broker & { readonly aedes: () => Aedes }> {
	const { Aedes: Constructor } = await import('aedes');
	const sockets = new Set<Socket>();
	const make = async (): Promise<Aedes> => {
		const broker = new Constructor();
		if (password !== undefined) {
			broker.authenticate = (_client, _user, given, done) => {
				const ok = given?.toString() === password;
				done(ok ? null : Object.assign(new Error('refused'), { returnCode: 4 }), ok);
			};
		}
		await broker.listen();
		return broker;
	};
	let aedes = await make();
	let server: Server;
	let port = 0;
	const listen = async (): Promise<void> => {
		server = createServer((socket) => {
			sockets.add(socket);
			socket.on('close', () => sockets.delete(socket));
			aedes.handle(socket);
		});
		server.listen(port, '127.0.0.1');
		await once(server, 'listening');
		port = (server.address() as AddressInfo).port;
	};
	const halt = async (): Promise<void> => {
		const closed = once(server, 'close');
		server.close();
		for (const socket of sockets) socket.destroy();
		await closed;
	};
	const down = async (keep: boolean): Promise<void> => {
		await halt();
		if (keep) return;
		await new Promise<void>((resolve) => aedes.close(() => resolve()));
		aedes = await make();
	};
	await listen();
	return {
		url: `mqtt://127.0.0.1:${port}`,
		aedes: () => aedes,
		down,
		up: listen,
		stop: async () => {
			await halt();
			await new Promise<void>((resolve) => aedes.close(() => resolve()));
		},
	};
}

async function freePort(): Promise<number> {
	const server = createServer();
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	server.close();
	await once(server, 'close');
	return port;
}

async function accepts(port: number): Promise<void> {
	for (let attempt = 0; attempt < 200; attempt++) {
		const socket = connect(port, '127.0.0.1');
		const ok = await Promise.race([
			once(socket, 'connect').then(() => true),
			once(socket, 'error').then(() => false),
		]).catch(() => false);
		socket.destroy();
		if (ok) return;
		await delay(25);
	}
	throw new Error(`nothing listens on port ${port}`);
}

/** A mosquitto process of its own. `lines` are added to its configuration. */
export async function startMosquitto(program: string, lines: readonly string[] = []): Promise<Broker> {
	const folder = await mkdtemp(join(tmpdir(), 'agent-stream-mosquitto-'));
	const port = await freePort();
	const configuration = [
		`listener ${port} 127.0.0.1`,
		'allow_anonymous true',
		'max_queued_messages 0',
		'persistence true',
		`persistence_location ${folder}/`,
		...(process.getuid?.() === 0 ? ['user root'] : []),
		...lines,
	];
	await writeFile(join(folder, 'mosquitto.conf'), `${configuration.join('\n')}\n`);
	let child: ChildProcess | null = null;
	const up = async (): Promise<void> => {
		child = spawn(program, ['-c', join(folder, 'mosquitto.conf')], { stdio: 'ignore' });
		await accepts(port);
	};
	const halt = async (): Promise<void> => {
		const running = child;
		child = null;
		if (!running || running.exitCode !== null) return;
		const ended = once(running, 'exit');
		running.kill('SIGTERM');
		await ended;
	};
	await up();
	return {
		url: `mqtt://127.0.0.1:${port}`,
		up,
		down: async (keep) => {
			await halt();
			if (!keep) await rm(join(folder, 'mosquitto.db'), { force: true });
		},
		stop: async () => {
			await halt();
			await rm(folder, { recursive: true, force: true });
		},
	};
}
