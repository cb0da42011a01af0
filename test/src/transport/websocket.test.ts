import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { systemClock } from '../../../src/model/clock';
import { limits } from '../../../src/model/limits';
import type { Environment } from '../../../src/transport/proxy';
import type { Access } from '../../../src/transport/target';
import { type WebSocketOptions, webSocketTransport } from '../../../src/transport/websocket';
import { ConnectProxy } from '../../support/connect-proxy';
import { openChannel } from '../../support/open-channel';
import { ScriptedServer, testTls, type UpgradeScript } from '../../support/scripted-server';
import { type Served, transportSuite } from './transport-suite';

const secret = 'S3cret-T0ken-0123456789';
const localhost = testTls('test-only-localhost');

function open(
	url: string,
	access: Partial<Access> = {},
	environment: Environment = {},
	more: Partial<WebSocketOptions> = {},
) {
	const transport = webSocketTransport({
		...more,
		url,
		access: () => ({ token: null, ...access }),
		clock: systemClock,
		environment,
	});
	return { ...openChannel(transport), where: transport.where };
}

function serve(server: ScriptedServer): Served {
	server.onUpgrade = server.accept;
	return {
		client: async () => {
			const [client] = (await once(server, 'client')) as [WebSocket];
			return {
				token: server.upgrades.at(-1)?.headers.authorization?.replace('Bearer ', ''),
				send: (value) => client.send(JSON.stringify(value)),
				next: async () => JSON.parse(String((await once(client, 'message'))[0])),
				close: () => client.close(),
			};
		},
		refuse: () => {
			server.onUpgrade = ScriptedServer.refuse(401);
		},
		close: () => {},
	};
}

