import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isTimestamp, isZeroTime, parseTime } from '../../../src/model/time';

describe('parseTime', () => {
	const good: readonly (readonly [text: string, utc: string])[] = [
		['2025-10-02T14:02:59.850035377+10:00', '2025-10-02T04:02:59.850Z'],
		['2025-10-02T14:02:59Z', '2025-10-02T14:02:59.000Z'],
		['2025-10-02t14:02:59z', '2025-10-02T14:02:59.000Z'],
		['2025-10-02T14:02:59.1Z', '2025-10-02T14:02:59.100Z'],
		['2025-10-02T14:02:59.12-00:00', '2025-10-02T14:02:59.120Z'],
		['2025-10-02T23:45:00-05:45', '2025-10-03T05:30:00.000Z'],
		['2024-02-29T00:00:00+23:59', '2024-02-28T00:01:00.000Z'],
		['2000-02-29T12:00:00Z', '2000-02-29T12:00:00.000Z'],
		['1969-12-31T23:59:59.999999999Z', '1969-12-31T23:59:59.999Z'],
		['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
		['2017-01-01T00:59:60+01:00', '2017-01-01T00:00:00.000Z'],
		['9999-12-31T23:59:59Z', '9999-12-31T23:59:59.000Z'],
		['0099-03-01T00:00:00Z', '0099-03-01T00:00:00.000Z'],
	];
	for (const [text, utc] of good) {
		it(`reads ${text}`, () => {
			assert.equal(parseTime(text), Date.parse(utc));
			assert.equal(isTimestamp(text), true);
		});
	}

	const bad: readonly unknown[] = [
		'',
		'2025-10-02',
		'2025-10-02T14:02Z',
		'2025-10-02 14:02:59Z',
		'2025-10-02T14:02:59',
		'2025-10-02T14:02:59.Z',
		'2025-10-02T14:02:59,5Z',
		'2025-10-02T14:02:59.1234567890Z',
		'2025-10-02T14:02:59+1000',
		'2025-10-02T14:02:59+10',
		'2025-10-02T14:02:59+24:00',
		'2025-10-02T14:02:59+10:60',
		'2025-10-02T14:02:59Zx',
		'2025-10-02T24:00:00Z',
		'2025-10-02T14:60:00Z',
		'2025-10-02T14:02:61Z',
		'2025-10-02T14:02:60Z',
		'2025-02-29T00:00:00Z',
		'1900-02-29T00:00:00Z',
		'2025-04-31T00:00:00Z',
		'2025-13-01T00:00:00Z',
		'2025-00-01T00:00:00Z',
		'2025-01-00T00:00:00Z',
		'-025-01-01T00:00:00Z',
		'٢٠٢٥-10-02T14:02:59Z',
		`${'2025-10-02T14:02:59.'.padEnd(100_000, '1')}Z`,
		1_700_000_000,
		null,
		undefined,
		{},
		new Date(),
	];
	for (const value of bad) {
		it(`refuses ${String(value).slice(0, 40)}`, () => {
			assert.equal(parseTime(value), null);
			assert.equal(isTimestamp(value), false);
		});
	}

	it('agrees with Date for every instant and offset', () => {
		const least = Date.parse('0001-01-02T00:00:00Z');
		const most = Date.parse('9999-12-30T00:00:00Z');
		const instants = fc.integer({ min: least, max: most });
		const offsets = fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 });
		fc.assert(
			fc.property(instants, offsets, (at, minutes) => {
				const two = (n: number) => String(n).padStart(2, '0');
				const local = new Date(at + minutes * 60_000).toISOString().slice(0, -1);
				const size = Math.abs(minutes);
				const text = `${local}${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
				fc.pre(text.length === 29);
				assert.equal(parseTime(text), at);
				assert.equal(isTimestamp(text), true);
			}),
		);
	});

	it('reads a time exactly where isTimestamp says that it is one', () => {
		const nearly = fc
			.tuple(fc.constantFrom(...good.map(([text]) => text)), fc.nat(40), fc.constantFrom(...'0129:-+.TZ x'))
			.map(([text, at, char]) => text.slice(0, at) + char + text.slice(at + 1));
		fc.assert(
			fc.property(nearly, (text) => {
				assert.equal(parseTime(text) !== null || isZeroTime(text), isTimestamp(text));
			}),
			{ numRuns: 2000 },
		);
	});
});

describe('isZeroTime', () => {
	it('knows the zero time of Go at every offset, and parseTime gives null for it', () => {
		const zeros = [
			'0001-01-01T00:00:00Z',
			'0001-01-01T00:00:00.000Z',
			'0001-01-01T01:00:00+01:00',
			'0000-12-31T16:07:02-07:52',
			'0001-01-01T00:53:28+00:53',
		];
		for (const text of zeros) {
			assert.equal(isZeroTime(text), true, text);
			assert.equal(isTimestamp(text), true, text);
			assert.equal(parseTime(text), null, text);
		}
		for (const value of ['0001-01-02T00:00:00Z', '0001-01-01T00:00:00+01:00', '2025-01-01T00:00:00Z', '', null, 0]) {
			assert.equal(isZeroTime(value), false, String(value));
		}
	});
});
