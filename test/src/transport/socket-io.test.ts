import assert from 'node:assert/strict';
import { once } from 'node:events';
import * as http from 'node:http';
import { Server, type Socket } from 'socket.io';
import { systemClock } from '../../../src/model/clock';
import { limits } from '../../../src/model/limits';
import { type SocketIoOptions, socketIoTransport } from '../../../src/transport/socket-io';
import type { Access } from '../../../src/transport/target';
import { openChannel } from '../../support/open-channel';
import { Relay } from '../../support/relay';
import { ScriptedServer } from '../../support/scripted-server';
import { type Served, transportSuite } from './transport-suite';

const secret = 'S3cret-T0ken-0123456789';

/** Lets a scripted server speak Socket.IO. */
function socketIo(server: ScriptedServer, options: { pingInterval?: number; pingTimeout?: number } = {}): Server {
	// Its own HTTP server is never started: the scripted one hands the upgrades over.
	const io = new Server(http.createServer(), {
		serveClient: false,
		maxHttpBufferSize: limits.socketPayload,
		...options,
	});
	server.onUpgrade = (request, socket, head) => {
		type Upgrade = Parameters<Server['engine']['handleUpgrade']>;
		io.engine.handleUpgrade(request as Upgrade[0], socket as Upgrade[1], head);
	};
	return io;
}

function serve(server: ScriptedServer): Served {
	const io = socketIo(server);
	const coming: ((socket: Socket) => void)[] = [];
	io.on('connection', (socket) => coming.shift()?.(socket));
	return {
		client: async () => {
			const socket = await new Promise<Socket>((resolve) => coming.push(resolve));
			return {
				token: socket.handshake.auth.token,
				send: (value) => void socket.emit('frame', value),
				next: () => new Promise((resolve) => socket.once('frame', resolve)),
				close: () => void socket.disconnect(),
			};
		},
		refuse: () => void io.use((socket, next) => next(new Error(`bad token ${socket.handshake.auth.token}`))),
		close: () => void io.close(),
	};
}

