import type { Dialect } from '../src/dialects/dialect';
import { EventReader } from '../src/dialects/reader';
import type { Clock } from '../src/model/clock';
import type { StreamEvent } from '../src/model/event';
import { readRecording } from '../src/replay/recording';
import type { Io } from './io';
import { Source } from './source';

/** One event of a file. */
export interface FileEvent {
	/** 1-based number of the input line that it came from. */
	readonly n: number;
	readonly event: StreamEvent;
}

/** Which file to read, and how to understand it. */
export interface FileOptions {
	/** Path; `-` or undefined = standard input. It may be in gzip. */
	readonly file: string | undefined;
	/** Endpoint id. */
	readonly source: string;
	readonly dialect: Dialect | 'auto';
	readonly strict: boolean;
}

/** The events of a file, read as it comes, with the time of the file: `t` of a recording, not the time of reading. */
export class FileReader {
	/** What is read. */
	readonly input: Source;
	private readonly reader: EventReader;
	/** Line that is being read. */
	private line = 0;
	/** Where `t` = 0 lies, ms since 1970; unknown before the first event. */
	private start: number | undefined;
	private elapsed = 0;
	/** When the lines whose events are still held back were received (ms after the start). */
	private readonly waiting = new Map<number, number>();

	constructor(
		options: FileOptions,
		private readonly io: Io,
	) {
		// Counts lines: so each event's `received` tells of which line it is, however late the dialect was told.
		const lines: Clock = { now: () => this.line, after: () => ({}), cancel() {} };
		const { file, source, dialect, strict } = options;
		this.input = new Source(file, io);
		this.reader = new EventReader({ source, dialect, strict, clock: lines });
	}

	/** The time in the file: it moves with `t`, and stands still where the file tells no times, so that nothing goes stale by reading. */
	readonly clock: Clock = { now: () => (this.start ?? 0) + this.elapsed, after: () => ({}), cancel() {} };

	/** The time of `t` = 0, ms since 1970; unknown before the first event. */
	get began(): number | undefined {
		return this.start;
	}

	/** Every event of the file, in order; throws what reading the file throws. */
	async *events(): AsyncGenerator<FileEvent> {
		for await (const { n, t, frame } of readRecording(this.input.bytes())) {
			this.line = n;
			this.elapsed = Math.max(this.elapsed, t ?? this.elapsed);
			this.waiting.set(n, this.elapsed);
			yield* this.dated(this.reader.read(frame));
		}
		yield* this.dated(this.reader.flush());
	}

	private *dated(events: readonly StreamEvent[]): Iterable<FileEvent> {
		for (const event of events) {
			const n = event.received;
			const elapsed = this.waiting.get(n) ?? this.elapsed;
			this.start ??= (event.time === null ? this.io.clock.now() : event.at) - elapsed;
			const received = this.start + elapsed;
			yield { n, event: { ...event, received, at: event.time === null ? received : event.at } };
		}
		if (events.length > 0) this.waiting.clear();
	}
}
