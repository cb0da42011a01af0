import type { Selection } from '../model/alert';
import type { Entity } from '../model/entity';
import { globs } from '../model/glob';
import { wordOf } from './levels';

/**
 * A test for one entity. It looks at what an entity keeps; what may change from event to event, the selection's attribute, is
 * {@link attributeTest}'s.
 */
export function matcher(selection: Selection): (entity: Entity) => boolean {
	const source = globs(selection.sources);
	const subject = globs(selection.subjects);
	const key = globs(selection.keys);
	const row = globs(selection.rows);
	const deviceClass = globs(selection.classes);
	const named = globs(selection.entities);
	return (entity) =>
		subject([entity.subject]) &&
		row([entity.row]) &&
		source([entity.source]) &&
		key([entity.key ?? '']) &&
		deviceClass([entity.device_class ?? '']) &&
		named([entity.unique_id, entity.path, entity.name]);
}

/** A test for the attribute that a selection asks for; null where it asks for none. */
export function attributeTest({ attribute }: Selection): ((entity: Entity) => boolean) | null {
	if (!attribute) return null;
	const { name } = attribute;
	const fits = globs(attribute.values);
	return ({ attributes }) => {
		return Object.hasOwn(attributes, name) && fits([wordOf(attributes[name])]);
	};
}
