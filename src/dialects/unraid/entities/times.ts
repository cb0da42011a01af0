import type { State } from '../../../model/entity';
import { isTimestamp, parseTime } from '../../../model/time';

/** Milliseconds since 1970 as a state: RFC 3339 in UTC, to the second. */
export const timeOf = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

/** A time that the server wrote as a state; null where it wrote none, or Go's zero time. */
export function timeState(text: string | null | undefined): State {
	const at = parseTime(text);
	return at === null ? null : timeOf(at);
}

/** Minutes that the writer of an RFC 3339 time is ahead of UTC; null where the text is none. */
export function offsetOf(text: string | null | undefined): number | null {
	if (!isTimestamp(text)) return null;
	const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)$/.exec(text) ?? [];
	if (sign === undefined) return 0;
	return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

const units = [
	['day', 86_400],
	['hour', 3_600],
	['minute', 60],
	['second', 1],
] as const;

/** A duration in words, as the integration writes it: `20 hours, 11 seconds`; undefined for none. */
export function durationText(seconds: number | null | undefined): string | undefined {
	if (typeof seconds !== 'number' || seconds <= 0) return undefined;
	let rest = Math.floor(seconds);
	const parts: string[] = [];
	for (const [unit, size] of units) {
		const amount = Math.floor(rest / size);
		rest -= amount * size;
		if (amount > 0) parts.push(`${amount} ${unit}${amount === 1 ? '' : 's'}`);
	}
	return parts.join(', ');
}
