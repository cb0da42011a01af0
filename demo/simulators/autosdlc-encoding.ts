import { gzipSync } from 'node:zlib';

/** How messages above the threshold are sent: as they are, the whole frame as gzip, or their data as gzip in base64. */
export type Compression = 'none' | 'binary' | 'data';

/** A message of the protocol. */
export interface Message {
	readonly id: string;
	readonly type: string;
	/** Milliseconds since 1970. */
	readonly timestamp: number;
	readonly data: unknown;
	readonly metadata?: { readonly version: string; readonly [name: string]: unknown };
}

/** "GZIP compression for messages over 1KB threshold". */
const threshold = 1_024;

/** A message as a frame. */
export function encode(message: Message, compression: Compression): string | Buffer {
	const text = JSON.stringify(message);
	if (compression === 'none' || Buffer.byteLength(text) <= threshold) return text;
	if (compression === 'binary') return gzipSync(text);
	const data = gzipSync(JSON.stringify(message.data)).toString('base64');
	return JSON.stringify({ ...message, data, metadata: { version: '1.0', ...message.metadata, compressed: true } });
}

const zeros = (size: number) => gzipSync(Buffer.alloc(size, 0x20));

/** What is broken in ways that only compression has: made when it is asked for. */
export const brokenGzip = {
	/** 64 MB of blanks in 64 KB. */
	bomb: () => zeros(67_108_864),
	/** The same inside a message that looks fine. */
	data_bomb: () =>
		JSON.stringify({
			id: 'evt-bomb',
			type: 'agent_log',
			timestamp: 1_703_775_135_000,
			data: zeros(67_108_864).toString('base64'),
			metadata: { version: '1.0', compressed: true },
		}),
	/** It begins as gzip does, and ends in the middle. */
	cut: () => gzipSync('{"id":"evt-cut","type":"ping","timestamp":1703775135000,"data":{}}').subarray(0, 30),
	/** What is packed is not JSON. */
	not_json: () => gzipSync('not json'),
} as const satisfies Record<string, () => string | Buffer>;
/** Kinds of broken compression. */
export type BrokenGzip = keyof typeof brokenGzip;
