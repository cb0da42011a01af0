/** Go's unset time, `0001-01-01T00:00:00Z`, in milliseconds since 1970. */
const zeroTime = -62_135_596_800_000;

const dayInMs = 86_400_000;
const minuteInMs = 60_000;
const daysOfMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The number that `length` digits from `start` on write, or -1 where one of them is no digit. */
function digits(text: string, start: number, length: number): number {
	let value = 0;
	for (let i = start; i < start + length; i += 1) {
		const digit = text.charCodeAt(i) - 48;
		if (!(digit >= 0 && digit <= 9)) return -1;
		value = value * 10 + digit;
	}
	return value;
}

/** Days from 1970-01-01 to a date of the Gregorian calendar; NaN where the calendar has no such date. */
function daysSince1970(year: number, month: number, day: number): number {
	if (month < 1 || month > 12 || day < 1) return Number.NaN;
	const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
	if (day > (month === 2 && leap ? 29 : (daysOfMonth[month - 1] ?? 0))) return Number.NaN;
	// Years are counted from March, so that the leap day is the last one of a year.
	const y = month > 2 ? year : year - 1;
	const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
	return y * 365 + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear - 719_468;
}

/** Minutes east of UTC that stand at `start`, up to the end of the text; NaN where they are none. */
function offset(text: string, start: number): number {
	const sign = text[start];
	if (sign === 'Z' || sign === 'z') return text.length === start + 1 ? 0 : Number.NaN;
	if ((sign !== '+' && sign !== '-') || text.length !== start + 6 || text[start + 3] !== ':') return Number.NaN;
	const hours = digits(text, start + 1, 2);
	const minutes = digits(text, start + 4, 2);
	if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return Number.NaN;
	return (sign === '-' ? -1 : 1) * (hours * 60 + minutes);
}

/** Milliseconds since 1970 of an RFC 3339 time, the zero time included; NaN where the text is none. */
function instant(text: string): number {
	if (text.length < 20 || text.length > 35) return Number.NaN;
	if (text[4] !== '-' || text[7] !== '-' || text[13] !== ':' || text[16] !== ':') return Number.NaN;
	if (text[10] !== 'T' && text[10] !== 't') return Number.NaN;
	const year = digits(text, 0, 4);
	const hour = digits(text, 11, 2);
	const minute = digits(text, 14, 2);
	const second = digits(text, 17, 2);
	if (year < 0 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return Number.NaN;
	let end = 19;
	let fraction = 0;
	if (text[end] === '.') {
		let scale = 100;
		for (end = 20; end < text.length; end += 1) {
			const digit = text.charCodeAt(end) - 48;
			if (!(digit >= 0 && digit <= 9)) break;
			fraction += digit * scale;
			scale = scale === 100 ? 10 : scale === 10 ? 1 : 0;
		}
		if (end === 20 || end > 29) return Number.NaN;
	}
	const days = daysSince1970(year, digits(text, 5, 2), digits(text, 8, 2));
	const minutes = hour * 60 + minute - offset(text, end);
	// A leap second ends a day of UTC, wherever the clock that wrote it stands.
	if (second === 60 && (minutes + 2 * 1440) % 1440 !== 1439) return Number.NaN;
	return days * dayInMs + minutes * minuteInMs + second * 1000 + fraction;
}

/** The form that nearly every time has, days that every month has: told apart from others at a fifth of the cost. */
const commonForm =
	/^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/**
 * Whether a value is an RFC 3339 time: a date of the calendar, 0 to 9 fraction digits, `Z` or any offset, `t` and `z` as well;
 * a leap second (`23:59:60` UTC) too. The zero time is one.
 */
export function isTimestamp(value: unknown): value is string {
	return typeof value === 'string' && (commonForm.test(value) || !Number.isNaN(instant(value)));
}

/**
 * Whether a value is Go's unset time, `0001-01-01T00:00:00Z`, at any offset: "there is none".
 * Within a minute, because Go cuts the seconds off the local mean time that it writes for such an old date.
 */
export function isZeroTime(value: unknown): boolean {
	return typeof value === 'string' && Math.abs(instant(value) - zeroTime) < minuteInMs;
}

/**
 * Reads an RFC 3339 time (see {@link isTimestamp}).
 * @returns whole milliseconds since 1970, finer fractions cut off; null where the value is no time, or the zero time
 */
export function parseTime(value: unknown): number | null {
	if (typeof value !== 'string' || isZeroTime(value)) return null;
	const time = instant(value);
	return Number.isNaN(time) ? null : time;
}

/** A number of seconds below this, as one of milliseconds, would be a day of January 1970 or a year that no clock shows. */
const secondsBelow = 100_000_000_000;

/**
 * Reads a number of milliseconds, or of seconds, since 1970: which of them it is, its size tells.
 * @returns whole milliseconds since 1970; null where the number is no time after 1970
 */
export function epochTime(value: number): number | null {
	if (!Number.isFinite(value) || value <= 0) return null;
	const at = Math.floor(value < secondsBelow ? value * 1000 : value);
	return at > 8_640_000_000_000_000 ? null : at;
}
