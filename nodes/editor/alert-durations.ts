/** Units of a duration, the largest first, with the words that are understood. */
const units = [
	{ ms: 86_400_000, words: ['d', 'day', 'days'] },
	{ ms: 3_600_000, words: ['h', 'hour', 'hours'] },
	{ ms: 60_000, words: ['min', 'm', 'minute', 'minutes'] },
	{ ms: 1_000, words: ['s', 'sec', 'second', 'seconds', ''] },
] as const;

/** The longest: what a timer of Node.js can wait, ms. */
const longest = 2_147_483_647;

/** `90 s`, `5 min`, `24 h`: in the largest unit that makes it a whole number; seconds with decimals where none does. */
export function durationText(ms: number): string {
	const unit = units.find((one) => ms >= one.ms && ms % one.ms === 0);
	return unit ? `${ms / unit.ms} ${unit.words[0]}` : `${ms / 1_000} s`;
}

/** Milliseconds of `5 min`, `1 h 30 min`, `30s` or a bare number of seconds; null where it is no duration, or too long. */
export function durationOf(text: string): number | null {
	const parts = [
		...text
			.trim()
			.toLowerCase()
			.matchAll(/(\d+(?:[.,]\d+)?)\s*([a-z]*)\s*/gy),
	];
	const read = parts.map(([all]) => all).join('');
	if (parts.length === 0 || read.trim() !== text.trim().toLowerCase()) return null;
	let total = 0;
	for (const [, number = '', word = ''] of parts) {
		const unit = units.find(({ words }) => (words as readonly string[]).includes(word));
		if (!unit || (word === '' && parts.length > 1)) return null;
		total += Number(number.replace(',', '.')) * unit.ms;
	}
	return total <= longest ? Math.round(total) : null;
}
