import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { systemClock } from '../../../src/model/clock';
import { AgentStreamError } from '../../../src/model/errors';
import { limits } from '../../../src/model/limits';
import type { Transport } from '../../../src/transport/channel';
import { Connection, type ConnectionState } from '../../../src/transport/connection';
import type { LineOptions } from '../../../src/transport/line';
import { LogLimiter } from '../../../src/transport/log-limiter';
import type { Access } from '../../../src/transport/target';
import { ConnectProxy } from '../../support/connect-proxy';
import { openChannel } from '../../support/open-channel';
import { RecordingLogger } from '../../support/recording-logger';
import { Relay } from '../../support/relay';
import { ScriptedServer, testTls } from '../../support/scripted-server';

/** One client, as the server of a test sees it. */
export interface Peer {
	/** The token that it showed. */
	readonly token: string | undefined;
	/** Sends a value as one frame. */
	send(value: unknown): void;
	/** The next value that comes. */
	next(): Promise<unknown>;
	/** Ends the connection properly. */
	close(): void;
}

/** A server that speaks what the transport speaks, on top of a scripted one. */
export interface Served {
	/** The next client. */
	client(): Promise<Peer>;
	/** Refuses the tokens of all clients from now on, in the protocol's own way. */
	refuse(): void;
	close(): void;
}

/** A kind of transport that the suite runs over. */
export interface TransportKind {
	make(options: LineOptions): Transport;
	serve(server: ScriptedServer): Served;
	/** A value as one frame, both as it is sent and as it is received. */
	frame(value: unknown): string;
}

const secret = 'S3cret-T0ken-0123456789';
const localhost = testTls('test-only-localhost');

