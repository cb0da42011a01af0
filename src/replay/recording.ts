import type { Frame } from '../model/event';
import { readLines } from './lines';

/** One frame of a recording or of a file of frames. */
export interface Recorded {
	/** 1-based number of its line. */
	readonly n: number;
	/** Milliseconds since the recording's start; null where the line is the frame itself or tells no time. */
	readonly t: number | null;
	readonly frame: Frame;
}

/**
 * The frames of a file. A line that is an object with a string `raw` is a recording (`{"t":ms,"raw":"…"}`; other keys are ignored),
 * one with a number `t` and a string `raw64` is a recorded binary message in base64, any other line is the frame itself.
 * Lines of nothing but white space are no frames; they count in `n`.
 */
export async function* readRecording(chunks: AsyncIterable<Uint8Array | string>): AsyncGenerator<Recorded> {
	for await (const { n, text } of readLines(chunks)) {
		if (text.trim() !== '') yield { n, ...recordedFrame(text) };
	}
}

/** The line, line feed included, that {@link readRecording} reads back as the same frame at `t` milliseconds. */
export function recordingLine(t: number, frame: Frame): string {
	const record = typeof frame === 'string' ? { t, raw: frame } : { t, raw64: Buffer.from(frame).toString('base64') };
	return `${JSON.stringify(record)}\n`;
}

function recordedFrame(line: string): { t: number | null; frame: Frame } {
	const itself = { t: null, frame: line };
	if (!line.trimStart().startsWith('{')) return itself;
	let record: unknown;
	try {
		record = JSON.parse(line);
	} catch {
		return itself;
	}
	const field = (name: string): unknown =>
		typeof record === 'object' && record !== null && Object.hasOwn(record, name)
			? Reflect.get(record, name)
			: undefined;
	const [t, raw, raw64] = [field('t'), field('raw'), field('raw64')];
	const time = typeof t === 'number' && Number.isFinite(t) ? t : null;
	if (typeof raw === 'string') return { t: time, frame: raw };
	if (typeof raw64 === 'string' && time !== null) return { t: time, frame: Buffer.from(raw64, 'base64') };
	return itself;
}
