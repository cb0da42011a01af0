import assert from 'node:assert/strict';
import fc from 'fast-check';
import jsonata from 'jsonata';
import { parsePath, parsePlain } from '../../../src/model/path';

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

	it('comes to an end in what holds itself', () => {
		const loop: { [name: string]: unknown } = {};
		loop.a = loop;
		loop.b = [loop, loop];
		for (const path of [Array(100).fill('*').join('.'), 'b[*].a[*].b']) assert.ok(read(path, loop));
		const list: unknown[] = [];
		list.push(list);
		assert.equal(parsePlain('a.b')?.(list), undefined);
	});

	it('never throws, whatever the text and the value', () => {
		fc.assert(fc.property(fc.string(), fc.anything(), (text, root) => void parsePath(text)?.(root)));
	});
});

describe('parsePlain', () => {
	it('takes names and positions, and nothing else', () => {
		for (const text of ['a', 'a.b', 'a[0].b_1', 'a[0][1]', '$']) assert.ok(parsePlain(text), text);
		for (const text of [
			'',
			'a-b',
			'a.',
			'[0]',
			'a[-1]',
			'a + b',
			'$$',
			'$.a',
			'`a`',
			'true',
			'a.null',
			'a.*',
			'1',
			'"a"',
		]) {
			assert.equal(parsePlain(text), null, text);
		}
	});

	it('reads what JSONata reads', async () => {
		const name = fc.constantFrom('a', 'b', 'c');
		const step = fc
			.tuple(name, fc.array(fc.nat(2), { maxLength: 2 }))
			.map(([word, at]) => word + at.map((n) => `[${n}]`).join(''));
		const path = fc.array(step, { maxLength: 3 }).map((steps) => steps.join('.') || '$');
		const { tree } = fc.letrec((tie) => ({
			tree: fc.oneof(
				{ maxDepth: 4 },
				fc.constantFrom(1, 'x', null, true),
				fc.array(tie('tree'), { maxLength: 3 }),
				fc.dictionary(name, tie('tree'), { maxKeys: 3 }),
			),
		}));
		await fc.assert(
			fc.asyncProperty(path, tree, async (text, root) => {
				const theirs: unknown = await jsonata(text).evaluate(root);
				// Sequences are lists with marks of JSONata's own.
				assert.deepEqual(parsePlain(text)?.(root), Array.isArray(theirs) ? [...theirs] : theirs);
			}),
			{ numRuns: 1000 },
		);
	});

	it('sees own properties only', () => {
		for (const text of ['__proto__', 'constructor.name', 'a.length'])
			assert.equal(parsePlain(text)?.({ a: 'x' }), undefined);
	});
});
