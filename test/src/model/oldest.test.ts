import assert from 'node:assert/strict';
import { dropOldest } from '../../../src/model/oldest';

describe('dropOldest', () => {
	it('leaves the newest of a set and of a map', () => {
		const set = new Set(['a', 'b', 'c']);
		dropOldest(set, 2);
		assert.deepEqual([...set], ['b', 'c']);
		const map = new Map([
			['a', 1],
			['b', 2],
			['c', 3],
		]);
		map.delete('a');
		map.set('a', 4);
		dropOldest(map, 1);
		assert.deepEqual([...map], [['a', 4]]);
	});

	it('leaves what has room', () => {
		const set = new Set(['a', 'b']);
		dropOldest(set, 2);
		assert.deepEqual([...set], ['a', 'b']);
	});

	it('empties what may hold nothing', () => {
		const set = new Set(['a', 'b']);
		dropOldest(set, 0);
		assert.equal(set.size, 0);
	});
});
