import { z } from 'zod';
import type { Entity } from '../model/entity';
import { globs } from '../model/glob';
import { limits } from '../model/limits';
import { parsePath } from '../model/path';

const patterns = z.array(z.string().min(1).max(limits.textLength)).max(limits.filterPatterns);

/** Which entities to take: every part must agree. Patterns as in `model/glob.ts`; an empty list takes all. */
export const choiceSchema = z.object({
	subjects: patterns.default([]),
	/** Fit when they fit the unique id, the path or the name. */
	entities: patterns.default([]),
	/** One field of the entity (`device_class`, `attributes.role`), and patterns for it. */
	field: z
		.string()
		.refine((text) => text === '' || parsePath(text) !== null, 'is no path')
		.default(''),
	values: patterns.default([]),
});
/** See {@link choiceSchema}. */
export type Choice = z.output<typeof choiceSchema>;

/** A test for one entity. */
export function chooser(choice: Choice): (entity: Entity) => boolean {
	const subject = globs(choice.subjects);
	const named = globs(choice.entities);
	const read = parsePath(choice.field);
	const value = globs(choice.values);
	return (entity) =>
		subject([entity.subject]) &&
		named([entity.unique_id, entity.path, entity.name]) &&
		(read === null || value(read(entity).map((found) => String(found ?? ''))));
}
