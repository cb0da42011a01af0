import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import WebSocket from 'ws';
import { cli, fixture, Running, temporaryFolder } from './harness';

const file = temporaryFolder();

/** Starts a replay; answers it and where it listens. */
async function start(...argv: string[]): Promise<{ running: Running; url: string }> {
	const running = new Running(['replay', ...argv, '--port', '0']);
	const [, url = ''] = await running.saw('stderr', /serving \d+ frames on (ws:\/\/127\.0\.0\.1:\d+\S*)/);
	return { running, url };
}

/** Every message that a client gets until there are as many as `count`. */
async function messages(url: string, count: number): Promise<string[]> {
	const socket = new WebSocket(url);
	const got: string[] = [];
	socket.on('message', (data: Buffer) => got.push(data.toString()));
	while (got.length < count) await once(socket, 'message');
	socket.close();
	await once(socket, 'close');
	return got;
}

const raws = (name: string): string[] =>
	readFileSync(fixture(name), 'utf8')
		.trimEnd()
		.split('\n')
		.map((line) => JSON.parse(line).raw);

describe('agent-stream replay', () => {
	it('serves every frame exactly as recorded, to every client', async () => {
		const { running, url } = await start(fixture('live-60s.jsonl'), '--speed', '0');
		const expected = raws('live-60s.jsonl');
		const clients = await Promise.all([messages(url, expected.length), messages(`${url}api/v1/ws`, expected.length)]);
		for (const got of clients) assert.deepEqual(got, expected);
		assert.equal(await running.interrupt(), 0);
		assert.equal(running.listeners, 0);
		assert.equal(running.stdout, '');
	});

	it('repeats the whole recording with --loop', async () => {
		const { running, url } = await start(fixture('encoded-typical.jsonl'), '--speed', '0', '--loop');
		const expected = raws('encoded-typical.jsonl');
		const got = await messages(url, 2 * expected.length);
		assert.deepEqual(got.slice(0, 2 * expected.length), [...expected, ...expected]);
		assert.equal(await running.interrupt(), 0);
	});

	it('prints what clients want to change, and answers GET', async () => {
		const { running, url } = await start(
			fixture('encoded-typical.jsonl'),
			'--rest',
			fixture('rest-snapshot.json'),
			'--once',
		);
		const base = url.replace('ws:', 'http:');
		const ups = await fetch(`${base}api/v1/ups`);
		assert.deepEqual(
			await ups.json(),
			JSON.parse(readFileSync(fixture('rest-snapshot.json'), 'utf8'))['/api/v1/ups'].body,
		);
		assert.equal((await fetch(`${base}nothing`)).status, 404);
		const stop = await fetch(`${base}api/v1/docker/plex/stop`, { method: 'POST', body: '{"force":true}' });
		assert.deepEqual(await stop.json(), { success: true });
		await running.saw('stdout', /\n/);
		assert.equal(running.stdout, '{"method":"POST","path":"/api/v1/docker/plex/stop","body":{"force":true}}\n');
		assert.equal(await running.interrupt(), 0);
	});

	it('says which port is taken, and ends with 1', async () => {
		const { running, url } = await start(fixture('encoded-typical.jsonl'));
		const second = await cli(['replay', fixture('encoded-typical.jsonl'), '--port', new URL(url).port]);
		assert.equal(second.exit, 1);
		assert.match(second.stderr, new RegExp(`Port ${new URL(url).port} is taken`));
		await running.interrupt();
	});

	it('ends with 1 for files that it cannot use', async () => {
		const missing = await cli(['replay', file('missing.jsonl'), '--port', '0']);
		assert.equal(missing.exit, 1);
		assert.match(missing.stderr, /missing\.jsonl/);
		const wrong = await cli([
			'replay',
			fixture('encoded-typical.jsonl'),
			'--port',
			'0',
			'--rest',
			file('r.json', '[1]'),
		]);
		assert.equal(wrong.exit, 1);
	});

	it('ends with 2 for wrong usage', async () => {
		const wrong: string[][] = [
			[],
			['a', 'b'],
			['a', '--port', '65536'],
			['a', '--port', '1.5'],
			['a', '--speed', '-1'],
			['a', '--speed', 'NaN'],
			['a', '--path', 'x'],
			['a', '--hold', '--loop'],
			['a', '--loop', '--once'],
			['a', '--nonsense'],
		];
		for (const argv of wrong) assert.equal((await cli(['replay', ...argv])).exit, 2, argv.join(' '));
	});
});
