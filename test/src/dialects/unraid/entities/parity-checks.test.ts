import assert from 'node:assert/strict';
import { parityHistory, paritySchedule } from '../../../../../src/dialects/unraid/entities/parity-checks';
import { readRows } from '../../../../support/entity-rows';

describe('parity schedule', () => {
	const read = (schedule: object) =>
		readRows([paritySchedule], { parity_schedule: { timestamp: '2026-11-21T19:16:07+10:00', ...schedule } });

	for (const [schedule, expected] of [
		[{ mode: 'monthly', check_cron: '0 1 1 * *' }, '2026-11-30T15:00:00Z'],
		[{ mode: 'daily', hour: 3 }, '2026-11-21T17:00:00Z'],
		[{ mode: 'weekly', hour: 3, day: 0 }, '2026-11-21T17:00:00Z'],
		[{ mode: 'monthly', hour: 3, day_of_month: 0 }, '2026-11-30T17:00:00Z'],
		[{ mode: 'yearly', hour: 0, day_of_month: 2, month: 1 }, '2027-01-01T14:00:00Z'],
		[{ mode: 'custom', cron: '0 0 * * 1' }, '2026-11-22T14:00:00Z'],
		[{ mode: 'custom' }, null],
		[{ mode: 'disabled', cron: '0 0 * * 1' }, null],
		[{ mode: 'manual' }, null],
		[{ mode: 'daily', check_cron: 'nonsense' }, null],
	] as const) {
		it(`${JSON.stringify(schedule)}: next check ${expected}`, () => {
			const rows = read(schedule);
			assert.equal(rows.next_check?.state, expected);
			const scheduled = expected !== null || 'check_cron' in schedule;
			assert.equal(rows.check_scheduled?.state, scheduled ? 'on' : 'off');
		});
	}

	it('is unknown where the server does not tell its local time', () => {
		assert.equal(read({ mode: 'daily', timestamp: '' }).next_check?.state, null);
	});
});

describe('parity history', () => {
	const check = (date: string, more: object = {}) => ({
		date,
		duration_seconds: 72_000,
		speed_mbps: 244.12,
		status: 'OK',
		errors: 0,
		...more,
	});

	it('tells of the newest check, wherever it stands', () => {
		const records = [
			check('2025-10-01T09:10:12Z'),
			check('2025-11-01T09:12:44+01:00', { errors: 2, status: '2 errors' }),
			check('0001-01-01T00:00:00Z'),
		];
		const rows = readRows([parityHistory], { parity_history: { records } });
		assert.equal(rows.last_check?.state, '2025-11-01T08:12:44Z');
		assert.deepEqual(rows.last_check?.attributes, { errors: 2, last_duration: '20 hours', result: '2 errors' });
		assert.deepEqual([rows.last_errors?.state, rows.last_duration?.state, rows.last_speed?.state], [2, 20, 244.1]);
	});

	it('tells of none where there was none, and of no speed where it was cancelled', () => {
		assert.deepEqual(readRows([parityHistory], { parity_history: { records: [] } }), {});
		assert.deepEqual(readRows([parityHistory], { parity_history: { records: null } }), {});
		const records = [check('2025-10-01T09:10:12Z', { speed_mbps: 0 })];
		assert.equal(readRows([parityHistory], { parity_history: { records } }).last_speed?.state, null);
	});
});
