import { type TimeWindow, weekdays } from './settings';

const MINUTES_PER_DAY = 1_440;

/** Whether a moment (ms since 1970) lies in a window, by this machine's local time; see `timeWindowSchema`. */
export function inWindow(window: TimeWindow, at: number): boolean {
	const date = new Date(at);
	const minute = date.getHours() * 60 + date.getMinutes();
	// Date counts from Sunday, the week here starts on Monday.
	const today = (date.getDay() + 6) % 7;
	const from = minutes(window.from);
	const to = minutes(window.to);
	const length = to > from ? to - from : MINUTES_PER_DAY - from + to;
	const startedToday = minute >= from && minute < from + length;
	const startedYesterday = minute + MINUTES_PER_DAY < from + length;
	return (startedToday && on(window, today)) || (startedYesterday && on(window, (today + 6) % 7));
}

function on(window: TimeWindow, day: number): boolean {
	const chosen = window.weekdays;
	return chosen === undefined || chosen.length === 0 || chosen.some((name) => weekdays.indexOf(name) === day);
}

/** Minutes since midnight of `hh:mm`. */
function minutes(time: string): number {
	return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}
