import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parsePath } from '../../../src/filter/path';

const read = (path: string, root: unknown): readonly unknown[] | null => parsePath(path)?.(root) ?? null;

describe('parsePath', () => {
	it('reads names, positions, quoted names and wildcards', () => {
		const root = {
			data: [
				{ name: 'a', t: 1 },
				{ name: 'b', t: 2 },
			],
			'x.y': { 'a"b': 3 },
			map: { p: 4, q: 5 },
		};
		assert.deepEqual(read('data[1].name', root), ['b']);
		assert.deepEqual(read('data[*].t', root), [1, 2]);
		assert.deepEqual(read('["x.y"]["a\\"b"]', root), [3]);
		assert.deepEqual(read('map.*', root), [4, 5]);
		assert.deepEqual(read('data.length', root), [2]);
		assert.deepEqual(read('data[7].name', root), []);
	});

	it('refuses what is no path', () => {
		for (const text of ['', '.', 'a..b', 'a[', 'a[-1]', 'a]b', 'a.', '.a', 'a["b]'])
			assert.equal(parsePath(text), null, text);
	});

	it('sees own properties only', () => {
		for (const path of ['__proto__', 'constructor.name', 'toString', 'a.constructor']) {
			assert.deepEqual(read(path, { a: 'text' }), [], path);
		}
	});

	it('never throws, whatever the text and the value', () => {
		fc.assert(fc.property(fc.string(), fc.anything(), (text, root) => void parsePath(text)?.(root)));
	});
});
