import assert from 'node:assert/strict';
import { isFields } from '../../../src/model/fields';

describe('isFields', () => {
	it('tells JSON objects from everything else', () => {
		for (const value of [{}, { a: 1 }, Object.create(null)]) assert.equal(isFields(value), true);
		for (const value of [null, undefined, [], [{}], 'x', 1, true, () => ({})]) assert.equal(isFields(value), false);
	});
});
