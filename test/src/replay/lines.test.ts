import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { type Line, readLines } from '../../../src/replay/lines';

async function lines(chunks: readonly (Uint8Array | string)[], longest?: number): Promise<Line[]> {
	const found: Line[] = [];
	for await (const line of readLines(Readable.from(chunks, { objectMode: true }), longest)) found.push(line);
	return found;
}

describe('readLines', () => {
	it('reads LF and CRLF, empty lines and a last line without an end', async () => {
		const texts = (await lines(['\ufeffa\r\n\n', 'b\u2028c\rd\n', 'e'])).map((line) => `${line.n} ${line.text}`);
		assert.deepEqual(texts, ['1 a', '2 ', '3 b\u2028c\rd', '4 e']);
		assert.deepEqual(await lines([]), []);
		assert.deepEqual(await lines(['\n']), [{ n: 1, text: '' }]);
	});

	it('gives the same lines wherever the chunks are cut, also within a character', async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(fc.string({ unit: 'binary' })), fc.integer({ min: 1, max: 9 }), async (texts, size) => {
				const whole = texts.map((text) => text.replaceAll(/[\r\n\ufeff]/g, '💾'));
				const bytes = Buffer.from(whole.map((text) => `${text}\n`).join(''));
				const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
					bytes.subarray(at * size, (at + 1) * size),
				);
				const found = await lines(chunks);
				assert.deepEqual(
					found,
					whole.map((text, at) => ({ n: at + 1, text: Buffer.from(text).toString() })),
				);
			}),
		);
	});

	it('cuts what is too long and goes on with the next line', async () => {
		const found = await lines(['12345', '67890', '1\n', 'ab\n', '123456'], 6);
		assert.deepEqual(
			found.map((line) => line.text),
			['123456', 'ab', '123456'],
		);
	});

	it('holds no more than its limit of an endless line', async () => {
		async function* endless(): AsyncGenerator<Buffer> {
			for (let sent = 0; sent < 200; sent += 1) yield Buffer.alloc(1_048_576, 120);
		}
		const before = process.memoryUsage().arrayBuffers;
		let longest = 0;
		for await (const line of readLines(endless(), 1_000)) longest = Math.max(longest, line.text.length);
		assert.equal(longest, 1_000);
		assert.ok(process.memoryUsage().arrayBuffers - before < 150 * 1_048_576);
	});
});
