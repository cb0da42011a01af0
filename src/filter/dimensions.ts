import { dimensions as aboutWhat, type Dimension } from '../model/dimensions';
import type { Entity } from '../model/entity';
import type { StreamEvent } from '../model/event';

/** The parts of a message that the filter looks at: an event, an entity, or anything else in the payload. */
export interface FilterInput {
	readonly event?: StreamEvent | undefined;
	/** A list where the entity mapper sends one message per event. */
	readonly entity?: Entity | readonly Entity[] | undefined;
	readonly payload?: unknown;
	readonly topic?: unknown;
}

/** A message seen from one of its entities: what choice and conditions look at. */
export interface View {
	readonly event: StreamEvent | undefined;
	readonly entity: Entity | undefined;
	readonly payload: unknown;
	readonly topic: unknown;
}

/** A message as the views to judge: one per entity, or one where it has none. */
export function views(input: FilterInput): readonly View[] {
	const { event, payload, topic } = input;
	const entities: readonly (Entity | undefined)[] = Array.isArray(input.entity) ? input.entity : [input.entity];
	return entities.map((entity) => ({ event, entity, payload, topic }));
}

/**
 * What each dimension of `choose` looks at: one of these texts must fit. Where a message has nothing of the kind there is
 * none, and only a dimension that is not set lets it pass.
 */
export const dimensions: { readonly [name in 'type' | 'source' | 'subject' | Dimension]: Look } = {
	type: ({ event, entity }) => present(event?.type ?? entity?.event_type),
	source: ({ event, entity }) => present(event?.source ?? entity?.source),
	/** The subject (`disk`) or the subject and its natural key (`container/plex`). */
	subject: ({ entity }) =>
		entity ? [entity.subject, ...(entity.key === null ? [] : [`${entity.subject}/${entity.key}`])] : [],
	...(Object.fromEntries(aboutWhat.map((name) => [name, aboutIts(name)])) as Record<Dimension, Look>),
};

/** The texts of a message by one dimension. */
type Look = (view: View) => readonly string[];

/** What the event says that it is about. */
function aboutIts(name: Dimension): Look {
	return ({ event }) => present(event?.about?.[name]);
}

function present(text: string | undefined): readonly string[] {
	return text === undefined ? [] : [text];
}

/** What the shaping keeps apart: the entity's unique id, else source and type of the event, else the topic. */
export function keyOf(input: FilterInput): string {
	const { entity, event, topic } = input;
	if (entity !== undefined && !isList(entity)) return entity.unique_id;
	const first = isList(entity) ? entity[0] : undefined;
	const source = event?.source ?? first?.source;
	const type = event?.type ?? first?.event_type;
	if (source !== undefined && type !== undefined) return `${source}/${type}`;
	return typeof topic === 'string' ? topic : '';
}

function isList(entity: FilterInput['entity']): entity is readonly Entity[] {
	return Array.isArray(entity);
}
