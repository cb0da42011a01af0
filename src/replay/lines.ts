import { limits } from '../model/limits';

/** One line of a text file. */
export interface Line {
	/** 1-based; every line counts. */
	readonly n: number;
	/** Without its line end (LF or CRLF) and without a byte order mark. */
	readonly text: string;
}

const lineFeed = 0x0a;
const byteOrderMark = '\ufeff';

/**
 * The lines of a UTF-8 text as it arrives. Never holds more than `longest` bytes: what a line has beyond them is dropped,
 * so that an endless line costs no memory (cut JSON is not JSON: the reader of the frame reports it as too large).
 */
export async function* readLines(
	chunks: AsyncIterable<Uint8Array | string>,
	longest: number = limits.socketPayload,
): AsyncGenerator<Line> {
	let n = 0;
	let parts: Buffer[] = [];
	let size = 0;
	const keep = (bytes: Buffer): void => {
		const kept = bytes.subarray(0, Math.max(0, longest - size));
		if (kept.length > 0) parts.push(kept);
		size += kept.length;
	};
	const take = (): Line => {
		n += 1;
		const text = Buffer.concat(parts, size).toString('utf8').replace(/\r$/, '');
		parts = [];
		size = 0;
		return { n, text: n === 1 && text.startsWith(byteOrderMark) ? text.slice(1) : text };
	};
	for await (const chunk of chunks) {
		const bytes =
			typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
		let from = 0;
		for (let end = bytes.indexOf(lineFeed); end >= 0; end = bytes.indexOf(lineFeed, from)) {
			keep(bytes.subarray(from, end));
			yield take();
			from = end + 1;
		}
		keep(bytes.subarray(from));
	}
	if (size > 0) yield take();
}
