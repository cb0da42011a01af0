import { type Device, type Entity, platformSchema } from '../model/entity';
import { type Fields, isFields } from '../model/fields';
import { limits } from '../model/limits';

const platforms: ReadonlySet<unknown> = new Set(platformSchema.options);

/** Longest unique id and path: four parts of at most `limits.textLength`. */
const IDENTITY = 4 * limits.textLength;

/** Words that an enum, select or event entity may have. */
const OPTIONS = 500;

const isText = (value: unknown, longest: number = limits.textLength): value is string =>
	typeof value === 'string' && value.length <= longest;
const isTextOrNull = (value: unknown): boolean => value === null || isText(value);
const isFlag = (value: unknown): boolean => typeof value === 'boolean';
const isTexts = (value: unknown): value is readonly string[] =>
	Array.isArray(value) && value.length <= OPTIONS && value.every((word) => isText(word));
const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value);

/** Whether a value is a device as we publish it. */
export const isDevice = (value: unknown): value is Device =>
	isFields(value) &&
	isTexts(value.identifiers) &&
	(value.identifiers[0] ?? '') !== '' &&
	isText(value.name) &&
	['manufacturer', 'model', 'sw_version', 'hw_version', 'via_device'].every(
		(name) => value[name] === undefined || isText(value[name]),
	) &&
	(value.configuration_url === undefined || isText(value.configuration_url, 2_048));

const isCommand = (value: unknown): boolean =>
	value === null || (isFields(value) && isTexts(value.actions) && isFlag(value.destructive));

const isRange = (value: unknown): boolean =>
	value === null ||
	(isFields(value) && isNumber(value.min) && isNumber(value.max) && isNumber(value.step) && Number(value.step) > 0);

const isAvailability = (value: unknown): boolean =>
	isFields(value) && isFlag(value.connected) && isFlag(value.fresh) && isFlag(value.present);

/** How each field of an entity is checked; the first one that fails is named. */
const checks: readonly (readonly [keyof Entity, (value: unknown, entity: Fields) => boolean])[] = [
	['unique_id', (value) => isText(value, IDENTITY) && value !== ''],
	['source', (value) => isText(value) && value !== ''],
	['path', (value, entity) => isText(value, IDENTITY) && isPath(value, entity.source)],
	['platform', (value) => platforms.has(value)],
	['event_type', (value) => isText(value)],
	['subject', (value) => isText(value)],
	['key', (value) => value === null || isText(value, IDENTITY)],
	['row', (value) => isText(value)],
	['name', (value) => isText(value, 2 * limits.textLength)],
	['state', (value) => value === null || typeof value === 'string' || typeof value === 'number'],
	['attributes', isFields],
	['unit_of_measurement', isTextOrNull],
	['device_class', isTextOrNull],
	['state_class', isTextOrNull],
	['entity_category', (value) => value === null || value === 'diagnostic' || value === 'config'],
	['options', (value) => value === null || isTexts(value)],
	['suggested_display_precision', (value) => value === null || Number.isSafeInteger(value)],
	['icon', isTextOrNull],
	['enabled_by_default', isFlag],
	['command', isCommand],
	['range', isRange],
	['deadband', (value) => isNumber(value) && Number(value) >= 0],
	['ticking', (value) => Array.isArray(value) && value.every((name) => typeof name === 'string')],
	['availability', isAvailability],
	['transient', isFlag],
	['always_available', isFlag],
	['replayed', isFlag],
	['device', isDevice],
];

function isPath(path: string, source: unknown): boolean {
	const levels = path.split('/').length;
	return levels >= 3 && levels <= 6 && path.startsWith(`${String(source)}/`);
}

/**
 * Checks an entity from outside (a flow may inject any object) against `entitySchema`, as fast as plain code can.
 * @returns the name of the first field that is wrong, `''` when it is no object at all, or null when all is well
 */
export function wrongField(value: unknown): string | null {
	if (!isFields(value)) return '';
	for (const [name, ok] of checks) if (!ok(value[name], value)) return name;
	return null;
}
