const minuteInMs = 60_000;
const dayInMs = 86_400_000;
/** Days looked ahead: the longest wait is for a 29 February across a year that has none. */
const horizon = 8 * 366 + 1;

interface Field {
	readonly least: number;
	readonly most: number;
	readonly names?: readonly string[];
}

const fields: readonly Field[] = [
	{ least: 0, most: 59 },
	{ least: 0, most: 23 },
	{ least: 1, most: 31 },
	{ least: 1, most: 12, names: 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ') },
	{ least: 0, most: 7, names: 'sun mon tue wed thu fri sat'.split(' ') },
];

/** The number that a word of a field stands for; NaN for none. */
function numberOf(word: string, { least, most, names }: Field): number {
	const named = names?.indexOf(word) ?? -1;
	const value = named >= 0 ? named + least : /^\d{1,2}$/.test(word) ? Number(word) : Number.NaN;
	return value >= least && value <= most ? value : Number.NaN;
}

/** The values that one field allows; null where it cannot be read. */
function valuesOf(text: string, field: Field): ReadonlySet<number> | null {
	const values = new Set<number>();
	for (const part of text.split(',')) {
		const [range = '', every, ...more] = part.split('/');
		const step = every === undefined ? 1 : /^\d{1,2}$/.test(every) ? Number(every) : 0;
		const [from = '', to, ...rest] = range.split('-');
		if (step < 1 || more.length > 0 || rest.length > 0) return null;
		const all = from === '*' && to === undefined;
		const first = all ? field.least : numberOf(from, field);
		// A single value with a step counts on from it.
		const last = all || (to === undefined && every !== undefined) ? field.most : numberOf(to ?? from, field);
		if (Number.isNaN(first) || Number.isNaN(last) || last < first) return null;
		for (let value = first; value <= last; value += step) values.add(value);
	}
	return values;
}

/**
 * The next run of a cron entry (five fields; lists, ranges, steps and English names) after a moment, by a clock that is `offset` minutes
 * ahead of UTC. The offset is taken as it is now: across a change to or from summer time the answer is one hour off.
 * @returns milliseconds since 1970; null where the entry cannot be read or never comes
 */
export function nextRun(entry: string, after: number, offset: number): number | null {
	const texts = entry.trim().toLowerCase().split(/\s+/);
	const read = texts.length === fields.length ? texts.map((text, i) => valuesOf(text, fields[i] as Field)) : [];
	const [minutes, hours, days, months, weekdays] = read;
	if (!minutes || !hours || !days || !months || !weekdays || !Number.isFinite(after)) return null;
	const anyDay = texts[2]?.startsWith('*') === true;
	const anyWeekday = texts[4]?.startsWith('*') === true;
	// From here on in the server's own time, as if that were UTC.
	const start = Math.floor(after / minuteInMs) * minuteInMs + minuteInMs + offset * minuteInMs;
	const firstDay = Math.floor(start / dayInMs) * dayInMs;
	const times = [...hours].flatMap((hour) => [...minutes].map((minute) => (hour * 60 + minute) * minuteInMs));
	times.sort((a, b) => a - b);
	for (let ahead = 0; ahead < horizon; ahead += 1) {
		const day = firstDay + ahead * dayInMs;
		const date = new Date(day);
		const onDay = days.has(date.getUTCDate());
		const onWeekday = weekdays.has(date.getUTCDay()) || (date.getUTCDay() === 0 && weekdays.has(7));
		// Cron's own rule: where both are restricted, either will do.
		const fits = anyDay || anyWeekday ? onDay && onWeekday : onDay || onWeekday;
		if (!fits || !months.has(date.getUTCMonth() + 1)) continue;
		const time = times.find((candidate) => day + candidate >= start);
		if (time !== undefined) return day + time - offset * minuteInMs;
	}
	return null;
}
