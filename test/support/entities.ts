import type { Entity, EntityChange } from '../../src/model/entity';

/** A valid entity for tests: a sensor of the endpoint `tower`, with what `over` changes. `path` and `unique_id` follow from the parts. */
export function makeEntity(over: Partial<Entity> = {}): Entity {
	const source = over.source ?? 'tower';
	const subject = over.subject ?? 'system';
	const key = over.key ?? null;
	const row = over.row ?? 'cpu';
	const parts = [source, subject, ...(key === null ? [] : [key]), row];
	const availability = over.availability ?? { connected: true, fresh: true, present: true };
	return {
		unique_id: parts.join('_'),
		source,
		event_type: 'system_update',
		platform: 'sensor',
		subject,
		key,
		row,
		path: parts.join('/'),
		name: `Name of ${row}`,
		state: 1,
		attributes: {},
		unit_of_measurement: null,
		device_class: null,
		state_class: null,
		entity_category: null,
		options: null,
		suggested_display_precision: null,
		icon: null,
		enabled_by_default: true,
		command: null,
		range: null,
		deadband: 0,
		ticking: [],
		available: availability.connected && availability.fresh && availability.present,
		availability,
		transient: false,
		always_available: false,
		replayed: false,
		device: { identifiers: ['agent-stream_tower'], name: 'Tower' },
		...over,
	};
}

/** A change of an entity, by default its first appearance. */
export const change = (
	over: Partial<Entity> = {},
	kind: EntityChange['kind'] = 'added',
	previous?: Entity['state'],
): EntityChange => ({ kind, entity: makeEntity(over), previous });

/** A container's state, for tests: a thing that comes and goes. */
export const container = (key: string, over: Partial<Entity> = {}): Partial<Entity> => ({
	subject: 'container',
	key,
	row: 'state',
	event_type: 'container_list_update',
	transient: true,
	...over,
});
