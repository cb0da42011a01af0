import assert from 'node:assert/strict';
import fc from 'fast-check';
import { inWindow } from '../../../src/filter/window';

/** Local time; 2026-09-14 is a Monday. */
const at = (day: number, hour: number, minute = 0): number => new Date(2026, 8, day, hour, minute).getTime();

describe('inWindow', () => {
	it('includes its start and not its end', () => {
		const window = { from: '08:00', to: '20:30' };
		assert.deepEqual(
			[at(14, 7, 59), at(14, 8), at(14, 20, 29), at(14, 20, 30)].map((time) => inWindow(window, time)),
			[false, true, true, false],
		);
	});

	it('lasts over midnight and belongs to the day on which it starts', () => {
		const fridayNight = { from: '22:00', to: '06:00', weekdays: ['fri' as const] };
		const cases: [number, boolean][] = [
			[at(18, 5), false],
			[at(18, 22), true],
			[at(19, 5, 59), true],
			[at(19, 6), false],
			[at(19, 22), false],
		];
		for (const [time, expected] of cases)
			assert.equal(inWindow(fridayNight, time), expected, new Date(time).toString());
	});

	it('lasts a whole day where start and end are equal', () => {
		const monday = { from: '07:00', to: '07:00', weekdays: ['mon' as const] };
		assert.deepEqual(
			[at(14, 6, 59), at(14, 7), at(15, 6, 59), at(15, 7)].map((time) => inWindow(monday, time)),
			[false, true, true, false],
		);
	});

	it('and its complement share every minute of the day', () => {
		const minute = fc.integer({ min: 0, max: 1_439 });
		const text = (value: number): string =>
			`${String(Math.floor(value / 60)).padStart(2, '0')}:${String(value % 60).padStart(2, '0')}`;
		fc.assert(
			fc.property(minute, minute, minute, (from, to, now) => {
				fc.pre(from !== to);
				const time = at(16, Math.floor(now / 60), now % 60);
				const inside = inWindow({ from: text(from), to: text(to) }, time);
				assert.notEqual(inside, inWindow({ from: text(to), to: text(from) }, time));
			}),
		);
	});
});
