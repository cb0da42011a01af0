const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'] as const;

/** Bytes as the Home Assistant integration words them: one decimal, steps of 1024, `31.2 GB`; undefined for none. */
export function formatBytes(bytes: number | null | undefined): string | undefined {
	if (typeof bytes !== 'number' || bytes <= 0) return undefined;
	let value = bytes;
	let step = 0;
	while (value >= 1024 && step < units.length - 1) {
		value /= 1024;
		step += 1;
	}
	return `${value.toFixed(1)} ${units[step]}`;
}

/** Share of a whole in percent with one decimal; null where there is no whole. */
export function shareOf(part: number | null | undefined, whole: number | null | undefined): number | null {
	if (typeof part !== 'number' || typeof whole !== 'number' || whole <= 0) return null;
	return Math.round((part / whole) * 1000) / 10;
}
