import { createReadStream } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { AgentStreamError } from '../src/model/errors';
import type { Io } from './io';

/** Bytes from the beginning that tell what an input is. */
const headSize = 4_096;
/** Magic bytes of gzip. */
const gzip = Buffer.from([0x1f, 0x8b]);
const utf16 = [Buffer.from([0xff, 0xfe]), Buffer.from([0xfe, 0xff])];

/** The bytes of a recording, taken out of their gzip where they are in one, and what they look like. */
export class Source {
	/** For people. */
	readonly name: string;
	private readonly open: () => Readable;
	private head = Buffer.alloc(0);

	/** @param file path; `-` or undefined = standard input */
	constructor(file: string | undefined, io: Pick<Io, 'stdin'>) {
		const isStdin = file === undefined || file === '-';
		this.name = isStdin ? 'standard input' : file;
		this.open = () => (isStdin ? io.stdin : createReadStream(file));
	}

	/**
	 * All of it, read as it is asked for.
	 * @throws AgentStreamError INPUT_INVALID where its gzip is damaged, and what reading the file throws
	 */
	async *bytes(): AsyncGenerator<Buffer> {
		const input = this.open();
		try {
			for await (const bytes of this.unpacked(input)) {
				const missing = headSize - this.head.length;
				if (missing > 0) this.head = Buffer.concat([this.head, bytes.subarray(0, missing)]);
				yield bytes;
			}
		} finally {
			input.destroy();
		}
	}

	/** What the beginning looks like, once it was read. */
	get look(): 'text' | 'utf-16' | 'binary' {
		if (utf16.some((mark) => this.head.subarray(0, mark.length).equals(mark))) return 'utf-16';
		try {
			// A character that the head cuts in two is no fault.
			const text = new TextDecoder('utf-8', { fatal: true }).decode(this.head, { stream: true });
			return text.includes('\0') ? 'binary' : 'text';
		} catch {
			return 'binary';
		}
	}

	private async *unpacked(input: Readable): AsyncGenerator<Buffer> {
		const packed = buffers(input);
		let first = Buffer.alloc(0);
		while (first.length < gzip.length) {
			const { done, value } = await packed.next();
			if (done) break;
			first = Buffer.concat([first, value]);
		}
		if (first.subarray(0, gzip.length).equals(gzip)) yield* this.gunzipped(first, packed);
		else {
			yield first;
			yield* packed;
		}
	}

	private async *gunzipped(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
		async function* all(): AsyncGenerator<Buffer> {
			yield first;
			yield* rest;
		}
		try {
			// What fails is thrown to whoever reads the result.
			yield* pipeline(Readable.from(all()), createGunzip(), () => {});
		} catch (thrown) {
			if (!(thrown instanceof Error && 'code' in thrown && String(thrown.code).startsWith('Z_'))) throw thrown;
			const what = `the gzip data of ${this.name} is cut or damaged (${thrown.message})`;
			throw new AgentStreamError('INPUT_INVALID', `${what}: nothing behind that place was looked at.`, thrown);
		}
	}
}

async function* buffers(chunks: AsyncIterable<Uint8Array | string>): AsyncGenerator<Buffer> {
	for await (const chunk of chunks) {
		yield typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
	}
}
