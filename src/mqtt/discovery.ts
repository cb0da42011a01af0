import type { Device, Entity, Platform } from '../model/entity';
import { sameJson } from '../model/json';
import { type Topics, topicLevel } from './topics';

/** A component of a discovery document: only keys that Home Assistant knows, none of them null. */
export type Component = { readonly p: Platform; readonly unique_id: string; readonly [key: string]: unknown };

/** How entities are announced: one document per device, one per entity (the classic form), or not at all. */
export type Form = 'device' | 'entity' | 'off';

/** Where a document stands. */
export interface Place {
	readonly topic: string;
	/** The subscription that reads it back. */
	readonly filter: string;
	readonly form: 'device' | 'entity';
	/** Document id of the whole device, by which its documents belong together. */
	readonly base: string;
}

/** Who announces. */
export interface Origin {
	readonly sw_version: string;
	readonly support_url?: string;
}

/** Which topics an entity has besides its state; once yes, always yes, as its document would change otherwise. */
export interface Extras {
	readonly attributes: boolean;
	readonly thing: boolean;
}

/** What announcing depends on besides the entity. */
export interface DiscoveryOptions {
	/** Whether entities that can be commanded are announced. */
	readonly commands: boolean;
	/** Seconds after which the broker drops a waiting command (MQTT 5); absent for MQTT 3.1.1. */
	readonly commandExpiry?: number;
}

/** The name in every document's `origin`, by which our own are told from others. */
export const ORIGIN = 'agent-stream';

const SEPARATOR = '--';

/** A part of an id in Home Assistant's discovery topics (`[A-Za-z0-9_-]`), never with the separator in it. */
const idPart = (raw: string): string => topicLevel(raw).replace(/-{2,}/g, '-');

/** Document id of a whole device: ours by its beginning. */
export function documentId(device: Pick<Device, 'identifiers'>): string {
	const id = idPart(device.identifiers[0] ?? '');
	return id.startsWith(ORIGIN) ? id : `${ORIGIN}_${id}`;
}

/** Document id of one subject of a device that is too large for one document. */
const partId = (base: string, subject: string): string => `${base}${SEPARATOR}${idPart(subject)}`;

/** Whether a document is that of one subject of a split device. */
export const isPart = ({ form, topic }: Pick<Place, 'form' | 'topic'>): boolean =>
	form === 'device' && topic.split('/').at(-2)?.includes(SEPARATOR) === true;

const CLASSIC = `${SEPARATOR}entities`;

/** Where an entity is announced: in its device's document, in its subject's part of it, or by itself (classic form). */
export function placeOf(
	prefix: string,
	form: 'device' | 'part' | 'entity',
	base: string,
	entity: Pick<Entity, 'platform' | 'unique_id' | 'subject'>,
): Place {
	if (form === 'entity') {
		const node = `${base}${CLASSIC}`;
		const topic = `${prefix}/${entity.platform}/${node}/${componentId(entity.unique_id)}/config`;
		return { topic, filter: `${prefix}/+/${node}/+/config`, form, base };
	}
	const topic = `${prefix}/device/${form === 'part' ? partId(base, entity.subject) : base}/config`;
	return { topic, filter: topic, form: 'device', base };
}

/** The place that a topic of ours stands for; null for any other topic. */
export function placeAt(prefix: string, topic: string): Place | null {
	if (!topic.startsWith(`${prefix}/`)) return null;
	const levels = topic.slice(prefix.length + 1).split('/');
	const id = levels[1] ?? '';
	if (levels.at(-1) !== 'config' || !/^[A-Za-z0-9_-]+$/.test(id) || !id.startsWith(ORIGIN)) return null;
	if (levels.length === 3 && levels[0] === 'device') {
		return { topic, filter: topic, form: 'device', base: id.split(SEPARATOR)[0] ?? id };
	}
	if (levels.length !== 4 || !id.endsWith(CLASSIC)) return null;
	return { topic, filter: `${prefix}/+/${id}/+/config`, form: 'entity', base: id.slice(0, -CLASSIC.length) };
}

/** The key of a component in its document. */
export const componentId = (uniqueId: string): string => topicLevel(uniqueId);

/** A name as part of an entity id, or null where only Home Assistant knows how to transliterate it. */
export function slug(name: string): string | null {
	const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').replace(/ß/g, 'ss').toLowerCase();
	if (/[^\p{ASCII}]/u.test(plain.replace(/[\p{P}\p{S}\p{Z}]/gu, ''))) return null;
	return plain.replace(/[^a-z0-9]+/g, '_').replace(/^_|_$/g, '') || null;
}

/** The `device` object: known keys only, absent ones left out (one null loses the whole document). */
export function deviceObject(device: Device): Device {
	const { identifiers, name, manufacturer, model, sw_version, hw_version, configuration_url: url, via_device } = device;
	return {
		identifiers,
		name: name || (identifiers[0] ?? ''),
		...(manufacturer ? { manufacturer } : {}),
		...(model ? { model } : {}),
		...(sw_version ? { sw_version } : {}),
		...(hw_version ? { hw_version } : {}),
		...(url && /^https?:\/\/[^\s/]/.test(url) && URL.canParse(url) ? { configuration_url: url } : {}),
		...(via_device ? { via_device } : {}),
	};
}

