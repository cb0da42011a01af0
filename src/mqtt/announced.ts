import type { Device } from '../model/entity';
import { ORIGIN } from './discovery';

/** What a retained discovery message announces. */
export interface Announced {
	readonly device: Device | null;
	/** By unique id. */
	readonly components: ReadonlyMap<string, { readonly [key: string]: unknown }>;
}

/** An object that is no list. */
export const isRecord = (value: unknown): value is { readonly [key: string]: unknown } =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

const isDevice = (value: unknown): value is Device =>
	isRecord(value) && Array.isArray(value.identifiers) && typeof value.name === 'string';

/** Whether a retained discovery message was written by this program. */
export function isOurs(payload: string): boolean {
	const origin = parse(payload)?.origin;
	return isRecord(origin) && origin.name === ORIGIN;
}

/** What a retained message of one of our documents announces; null when it is no discovery message. */
export function readAnnounced(form: 'device' | 'entity', payload: string): Announced | null {
	const parsed = parse(payload);
	if (!parsed) return null;
	const { device, origin: _origin, qos: _qos, availability_mode: _mode, components, ...rest } = parsed;
	const list = form === 'entity' ? [rest] : isRecord(components) ? Object.values(components) : [];
	const found = new Map<string, { readonly [key: string]: unknown }>();
	for (const item of list) {
		if (isRecord(item) && typeof item.unique_id === 'string') found.set(item.unique_id, item);
	}
	return { device: isDevice(device) ? device : null, components: found };
}

function parse(payload: string): { readonly [key: string]: unknown } | null {
	try {
		const parsed: unknown = JSON.parse(payload);
		return isRecord(parsed) ? parsed : null;
	} catch {
		return null;
	}
}
