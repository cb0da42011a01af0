import { createHash } from 'node:crypto';
import { limits } from '../model/limits';

/**
 * A natural key as it may stand in unique ids and topics: every run outside `[A-Za-z0-9-]` becomes `-`, and where that changed anything
 * `-` and 6 hex digits of the raw key's SHA-256 follow, so that different keys stay different.
 */
export function safeKey(key: string): string {
	const safe = key.replace(/[^A-Za-z0-9-]+/g, '-').slice(0, limits.keyLength);
	if (safe === key) return key;
	return `${safe}-${createHash('sha256').update(key).digest('hex').slice(0, 6)}`;
}

/** `<endpoint id>_<subject>[_<natural key>]_<row key>`. */
export function uniqueId(source: string, subject: string, key: string | null, row: string): string {
	return key === null ? `${source}_${subject}_${row}` : `${source}_${subject}_${safeKey(key)}_${row}`;
}

/** `<endpoint id>/<subject>[/<natural key>]/<row key>`: where an entity stands below a topic prefix. */
export function entityPath(source: string, subject: string, key: string | null, row: string): string {
	return key === null ? `${source}/${subject}/${row}` : `${source}/${subject}/${safeKey(key)}/${row}`;
}
