/** Messages that no client expects, as agents send them when something is wrong with them. */
export const malformed = {
	truncated: '{"event":"system_update","timestamp":"2026-09-14T10:30:00+02:00","data":{"hostname":"To',
	text: 'Internal Server Error\n',
	scalar: '42\n',
	nan: '{"event":"system_update","timestamp":"2026-09-14T10:30:00+02:00","data":{"hostname":"Tower","cpu_usage_percent":NaN}}\n',
	deep: `${'['.repeat(5_000)}${']'.repeat(5_000)}\n`,
	huge: `{"event":"system_update","timestamp":"2026-09-14T10:30:00+02:00","data":{"hostname":"${'x'.repeat(2_000_000)}"}}\n`,
	prototype:
		'{"event":"system_update","timestamp":"2026-09-14T10:30:00+02:00","data":{"__proto__":{"polluted":true},"constructor":1,"hostname":"Tower","cpu_usage_percent":1}}\n',
	binary: Buffer.from([0, 255, 1, 254]),
} as const;
/** What can be wrong with a message. */
export type Malformed = keyof typeof malformed;
