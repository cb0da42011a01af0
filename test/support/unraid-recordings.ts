import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One line of a recording: `t` in ms since its start, `raw` the exact text message; `topic` or `expect` names its type. */
export interface RecordedLine {
	readonly t: number;
	readonly raw: string;
	readonly topic?: string;
	readonly expect?: string;
	readonly variant?: string;
}

const folder = join(__dirname, '../fixtures/unraid');

const read = new Map<string, readonly RecordedLine[]>();

/** The lines of a recording in `test/fixtures/unraid`. */
export function recording(name: string): readonly RecordedLine[] {
	const known = read.get(name);
	if (known) return known;
	const lines = readFileSync(join(folder, name), 'utf8')
		.split('\n')
		.filter((line) => line !== '')
		.map((line) => JSON.parse(line) as RecordedLine);
	read.set(name, lines);
	return lines;
}

/** A JSON file in `test/fixtures/unraid`. */
export function fixtureJson(name: string): unknown {
	return JSON.parse(readFileSync(join(folder, name), 'utf8'));
}

/** The payload of a recorded frame, without its envelope. */
export function payload(line: RecordedLine): unknown {
	return (JSON.parse(line.raw) as { data: unknown }).data;
}

/** The payload of the first frame of a topic in `encoded-typical.jsonl`; a new object at every call. */
export function typical(topic: string, variant?: string): unknown {
	const found = recording('encoded-typical.jsonl').find(
		(line) => line.topic === topic && (variant === undefined || line.variant === variant),
	);
	if (!found) throw new Error(`encoded-typical.jsonl has no ${topic} ${variant ?? ''}`);
	return payload(found);
}

/** A frame as the current agent sends it. */
export function frameOf(event: string, data: unknown, timestamp = '2026-09-14T08:30:00Z'): string {
	return JSON.stringify({ event, timestamp, data });
}

/** One recorded frame: its event type, as the recording or the envelope says, and its data. */
export interface RecordedFrame {
	readonly type: string;
	readonly data: unknown;
}

/** The frames of a recording with their types; new objects at every call. */
export function framesOf(name: string): RecordedFrame[] {
	return recording(name).map(({ raw, topic, expect }) => {
		const { event, data } = JSON.parse(raw) as { event: string; data: { event?: string } };
		return { type: expect ?? topic ?? (event === 'update' ? (data.event ?? event) : event), data };
	});
}
