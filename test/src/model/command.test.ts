import assert from 'node:assert/strict';
import fc from 'fast-check';
import { restPath, wrongValue } from '../../../src/model/command';
import type { Entity } from '../../../src/model/entity';

const entity = (fields: Partial<Entity>) => ({ platform: 'sensor', range: null, options: null, ...fields }) as Entity;

describe('wrongValue', () => {
	const range = { min: 0, max: 1, step: 0.1 };

	it('takes numbers on the step and within the range, whatever binary fractions make of them', () => {
		const number = entity({ platform: 'number', range });
		for (const value of [0, 0.1, 0.3, 0.7, 1]) assert.equal(wrongValue(number, value), null, String(value));
		for (const value of [-0.1, 1.1, 0.15, Number.NaN, Number.POSITIVE_INFINITY, '0.1', undefined, null, {}]) {
			assert.notEqual(wrongValue(number, value), null, String(value));
		}
		assert.notEqual(wrongValue(entity({ platform: 'number' }), 1), null, 'without a range nothing fits');
	});

	it('takes the words of a select, and anything where no value is wanted', () => {
		const select = entity({ platform: 'select', options: ['quiet', 'fast'] });
		assert.equal(wrongValue(select, 'quiet'), null);
		assert.equal(wrongValue(select, 'loud'), 'its options are quiet, fast');
		assert.notEqual(wrongValue(entity({ platform: 'select' }), 'quiet'), null);
		assert.equal(wrongValue(entity({ platform: 'button' }), undefined), null);
	});
});

describe('restPath', () => {
	it('makes one name of every value', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'grapheme' }), (name) => {
				const path = restPath`/vm/${name}/start`;
				assert.equal(path.split('/').length, 4);
				assert.equal(decodeURIComponent(path.split('/')[2] ?? ''), name);
				assert.doesNotMatch(path, /[?#\s]/);
			}),
		);
		assert.equal(restPath`/a/${null}/${undefined}`, '/a//');
	});
});