/** The fields of an entity that its component is made of. */
const ANNOUNCED = [
	'platform',
	'name',
	'event_type',
	'device_class',
	'unit_of_measurement',
	'state_class',
	'entity_category',
	'suggested_display_precision',
	'icon',
	'enabled_by_default',
	'options',
	'command',
	'range',
	'device',
] as const satisfies readonly (keyof Entity)[];

/** Whether two forms of an entity are announced differently. */
export function isAnnouncedDifferently(before: Entity, after: Entity): boolean {
	return ANNOUNCED.some((field) => !sameJson(before[field], after[field]));
}

/** Commands of each platform, and the action that a component must have to be of use. */
const COMMANDED: ReadonlySet<Platform> = new Set<Platform>(['switch', 'button', 'number', 'select']);

/** What a button or update sends that must not be used by mistake. */
export const CONFIRMED = '{"confirm":true}';

/** The component of an entity, or null where it is not announced: commands are off, or it lacks what its platform needs. */
export function component(entity: Entity, topics: Topics, extras: Extras, options: DiscoveryOptions): Component | null {
	const commanded = options.commands && entity.command !== null;
	if (COMMANDED.has(entity.platform) && !commanded) return null;
	const specific = platformPart(entity, topics, commanded);
	if (!specific) return null;
	const { icon, command } = entity;
	const device = slug(entity.device.name);
	const name = slug(entity.name);
	return {
		p: entity.platform,
		unique_id: entity.unique_id,
		name: entity.name || null,
		...(device && name ? { default_entity_id: `${entity.platform}.${device}_${name}` } : {}),
		...(entity.device_class && entity.platform !== 'select' ? { device_class: entity.device_class } : {}),
		...(entity.entity_category ? { entity_category: category(entity) } : {}),
		...(icon?.includes(':') ? { icon } : {}),
		...(!entity.enabled_by_default || (commanded && command?.destructive) ? { enabled_by_default: false } : {}),
		...specific,
		...(commanded && options.commandExpiry ? { message_expiry_interval: options.commandExpiry } : {}),
		...(extras.attributes ? { json_attributes_topic: topics.attributes(entity) } : {}),
		availability: availabilityTopics(entity, topics, extras).map((topic) => ({ topic })),
	};
}

/** Every topic that must say `online` for the entity to be available. A component's list replaces its device's, so it is complete. */
function availabilityTopics(entity: Entity, topics: Topics, extras: Extras): string[] {
	const list = [topics.bridgeAvailability];
	if (!entity.always_available)
		list.push(topics.endpoint(entity.source), topics.eventType(entity.source, entity.event_type));
	if (extras.thing) list.push(topics.thing(entity));
	return list;
}

/** Sensors cannot be of category `config`: Home Assistant would refuse them. */
function category({ entity_category: wanted, platform }: Entity): string | null {
	return platform === 'sensor' || platform === 'binary_sensor' ? 'diagnostic' : wanted;
}

function platformPart(entity: Entity, topics: Topics, commanded: boolean): { [key: string]: unknown } | null {
	const { range, options, unit_of_measurement: unit } = entity;
	const state = { state_topic: topics.state(entity) };
	const command = { command_topic: topics.command(entity) };
	switch (entity.platform) {
		case 'sensor':
			return { ...state, ...sensorPart(entity) };
		case 'binary_sensor':
			return { ...state, payload_on: 'on', payload_off: 'off' };
		case 'switch':
			return { ...state, ...command, payload_on: 'on', payload_off: 'off', state_on: 'on', state_off: 'off' };
		case 'button':
			return { ...command, payload_press: entity.command?.destructive ? CONFIRMED : 'PRESS' };
		case 'number':
			return range && range.max > range.min
				? { ...state, ...command, ...range, mode: 'slider', ...(unit ? { unit_of_measurement: unit } : {}) }
				: null;
		case 'select':
			return options?.length ? { ...state, ...command, options } : null;
		case 'event':
			return options?.length ? { ...state, event_types: options } : null;
		case 'update':
			return commanded
				? { ...state, ...command, payload_install: entity.command?.destructive ? CONFIRMED : 'INSTALL' }
				: state;
	}
}

function sensorPart(entity: Entity): { [key: string]: unknown } {
	const { options, unit_of_measurement: unit, state_class, suggested_display_precision: precision } = entity;
	if (options !== null) return { device_class: 'enum', ...(options.length > 0 ? { options } : {}) };
	if (entity.device_class === 'enum') return {};
	return {
		...(unit ? { unit_of_measurement: unit } : {}),
		...(state_class ? { state_class } : {}),
		...(precision === null ? {} : { suggested_display_precision: precision }),
	};
}

/** A device-based document of these components. */
export function deviceDocument(device: Device, origin: Origin, components: ReadonlyMap<string, object>): string {
	return JSON.stringify({
		device: deviceObject(device),
		origin: { name: ORIGIN, ...origin },
		qos: 1,
		availability_mode: 'all',
		components: Object.fromEntries(components),
	});
}

/** One entity's message in the classic form. */
export function classicDocument(device: Device, origin: Origin, { p: _platform, ...rest }: Component): string {
	return JSON.stringify({
		...rest,
		device: deviceObject(device),
		origin: { name: ORIGIN, ...origin },
		qos: 1,
		availability_mode: 'all',
	});
}

/** Retained on a document's topic before its entities are announced elsewhere: they keep ids, names and history. */
export const MIGRATE = '{"migrate_discovery":true}';
