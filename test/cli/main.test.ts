import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { cli, fixture } from './harness';

const root = join(__dirname, '../..');

/** The command line as a process of its own. */
function start(...argv: string[]): {
	child: ChildProcess;
	text: { out: string; err: string };
	exit: Promise<unknown[]>;
} {
	const child = spawn(process.execPath, ['--import', 'tsx', join(root, 'cli/main.ts'), ...argv], { cwd: root });
	const text = { out: '', err: '' };
	child.stdout.setEncoding('utf8').on('data', (data) => {
		text.out += data;
	});
	child.stderr.setEncoding('utf8').on('data', (data) => {
		text.err += data;
	});
	return { child, text, exit: once(child, 'close') };
}

describe('agent-stream', () => {
	it('shows its usage and its version', async () => {
		const help = await cli(['--help']);
		assert.equal(help.exit, 0);
		for (const name of ['identify', 'entities', 'bridge', 'record', 'replay']) {
			assert.match(help.stdout, new RegExp(`^  ${name} `, 'm'));
			const own = await cli([name, '--help']);
			assert.equal(own.exit, 0);
			assert.match(own.stdout, new RegExp(`^usage: agent-stream ${name} `));
			assert.equal(own.stderr, '');
		}
		const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
		assert.equal((await cli(['--version'])).stdout, `${version}\n`);
	});

	it('ends with 2 for wrong usage, and says what is wrong on standard error', async () => {
		const wrong: string[][] = [
			[],
			['nonsense'],
			['identify', 'a', 'b'],
			['identify', '--dialect', 'klingon'],
			['identify', '--strict=yes'],
			['identify', '--dialect'],
			['entities', '--id', 'No Good'],
			['entities', '--id', ''],
			['bridge'],
			['bridge', '--endpoint', 'ws://127.0.0.1:1', '--id', 'a'],
		];
		for (const argv of wrong) {
			const run = await cli(argv);
			assert.equal(run.exit, 2, argv.join(' '));
			assert.equal(run.stdout, '');
			assert.match(run.stderr, /^agent-stream: .+\nagent-stream: see agent-stream .*--help\n$/);
		}
	});

	it('ends with 1 for a file that is not there, or is a folder', async () => {
		for (const path of [join(root, 'missing.jsonl'), root]) {
			const run = await cli(['identify', path]);
			assert.equal(run.exit, 1);
			assert.match(run.stderr, /^agent-stream: .*(ENOENT|EISDIR)/);
		}
	});

	it('ends with 1 where the output cannot be written', async () => {
		const full = new Writable({
			write: (_chunk, _encoding, done) => done(Object.assign(new Error('no space left'), { code: 'ENOSPC' })),
		});
		const run = await cli(['identify', fixture('encoded-typical.jsonl')], { stdout: full });
		assert.equal(run.exit, 1);
		assert.match(run.stderr, /no space left/);
	});

	it('does not let what a file holds control the terminal', async () => {
		const run = await cli(['identify', '\u001b[31mred\u0007']);
		assert.doesNotMatch(run.stderr.replaceAll('\n', ''), /\p{Cc}/u);
		assert.match(run.stderr, /red/);
	});

	it('runs as a program: standard input, a slow reader, exit status', async () => {
		const { child, text, exit } = start('identify', '-');
		child.stdin?.end(readFileSync(fixture('encoded-typical.jsonl')));
		assert.deepEqual(await exit, [0, null]);
		assert.equal(text.out.trimEnd().split('\n').length, 47);
		assert.equal(text.err, '');
	});

	it('ends quietly with 0 when nobody reads on', async () => {
		const { child, text, exit } = start('entities', fixture('scenario-a.jsonl'), '--changes');
		child.stdout?.once('data', () => child.stdout?.destroy());
		assert.deepEqual(await exit, [0, null]);
		assert.equal(text.err, '');
	});

	for (const signal of ['SIGINT', 'SIGTERM'] as const) {
		it(`ends a replay with 0 after ${signal}`, async () => {
			const { child, text, exit } = start('replay', fixture('encoded-typical.jsonl'), '--port', '0');
			while (!text.err.includes('serving')) await once(child.stderr ?? child, 'data');
			child.kill(signal);
			assert.deepEqual(await exit, [0, null]);
		});
	}
});
