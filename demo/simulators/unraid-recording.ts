import { readFileSync } from 'node:fs';
import type { Clock, Timer } from '../../src/model/clock';

/** One line of a recording: milliseconds since its start, and the exact text message. */
export interface Recorded {
	readonly t: number;
	readonly raw: string;
}

/**
 * Reads a recording (`{"t":ms,"raw":"…"}` a line).
 * @throws Error naming file and line where one is no such object
 */
export function readRecording(file: string): Recorded[] {
	return readFileSync(file, 'utf8')
		.split('\n')
		.flatMap((line, index) => (line.trim() === '' ? [] : [parsed(line, `${file}:${index + 1}`)]));
}

function parsed(line: string, where: string): Recorded {
	let value: unknown;
	try {
		value = JSON.parse(line);
	} catch {
		throw new Error(`${where} is not JSON`);
	}
	const { t, raw } = Object(value) as { readonly t?: unknown; readonly raw?: unknown };
	if (typeof t !== 'number' || typeof raw !== 'string') throw new Error(`${where} is no line of a recording`);
	return { t, raw };
}

/** Pause before a recording starts again, milliseconds at its own pace. */
const BETWEEN_ROUNDS = 1_000;

/**
 * Plays a recording, again and again.
 * @param send gets every message at its time
 * @returns stops it
 */
export function play(
	recording: readonly Recorded[],
	parts: { readonly clock: Clock; readonly speed: number; readonly send: (raw: string) => void },
): () => void {
	const { clock, speed, send } = parts;
	let timer: Timer | undefined;
	let next = 0;
	let elapsed = 0;
	const schedule = (): void => {
		const line = recording[next];
		if (!line) return;
		timer = clock.after(Math.max(0, line.t - elapsed) / speed, () => {
			elapsed = line.t;
			send(line.raw);
			next += 1;
			if (next === recording.length) {
				next = 0;
				elapsed = -BETWEEN_ROUNDS;
			}
			schedule();
		});
	};
	schedule();
	return () => clock.cancel(timer);
}
