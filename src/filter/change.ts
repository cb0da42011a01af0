import { createHash } from 'node:crypto';
import { parsePath } from '../model/path';
import type { FilterInput } from './dimensions';
import type { FilterSettings } from './settings';

type ChangedSettings = NonNullable<FilterSettings['shape']['changed']>;

/**
 * What is remembered of a value: a number as it is, anything else as a digest, so that a large payload is not held;
 * null where JSON cannot hold it (cycles, big integers, endless depth), which is never equal to anything.
 */
export type Remembered = number | string | null;

/** What of a message is compared; see `changed` in the settings. */
export function comparedValue(settings: ChangedSettings): (input: FilterInput) => Remembered {
	const read = settings.path === undefined ? undefined : parsePath(settings.path);
	return (input) => {
		if (read) {
			const values = read(input);
			return remember(values.length === 1 ? values[0] : values);
		}
		const { entity } = input;
		if (entity === undefined) return remember(input.payload);
		if ('unique_id' in entity) {
			// A number stays one for the deadband; what is not available has no state that could be compared.
			return remember(entity.available ? entity.state : ['unavailable', entity.state]);
		}
		return remember(entity.map(({ unique_id, state, available }) => [unique_id, state, available]));
	};
}

function remember(value: unknown): Remembered {
	if (typeof value === 'number') return value;
	try {
		return createHash('sha256')
			.update(JSON.stringify(value) ?? 'undefined')
			.digest('base64');
	} catch {
		return null;
	}
}

/** Whether two remembered values differ, numbers by more than the deadband. */
export function differs(earlier: Remembered, now: Remembered, settings: ChangedSettings): boolean {
	if (earlier === null || now === null) return true;
	if (typeof earlier !== 'number' || typeof now !== 'number') return earlier !== now;
	if (Object.is(earlier, now)) return false;
	const band = settings.deadbandIn === 'percent' ? (Math.abs(earlier) * settings.deadband) / 100 : settings.deadband;
	// Written so that NaN on either side counts as a change.
	return !(Math.abs(now - earlier) <= band);
}
