import assert from 'node:assert/strict';
import { RecordedClock } from '../../cli/recorded-clock';

describe('the clock of a recording', () => {
	it('runs timers on the way, each at its own time, also those that a timer sets', async () => {
		const clock = new RecordedClock();
		const ran: (readonly [string, number])[] = [];
		const note = (name: string) => () => void ran.push([name, clock.now()]);
		let after = 0;
		const move = (time: number) =>
			clock.moveTo(time, async () => {
				after += 1;
			});
		await move(1_000);
		clock.after(500, note('b'));
		clock.after(200, () => {
			note('a')();
			clock.after(100, note('c'));
		});
		clock.cancel(clock.after(300, note('never')));
		clock.cancel(undefined);
		await move(2_000);
		assert.deepEqual(ran, [
			['a', 1_200],
			['c', 1_300],
			['b', 1_500],
		]);
		assert.equal(after, 3);
		await move(1_500);
		assert.equal(clock.now(), 2_000, 'never back');
	});
});
