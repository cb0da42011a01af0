import assert from 'node:assert/strict';
import { allowedDifferences, usedReasons } from './world';

describe('docs/parity-differences.json', () => {
	it('excuses nothing that is the same', function () {
		// After both recordings: one alone does not need every reason.
		if (usedReasons.size < 2) this.skip();
		const used = new Set([...usedReasons.values()].flatMap((reasons) => [...reasons]));
		const unused = Object.keys(allowedDifferences()).filter((pattern) => !used.has(pattern));
		assert.deepEqual(unused, []);
	});
});
