import assert from 'node:assert/strict';
import fc from 'fast-check';
import { glob, globs } from '../../../src/model/glob';
import { limits } from '../../../src/model/limits';

describe('glob', () => {
	it('fits as a regular expression of the same meaning does', () => {
		const texts = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '?', '.'), maxLength: 12 });
		fc.assert(
			fc.property(texts, texts, (pattern, text) => {
				const source = pattern.replace(/[.*?/]/g, (sign) => ({ '*': '.*', '?': '.' })[sign] ?? `\\${sign}`);
				assert.equal(glob(pattern)(text), new RegExp(`^${source}$`, 's').test(text));
			}),
		);
	});

	it('takes no longer for a hostile text than for any other, and none above the limit', () => {
		const hostile = glob(`${'*a'.repeat(100)}b`);
		const started = performance.now();
		assert.equal(hostile('a'.repeat(limits.filterText)), false);
		assert.ok(performance.now() - started < 500);
		assert.equal(glob('*')('a'.repeat(limits.filterText)), true);
		assert.equal(glob('*')('a'.repeat(limits.filterText + 1)), false);
	});
});

describe('globs', () => {
	it('takes what one glob wants and none excludes', () => {
		const fits = globs(['disk*', 'ups', '!disk_list*']);
		assert.deepEqual([['disk'], ['ups'], ['disk_list_update'], ['ups', 'disk_list'], ['vm'], []].map(fits), [
			true,
			true,
			false,
			false,
			false,
			false,
		]);
	});

	it('takes all the rest where it only excludes, and everything where it is empty', () => {
		assert.deepEqual([['agent_stream'], ['ups'], []].map(globs(['!agent_stream'])), [false, true, true]);
		assert.deepEqual([['anything'], []].map(globs([])), [true, true]);
	});
});
