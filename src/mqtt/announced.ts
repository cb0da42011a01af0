import type { Device } from '../model/entity';
import { type Fields, isFields } from '../model/fields';
import { ORIGIN } from './discovery';
import { isDevice } from './guard';

/** What a retained discovery message announces. */
export interface Announced {
	readonly device: Device | null;
	/** By unique id. */
	readonly components: ReadonlyMap<string, Fields>;
}

/** Whether a retained discovery message was written by this program. */
export function isOurs(payload: string): boolean {
	const origin = parse(payload)?.origin;
	return isFields(origin) && origin.name === ORIGIN;
}

/** What a retained message of one of our documents announces; null when it is no discovery message. */
export function readAnnounced(form: 'device' | 'entity', payload: string): Announced | null {
	const parsed = parse(payload);
	if (!parsed) return null;
	const { device, origin: _origin, qos: _qos, availability_mode: _mode, components, ...rest } = parsed;
	const list = form === 'entity' ? [rest] : isFields(components) ? Object.values(components) : [];
	const found = new Map<string, Fields>();
	for (const item of list) {
		if (isFields(item) && typeof item.unique_id === 'string') found.set(item.unique_id, item);
	}
	return { device: isDevice(device) ? device : null, components: found };
}

function parse(payload: string): Fields | null {
	try {
		const parsed: unknown = JSON.parse(payload);
		return isFields(parsed) ? parsed : null;
	} catch {
		return null;
	}
}
