import { readFileSync } from 'node:fs';
import path from 'node:path';

/** One recorded frame of the agent: its event type and its data. */
export interface RecordedFrame {
	readonly type: string;
	readonly data: unknown;
}

/** The frames of a recording in `test/fixtures/unraid`; the type is what the recording or the envelope says. */
export function unraidFrames(name: string): RecordedFrame[] {
	const file = path.join(__dirname, '../fixtures/unraid', name);
	return readFileSync(file, 'utf8')
		.trim()
		.split('\n')
		.map((line) => {
			const { raw, topic, expect } = JSON.parse(line) as { raw: string; topic?: string; expect?: string };
			const { event, data } = JSON.parse(raw) as { event: string; data: { event?: string } };
			return { type: expect ?? topic ?? (event === 'update' ? (data.event ?? event) : event), data };
		});
}