/** What holds for every transport, against real servers on the loopback. */
export function transportSuite({ make, serve, frame }: TransportKind): void {
	let server: ScriptedServer;
	let served: Served;
	let url: string;

	const transportTo = (address: string, access: Partial<Access> | (() => Promise<Access>) = {}) =>
		make({
			url: address,
			access: typeof access === 'function' ? access : () => ({ token: null, ...access }),
			clock: systemClock,
			environment: {},
		});
	const open = (...to: Parameters<typeof transportTo>) => openChannel(transportTo(...to));
	/** Opens one, and resolves when both sides know. */
	async function opened(...to: Parameters<typeof transportTo>) {
		const coming = served.client();
		const here = open(...to);
		const [peer] = await Promise.all([coming, here.whenOpened]);
		return { ...here, peer };
	}

	beforeEach(async () => {
		server = await ScriptedServer.listen();
		served = serve(server);
		url = `ws://${server.host}/ws`;
	});
	afterEach(async () => {
		await server.allGone();
		served.close();
		await server.close();
	});

	it('opens, shows the token where it belongs, and closes', async () => {
		const { channel, whenEnded, peer } = await opened(`${url}?room=1`, {
			token: secret,
			headers: { 'X-Extra': 'yes' },
		});
		assert.equal(peer.token, secret);
		assert.equal(server.upgrades[0]?.headers['x-extra'], 'yes');
		assert.match(server.upgrades[0]?.url ?? '', /[?&]room=1\b/);
		assert.ok(!server.upgrades[0]?.url?.includes(secret));
		channel.close();
		channel.close();
		assert.equal((await whenEnded).failure, null);
	});

	it('passes frames both ways, in order', async () => {
		const { channel, frames, whenEnded, whenFrames, peer } = await opened(url);
		for (const value of ['Grüße 🎉', { a: [null, 1.5] }, '']) peer.send(value);
		await whenFrames(3);
		assert.deepEqual(frames, [frame('Grüße 🎉'), frame({ a: [null, 1.5] }), frame('')]);
		for (const value of [1, { b: 'ü' }, [2]]) {
			const coming = peer.next();
			channel.send(frame(value));
			assert.deepEqual(await coming, value);
		}
		channel.close();
		await whenEnded;
	});

	it('reads a burst of 10,000 frames, all and in order', async () => {
		const { channel, frames, whenEnded, whenFrames, peer } = await opened(url);
		for (let n = 0; n < 10_000; n++) peer.send(n);
		await whenFrames(10_000);
		assert.deepEqual(
			frames,
			Array.from({ length: 10_000 }, (_, n) => frame(n)),
		);
		channel.close();
		await whenEnded;
	});

	it('passes a large message, and ends where one is too large', async () => {
		const { channel, frames, whenEnded, whenFrames, peer } = await opened(url);
		const large = 'x'.repeat(limits.sendBuffer - 1_000);
		const coming = peer.next();
		channel.send(frame(large));
		assert.equal(await coming, large);
		peer.send(large.repeat(5));
		await whenFrames(1);
		assert.deepEqual(frames, [frame(large.repeat(5))]);
		assert.throws(() => channel.send(frame('x'.repeat(limits.sendBuffer))), { code: 'LIMIT_REACHED' });
		peer.send('x'.repeat(limits.socketPayload));
		const { failure } = await whenEnded;
		assert.deepEqual([failure?.error.code, failure?.slow], ['LIMIT_REACHED', false]);
	});

	it('counts what it receives, and gets a sign of life for a ping', async () => {
		const { channel, whenEnded, whenFrames, peer } = await opened(url);
		const before = channel.received();
		assert.ok(before > 0);
		channel.ping();
		const coming = peer.next();
		channel.send(frame('after the ping'));
		await coming;
		peer.send('after the pong');
		await whenFrames(1);
		const [bare] = [Buffer.byteLength(frame('after the pong'))];
		assert.ok(channel.received() > before + bare + 2);
		channel.close();
		await whenEnded;
	});

	it('says so when the token is refused, without it', async () => {
		served.refuse();
		const { failure } = await open(url, { token: secret }).whenEnded;
		assert.deepEqual([failure?.error.code, failure?.slow], ['UNAUTHORIZED', true]);
		assert.match(failure?.error.message ?? '', /^ws:\/\/127\S+\/ws .*token/);
		assert.ok(!failure?.error.message.includes(secret));
	});

	it('explains what answers instead', async () => {
		for (const [status, headers, code, isSlow, sentence] of [
			[401, {}, 'UNAUTHORIZED', true, /HTTP 401: .*token/],
			[404, {}, 'REFUSED', true, /HTTP 404: .*path/],
			[200, {}, 'REFUSED', true, /HTTP 200: it is a web server/],
			[503, { 'Retry-After': '7' }, 'REFUSED', false, /HTTP 503: it is not ready/],
			[302, { Location: `/?t=${secret}` }, 'REFUSED', true, /redirects to/],
		] as const) {
			server.onUpgrade = ScriptedServer.refuse(status, headers, `the token ${secret} is wrong`);
			const { failure } = await open(`${url}?key=${secret}`, { token: secret }).whenEnded;
			assert.deepEqual([failure?.error.code, failure?.slow], [code, isSlow]);
			assert.match(failure?.error.message ?? '', sentence);
			assert.ok(!failure?.error.message.includes(secret));
		}
	});

	it('explains a port where nothing listens, and URLs that cannot be used', async () => {
		const free = await ScriptedServer.listen();
		const gone = `ws://${free.host}/`;
		await free.close();
		const { failure } = await open(gone).whenEnded;
		assert.deepEqual([failure?.error.code, failure?.slow], ['UNREACHABLE', false]);
		for (const bad of [`not a URL ${secret}`, `ftp://tower/?t=${secret}`, '']) {
			const { failure } = await open(bad).whenEnded;
			assert.deepEqual([failure?.error.code, failure?.slow], ['URL_INVALID', true]);
			assert.ok(!failure?.error.message.includes(secret));
		}
	});

	it('ends when the server closes', async () => {
		const { whenEnded, peer } = await opened(url);
		peer.close();
		const { failure, code } = await whenEnded;
		assert.ok(failure === null ? code !== null : failure.error.code === 'CLOSED' && !failure.slow);
	});

	it('ends when the connection is cut, and knows a cut before opening', async () => {
		const { whenEnded } = await opened(url);
		for (const socket of server.sockets) socket.resetAndDestroy();
		const { code, failure } = await whenEnded;
		assert.deepEqual([code, failure], [1006, null]);
		server.onUpgrade = (_request, socket) => (socket as Socket).resetAndDestroy();
		assert.equal((await open(url).whenEnded).failure?.error.code, 'UNREACHABLE');
	});

	it('notices a peer that is silent behind an open connection', async () => {
		const relay = await Relay.listen(server.port);
		const states: ConnectionState[] = [];
		let changed = () => {};
		const coming = served.client();
		const connection = new Connection({
			transport: transportTo(`ws://${relay.host}/ws`),
			clock: systemClock,
			log: new LogLimiter(new RecordingLogger(), systemClock, 'tower'),
			random: () => 0,
			times: { pingEvery: 40, pongWithin: 40, backoffFirst: 60_000 },
			opened: (link) => link.ready(),
			frame: () => {},
			changed: (state) => {
				states.push(state);
				changed();
			},
		});
		const when = (phase: string) =>
			new Promise<void>((resolve) => {
				changed = () => states.at(-1)?.phase === phase && resolve();
				changed();
			});
		connection.start();
		await Promise.all([coming, when('open')]);
		relay.freeze();
		await when('waiting');
		assert.equal(states.at(-1)?.cause?.code, 'SILENT');
		await connection.close();
		await relay.close();
	});

	it('can be cut while the server accepts and never upgrades, before it has begun, and when it is open', async () => {
		server.onUpgrade = (_request, socket) => socket.resume();
		for (const end of ['close', 'terminate'] as const) {
			const early = open(url);
			early.channel[end]();
			early.channel[end]();
			await early.whenEnded;
			const asked = once(server, 'upgrade');
			const { channel, whenEnded } = open(url);
			assert.throws(() => channel.send(frame('early')), { code: 'SEND_FAILED' });
			await asked;
			channel.ping();
			channel[end]();
			await whenEnded;
			await server.allGone();
		}
		served = serve(server);
		const { channel, whenEnded } = await opened(url);
		channel.terminate();
		channel.terminate();
		assert.throws(() => channel.send(frame('late')), { code: 'SEND_FAILED' });
		assert.equal((await whenEnded).failure, null);
	});

	it('waits for the token, and fails where it cannot be had', async () => {
		const { channel, whenEnded, peer } = await opened(url, async () => {
			await new Promise(setImmediate);
			return { token: secret };
		});
		assert.equal(peer.token, secret);
		channel.close();
		await whenEnded;
		const { failure } = await open(url, async () => {
			throw new AgentStreamError('LOGIN_FAILED', 'No.');
		}).whenEnded;
		assert.deepEqual([failure?.error.code, failure?.slow], ['LOGIN_FAILED', true]);
		let fail = (_error: Error) => {};
		const waiting = open(url, () => new Promise<Access>((_resolve, reject) => (fail = reject)));
		await new Promise(setImmediate);
		waiting.channel.close();
		assert.equal((await waiting.whenEnded).failure, null);
		fail(new Error('late'));
		await new Promise(setImmediate);
	});

	it('speaks TLS with a CA, and goes through a proxy', async () => {
		const secure = await ScriptedServer.listen(localhost);
		const proxy = await ConnectProxy.listen();
		served.close();
		served = serve(secure);
		const wss = `wss://${secure.host}/ws`;
		const { failure } = await open(wss).whenEnded;
		assert.deepEqual([failure?.error.code, failure?.slow], ['TLS_FAILED', true]);
		const access = { token: secret, tls: { ca: localhost.cert } };
		for (const more of [{}, { proxy: `http://me:pass@${proxy.host}` }]) {
			const { channel, whenEnded, whenFrames, peer } = await opened(wss, { ...access, ...more });
			peer.send('hello');
			await whenFrames(1);
			assert.equal(peer.token, secret);
			channel.close();
			await whenEnded;
		}
		assert.deepEqual([proxy.tunnels.length, proxy.tunnels[0]?.url], [1, secure.host]);
		assert.equal(proxy.tunnels[0]?.headers.authorization, undefined);
		proxy.manner = 407;
		const refused = await open(wss, { proxy: `http://me:${secret}@${proxy.host}` }).whenEnded;
		assert.equal(refused.failure?.error.code, 'UNAUTHORIZED');
		assert.match(refused.failure?.error.message ?? '', /^The proxy http:/);
		assert.ok(!refused.failure?.error.message.includes(secret));
		await proxy.close();
		await secure.allGone();
		await secure.close();
	});

	it('leaves nothing behind, however it ends', async () => {
		/** What keeps the process alive: so many of each kind. */
		const handles = () => {
			const counts = new Map<string, number>();
			for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
			return counts;
		};
		const ways = ['close', 'terminate', 'server', 'cut'] as const;
		let before = handles();
		for (let round = 0; round <= 40; round++) {
			// The first round is for what stays for good, as the timer of this test.
			if (round === 1) before = handles();
			const { channel, whenEnded, peer } = await opened(url);
			const way = ways[round % ways.length];
			if (way === 'server') peer.close();
			else if (way === 'cut') for (const socket of server.sockets) socket.destroy();
			else channel[way ?? 'close']();
			await whenEnded;
		}
		await server.allGone();
		await new Promise(setImmediate);
		for (const [kind, count] of handles()) assert.ok(count <= (before.get(kind) ?? 0), kind);
	});
}
