import assert from 'node:assert/strict';
import { formatBytes, shareOf } from '../../../../../src/dialects/unraid/entities/format';

describe('formatBytes', () => {
	it('has one decimal and steps of 1024', () => {
		for (const [bytes, text] of [
			[1, '1.0 B'],
			[1023, '1023.0 B'],
			[1024, '1.0 KB'],
			[33_554_432_000, '31.3 GB'],
			[8e12, '7.3 TB'],
			[2 ** 60, '1024.0 PB'],
		] as const) {
			assert.equal(formatBytes(bytes), text);
		}
	});

	it('says nothing of no bytes', () => {
		for (const bytes of [0, -1, null, undefined]) assert.equal(formatBytes(bytes), undefined);
	});
});

describe('shareOf', () => {
	it('is a percentage with one decimal, or nothing where there is no whole', () => {
		assert.equal(shareOf(1, 3), 33.3);
		assert.equal(shareOf(0, 3), 0);
		for (const [part, whole] of [
			[1, 0],
			[1, -1],
			[null, 1],
			[1, null],
			[undefined, undefined],
		] as const) {
			assert.equal(shareOf(part, whole), null);
		}
	});
});