describe('websocket transport', () => {
	describe('as every transport', () => {
		transportSuite({ make: webSocketTransport, serve, frame: (value) => JSON.stringify(value) });
	});

	let server: ScriptedServer;
	let url: string;

	beforeEach(async () => {
		server = await ScriptedServer.listen();
		url = `ws://${server.host}/api/v1/ws`;
	});
	afterEach(() => server.close());

	it('sends the token in the header and nowhere else, and the extra headers', async () => {
		const { channel, whenOpened, whenEnded } = open(`${url}?room=1`, {
			token: secret,
			headers: { 'X-Extra': 'yes', authorization: 'Basic other' },
		});
		await whenOpened;
		const [request] = server.upgrades;
		assert.equal(request?.url, '/api/v1/ws?room=1');
		assert.equal(request?.headers.authorization, `Bearer ${secret}`);
		assert.equal(request?.headers['x-extra'], 'yes');
		assert.equal(request?.headers.origin, undefined);
		assert.equal(request?.headers['sec-websocket-extensions'], undefined);
		channel.close();
		const { code, failure } = await whenEnded;
		assert.deepEqual([code, failure], [1000, null]);
		await server.allGone();
	});

	it('passes text as string and binary as bytes, in both directions', async () => {
		const { channel, frames, whenOpened, whenFrames, whenEnded } = open(url);
		await whenOpened;
		server.client.send('Grüße 🎉');
		server.client.send(Buffer.from([0, 255]));
		server.client.send('');
		await whenFrames(3);
		assert.deepEqual([frames[0], [...(frames[1] as Uint8Array)], frames[2]], ['Grüße 🎉', [0, 255], '']);
		const before = channel.received();
		assert.ok(before > 0);
		channel.send('{"subscribe":[]}');
		const [text, isBinary] = await once(server.client, 'message');
		assert.deepEqual([String(text), isBinary], ['{"subscribe":[]}', false]);
		channel.send(new Uint8Array([7]));
		const [bytes, isBytes] = await once(server.client, 'message');
		assert.deepEqual([[...bytes], isBytes], [[7], true]);
		const pinged = once(server.client, 'ping');
		channel.ping();
		await pinged;
		server.client.send('after the pong');
		await whenFrames(4);
		assert.ok(channel.received() > before + 16);
		channel.close();
		await whenEnded;
	});

	it('explains what answers instead of an upgrade', async () => {
		const cases: [number, Record<string, string>, string, boolean, number | null, RegExp][] = [
			[401, {}, 'UNAUTHORIZED', true, null, /HTTP 401: .*token/],
			[403, {}, 'REFUSED', true, null, /HTTP 403: it forbids/],
			[404, {}, 'REFUSED', true, null, /HTTP 404: .*path/],
			[426, {}, 'REFUSED', true, null, /HTTP 426: .*version/],
			[429, { 'Retry-After': '7' }, 'REFUSED', false, 7_000, /HTTP 429: too many/],
			[503, { 'Retry-After': '99999999' }, 'REFUSED', false, limits.retryAfterLongest, /HTTP 503: it is not ready/],
			[302, { Location: `/login?token=${secret}` }, 'REFUSED', true, null, /redirects to ws:\/\/[^ ]+\/login\?…; use/],
			[200, {}, 'REFUSED', true, null, /HTTP 200: it is a web server/],
		];
		for (const [status, headers, code, isSlow, wait, sentence] of cases) {
			server.onUpgrade = ScriptedServer.refuse(status, headers, `the token ${secret} is wrong`);
			const { failure, code: closeCode } = await open(`${url}?key=${secret}`, { token: secret }).whenEnded;
			assert.equal(failure?.error.code, code);
			assert.match(failure?.error.message ?? '', sentence);
			assert.deepEqual([failure?.slow, failure?.retryAfter, closeCode], [isSlow, wait, null]);
			assert.ok(failure?.error.message.includes(`${url}?…`), failure?.error.message);
			assert.ok(!failure?.error.message.includes(secret));
		}
		await server.allGone();
	});

	it('tells Socket.IO from a plain WebSocket, by its refusal or its greeting', async () => {
		for (const [status, body, isSocketIo] of [
			[400, '{"code":0,"message":"Transport unknown"}', true],
			[400, '{"code":5,"message":"Unsupported protocol version"}', true],
			[403, '{"code":4,"message":"Forbidden"}', true],
			[400, '"The client is using an unsupported version of the Socket.IO or Engine.IO protocols"', true],
			[400, '{"code":4,"message":"Transport unknown"}', false],
			[400, '{"code":3,"message":"No."}', false],
			[400, '{"code":"constructor","message":"x"}', false],
			[400, 'null', false],
			[400, `${' '.repeat(10 * limits.refusalBody)}{"code":0,"message":"Transport unknown"}`, false],
			[401, '{"code":0,"message":"Transport unknown"}', false],
		] as const) {
			server.onUpgrade = ScriptedServer.refuse(status, {}, body);
			const { failure } = await open(url).whenEnded;
			assert.equal(failure?.error.detail, isSocketIo ? 'socket.io' : undefined, body.trim());
			assert.match(failure?.error.message ?? '', isSocketIo ? /speaks Socket\.IO.*choose a dialect/ : /HTTP 40/);
			assert.equal(failure?.slow, true);
		}
		server.onUpgrade = server.accept;
		for (const [first, isSocketIo] of [
			['0{"sid":"x","upgrades":[],"pingInterval":25000,"pingTimeout":20000}', true],
			['0{"sid":"x"}', false],
			['0', false],
			['{"sid":"x","pingInterval":1}', false],
		] as const) {
			const { whenOpened, whenEnded, whenFrames, channel, frames } = open(url);
			await whenOpened;
			server.client.send(first);
			server.client.send('0{"sid":"x","pingInterval":1}');
			if (!isSocketIo) {
				await whenFrames(2);
				channel.close();
			}
			const { failure } = await whenEnded;
			assert.equal(failure?.error.detail, isSocketIo ? 'socket.io' : undefined, first);
			assert.equal(frames.length, isSocketIo ? 0 : 2);
		}
	});

	it('asks a server that refuses whether it speaks Socket.IO, where nobody knows', async () => {
		const greeting = '0{"sid":"x","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000}';
		const forbidden = ScriptedServer.refuse(403);
		const unauthorized = ScriptedServer.refuse(401);
		const cut: UpgradeScript = (_request, socket) => (socket as Socket).resetAndDestroy();
		for (const [upgrade, probe, status, body, asks, isSocketIo] of [
			[forbidden, true, 200, greeting, 1, true],
			[forbidden, true, 200, `${greeting}\x1e40`, 1, true],
			[forbidden, true, 400, '{"code":0,"message":"Transport unknown"}', 1, true],
			[cut, true, 200, greeting, 1, true],
			[forbidden, true, 200, '<html>', 1, false],
			[forbidden, true, 404, '', 1, false],
			[forbidden, false, 200, greeting, 0, false],
			[unauthorized, true, 200, greeting, 0, false],
		] as const) {
			server.requests.length = 0;
			server.onUpgrade = upgrade;
			server.onRequest = (_request, response) => response.writeHead(status).end(body);
			const { failure, code } = await open(`${url}?a=1`, { token: secret }, {}, { probe: () => probe }).whenEnded;
			assert.deepEqual([failure?.error.detail, code], [isSocketIo ? 'socket.io' : undefined, null], body);
			assert.equal(server.requests.length, asks);
			for (const { url: asked, headers } of server.requests) {
				assert.equal(asked, '/api/v1/ws/?a=1&EIO=4&transport=polling');
				assert.equal(headers.authorization, undefined);
			}
		}
		server.onUpgrade = forbidden;
		server.onRequest = () => {};
		const asked = once(server, 'request');
		const { channel, whenEnded } = open(url, {}, {}, { probe: () => true });
		await asked;
		channel.terminate();
		assert.match((await whenEnded).failure?.error.message ?? '', /HTTP 403/);
		await server.allGone();
		server.onUpgrade = (_request, socket) => socket.resume();
		server.requests.length = 0;
		const upgrading = once(server, 'upgrade');
		const early = open(url, {}, {}, { probe: () => true });
		await upgrading;
		early.channel.close();
		await early.whenEnded;
		await server.allGone();
		assert.equal(server.requests.length, 0);
	});

	it('tells a reset before opening from one after it', async () => {
		server.onUpgrade = (_request, socket) => (socket as Socket).resetAndDestroy();
		assert.equal((await open(url).whenEnded).failure?.error.code, 'UNREACHABLE');
		server.onUpgrade = server.accept;
		const { whenOpened, whenEnded } = open(url);
		await whenOpened;
		for (const socket of server.sockets) socket.resetAndDestroy();
		const { code, failure } = await whenEnded;
		assert.deepEqual([code, failure], [1006, null]);
	});

	it('passes on the close code, and the reason without secrets or control characters', async () => {
		const { whenOpened, whenEnded } = open(url, { token: secret });
		await whenOpened;
		server.client.close(4001, `bad\r\ntoken ${secret}`);
		const { code, reason } = await whenEnded;
		assert.deepEqual([code, reason], [4001, 'bad token ***']);
	});

	it('explains a port where nothing listens, something that is no HTTP, and a false upgrade', async () => {
		const free = await ScriptedServer.listen();
		const gone = `ws://${free.host}/`;
		await free.close();
		const refused = await open(gone).whenEnded;
		assert.equal(refused.failure?.error.code, 'UNREACHABLE');
		assert.match(refused.failure?.error.message ?? '', /nothing listens there/);
		server.onUpgrade = (_request, socket) => socket.end('220 mail server ready\r\n');
		const noHttp = await open(url).whenEnded;
		assert.equal(noHttp.failure?.error.code, 'REFUSED');
		assert.match(noHttp.failure?.error.message ?? '', /does not answer in HTTP/);
		server.onUpgrade = (_request, socket) =>
			socket.write('HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n');
		const falseUpgrade = await open(url).whenEnded;
		assert.equal(falseUpgrade.failure?.error.code, 'REFUSED');
		assert.match(falseUpgrade.failure?.error.message ?? '', /not as a WebSocket server/);
	});

	it('explains URLs and headers that cannot be used, without repeating them', async () => {
		for (const bad of [`not a URL ${secret}`, `http://tower/?t=${secret}`, `ws://user:${secret}@`, '']) {
			const { failure } = await open(bad).whenEnded;
			assert.equal(failure?.error.code, 'URL_INVALID');
			assert.equal(failure?.slow, true);
			assert.ok(!`${failure?.error.message} ${failure?.error.stack}`.includes(secret));
		}
		const { failure } = await open(url, { token: `${secret}\n` }).whenEnded;
		assert.equal(failure?.error.code, 'CONFIG_INVALID');
		assert.ok(!failure?.error.message.includes(secret));
	});

	it('turns credentials of the URL into Basic authorization', async () => {
		const { channel, whenOpened, whenEnded, where } = open(`ws://us%40er:pass@${server.host}/`);
		await whenOpened;
		const expected = `Basic ${Buffer.from('us@er:pass').toString('base64')}`;
		assert.equal(server.upgrades[0]?.headers.authorization, expected);
		assert.equal(where, `ws://${server.host}/`);
		channel.close();
		await whenEnded;
	});

	it('names a peer that breaks the protocol, and one that sends too much', async () => {
		server.onUpgrade = (request, socket) => {
			const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
			const accept = createHash('sha1').update(key).digest('base64');
			const lines = [
				'HTTP/1.1 101 Yes',
				'Upgrade: websocket',
				'Connection: Upgrade',
				`Sec-WebSocket-Accept: ${accept}`,
			];
			socket.write(`${lines.join('\r\n')}\r\n\r\n`);
			// A text frame of one byte, that says 0xff: not UTF-8; or one that announces 1 TB.
			socket.write(
				request.url === '/large' ? Buffer.from('827f0000010000000000', 'hex') : Buffer.from('8101ff', 'hex'),
			);
		};
		const broken = await open(url).whenEnded;
		assert.equal(broken.failure?.error.code, 'FRAME_INVALID');
		const large = await open(`ws://${server.host}/large`).whenEnded;
		assert.equal(large.failure?.error.code, 'LIMIT_REACHED');
	});

	it('refuses to send what would pile up, and when it is not open', async () => {
		const { channel, whenOpened, whenEnded } = open(url);
		assert.throws(() => channel.send('early'), { code: 'SEND_FAILED' });
		channel.ping();
		await whenOpened;
		assert.throws(() => channel.send('x'.repeat(limits.sendBuffer + 1)), { code: 'LIMIT_REACHED' });
		channel.close();
		assert.throws(() => channel.send('late'), { code: 'SEND_FAILED' });
		await whenEnded;
	});

	describe('TLS', () => {
		let secure: ScriptedServer;
		before(async () => {
			secure = await ScriptedServer.listen(localhost);
		});
		after(() => secure.close());

		it('refuses a self-signed certificate, unless it is given as CA', async () => {
			const wss = `wss://${secure.host}/`;
			const { failure } = await open(wss).whenEnded;
			assert.equal(failure?.error.code, 'TLS_FAILED');
			assert.match(failure?.error.message ?? '', /self-signed certificate; add that certificate as CA/);
			assert.equal(failure?.slow, true);
			for (const tls of [
				{ ca: localhost.cert },
				{ ca: [Buffer.from(localhost.cert)] },
				{ rejectUnauthorized: false },
			]) {
				const { channel, whenOpened, whenEnded, whenFrames, frames } = open(wss, { tls });
				await whenOpened;
				secure.client.send('hello');
				await whenFrames(1);
				assert.deepEqual(frames, ['hello']);
				assert.ok(channel.received() > 0);
				channel.close();
				await whenEnded;
			}
		});

		it('refuses a certificate for another name, unless that name is set', async () => {
			const pair = testTls('test-only-other-name');
			const other = await ScriptedServer.listen(pair);
			const tls = { ca: pair.cert };
			const { failure } = await open(`wss://${other.host}/`, { tls }).whenEnded;
			assert.equal(failure?.error.code, 'TLS_FAILED');
			assert.match(failure?.error.message ?? '', /another name/);
			const { channel, whenOpened, whenEnded } = open(`wss://${other.host}/`, {
				tls: { ...tls, servername: 'tower.test' },
			});
			await whenOpened;
			channel.close();
			await whenEnded;
			await other.close();
		});

		it('explains ws:// and wss:// taken for each other, and settings that are no certificate', async () => {
			const noTls = await open(`wss://${server.host}/`).whenEnded;
			assert.equal(noTls.failure?.error.code, 'TLS_FAILED');
			assert.match(noTls.failure?.error.message ?? '', /does not speak TLS/);
			const plain = await open(`ws://${secure.host}/`).whenEnded;
			assert.match(plain.failure?.error.message ?? '', /wss:\/\//);
			const noPem = await open(`wss://${secure.host}/`, { tls: { ca: 'no PEM', cert: 'x', key: secret } }).whenEnded;
			assert.equal(noPem.failure?.error.code, 'TLS_FAILED');
			assert.ok(!noPem.failure?.error.message.includes(secret));
		});
	});

	describe('proxy', () => {
		let proxy: ConnectProxy;
		beforeEach(async () => {
			proxy = await ConnectProxy.listen();
		});
		afterEach(() => proxy.close());

		it('digs a tunnel for ws and wss, and keeps the token from the proxy', async () => {
			const secure = await ScriptedServer.listen(localhost);
			for (const target of [server, secure]) {
				const scheme = target === secure ? 'wss' : 'ws';
				const { channel, whenOpened, whenEnded, whenFrames } = open(`${scheme}://${target.host}/`, {
					token: secret,
					tls: { ca: localhost.cert },
					proxy: `http://me:pass@${proxy.host}`,
				});
				await whenOpened;
				target.client.send('through');
				await whenFrames(1);
				const request = proxy.tunnels.at(-1);
				assert.equal(request?.url, target.host);
				assert.equal(request?.headers['proxy-authorization'], `Basic ${btoa('me:pass')}`);
				assert.equal(request?.headers.authorization, undefined);
				assert.equal(target.upgrades.at(-1)?.headers.authorization, `Bearer ${secret}`);
				channel.close();
				assert.equal((await whenEnded).code, 1000);
				await proxy.allGone();
			}
			await secure.close();
		});

		it('takes the proxy of the environment, but not for hosts that it excepts', async () => {
			for (const [environment, tunnels] of [
				[{ http_proxy: proxy.host }, 1],
				[{ ALL_PROXY: `http://${proxy.host}`, NO_PROXY: 'example.com' }, 2],
				[{ HTTP_PROXY: proxy.host, no_proxy: 'localhost, 127.0.0.0/8' }, 2],
			] as [Environment, number][]) {
				const { channel, whenOpened, whenEnded } = open(url, {}, environment);
				await whenOpened;
				assert.equal(proxy.tunnels.length, tunnels);
				channel.close();
				await whenEnded;
			}
		});

		it('says when it is the proxy that fails', async () => {
			const access = { proxy: `http://me:${secret}@${proxy.host}` };
			for (const [manner, code, isSlow] of [
				[407, 'UNAUTHORIZED', true],
				[503, 'REFUSED', false],
			] as const) {
				proxy.manner = manner;
				const { failure } = await open(url, access).whenEnded;
				assert.deepEqual([failure?.error.code, failure?.slow], [code, isSlow]);
				assert.match(failure?.error.message ?? '', new RegExp(`^The proxy http://${proxy.host}/ on the way to ws:`));
				assert.ok(!failure?.error.message.includes(secret));
			}
			await proxy.allGone();
			const gone = `http://${proxy.host}`;
			await proxy.close();
			const { failure } = await open(url, { proxy: gone }).whenEnded;
			assert.equal(failure?.error.code, 'UNREACHABLE');
			assert.match(failure?.error.message ?? '', /^The proxy .* nothing listens there/);
			const socks = await open(url, {}, { all_proxy: 'socks5://tower' }).whenEnded;
			assert.equal(socks.failure?.error.code, 'CONFIG_INVALID');
		});

		it('lets go of a proxy that never answers', async () => {
			proxy.manner = 'hang';
			const { channel, whenEnded } = open(url, { proxy: `http://${proxy.host}` });
			await once(proxy, 'connect');
			channel.terminate();
			await whenEnded;
			await proxy.allGone();
		});
	});
});
