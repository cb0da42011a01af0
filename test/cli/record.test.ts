import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { AiosSimulator } from '../../demo/simulators/aios';
import { systemClock } from '../../src/model/clock';
import { type ReplayOptions, ReplayServer } from '../../src/replay/server';
import { cli, fixture, Running, temporaryFolder } from './harness';

const file = temporaryFolder();

interface Line {
	t: number;
	raw?: string;
	raw64?: string;
}

const linesOf = (path: string): Line[] =>
	readFileSync(path, 'utf8')
		.split('\n')
		.filter((line) => line !== '')
		.map((line) => JSON.parse(line));

describe('agent-stream record', () => {
	let server: ReplayServer;

	async function serve(frames: ReplayOptions['frames'], speed: number): Promise<string> {
		server = new ReplayServer({ frames, port: 0, speed }, systemClock);
		await server.start();
		return server.url;
	}

	afterEach(() => server.stop());

	/** Records until `count` frames are in the file, then interrupts. */
	async function recorded(url: string, out: string, count: number): Promise<Running> {
		const running = new Running(['record', '--endpoint', url, '--out', out]);
		await running.saw('stderr', /connected/);
		while (linesOf(out).length < count) await new Promise((resolve) => setTimeout(resolve, 5));
		assert.equal(await running.interrupt(), 0);
		assert.equal(running.listeners, 0);
		return running;
	}

	it('writes what was replayed, byte for byte', async () => {
		const original = linesOf(fixture('live-60s.jsonl'));
		const frames = original.map(({ t, raw = '' }, at) => ({ n: at + 1, t, frame: raw }));
		const url = await serve(frames, 0);
		const running = await recorded(url, file('live.jsonl'), frames.length);
		const copy = linesOf(file('live.jsonl'));
		assert.deepEqual(
			copy.map(({ raw }) => raw),
			original.map(({ raw }) => raw),
		);
		assert.match(running.stderr, /211 frames/);
		assert.equal(running.stdout, '');
	});

	it('keeps the times, empty messages and bytes', async () => {
		const frames = [
			{ n: 1, t: 0, frame: '💾\n' },
			{ n: 2, t: 60, frame: '' },
			{ n: 3, t: 120, frame: Buffer.from([0, 255]) },
		];
		const url = await serve(frames, 1);
		await recorded(url, file('odd.jsonl'), 3);
		const [first, second, third] = linesOf(file('odd.jsonl'));
		assert.equal(first?.raw, '💾\n');
		assert.equal(second?.raw, '');
		assert.deepEqual([third?.raw, third?.raw64], [undefined, 'AP8=']);
		assert.ok(first && second && third && second.t - first.t >= 40 && third.t - second.t >= 40);
		assert.ok([first, second, third].every(({ t }) => Number.isInteger(t) && t >= 0));
	});

	it('waits for a server that is not there, and ends by time with 0', async () => {
		const url = await serve([], 1);
		await server.stop();
		const run = await cli(['record', '--endpoint', url, '--out', file('none.jsonl'), '--for', '0.2']);
		assert.equal(run.exit, 0);
		assert.match(run.stderr, /UNREACHABLE/);
		assert.match(run.stderr, /0 frames/);
		assert.equal(readFileSync(file('none.jsonl'), 'utf8'), '');
	});

	it('ends with 1 where it cannot write, and with 2 for wrong usage', async () => {
		const url = await serve([], 1);
		const run = await cli(['record', '--endpoint', url, '--out', file('no/such/folder')]);
		assert.equal(run.exit, 1);
		assert.equal((await cli(['record', '--endpoint', url])).exit, 2);
		assert.equal((await cli(['record', '--endpoint', 'ftp://x', '--out', file('x')])).exit, 2);
		assert.equal((await cli(['record', '--endpoint', url, '--out', file('x'), '--for', 'soon'])).exit, 2);
	});

	it('speaks the protocol that is named, with the token, and asks for what is wanted', async () => {
		const simulator = new AiosSimulator({ clock: systemClock, token: 'S3cret-T0ken' });
		await simulator.start();
		try {
			const out = file('aios.jsonl');
			const server = ['--endpoint', simulator.url, '--dialect', 'aios', '--token-env', 'TOKEN'];
			const argv = ['record', ...server, '--subscribe', '{"types":["agents"]}', '--out', out];
			const running = new Running(argv, { env: { TOKEN: 'S3cret-T0ken' } });
			await running.saw('stderr', /connected/);
			while (simulator.received.length < 2) await new Promise((resolve) => setImmediate(resolve));
			assert.deepEqual(simulator.received, [
				{ event: 'auth', data: { token: 'S3cret-T0ken' } },
				{ event: 'subscribe', data: { types: ['agents'] } },
			]);
			assert.equal(await running.interrupt(), 0);
			assert.ok(!running.stderr.includes('S3cret'));
		} finally {
			await simulator.stop();
		}
	});

	it('refuses what does not fit, before anything is sent', async () => {
		const record = (...argv: string[]) =>
			cli(['record', '--endpoint', 'ws://127.0.0.1:9', '--out', file('x'), ...argv]);
		const wrong: readonly (readonly [argv: string[], message: RegExp])[] = [
			[['--subscribe', '{'], /--subscribe: is no JSON/],
			[['--dialect', 'aios', '--subscribe', '{"nonsense":1}'], /does not fit AIOS v2/],
			[['--dialect', 'custom'], /--definition is missing/],
			[['--definition', 'x.json'], /goes with --dialect custom/],
			[['--dialect', 'custom', '--definition', file('none.json')], /--definition: .*no such file/],
			[['--token-env', 'NOT_SET'], /NOT_SET is not set/],
			[['--token-in', 'pocket'], /--token-in: must be one of bearer, query, header, cookie, message/],
		];
		for (const [argv, message] of wrong) {
			const { exit, stderr } = await record(...argv);
			assert.equal(exit, 2, argv.join(' '));
			assert.match(stderr, message);
		}
	});
});
