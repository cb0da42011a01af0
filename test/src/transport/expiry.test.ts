import assert from 'node:assert/strict';
import fc from 'fast-check';
import { expiryAt, jwtExpiry } from '../../../src/transport/expiry';
import { jwt } from '../../support/jwt';

const now = Date.UTC(2026, 8, 14, 8, 30);
const seconds = now / 1_000;

describe('expiry', () => {
	it('reads when a JSON Web Token expires', () => {
		assert.equal(jwtExpiry(jwt({ exp: seconds + 60 }), now, false), now + 60_000);
		assert.equal(jwtExpiry(jwt({ exp: seconds + 60.5 }), now, true), now + 60_500);
		assert.equal(jwtExpiry(jwt({ exp: seconds - 60 }), now, false), now - 60_000);
	});

	it('believes the life of a fresh token more than a clock that is far off', () => {
		const ofThePast = jwt({ iat: seconds - 7_200, exp: seconds - 3_600 });
		assert.equal(jwtExpiry(ofThePast, now, true), now + 3_600_000);
		assert.equal(jwtExpiry(ofThePast, now, false), now - 3_600_000);
		assert.equal(jwtExpiry(jwt({ exp: seconds - 60 }), now, true), now - 60_000);
	});

	it('says nothing of what is no such token', () => {
		const payload = (text: string) => `x.${Buffer.from(text).toString('base64url')}.y`;
		const others = [
			null,
			'',
			'secret',
			'a.b',
			'a.b.c',
			'a.b.c.d',
			'..',
			jwt({}),
			jwt({ exp: '1' }),
			jwt({ exp: 1e300 }),
		];
		for (const token of [...others, payload('null'), payload('[1]'), payload('"exp"'), payload('{')]) {
			assert.equal(jwtExpiry(token, now, false), null, String(token));
		}
	});

	it('reads an expiry in every usual form', () => {
		for (const [value, at] of [
			[3_600, now + 3_600_000],
			['3600', now + 3_600_000],
			[seconds + 60, now + 60_000],
			[now + 60_000, now + 60_000],
			[String(now + 60_000), now + 60_000],
			['2026-09-14T08:31:00Z', now + 60_000],
			[0, null],
			[-1, null],
			[Number.NaN, null],
			['soon', null],
			['', null],
			[null, null],
			[{}, null],
			[true, null],
			[1e300, null],
		] as const) {
			assert.equal(expiryAt(value, now), at, String(value));
		}
	});

	it('survives everything', () => {
		const bounded = (at: number | null) => at === null || !Number.isNaN(new Date(at).getTime());
		fc.assert(
			fc.property(fc.anything(), fc.string(), fc.boolean(), (value, text, fresh) => {
				assert.ok(bounded(expiryAt(value, now)));
				assert.ok(bounded(jwtExpiry(text, now, fresh)));
				assert.ok(bounded(jwtExpiry(jwt({ exp: value, iat: text.length }), now, fresh)));
			}),
		);
	});
});
