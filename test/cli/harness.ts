import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { run } from '../../cli/run';
import { type Clock, systemClock } from '../../src/model/clock';

/** Fixtures of the Unraid dialect. */
export function fixture(name: string): string {
	return join(__dirname, '../fixtures/unraid', name);
}

/** What a command gets besides its arguments. */
export interface Surroundings {
	readonly stdin?: string | Uint8Array | undefined;
	readonly env?: { readonly [name: string]: string };
	readonly clock?: Clock;
	/** Replaces standard output, to make it fail. */
	readonly stdout?: Writable;
}

/** A command of the command line that runs within the test. */
export class Running {
	stdout = '';
	stderr = '';
	readonly status: Promise<number>;
	private readonly signals = new EventEmitter();
	private readonly written = new EventEmitter();

	constructor(argv: readonly string[], { stdin = '', env = {}, clock = systemClock, stdout }: Surroundings = {}) {
		const note = (stream: 'stdout' | 'stderr') =>
			new Writable({
				write: (chunk, _encoding, done) => {
					this[stream] += String(chunk);
					this.written.emit('more');
					done();
				},
			});
		this.status = run(argv, {
			stdin: Readable.from([stdin]),
			stdout: stdout ?? note('stdout'),
			stderr: note('stderr'),
			env,
			clock,
			onSignal: (ended) => {
				this.signals.on('end', ended);
				return () => this.signals.off('end', ended);
			},
		});
	}

	/** What SIGINT does. Answers the exit status. */
	interrupt(): Promise<number> {
		this.signals.emit('end');
		return this.status;
	}

	/** How many listen for signals. */
	get listeners(): number {
		return this.signals.listenerCount('end');
	}

	/** Waits until one of the streams has text like this; answers the match. */
	async saw(stream: 'stdout' | 'stderr', pattern: RegExp): Promise<RegExpExecArray> {
		for (;;) {
			const match = pattern.exec(this[stream]);
			if (match) return match;
			await once(this.written, 'more');
		}
	}

	/** Standard output as lines of JSON. */
	get lines(): unknown[] {
		return this.stdout
			.split('\n')
			.filter((line) => line !== '')
			.map((line) => JSON.parse(line));
	}
}

/** Runs a command to its end. */
export async function cli(argv: readonly string[], surroundings?: Surroundings): Promise<Running & { exit: number }> {
	const running = new Running(argv, surroundings);
	return Object.assign(running, { exit: await running.status });
}

/** A folder of its own for one test file; removed afterwards. */
export function temporaryFolder(): (name: string, text?: string) => string {
	let folder = '';
	before(() => {
		folder = mkdtempSync(join(tmpdir(), 'agent-stream-'));
	});
	after(() => rmSync(folder, { recursive: true }));
	return (name, text) => {
		const path = join(folder, name);
		if (text !== undefined) writeFileSync(path, text);
		return path;
	};
}
