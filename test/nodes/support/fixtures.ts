import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The raw frames of 60 seconds of a real agent. */
export const liveFrames: readonly string[] = readFileSync(
	join(__dirname, '../../fixtures/unraid/live-60s.jsonl'),
	'utf8',
)
	.trim()
	.split('\n')
	.map((line) => (JSON.parse(line) as { raw: string }).raw);

/** The first recorded frame of an event type. */
export function liveFrame(type: string): string {
	const frame = liveFrames.find((raw) => raw.includes(`"event":"${type}"`));
	if (frame === undefined) throw new Error(`no frame of ${type}`);
	return frame;
}
