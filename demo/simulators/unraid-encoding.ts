/** JSON as Go's encoder writes it: no spaces, and the signs that could end a script element escaped. */
export function goJson(value: unknown): string {
	return JSON.stringify(value).replace(
		/[<>&\u2028\u2029]/g,
		(sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
	);
}

/** What an unset time looks like on the wire. */
export const ZERO_TIME = '0001-01-01T00:00:00Z';

/** RFC 3339 without a fraction, in the zone of `offset` minutes east of Greenwich. */
export function time(at: number, offset: number): string {
	const local = new Date(at + offset * 60_000).toISOString().slice(0, 19);
	return `${local}${zone(offset)}`;
}

/** RFC 3339 with up to nine digits of a second and no zeros at their end, as Go writes it. */
export function nanoTime(at: number, offset: number, random: () => number): string {
	const ms = String(((at % 1_000) + 1_000) % 1_000).padStart(3, '0');
	const digits = `${ms}${String(Math.floor(random() * 1_000_000)).padStart(6, '0')}`.replace(/0+$/, '');
	const seconds = time(at, offset);
	return digits === '' ? seconds : `${seconds.slice(0, 19)}.${digits}${seconds.slice(19)}`;
}

function zone(offset: number): string {
	if (offset === 0) return 'Z';
	const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
	const size = Math.abs(offset);
	return `${offset < 0 ? '-' : '+'}${two(size / 60)}:${two(size % 60)}`;
}
