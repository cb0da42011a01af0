import assert from 'node:assert/strict';
import { unseen } from '../../../src/entities/happenings';
import { limits } from '../../../src/model/limits';

const happening = (id: string, at = 0) => ({ id, type: 'info', at, attributes: {} });
const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id);

describe('unseen', () => {
	it('gives each once, in order of time', () => {
		const seen = new Set<string>();
		assert.deepEqual(ids(unseen([happening('b', 2), happening('a', 1)], seen)), ['a', 'b']);
		assert.deepEqual(ids(unseen([happening('b', 2), happening('a', 1), happening('c', 3)], seen)), ['c']);
	});

	it('gives one that stands twice in a list once', () => {
		assert.deepEqual(ids(unseen([happening('a'), happening('a')], new Set())), ['a']);
	});

	it('remembers a bounded number, longest what is still listed', () => {
		const seen = new Set<string>();
		for (let i = 0; i < 3 * limits.happenings; i += 1) unseen([happening('kept'), happening(`n${i}`)], seen);
		assert.equal(seen.size, limits.happenings);
		assert.deepEqual(unseen([happening('kept')], seen), []);
	});
});
