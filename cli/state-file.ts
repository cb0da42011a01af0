import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { savedMemorySchema } from '../src/entities/recollection';
import type { Timer } from '../src/model/clock';
import { type Io, say } from './io';

const savedSchema = z.object({
	version: z.literal(1),
	/** Totals, baselines and the like. */
	memory: savedMemorySchema,
	/** What the bridge has published; the bridge checks it itself. */
	ledger: z.unknown().optional(),
});
/** What the command line keeps over restarts. */
export type Saved = Readonly<Omit<z.infer<typeof savedSchema>, 'version'>>;

const nothing: Saved = { memory: {}, ledger: undefined };

/** Milliseconds between two writes at least: what a power cut may cost. */
const writeEvery = 5_000;

/** The file of `--state FILE`. Its faults are warnings, never fatal. */
export class StateFile {
	private written = '';
	private timer: Timer | undefined;
	private warned = '';
	private isRead = false;

	/**
	 * @param path undefined = nothing is kept
	 * @param current what is to be kept now
	 */
	constructor(
		private readonly path: string | undefined,
		private readonly io: Io,
		private readonly current: () => Saved,
	) {}

	/** Whether {@link read} found a file that can be used. */
	get isThere(): boolean {
		return this.isRead;
	}

	/** What the last run kept; nothing where there is no file, or none that can be used. */
	read(): Saved {
		if (this.path === undefined) return nothing;
		try {
			const { memory, ledger } = savedSchema.parse(JSON.parse(readFileSync(this.path, 'utf8')));
			this.isRead = true;
			return { memory, ledger };
		} catch (thrown) {
			const missing = thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
			if (!missing) this.warn('cannot be used, starting without it', thrown);
			return nothing;
		}
	}

	/** Something changed: it is written within a few seconds. */
	changed(): void {
		if (this.path === undefined || this.timer !== undefined) return;
		this.timer = this.io.clock.after(writeEvery, () => {
			this.timer = undefined;
			this.write();
		});
	}

	/** Writes for the last time. */
	close(): void {
		this.io.clock.cancel(this.timer);
		this.timer = undefined;
		this.write();
	}

	/** Writes beside the file and renames, so that there is always a whole one. */
	private write(): void {
		if (this.path === undefined) return;
		const text = `${JSON.stringify({ version: 1, ...this.current() })}\n`;
		if (text === this.written) return;
		try {
			writeFileSync(`${this.path}.tmp`, text);
			renameSync(`${this.path}.tmp`, this.path);
			this.written = text;
		} catch (thrown) {
			this.warn('cannot be written', thrown);
		}
	}

	private warn(what: string, thrown: unknown): void {
		const why =
			thrown instanceof z.ZodError ? 'its content is not ours' : thrown instanceof Error ? thrown.message : thrown;
		const message = `warning: the state file ${this.path} ${what}: ${why}`;
		if (message !== this.warned) say(this.io, message);
		this.warned = message;
	}
}
