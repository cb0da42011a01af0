import type { Readable, Writable } from 'node:stream';
import type { Clock } from '../src/model/clock';
import type { Logger } from '../src/model/logger';

/** The surroundings of a command: the process, or what a test puts in its place. */
export interface Io {
	readonly stdin: Readable;
	readonly stdout: Writable;
	readonly stderr: Writable;
	readonly env: { readonly [name: string]: string | undefined };
	readonly clock: Clock;
	/** Calls `run` when the process is asked to end (SIGINT, SIGTERM). Answers how to stop listening. */
	onSignal(run: () => void): () => void;
}

/** Nobody reads our output any more (`| head`): a quiet end with exit status 0. */
export class OutputClosed extends Error {
	override readonly name = 'OutputClosed';
}

/** Standard output as the commands use it: waits for slow readers, and tells when nobody reads any more. */
export class Output {
	private failure: Error | undefined;
	private readonly watchers = new Set<() => void>();
	private readonly failed = (error: NodeJS.ErrnoException): void => {
		this.failure = error.code === 'EPIPE' ? new OutputClosed() : error;
		for (const watcher of [...this.watchers]) watcher();
	};

	constructor(private readonly stream: Writable) {
		stream.on('error', this.failed);
	}

	/**
	 * Writes one value as a line of JSON.
	 * @throws OutputClosed, or the error of a failed write
	 */
	json(value: unknown): Promise<void> {
		return this.write(`${JSON.stringify(value)}\n`);
	}

	/** Writes text as it is; throws as {@link json}. */
	async write(text: string): Promise<void> {
		this.check();
		if (this.stream.write(text)) return;
		await new Promise<void>((resolve) => {
			const done = (): void => {
				this.stream.off('drain', done);
				this.watchers.delete(done);
				resolve();
			};
			this.stream.on('drain', done);
			this.watchers.add(done);
		});
		this.check();
	}

	/** Calls `run` once writing has failed. Answers how to stop listening. */
	onFailure(run: () => void): () => void {
		this.watchers.add(run);
		return () => this.watchers.delete(run);
	}

	/** Waits until everything is written; throws as {@link json}. */
	async finish(): Promise<void> {
		if (!this.failure) await new Promise<void>((resolve) => this.stream.write('', () => resolve()));
		this.check();
	}

	/** @throws OutputClosed, or the error of a failed write */
	check(): void {
		if (this.failure) throw this.failure;
	}
}

/** What could move a terminal's cursor or change its colours. */
const controls = /\p{Cc}/gu;

/** Writes one line for people to standard error. What servers sent cannot control the terminal. */
export function say(io: Io, message: string): void {
	io.stderr.write(`agent-stream: ${message.replace(controls, '\ufffd')}\n`);
}

/** The library's log on standard error; debug lines are left out. */
export function stderrLogger(io: Io): Logger {
	return {
		debug() {},
		info: (message) => say(io, message),
		warn: (message) => say(io, `warning: ${message}`),
		error: (message) => say(io, `error: ${message}`),
	};
}

/**
 * Waits until `seconds` are over (undefined = no limit), the process is asked to end, nobody reads the output any more, or
 * `failed` is aborted.
 */
export function untilEnd(io: Io, output: Output, seconds: number | undefined, failed?: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		const end = (): void => {
			io.clock.cancel(timer);
			offSignal();
			offFailure();
			failed?.removeEventListener('abort', end);
			resolve();
		};
		const timer = seconds === undefined ? undefined : io.clock.after(seconds * 1_000, end);
		const offSignal = io.onSignal(end);
		const offFailure = output.onFailure(end);
		failed?.addEventListener('abort', end);
	});
}
