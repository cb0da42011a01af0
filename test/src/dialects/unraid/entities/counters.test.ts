import assert from 'node:assert/strict';
import fc from 'fast-check';
import { energy, rate } from '../../../../../src/dialects/unraid/entities/counters';
import type { Memory } from '../../../../../src/model/description';

const hour = 3_600_000;

describe('energy', () => {
	it('ignores a reading that is out of order, and counts the time once', () => {
		let memory = energy(1000, undefined, 0).memory;
		memory = energy(1000, memory, hour).memory;
		const late = energy(5000, memory, hour / 2);
		assert.deepEqual([late.state, late.memory], [1, memory]);
		assert.equal(energy(1000, late.memory, 2 * hour).state, 2);
	});

	it('takes no negative power', () => {
		const { memory } = energy(1000, undefined, 0);
		assert.deepEqual(energy(-1, memory, hour), { state: 0, memory: { watt_hours: 0 } });
	});

	it('never goes down, whatever comes', () => {
		const reading = fc.tuple(
			fc.oneof(fc.constant(null), fc.double({ min: -10, max: 5000, noNaN: true })),
			fc.integer({ min: -3 * hour, max: 3 * hour }),
		);
		fc.assert(
			fc.property(fc.array(reading), (readings) => {
				let memory: Memory | undefined;
				let [at, total] = [0, 0];
				for (const [watts, step] of readings) {
					at += step;
					const next = energy(watts, memory, at);
					assert.ok(Number(next.state) >= total);
					total = Number(next.state);
					memory = JSON.parse(JSON.stringify(next.memory));
				}
			}),
		);
	});
});

describe('rate', () => {
	it('has none without a counter, and starts anew after it', () => {
		const { memory } = rate(1000, undefined, 0);
		assert.deepEqual(rate(null, memory, 1000), { state: null, memory: {} });
		assert.equal(rate(2000, {}, 2000).state, null);
	});

	it('has none for two readings of one moment', () => {
		const { memory } = rate(1000, undefined, 0);
		assert.equal(rate(2000, memory, 0).state, null);
	});

	it('is never negative, whatever comes', () => {
		const reading = fc.tuple(fc.oneof(fc.constant(null), fc.nat(2 ** 31)), fc.integer({ min: -hour, max: hour }));
		fc.assert(
			fc.property(fc.array(reading), (readings) => {
				let memory: Memory | undefined;
				let at = 0;
				for (const [bytes, step] of readings) {
					at += step;
					const next = rate(bytes, memory, at);
					assert.ok(next.state === null || (Number.isFinite(next.state) && Number(next.state) >= 0));
					memory = next.memory;
				}
			}),
		);
	});
});
