import assert from 'node:assert/strict';
import fc from 'fast-check';
import { nextRun } from '../../../../../src/dialects/unraid/entities/cron';

const at = (text: string) => Date.parse(text);
const next = (entry: string, after: string, offset = 0) => {
	const run = nextRun(entry, at(after), offset);
	return run === null ? null : new Date(run).toISOString();
};

describe('nextRun', () => {
	// 2026-11-21 is a Saturday.
	for (const [entry, after, expected] of [
		['0 1 1 * *', '2026-11-21T09:16:07Z', '2026-12-01T01:00:00.000Z'],
		['40 3 * * *', '2026-11-21T03:39:59Z', '2026-11-21T03:40:00.000Z'],
		['40 3 * * *', '2026-11-21T03:40:00Z', '2026-11-22T03:40:00.000Z'],
		['* * * * *', '2026-11-21T23:59:30Z', '2026-11-22T00:00:00.000Z'],
		['*/15 * * * *', '2026-11-21T10:46:00Z', '2026-11-21T11:00:00.000Z'],
		['5/20 8-10 * * *', '2026-11-21T10:26:00Z', '2026-11-21T10:45:00.000Z'],
		['0 0 * * 0', '2026-11-21T10:00:00Z', '2026-11-22T00:00:00.000Z'],
		['0 0 * * 7', '2026-11-21T10:00:00Z', '2026-11-22T00:00:00.000Z'],
		['0 0 * * MON-FRI', '2026-11-21T10:00:00Z', '2026-11-23T00:00:00.000Z'],
		['0 5 1 jan,jul *', '2026-11-21T10:00:00Z', '2027-01-01T05:00:00.000Z'],
		['0 0 13 * 5', '2026-11-21T10:00:00Z', '2026-11-27T00:00:00.000Z'],
		['0 0 29 2 *', '2026-11-21T10:00:00Z', '2028-02-29T00:00:00.000Z'],
		['0 0 29 2 *', '2096-03-01T00:00:00Z', '2104-02-29T00:00:00.000Z'],
		['30 1,13 * * *', '2026-11-21T02:00:00Z', '2026-11-21T13:30:00.000Z'],
		['  0   1  1 *  * ', '2026-11-21T09:16:07Z', '2026-12-01T01:00:00.000Z'],
	] as const) {
		it(`${entry} after ${after}`, () => assert.equal(next(entry, after), expected));
	}

	it("goes by the server's own clock", () => {
		assert.equal(next('0 1 1 * *', '2026-11-21T09:16:07Z', 600), '2026-11-30T15:00:00.000Z');
		assert.equal(next('0 1 1 * *', '2026-11-30T15:30:00Z', 600), '2026-12-31T15:00:00.000Z');
		assert.equal(next('30 23 * * *', '2026-11-21T04:00:00Z', -300), '2026-11-21T04:30:00.000Z');
	});

	for (const entry of [
		'',
		'* * * *',
		'* * * * * *',
		'60 * * * *',
		'* 24 * * *',
		'* * 0 * *',
		'* * * 13 *',
		'* * * * 8',
	]) {
		it(`cannot read "${entry}"`, () => assert.equal(next(entry, '2026-11-21T00:00:00Z'), null));
	}
	for (const entry of [
		'a * * * *',
		'*/0 * * * *',
		'5-1 * * * *',
		'1-2-3 * * * *',
		'1/2/3 * * * *',
		'-1 * * * *',
		'*-3 * * * *',
	]) {
		it(`cannot read "${entry}"`, () => assert.equal(next(entry, '2026-11-21T00:00:00Z'), null));
	}
	it('knows that a day may never come', () => assert.equal(next('0 0 31 2 *', '2026-11-21T00:00:00Z'), null));

	it('never throws, and answers with a later whole minute that the entry allows', () => {
		const field = (least: number, most: number) =>
			fc.oneof(fc.constant('*'), fc.integer({ min: least, max: most }).map(String), fc.string({ maxLength: 4 }));
		const entries = fc
			.tuple(field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 7))
			.map((fields) => fields.join(' '));
		const times = fc.integer({ min: 0, max: 4e12 });
		fc.assert(
			fc.property(entries, times, fc.integer({ min: -840, max: 840 }), (entry, after, offset) => {
				const run = nextRun(entry, after, offset);
				if (run === null) return;
				assert.ok(run > after && run % 60_000 === 0);
				const [minute, hour] = entry.trim().split(/\s+/);
				const local = new Date(run + offset * 60_000);
				if (/^\d+$/.test(minute ?? '')) assert.equal(local.getUTCMinutes(), Number(minute));
				if (/^\d+$/.test(hour ?? '')) assert.equal(local.getUTCHours(), Number(hour));
			}),
		);
	});
});
