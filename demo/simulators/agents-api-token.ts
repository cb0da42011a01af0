/** What a token in the handshake must be: this text, or (null) any JSON Web Token that is signed with HS256 and has not expired. */
export type Wanted = string | null;

/**
 * Why a token is refused; null where it is accepted.
 * @param now ms since 1970
 */
export function refusalOf(token: unknown, wanted: Wanted, now: number): string | null {
	if (typeof token !== 'string' || token === '') return 'Authentication required';
	const [header, payload, signature, ...more] = token.split('.');
	const claims = partOf(payload);
	// A text that was agreed on need be no JSON Web Token, but one that is has an end.
	if (wanted === null) {
		if (partOf(header)?.alg !== 'HS256' || !claims || !signature || more.length > 0) return 'Invalid token';
	} else if (token !== wanted) return 'Invalid token';
	const { exp } = claims ?? {};
	return typeof exp === 'number' && exp * 1_000 <= now ? 'Token expired' : null;
}

function partOf(part: string | undefined): { readonly [claim: string]: unknown } | null {
	try {
		const value: unknown = JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8'));
		return typeof value === 'object' && value !== null ? (value as { readonly [claim: string]: unknown }) : null;
	} catch {
		return null;
	}
}

/**
 * A token as a login would give it, with a signature that nobody checks.
 * @param expires ms since 1970
 */
export function jsonWebToken(subject: string, expires: number): string {
	const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
	const claims = { sub: subject, exp: Math.floor(expires / 1_000) };
	return `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}.${Buffer.from('not checked').toString('base64url')}`;
}
