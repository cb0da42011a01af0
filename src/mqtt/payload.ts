import type { Entity } from '../model/entity';
import { limits } from '../model/limits';

/** What Home Assistant reads as "unknown". */
export const UNKNOWN = 'None';

/** A payload, or why there is none that Home Assistant would take. */
export interface Payload {
	/** Text to publish; null = nothing is published for this entity. */
	readonly text: string | null;
	/** The state as a number, where deadbands apply. */
	readonly number: number | null;
	/** What was wrong with the state, so that it became unknown. */
	readonly problem?: string;
}

/** Attribute names that Home Assistant drops without a word. */
const RESERVED: ReadonlySet<string> = new Set([
	'state',
	'unit_of_measurement',
	'device_class',
	'icon',
	'entity_picture',
	'friendly_name',
	'supported_features',
	'assumed_state',
	'available',
	'entity_id',
	'unique_id',
	'entity_category',
	'device_info',
	'force_update',
	'should_poll',
	'group_entities',
]);

/** The only keys that Home Assistant takes in an update entity's state; one more and it refuses the message. */
const UPDATE_TEXTS = [
	'installed_version',
	'latest_version',
	'title',
	'release_summary',
	'release_url',
	'entity_picture',
];
const UPDATE_KEYS: ReadonlySet<string> = new Set([...UPDATE_TEXTS, 'in_progress', 'update_percentage']);

/** Device classes of sensors whose state is text. */
const TEXT_CLASSES: ReadonlySet<string | null> = new Set(['enum', 'date', 'timestamp', 'uptime']);

const unknown: Payload = { text: UNKNOWN, number: null };
const nothing: Payload = { text: null, number: null };
const wrong = (problem: string): Payload => ({ text: UNKNOWN, number: null, problem });

/** Cuts text at the length that Home Assistant takes, never inside a character. */
export function cut(text: string): string {
	if (text.length <= limits.textLength) return text;
	const end = limits.textLength;
	const last = text.charCodeAt(end - 1);
	return text.slice(0, last >= 0xd800 && last <= 0xdbff ? end - 1 : end);
}

/** Whether Home Assistant expects a number as this sensor's state. */
function isNumeric(entity: Entity): boolean {
	if (entity.platform === 'number') return true;
	if (entity.platform !== 'sensor' || entity.options !== null || TEXT_CLASSES.has(entity.device_class)) return false;
	return [entity.device_class, entity.unit_of_measurement, entity.state_class, entity.suggested_display_precision].some(
		(hint) => hint !== null,
	);
}

/** Whether an update entity publishes JSON, an event entity or a button nothing retained, all others a state. */
export function statePayload(entity: Entity): Payload {
	switch (entity.platform) {
		case 'event':
		case 'button':
			return nothing;
		case 'update':
			return updatePayload(entity);
		case 'binary_sensor':
		case 'switch':
			return wordPayload(entity, ['on', 'off']);
		case 'select':
			return wordPayload(entity, entity.options ?? []);
		case 'number':
			return rangePayload(entity);
		case 'sensor':
			return sensorPayload(entity);
	}
}

function sensorPayload(entity: Entity): Payload {
	const { state } = entity;
	if (isNumeric(entity)) return numberPayload(entity);
	if (entity.options !== null) return wordPayload(entity, entity.options);
	if (state === null || state === '') return unknown;
	if (typeof state === 'number')
		return Number.isFinite(state) ? { text: String(state), number: state } : wrong('no finite number');
	if (entity.device_class === 'timestamp' && !isTimestamp(state)) return wrong('no timestamp with a time zone');
	return { text: cut(state), number: null };
}

function isTimestamp(state: string): boolean {
	return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(state) && !Number.isNaN(Date.parse(state));
}

function numberPayload({ state }: Entity): Payload {
	if (state === null || state === '') return unknown;
	const value = typeof state === 'number' ? state : /^\s*[+-]?(\d|\.\d)/.test(state) ? Number(state) : Number.NaN;
	return Number.isFinite(value) ? { text: String(state).trim(), number: value } : wrong('no finite number');
}

function rangePayload(entity: Entity): Payload {
	const payload = numberPayload(entity);
	const { range } = entity;
	if (payload.number === null || range === null) return payload;
	return payload.number < range.min || payload.number > range.max ? wrong('outside its range') : payload;
}

function wordPayload({ state }: Entity, words: readonly string[]): Payload {
	if (state === null || state === '') return unknown;
	return words.includes(String(state)) ? { text: String(state), number: null } : wrong('none of its options');
}

/** Versions come from the attributes of those names, or else the installed one from a state that is neither `on` nor `off`. */
function updatePayload({ state, attributes }: Entity): Payload {
	const payload: Record<string, string | number | boolean> = {};
	if (typeof state === 'string' && !['', 'on', 'off'].includes(state)) payload.installed_version = cut(state);
	for (const name of UPDATE_TEXTS) {
		const value = attributes[name];
		if ((typeof value === 'string' && value !== '') || typeof value === 'number') payload[name] = cut(String(value));
	}
	const { in_progress: running, update_percentage: percentage } = attributes;
	if (typeof running === 'boolean') payload.in_progress = running;
	if (typeof percentage === 'number' && percentage >= 0 && percentage <= 100) payload.update_percentage = percentage;
	return Object.keys(payload).length === 0 ? nothing : { text: JSON.stringify(payload), number: null };
}

/** Whether the entity has attributes that are published apart from its state. */
export function hasAttributes(entity: Entity): boolean {
	if (entity.platform === 'event') return false;
	for (const name in entity.attributes) if (isShown(entity, name)) return true;
	return false;
}

const isShown = (entity: Entity, name: string): boolean =>
	!RESERVED.has(name) && !(entity.platform === 'update' && UPDATE_KEYS.has(name));

/** An entity's attributes as JSON, without those that Home Assistant would drop; null when they are too large or no JSON. */
export function attributesPayload(entity: Entity): string | null {
	const shown: Record<string, unknown> = {};
	for (const name of Object.keys(entity.attributes)) if (isShown(entity, name)) shown[name] = entity.attributes[name];
	return toJson(shown);
}

/** What an event entity fires: its attributes and `event_type`; null when Home Assistant would refuse it. */
export function eventPayload(entity: Entity): string | null {
	const { state, options, attributes } = entity;
	if (typeof state !== 'string' || !options?.includes(state)) return null;
	return toJson({ ...attributes, event_type: state });
}

/** JSON within `limits.attributesSize`; attributes come from outside and may hold anything. */
function toJson(value: object): string | null {
	try {
		const text = JSON.stringify(value);
		return text.length <= limits.attributesSize ? text : null;
	} catch {
		return null;
	}
}
