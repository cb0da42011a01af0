import assert from 'node:assert/strict';
import { durationText, offsetOf, timeState } from '../../../../../src/dialects/unraid/entities/times';

describe('times of the server', () => {
	it('are states in UTC, and none where Go wrote its zero time', () => {
		assert.equal(timeState('2026-11-21T19:16:07.918952497+10:00'), '2026-11-21T09:16:07Z');
		assert.equal(timeState('0001-01-01T00:00:00Z'), null);
		assert.equal(timeState(''), null);
		assert.equal(timeState(undefined), null);
	});

	it('tell how far the server is ahead of UTC', () => {
		assert.equal(offsetOf('2026-11-21T19:16:07+10:00'), 600);
		assert.equal(offsetOf('2026-11-21T19:16:07-03:30'), -210);
		assert.equal(offsetOf('2026-11-21T19:16:07Z'), 0);
		assert.equal(offsetOf('2026-11-21'), null);
		assert.equal(offsetOf(null), null);
	});
});

describe('durationText', () => {
	for (const [seconds, text] of [
		[72_011, '20 hours, 11 seconds'],
		[90_061, '1 day, 1 hour, 1 minute, 1 second'],
		[122, '2 minutes, 2 seconds'],
		[0, undefined],
		[null, undefined],
	] as const) {
		it(`${seconds} s`, () => assert.equal(durationText(seconds), text));
	}
});
