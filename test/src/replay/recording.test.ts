import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { type Recorded, readRecording, recordingLine } from '../../../src/replay/recording';

async function read(...texts: readonly string[]): Promise<Recorded[]> {
	const found: Recorded[] = [];
	for await (const recorded of readRecording(Readable.from(texts))) found.push(recorded);
	return found;
}

describe('readRecording', () => {
	it('tells recordings from frames', async () => {
		assert.deepEqual(await read('{"t":5,"raw":"{}\\n","topic":"x"}\n', '{"event":"update"}\n', '[1]\n'), [
			{ n: 1, t: 5, frame: '{}\n' },
			{ n: 2, t: null, frame: '{"event":"update"}' },
			{ n: 3, t: null, frame: '[1]' },
		]);
	});

	it('takes everything that is no recording as the frame itself', async () => {
		const texts = [
			'{"t":1,"raw":5}',
			'{"t":1,"raw":',
			'"raw"',
			'null',
			'{"__proto__":{"raw":"x"}}',
			'{"raw64":"AA=="}',
			'7',
		];
		const found = await read(texts.join('\n'));
		assert.deepEqual(
			found.map(({ t, frame }) => [t, frame]),
			texts.map((text) => [null, text]),
		);
	});

	it('takes a recording without a usable time, and an empty message', async () => {
		assert.deepEqual(await read('{"raw":"a"}\n{"t":"1","raw":""}\n{"t":1e999,"raw":"b"}'), [
			{ n: 1, t: null, frame: 'a' },
			{ n: 2, t: null, frame: '' },
			{ n: 3, t: null, frame: 'b' },
		]);
	});

	it('skips blank lines, and counts them', async () => {
		assert.deepEqual(await read('\n \t\r\n{}\n\n'), [{ n: 3, t: null, frame: '{}' }]);
	});

	it('reads back what was written, text and bytes', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.nat(),
				fc.oneof(
					fc.string({ unit: 'binary' }),
					fc.uint8Array().map((bytes) => Buffer.from(bytes)),
				),
				async (t, frame) => {
					assert.deepEqual(await read(recordingLine(t, frame)), [{ n: 1, t, frame }]);
				},
			),
		);
	});
});
