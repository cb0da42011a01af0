import assert from 'node:assert/strict';
import { systemClock } from '../../../src/model/clock';

describe('systemClock', () => {
	it('runs a timer once and ignores the cancelling of one that has run or never was', async () => {
		let runs = 0;
		await new Promise<void>((resolve) => {
			const timer = systemClock.after(0, () => {
				runs += 1;
				resolve();
			});
			assert.ok(timer);
		});
		systemClock.cancel(undefined);
		assert.equal(runs, 1);
	});
});
