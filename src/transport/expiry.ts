/** No `Date` is later than this (ECMA-262): milliseconds since 1970. */
const latest = 8.64e15;
/** Seconds above this are no duration but a date, and above the second a date in milliseconds. */
const longestDuration = 1e9;
const longestSeconds = 1e11;

/**
 * When a JSON Web Token expires (its `exp`; RFC 7519), in milliseconds since 1970; null where it does not say, or is none. It is read, not
 * verified: that is the server's business.
 * @param fresh whether it was made just now: then its life (`exp` − `iat`) counts where the two clocks differ by more than that
 */
export function jwtExpiry(token: string | null, now: number, fresh: boolean): number | null {
	const [, payload, ...more] = token?.split('.', 4) ?? [];
	if (payload === undefined || more.length !== 1) return null;
	const { exp, iat } = claims(payload);
	if (exp === null) return null;
	const at = exp * 1_000;
	const life = iat === null ? 0 : at - iat * 1_000;
	return bounded(fresh && at <= now && life > 0 ? now + life : at);
}

/**
 * When something expires of which an answer says so: seconds from now, seconds or milliseconds since 1970, or a date (RFC 3339), as number
 * or text. In milliseconds since 1970; null where it says nothing of the kind.
 */
export function expiryAt(value: unknown, now: number): number | null {
	const number = typeof value === 'string' && /^\d{1,15}(?:\.\d{1,9})?$/.test(value) ? Number(value) : value;
	if (typeof number === 'string') return bounded(Date.parse(number.slice(0, 64)));
	if (typeof number !== 'number' || !(number > 0)) return null;
	if (number <= longestDuration) return now + number * 1_000;
	return bounded(number <= longestSeconds ? number * 1_000 : number);
}

function claims(payload: string): { exp: number | null; iat: number | null } {
	try {
		const value: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
		const read = (name: string) => {
			const claim: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : null;
			return typeof claim === 'number' && Number.isFinite(claim) ? claim : null;
		};
		return { exp: read('exp'), iat: read('iat') };
	} catch {
		return { exp: null, iat: null };
	}
}

function bounded(at: number): number | null {
	return at > 0 && at <= latest ? at : null;
}
