import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import WebSocket from 'ws';
import { systemClock } from '../../../src/model/clock';
import { AgentStreamError } from '../../../src/model/errors';
import { parseRestReplies, type ReplayCommand } from '../../../src/replay/rest';
import { type ReplayOptions, ReplayServer } from '../../../src/replay/server';
import { FakeClock } from '../../support/fake-clock';

const frames = [
	{ n: 1, t: 10, frame: '{"event":"a"}\n' },
	{ n: 2, t: 20, frame: Buffer.from([0, 1, 255]) },
	{ n: 3, t: 20, frame: '' },
];

describe('ReplayServer', () => {
	let server: ReplayServer;
	let clock: FakeClock;
	let port = 0;

	async function start(options: Partial<ReplayOptions> = {}): Promise<void> {
		clock = new FakeClock();
		server = new ReplayServer({ frames, port: 0, ...options }, clock);
		port = await server.start();
	}

	/** A client that has been accepted; `messages` grows as they arrive. */
	async function connect(path = '/', headers: { [name: string]: string } = {}) {
		const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
		const messages: (string | Buffer)[] = [];
		socket.on('message', (data: Buffer, binary) => messages.push(binary ? data : data.toString()));
		await once(socket, 'open');
		return { socket, messages };
	}

	afterEach(async () => {
		await server.stop();
		assert.equal(clock.timers, 0, 'no timer outlives the server');
	});

	it('gives every client the recording from its first frame, as recorded', async () => {
		await start();
		const first = await connect('/api/v1/ws');
		clock.advance(10);
		await once(first.socket, 'message');
		assert.deepEqual(first.messages, ['{"event":"a"}\n']);
		const second = await connect('/anything?x=1');
		clock.advance(20);
		while (second.messages.length < 3) await once(second.socket, 'message');
		while (first.messages.length < 3) await once(first.socket, 'message');
		assert.deepEqual(
			second.messages,
			frames.map(({ frame }) => frame),
		);
		assert.deepEqual(first.messages, second.messages);
		assert.equal(second.socket.readyState, WebSocket.OPEN);
		clock.advance(30_000);
		await once(second.socket, 'ping');
	});

	it('closes with 1000 after the last frame where asked to', async () => {
		await start({ end: 'once', speed: 0 });
		const socket = new WebSocket(server.url);
		let messages = 0;
		socket.on('message', () => {
			messages += 1;
		});
		const [code] = await once(socket, 'close');
		assert.deepEqual([code, messages], [1000, 3]);
	});

	it('serves one path only where told so, and no page from elsewhere', async () => {
		await start({ path: '/api/v1/ws' });
		assert.equal(server.url, `ws://127.0.0.1:${port}/api/v1/ws`);
		await connect('/api/v1/ws?x', { origin: 'http://localhost:1880' });
		const status = async (path: string, origin?: string): Promise<unknown> => {
			const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, origin === undefined ? {} : { origin });
			const [error] = await once(socket, 'error', {}).catch((thrown: unknown) => [thrown]);
			return error instanceof Error ? error.message : error;
		};
		assert.equal(await status('/other'), 'Unexpected server response: 404');
		assert.equal(await status('/api/v1/ws', 'https://evil.example'), 'Unexpected server response: 403');
		assert.equal(await status('/api/v1/ws', 'null'), 'Unexpected server response: 403');
	});

	it('answers GET from a recorded REST interface and reports every other call', async () => {
		const rest = parseRestReplies(
			JSON.stringify({
				'/api/v1/ups': { status: 503, contentType: 'application/json', bytes: 9, body: { ok: false } },
				'/metrics': { status: 200, contentType: 'text/plain; version=0.0.4', bodyText: 'cpu 1\n' },
				'/h?metric=cpu': { body: [1] },
				'/vm/Windows 11': { body: null },
			}),
		);
		await start({ rest });
		const commands: ReplayCommand[] = [];
		server.on('command', (command) => commands.push(command));
		const call = async (path: string, init?: RequestInit) => {
			const answer = await fetch(`http://127.0.0.1:${port}${path}`, init);
			return [answer.status, answer.headers.get('content-type'), await answer.text()];
		};
		assert.deepEqual(await call('/api/v1/ups?x=1'), [503, 'application/json', '{"ok":false}']);
		assert.deepEqual(await call('/metrics'), [200, 'text/plain; version=0.0.4', 'cpu 1\n']);
		assert.deepEqual(await call('/h?metric=cpu'), [200, 'application/json', '[1]']);
		assert.deepEqual(await call('/vm/Windows%2011'), [200, 'application/json', 'null']);
		assert.equal((await call('/h'))[0], 404);
		assert.equal((await call('/__proto__'))[0], 404);
		assert.equal((await call('/%'))[0], 404);
		assert.deepEqual(commands, []);
		const done = [200, 'application/json', '{"success":true}'];
		assert.deepEqual(await call('/docker/plex/stop?now=1', { method: 'POST', body: '{"a":1}' }), done);
		assert.deepEqual(await call('/x', { method: 'DELETE' }), done);
		assert.deepEqual(await call('/y', { method: 'PUT', body: 'text' }), done);
		assert.equal((await call('/z', { method: 'POST', body: 'x'.repeat(2_000_000) }))[0], 413);
		assert.deepEqual(commands, [
			{ method: 'POST', path: '/docker/plex/stop?now=1', body: { a: 1 } },
			{ method: 'DELETE', path: '/x', body: null },
			{ method: 'PUT', path: '/y', body: 'text' },
		]);
	});

	it('says which port is taken', async () => {
		await start();
		const taken = createServer();
		taken.listen(0, '127.0.0.1');
		await once(taken, 'listening');
		const address = taken.address();
		assert.ok(typeof address === 'object' && address);
		const other = new ReplayServer({ frames, port: address.port }, clock);
		await assert.rejects(other.start(), (error) => {
			assert.ok(error instanceof AgentStreamError && error.code === 'CONFIG_INVALID');
			assert.match(error.message, new RegExp(`Port ${address.port} is taken`));
			return true;
		});
		taken.close();
		await once(taken, 'close');
	});

	it('cuts clients that do not answer a goodbye', async () => {
		await start();
		const { socket } = await connect();
		socket.pause();
		const stopped = server.stop();
		clock.advance(60_000);
		await stopped;
		socket.terminate();
		await start();
	});

	it('plays with the machine clock too', async () => {
		clock = new FakeClock();
		server = new ReplayServer({ frames, port: 0, speed: 2 }, systemClock);
		port = await server.start();
		const { socket, messages } = await connect();
		while (messages.length < 3) await once(socket, 'message');
	});
});

describe('parseRestReplies', () => {
	it('refuses what it cannot serve', () => {
		const wrong = ['', '[]', '5', '{"/a":{"status":99}}', '{"/a":{"contentType":"a\\r\\nb: c"}}', '{"/a":5}'];
		for (const text of wrong) {
			assert.throws(
				() => parseRestReplies(text),
				(error) => error instanceof AgentStreamError && error.code === 'INPUT_INVALID',
			);
		}
	});
});
