import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Reading } from '../../../src/model/description';
import {
	binary,
	bytes,
	count,
	event,
	firstNumber,
	numeric,
	onOff,
	percent,
	power,
	round,
	temperature,
	text,
} from '../../../src/model/presets';

interface Item {
	readonly a?: number | string | null;
	readonly b?: number | null;
	readonly text?: string | null;
}

const reading: Reading = { world: {}, at: 0, previous: undefined };

describe('round', () => {
	it('rounds half away from zero, without the noise of binary fractions', () => {
		for (const [value, decimals, expected] of [
			[1.005, 2, 1.01],
			[-1.005, 2, -1.01],
			[0.05, 1, 0.1],
			[2.5, 0, 3],
			[-2.5, 0, -3],
			[0.1 + 0.2, 10, 0.3],
			[41.49999, 1, 41.5],
			[12, 1, 12],
			[0, 2, 0],
		] as const) {
			assert.equal(round(value, decimals), expected, `${value}`);
		}
	});

	it('never gives minus zero', () => {
		assert.ok(Object.is(round(-0.001, 1), 0));
		assert.ok(Object.is(round(-0, 1), 0));
	});

	it('is off by half a unit of the last place at most, and is stable', () => {
		fc.assert(
			fc.property(
				fc.double({ min: -1e9, max: 1e9, noNaN: true }),
				fc.integer({ min: 0, max: 3 }),
				(value, decimals) => {
					const rounded = round(value, decimals);
					assert.ok(Math.abs(rounded - value) <= 0.5 * 10 ** -decimals + 1e-6);
					assert.equal(round(rounded, decimals), rounded);
				},
			),
		);
	});
});

describe('presets', () => {
	it('take the first field that holds a finite number', () => {
		assert.equal(firstNumber<Item>({ a: 'x', b: 2 }, ['a', 'b']), 2);
		assert.equal(firstNumber<Item>({ a: 0, b: 2 }, ['a', 'b']), 0);
		assert.equal(firstNumber<Item>({ a: Number.NaN, b: Number.POSITIVE_INFINITY }, ['a', 'b']), null);
		assert.equal(firstNumber<Item>({}, ['a']), null);
	});

	it('convert, then look whether the value is plausible, then round', () => {
		const row = numeric<Item>({ key: 'x', name: 'X', field: 'b', divide: 1000, decimals: 1, plausible: [0, 10] });
		const of = (b: number | null) => row.value({ b }, reading);
		assert.deepEqual([of(1234), of(10_000), of(10_001), of(-1), of(0), of(null)], [1.2, 10, null, null, 0, null]);
	});

	it('take 0 for none only where the row says so', () => {
		const spec = { key: 'x', name: 'X', field: 'b' } as const;
		assert.equal(numeric<Item>({ ...spec, zeroIsNone: true }).value({ b: 0 }, reading), null);
		assert.equal(numeric<Item>(spec).value({ b: 0 }, reading), 0);
	});

	it('take an absent field for 0 only where the row says so', () => {
		const spec = { key: 'x', name: 'X', field: 'b' } as const;
		assert.equal(numeric<Item>({ ...spec, absentIsZero: true }).value({}, reading), 0);
		assert.equal(numeric<Item>({ ...spec, absentIsZero: true }).value({ b: 4 }, reading), 4);
		assert.equal(numeric<Item>(spec).value({}, reading), null);
	});

	it('bytes are shown in GiB', () => {
		const row = bytes<Item>({ key: 'x', name: 'X', field: 'b' });
		assert.deepEqual([row.unit, row.deviceClass, row.precision], ['GiB', 'data_size', 2]);
		assert.equal(row.value({ b: 1.5 * 2 ** 30 }, reading), 1.5);
		assert.equal(row.value({ b: -1 }, reading), null);
	});

	it('event has no state of its own', () => {
		const happenings = () => [{ id: '1', type: 'a', at: 0, attributes: {} }];
		const row = event<Item>({ key: 'x', name: 'X', from: ['a'], options: ['a'], happenings });
		assert.deepEqual([row.platform, row.value({}, reading), row.happenings], ['event', null, happenings]);
	});

	it('say which fields they read, and leave their own options out of the row', () => {
		const row = numeric<Item>({ key: 'x', name: 'X', field: ['b', 'a'], reads: ['text'], divide: 2, zeroIsNone: true });
		assert.deepEqual(row.from, ['b', 'a', 'text']);
		for (const option of ['field', 'reads', 'divide', 'zeroIsNone', 'absentIsZero', 'decimals', 'plausible']) {
			assert.ok(!(option in row), option);
		}
		assert.deepEqual(text<Item>({ key: 'x', name: 'X', field: 'text', reads: ['b'] }).from, ['text', 'b']);
	});

	it('carry unit, class and state class, which a row can replace', () => {
		const spec = { key: 'x', name: 'X', field: 'b' } as const;
		const shape = (row: ReturnType<typeof numeric<Item>>) => [row.platform, row.unit, row.deviceClass, row.stateClass];
		assert.deepEqual(shape(percent<Item>(spec)), ['sensor', '%', undefined, 'measurement']);
		assert.deepEqual(shape(temperature<Item>(spec)), ['sensor', '°C', 'temperature', 'measurement']);
		assert.deepEqual(shape(power<Item>(spec)), ['sensor', 'W', 'power', 'measurement']);
		assert.deepEqual(shape(count<Item>(spec)), ['sensor', undefined, undefined, 'measurement']);
		assert.equal(percent<Item>({ ...spec, deviceClass: 'battery' }).deviceClass, 'battery');
	});

	it('drop what no sensor can measure', () => {
		const spec = { key: 'x', name: 'X', field: 'b' } as const;
		const of = (row: ReturnType<typeof numeric<Item>>, b: number) => row.value({ b }, reading);
		assert.deepEqual(
			[-41, -40, 125, 126].map((b) => of(temperature<Item>(spec), b)),
			[null, -40, 125, null],
		);
		assert.deepEqual(
			[-0.1, 0, 100, 100.1].map((b) => of(percent<Item>(spec), b)),
			[null, 0, 100, null],
		);
		assert.deepEqual(
			[-1, 0].map((b) => of(power<Item>(spec), b)),
			[null, 0],
		);
	});

	it('text is a non-empty text or unknown', () => {
		const row = text<Item>({ key: 'x', name: 'X', field: 'text' });
		assert.deepEqual(
			[{ text: 'a' }, { text: '' }, { text: null }, {}].map((item) => row.value(item, reading)),
			['a', null, null, null],
		);
	});

	it('binary is on, off or unknown', () => {
		const row = binary<Item>({ key: 'x', name: 'X', from: ['b'], is: ({ b }) => (b == null ? null : b > 0) });
		assert.deepEqual(
			[1, 0, null].map((b) => row.value({ b }, reading)),
			['on', 'off', null],
		);
		assert.equal(row.platform, 'binary_sensor');
		assert.ok(!('is' in row));
		assert.deepEqual([onOff(true), onOff(false), onOff(null), onOff(undefined)], ['on', 'off', null, null]);
	});
});