describe('socket.io transport', () => {
	describe('as every transport', () => {
		transportSuite({ make: socketIoTransport, serve, frame: (value) => JSON.stringify(['frame', value]) });
	});

	let server: ScriptedServer;
	let io: Server;
	let url: string;

	const open = (address: string, access: Partial<Access> = {}, more: Partial<SocketIoOptions> = {}) =>
		openChannel(
			socketIoTransport({
				url: address,
				access: () => ({ token: null, ...access }),
				clock: systemClock,
				environment: {},
				...more,
			}),
		);
	async function opened(...to: Parameters<typeof open>) {
		const coming = once(io.of(to[2]?.namespace ?? '/'), 'connection') as Promise<[Socket]>;
		const here = open(...to);
		const [[peer]] = await Promise.all([coming, here.whenOpened]);
		return { ...here, peer };
	}

	beforeEach(async () => {
		server = await ScriptedServer.listen();
		io = socketIo(server);
		url = `ws://${server.host}/ws`;
	});
	afterEach(async () => {
		await server.allGone();
		await io.close();
		await server.close();
	});

	it('takes every scheme, and the path of the URL as that of Engine.IO', async () => {
		for (const [path, called, shown] of [
			['', '/ws/', '/ws'],
			['/', '/ws/', '/ws'],
			['/socket.io/', '/socket.io/', '/socket.io'],
			['/a/b?EIO=3&x=1', '/a/b/', '/a/b?…'],
		]) {
			for (const scheme of ['ws', 'http']) {
				const address = `${scheme}://${server.host}${path}`;
				const { channel, whenEnded } = await opened(address);
				const request = new URL(server.upgrades.at(-1)?.url ?? '', url);
				assert.deepEqual([request.pathname, request.searchParams.get('EIO')], [called, '4']);
				assert.equal(request.searchParams.get('transport'), 'websocket');
				assert.equal(
					socketIoTransport({ url: address, access: () => ({ token: null }), clock: systemClock, environment: {} })
						.where,
					`${scheme}://${server.host}${shown}`,
				);
				channel.close();
				await whenEnded;
			}
		}
	});

	it('sends the token in the handshake only, unless it has another place', async () => {
		for (const [tokenIn, auth, header] of [
			[undefined, { token: secret }, undefined],
			['message', { token: secret }, undefined],
			['header', {}, secret],
		] as const) {
			const { channel, whenEnded, peer } = await opened(url, { token: secret, tokenIn });
			assert.deepEqual(peer.handshake.auth, auth);
			assert.equal(server.upgrades.at(-1)?.headers['x-api-key'], header);
			assert.equal(server.upgrades.at(-1)?.headers.authorization, undefined);
			assert.ok(!server.upgrades.at(-1)?.url?.includes(secret));
			channel.close();
			await whenEnded;
		}
	});

	it('joins a namespace, and says so where there is none', async () => {
		io.of('/agents');
		const { channel, whenEnded, whenFrames, frames, peer } = await opened(url, {}, { namespace: '/agents' });
		io.of('/').emit('other', 1);
		peer.emit('own', 1);
		await whenFrames(1);
		assert.deepEqual(frames, ['["own",1]']);
		channel.close();
		await whenEnded;
		const { failure } = await open(url, {}, { namespace: '/nothing' }).whenEnded;
		assert.deepEqual([failure?.error.code, failure?.slow], ['REFUSED', true]);
		assert.match(failure?.error.message ?? '', /no namespace \/nothing; check the namespace/);
	});

	it('passes events with any arguments, acknowledges them, and writes bytes as base64', async () => {
		const { channel, whenEnded, whenFrames, frames, peer } = await opened(url);
		peer.emit('none');
		peer.emit('more', 1, 'two', { three: [3] });
		const acknowledged = peer.timeout(5_000).emitWithAck('asked', 1);
		peer.emit('bytes', Buffer.from([0, 255]), { inner: new Uint8Array([1]) });
		peer.emit('constructor', { __proto__: null, toString: 1 });
		await whenFrames(5);
		assert.deepEqual(frames, [
			'["none"]',
			'["more",1,"two",{"three":[3]}]',
			'["asked",1]',
			'["bytes","AP8=",{"inner":"AQ=="}]',
			'["constructor",{"toString":1}]',
		]);
		await acknowledged;
		channel.close();
		await whenEnded;
	});

	it('sends events, and says what is none', async () => {
		const { channel, whenEnded, peer } = await opened(url);
		const coming = once(peer, 'subscribe');
		channel.send('["subscribe",{"room":"dashboard"},2]');
		assert.deepEqual(await coming, [{ room: 'dashboard' }, 2]);
		const deep = `["a",${'['.repeat(200_000)}${']'.repeat(200_000)}]`;
		for (const bad of ['{"room":1}', 'subscribe', '[]', '[1]', '[""]', '["connect"]', '["disconnect",1]', deep, '']) {
			assert.throws(() => channel.send(bad), { code: 'SEND_FAILED', message: /^Nothing was sent: / }, bad.slice(0, 20));
		}
		assert.throws(() => channel.send(new Uint8Array([1])), { code: 'SEND_FAILED' });
		channel.close();
		await whenEnded;
	});

	it('takes a server that stops pinging for dead, without asking', async () => {
		await io.close();
		io = socketIo(server, { pingInterval: 60, pingTimeout: 60 });
		const relay = await Relay.listen(server.port);
		const { whenEnded } = await opened(`ws://${relay.host}/ws`);
		relay.freeze();
		const frozen = Date.now();
		const { failure } = await whenEnded;
		assert.ok(Date.now() - frozen < 5_000);
		assert.deepEqual([failure?.error.code, failure?.slow], ['SILENT', false]);
		await relay.close();
	});

	it('tells a server that ends the connection from one that goes away', async () => {
		const first = await opened(url);
		first.peer.disconnect();
		const { failure } = await first.whenEnded;
		assert.match(failure?.error.message ?? '', /the server disconnected us/);
		const second = await opened(url);
		second.peer.conn.close();
		const end = await second.whenEnded;
		assert.deepEqual([end.failure, end.code], [null, 1005]);
	});

	it('says why Engine.IO does not open', async () => {
		for (const [body, sentence] of [
			[
				'{"code":0,"message":"Transport unknown"}',
				/refused to open Socket\.IO \("Transport unknown"\); turn on WebSocket/,
			],
			['"Invalid transport"', /turn on WebSocket among its transports/],
			['{"code":5,"message":"Unsupported protocol version"}', /check that it is Socket\.IO 3 or later/],
			['{"code":3,"message":"No."}', /HTTP 400/],
		] as const) {
			server.onUpgrade = ScriptedServer.refuse(400, {}, body);
			const { failure } = await open(url).whenEnded;
			assert.deepEqual([failure?.error.code, failure?.slow, failure?.error.detail], ['REFUSED', true, undefined]);
			assert.match(failure?.error.message ?? '', sentence);
		}
	});

	describe('with a server that breaks the rules', () => {
		const greeting = '0{"sid":"x","upgrades":[],"pingInterval":60000,"pingTimeout":60000}';
		/** What becomes of a connection to a server that says this, and then that when we have asked to join. */
		async function told(first: string[], then: (string | Buffer)[] = []) {
			server.onUpgrade = server.accept;
			const coming = once(server, 'client');
			const here = open(url, { token: secret });
			await coming;
			const { client } = server;
			client.once('message', () => {
				for (const each of then) client.send(each);
			});
			for (const each of first) client.send(each);
			return { ...here, client };
		}

		it('says that it is no Socket.IO server', async () => {
			for (const first of ['{"event":"hello"}', '0', '0null', '0{"sid":', '9', 'hello', '']) {
				const { failure } = await (await told([first])).whenEnded;
				assert.deepEqual([failure?.error.code, failure?.slow], ['REFUSED', true], first);
				assert.match(failure?.error.message ?? '', /does not speak Socket\.IO; check the URL and the dialect/);
			}
		});

		it('explains refusals of every form', async () => {
			for (const [then, code, sentence] of [
				['44', 'UNAUTHORIZED', /refused the handshake without a word; check the token/],
				['44/', 'UNAUTHORIZED', /without a word/],
				['44/, 1', 'UNAUTHORIZED', /without a word/],
				['44"Unable to connect"', 'UNAUTHORIZED', /without a word/],
				[`44{"message":"token\\r\\n${secret} expired"}`, 'UNAUTHORIZED', /\("token \*\*\* expired"\); check the token/],
				['44{"message":{"a":1}}', 'UNAUTHORIZED', /refused/],
				['44{"message":"Invalid namespace"}', 'REFUSED', /no namespace \//],
				['40', 'REFUSED', /version 2/],
			] as const) {
				const { failure } = await (await told([greeting], [then])).whenEnded;
				assert.deepEqual([failure?.error.code, failure?.slow], [code, true], then);
				assert.match(failure?.error.message ?? '', sentence);
				assert.ok(!failure?.error.message.includes(secret));
			}
		});

		it('survives packets that are none, and goes on where it can', async () => {
			const joined = '40{"sid":"y"}';
			for (const bad of ['4x', '42{"a":1}', '42["connect"]', '451-["a",1]', '459-["a"]', '4', '7', Buffer.from([1])]) {
				const { whenEnded } = await told([greeting], [joined, bad, '42["late"]']);
				const { failure } = await whenEnded;
				assert.deepEqual([failure?.error.code, failure?.slow], ['FRAME_INVALID', false], String(bad));
			}
			const harmless = ['43', '431[1]', '42/other,["a"]', '2', '3', '6', '44/other,'];
			const { frames, whenFrames, channel, client, whenEnded } = await told(
				[greeting],
				[joined, ...harmless, '42["a",1]'],
			);
			await whenFrames(1);
			assert.deepEqual(frames, ['["a",1]']);
			const depth = 100_000;
			client.send(`42["deep",${'['.repeat(depth)}${']'.repeat(depth)}]`);
			client.send('42["b"]');
			await whenFrames(3);
			assert.ok(String(frames[1]).length >= 2 * limits.depth && frames[2] === '["b"]');
			channel.close();
			await whenEnded;
		});

		it('does not gather attachments without end', async () => {
			const half = Buffer.alloc(limits.socketPayload * 0.6);
			const { whenEnded } = await told(
				[greeting],
				['40{"sid":"y"}', '453-["a",{"_placeholder":true,"num":0}]', half, half],
			);
			assert.equal((await whenEnded).failure?.error.code, 'LIMIT_REACHED');
		});
	});
});
