import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

const main = join(__dirname, '../../dist/cli/main.js');
const fixtures = join(__dirname, '../fixtures/unraid');

/** The path of a recorded file. */
export const fixture = (name: string): string => join(fixtures, name);

/** A call that reached the simulated agent. */
export interface Reached {
	readonly method: string;
	readonly path: string;
	readonly body: unknown;
}

/** `agent-stream` as a process of its own. */
export class Program {
	/** Lines of standard error. */
	readonly said: string[] = [];
	/** When each of them came, milliseconds since 1970. */
	readonly saidAt: number[] = [];
	/** Lines of standard output. */
	readonly printed: string[] = [];
	private readonly child: ChildProcess;
	private readonly waiting = new Set<() => void>();

	constructor(...args: readonly string[]) {
		this.child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
		this.collect(this.child.stdout, this.printed);
		this.collect(this.child.stderr, this.said);
		this.child.once('exit', () => this.wake());
	}

	/** Waits for a line of standard error. @returns what the pattern found */
	async says(pattern: RegExp, seconds = 20): Promise<RegExpMatchArray> {
		const late = Date.now() + seconds * 1_000;
		for (;;) {
			const found = this.said.map((line) => line.match(pattern)).find((match) => match !== null);
			if (found) return found;
			if (this.child.exitCode !== null || Date.now() > late) {
				throw new Error(`agent-stream did not say ${pattern}, but: ${this.said.join('\n') || 'nothing'}`);
			}
			await this.news(late - Date.now());
		}
	}

	/** Ends it. */
	async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
		if (this.child.exitCode !== null || this.child.signalCode !== null) return;
		const ended = once(this.child, 'exit');
		this.child.kill(signal);
		await ended;
	}

	/** Waits for the next line, or until the time is over. */
	async news(ms: number): Promise<void> {
		const timer = new AbortController();
		let wake = (): void => {};
		const told = new Promise<void>((resolve) => {
			wake = resolve;
			this.waiting.add(resolve);
		});
		await Promise.race([told, delay(Math.max(1, ms), undefined, { signal: timer.signal }).catch(() => {})]);
		this.waiting.delete(wake);
		timer.abort();
	}

	private collect(stream: ChildProcess['stdout'], lines: string[]): void {
		if (!stream) return;
		createInterface({ input: stream }).on('line', (line) => {
			lines.push(line);
			if (lines === this.said) this.saidAt.push(Date.now());
			this.wake();
		});
	}

	private wake(): void {
		for (const resolve of [...this.waiting]) resolve();
	}
}

/** A recording served as the agent served it. */
export class Replay {
	private taken = 0;

	private constructor(
		private readonly program: Program,
		readonly url: string,
	) {}

	/** Serves it from its first frame to whoever connects; afterwards each type's last frame comes again and again. */
	static async start(name: string, speed: number, rest?: string, port = 0): Promise<Replay> {
		const more = rest === undefined ? [] : ['--rest', fixture(rest)];
		const program = new Program(
			'replay',
			fixture(name),
			'--port',
			String(port),
			'--speed',
			String(speed),
			'--hold',
			...more,
		);
		const [, url = ''] = await program.says(/serving \d+ frames on (\S+)/);
		return new Replay(program, url);
	}

	/** The next call that changes something; null where none comes in time. */
	async reached(seconds = 5): Promise<Reached | null> {
		const late = Date.now() + seconds * 1_000;
		while (this.program.printed.length <= this.taken) {
			if (Date.now() > late) return null;
			await this.program.news(late - Date.now());
		}
		const line = this.program.printed[this.taken];
		this.taken += 1;
		return JSON.parse(line ?? 'null') as Reached;
	}

	/** When its newest client came, and with it the first frame; now, while none has come. */
	get began(): number {
		const line = this.program.said.findLastIndex((each) => /[1-9]\d* connected/.test(each));
		return this.program.saidAt[line] ?? Date.now();
	}

	async end(): Promise<void> {
		await this.program.end();
	}
}

/**
 * `agent-stream bridge`. Resolves when it is connected to the broker.
 * @param more its other options; default: those of the endpoint `tower`, an Unraid server that may be controlled
 */
export async function startBridge(
	endpoint: string,
	broker: string,
	more: readonly string[] = ['--id', 'tower', '--dialect', 'unraid', '--allow-control'],
): Promise<Program> {
	const program = new Program('bridge', '--endpoint', endpoint, '--broker', broker, ...more);
	await program.says(/connected to mqtt/);
	return program;
}
