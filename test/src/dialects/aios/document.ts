import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { aios } from '../../../../src/dialects/aios';
import type { StreamEvent } from '../../../../src/model/event';
import { parseTime } from '../../../../src/model/time';

/** One message as the document shows it. */
export interface DocumentMessage {
	readonly event: string;
	readonly data: { readonly [field: string]: unknown };
}

/** The texts of a fixture: each one example of the document, verbatim. */
export function texts(name: 'document-server' | 'document-client'): readonly string[] {
	return readFileSync(join(__dirname, `../../../fixtures/aios/${name}.jsonl`), 'utf8')
		.split('\n')
		.filter((line) => line !== '')
		.map((line) => (JSON.parse(line) as { readonly raw: string }).raw);
}

/** Every server event of the document; new objects at every call. */
export const documented = (): DocumentMessage[] =>
	texts('document-server').map((text) => JSON.parse(text) as DocumentMessage);

/** The document's example of an event with other data in it. */
export function example(type: string, data: object = {}): DocumentMessage {
	const found = documented().find(({ event }) => event === type);
	if (!found) throw new Error(`the document has no ${type}`);
	return { event: type, data: { ...found.data, ...data } };
}

/** An event as the reader makes it of the document's example; its time is its timestamp, and it was received then. */
export function streamEvent(type: string, data: object = {}, over: Partial<StreamEvent> = {}): StreamEvent {
	const message = example(type, data);
	const validated = aios.validate(type, message.data, new Set());
	const time = typeof message.data.timestamp === 'string' ? message.data.timestamp : null;
	const at = parseTime(time) ?? 0;
	return {
		source: 'lab',
		dialect: 'aios',
		type,
		by: 'name',
		time,
		at,
		received: at,
		replayed: false,
		via: 'stream',
		data: validated.data,
		valid: true,
		rejected: validated.rejected,
		issues: [],
		...over,
	};
}
