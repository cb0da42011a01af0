import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Recollection, readMemory } from '../../../src/entities/recollection';

describe('what a mapper remembers', () => {
	it('is read back as far as it is in order', () => {
		const good = {
			tower_ups_energy: { watt_hours: 5, at: null },
			tower_disk_a: {},
			$device: { name: 'Tower', model: 'X' },
		};
		const bad = { a: 5, b: null, c: [1], d: { deep: {} }, e: 'text' };
		assert.deepEqual(readMemory({ ...good, ...bad }), good);
		for (const none of [null, 5, 'text', [good], undefined]) assert.deepEqual(readMemory(none), {});
	});

	it('is read whatever it is, and can be saved again', () => {
		fc.assert(
			fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
				const memory = readMemory(value);
				assert.deepEqual(readMemory(memory), memory);
				new Recollection(memory).save([]);
			}),
		);
	});

	it('knows the device only where it is one', () => {
		assert.deepEqual(new Recollection({ $device: { name: 'Tower', model: 'X' } }).device, {
			name: 'Tower',
			model: 'X',
		});
		for (const $device of [{ name: 5 }, {}, { name: 'Tower', model: null }]) {
			assert.equal(new Recollection({ $device }).device, null);
		}
	});
});
