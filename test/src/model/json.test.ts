import assert from 'node:assert/strict';
import fc from 'fast-check';
import { AgentStreamError } from '../../../src/model/errors';
import { nestedDeeper, parseJson, sameJson } from '../../../src/model/json';
import { limits } from '../../../src/model/limits';

const refused = (frame: string | Uint8Array, says: RegExp) =>
	assert.throws(
		() => parseJson(frame),
		(error) =>
			error instanceof AgentStreamError &&
			error.code === 'FRAME_INVALID' &&
			says.test(error.message) &&
			error.message.length < 300,
	);

describe('parseJson', () => {
	it('reads objects and lists from text and bytes, with white space around them', () => {
		assert.deepEqual(parseJson(' {"a":[1]}\n'), { a: [1] });
		assert.deepEqual(parseJson('[]'), []);
		assert.deepEqual(parseJson(new TextEncoder().encode('{"ü":"😀"}')), { ü: '😀' });
		assert.deepEqual(parseJson(Buffer.from('junk{"a":1}junk').subarray(4, 11)), { a: 1 });
	});

	it('refuses what is empty, no JSON, a scalar, or too large', () => {
		refused('', /empty/);
		refused(new Uint8Array(0), /empty/);
		refused('\n', /empty/);
		refused('{"a":1', /not JSON/);
		refused(`{"a":${'x'.repeat(10_000)}}`, /not JSON/);
		refused('{"a":NaN}', /not JSON/);
		for (const scalar of ['1', '"text"', 'null', 'true']) refused(scalar, /neither an object nor an array/);
		refused(`"${'x'.repeat(limits.frameSize)}"`, /above the limit/);
		refused(Buffer.alloc(limits.frameSize + 1, 32), /above the limit/);
	});

	it('keeps a key called __proto__ as plain data', () => {
		const value = parseJson('{"__proto__":{"polluted":true}}');
		assert.equal(Reflect.get({}, 'polluted'), undefined);
		assert.deepEqual(Object.keys(value), ['__proto__']);
	});

	it('gives back any JSON object or list that is small enough', () => {
		const value = fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue()));
		fc.assert(
			fc.property(value, (json) => {
				const text = JSON.stringify(json);
				assert.deepEqual(parseJson(text), JSON.parse(text));
				assert.deepEqual(parseJson(Buffer.from(text)), JSON.parse(text));
			}),
		);
	});
});

describe('nestedDeeper', () => {
	const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));

	it('counts levels below the value itself', () => {
		assert.equal(nestedDeeper(1, 0), false);
		assert.equal(nestedDeeper([], 0), false);
		assert.equal(nestedDeeper([[]], 0), true);
		assert.equal(nestedDeeper([{ a: 1 }, 2], 1), false);
		assert.equal(nestedDeeper([{ a: {} }, 2], 1), true);
		assert.equal(nestedDeeper(nested(65), 64), false);
		assert.equal(nestedDeeper(nested(66), 64), true);
	});

	it('needs no stack', () => {
		let deep: unknown = null;
		for (let i = 0; i < 1_000_000; i += 1) deep = [deep];
		assert.equal(nestedDeeper(deep, 2_000_000), false);
		assert.equal(nestedDeeper(deep, 64), true);
	});

	it('ends on values that contain themselves, even in many places', () => {
		const loop: Record<string, unknown> = {};
		for (const key of 'abcdefgh') loop[key] = loop;
		assert.equal(nestedDeeper(loop, 64), true);
	});
});

describe('sameJson', () => {
	it('compares by value, whatever the order of keys', () => {
		assert.equal(sameJson({ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 }), true);
		for (const [a, b] of [
			[{ a: 1 }, { a: 2 }],
			[{ a: 1 }, { b: 1 }],
			[{ a: undefined }, { b: undefined }],
			[{ a: 1 }, { a: 1, b: 1 }],
			[
				[1, 2],
				[2, 1],
			],
			[[1], [1, 2]],
			[[], {}],
			[{}, []],
			[null, {}],
			[{}, null],
			['1', 1],
			[{}, { toString: 1 }],
		]) {
			assert.equal(sameJson(a, b), false, JSON.stringify([a, b]));
		}
	});

	it('agrees with JSON text, and with itself the other way round', () => {
		fc.assert(
			fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
				assert.equal(sameJson(a, JSON.parse(JSON.stringify(a))), true);
				assert.equal(sameJson(a, b), sameJson(b, a));
				if (sameJson(a, b)) assert.deepEqual(JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b)));
			}),
		);
	});
});
