import { EventEmitter, once } from 'node:events';
import * as http from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

interface ProxyEvents {
	connect: [request: http.IncomingMessage];
	gone: [];
}

/** An HTTP proxy on a free loopback port that knows CONNECT and nothing else. */
export class ConnectProxy extends EventEmitter<ProxyEvents> {
	/** CONNECT requests so far. */
	readonly tunnels: http.IncomingMessage[] = [];
	readonly sockets = new Set<Duplex>();
	/** `pass` digs tunnels, `hang` never answers, a number refuses with that status. */
	manner: 'pass' | 'hang' | number = 'pass';

	private constructor(private readonly server: http.Server) {
		super();
		server.on('connection', (socket: Socket) => {
			this.sockets.add(socket);
			socket.on('error', () => {});
			socket.on('close', () => {
				this.sockets.delete(socket);
				this.emit('gone');
			});
		});
		server.on('connect', (request, socket: Duplex, head: Buffer) => {
			this.tunnels.push(request);
			socket.on('error', () => {});
			// Node's HTTP servers keep the half that the peer has closed.
			socket.on('end', () => socket.end());
			if (this.manner === 'pass') dig(request.url ?? '', socket, head);
			else if (this.manner === 'hang') socket.resume();
			else socket.end(`HTTP/1.1 ${this.manner} No\r\nContent-Length: 0\r\n\r\n`);
			this.emit('connect', request);
		});
	}

	static async listen(): Promise<ConnectProxy> {
		const server = http.createServer();
		server.listen(0, '127.0.0.1');
		await once(server, 'listening');
		return new ConnectProxy(server);
	}

	get host(): string {
		return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	/** Resolves when no connection is open. */
	async allGone(): Promise<void> {
		while (this.sockets.size > 0) await once(this, 'gone');
	}

	async close(): Promise<void> {
		this.server.close();
		for (const socket of this.sockets) socket.destroy();
		if (this.server.listening) await once(this.server, 'close');
	}
}

function dig(target: string, socket: Duplex, head: Buffer): void {
	const [host = '', port = ''] = target.split(':');
	const far = connect(Number(port), host, () => {
		socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
		far.write(head);
		far.pipe(socket).pipe(far);
	});
	far.on('error', () => socket.destroy());
	far.on('close', () => socket.destroy());
	socket.on('close', () => far.destroy());
}
