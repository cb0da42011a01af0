import assert from 'node:assert/strict';
import { flash } from '../../../../../src/dialects/unraid/entities/flash';
import { readRows } from '../../../../support/entity-rows';

const drive = { size_bytes: 32_000_000_000, used_bytes: 8_000_000_000, free_bytes: 24_000_000_000 };
const read = (more: object) => readRows([flash], { flash: { ...drive, ...more } });

describe('flash drive', () => {
	it('is as full as the agent says, else as its sizes say', () => {
		assert.equal(read({ usage_percent: 30.04 }).usage?.state, 30);
		assert.equal(read({}).usage?.state, 25);
		assert.equal(read({ size_bytes: 0 }).usage?.state, null);
		assert.equal(read({}).free_space?.state, 24_000);
	});

	it('is a problem from 90 % on', () => {
		const problem = (usage_percent: number) => read({ usage_percent }).healthy?.state;
		assert.deepEqual([problem(89.9), problem(90)], ['off', 'on']);
		assert.equal(read({ size_bytes: 0 }).healthy?.state, null);
	});
});
