import type { NodeMessage } from 'node-red';
import type { Entity, EntityChange } from '../../src/model/entity';
import { AgentStreamError } from '../../src/model/errors';
import { type StreamEvent, streamEventSchema } from '../../src/model/event';
import { entityMessageSchema } from '../../src/model/messages';

/**
 * The event that a message carries in `msg.event`; null where it carries none.
 * @throws AgentStreamError INPUT_INVALID: there is one, but it is no event
 */
export function eventOf(message: NodeMessage): StreamEvent | null {
	if (message.event === undefined) return null;
	const parsed = streamEventSchema.safeParse(message.event);
	if (parsed.success) return parsed.data;
	const [issue] = parsed.error.issues;
	throw new AgentStreamError('INPUT_INVALID', `msg.event is no event: ${issue?.path.join('.')}: ${issue?.message}`);
}

/** The message of an event: `payload` its data, `topic` `<source>/<type>`, `event` all of it. */
export function eventMessage(message: NodeMessage, event: StreamEvent): NodeMessage {
	return { ...message, topic: `${event.source}/${event.type}`, payload: event.data, event };
}

/** The message that reports what was wrong with an event: `payload` its issues, `topic` and `event` as in {@link eventMessage}. */
export function reportMessage(message: NodeMessage, event: StreamEvent): NodeMessage {
	return { ...eventMessage(message, event), payload: event.issues };
}

/** Whether anything of the event was lost, so that it must be reported. */
export function hasLoss(event: StreamEvent): boolean {
	return event.rejected || event.issues.some((issue) => issue.severity === 'error');
}

/** The entities of a message, as it carries them and as a list of changes. */
export interface EntitiesOf {
	/** One entity or a list, as in the message. */
	readonly value: Entity | readonly Entity[];
	/** Each with what happened to it; `changed` where the message does not say. */
	readonly changes: readonly EntityChange[];
}

/**
 * The entities that a message carries in `msg.entity`; null where it carries none.
 * @throws AgentStreamError INPUT_INVALID: there are some, but not as the mapper makes them
 */
export function entitiesOf(message: NodeMessage): EntitiesOf | null {
	if (message.entity === undefined) return null;
	const parsed = entityMessageSchema.safeParse(message);
	if (!parsed.success) {
		const [issue] = parsed.error.issues;
		throw new AgentStreamError('INPUT_INVALID', `msg.entity is no entity: ${issue?.path.join('.')}: ${issue?.message}`);
	}
	const { entity, change } = parsed.data;
	const entities = Array.isArray(entity) ? entity : [entity];
	const kinds = Array.isArray(change) ? change : [change];
	return {
		value: entity,
		changes: entities.map((one, index) => ({ kind: kinds[index] ?? 'changed', entity: one, previous: undefined })),
	};
}

/** The message of one entity: `payload` its state, `topic` its path, `entity` all of it, `change` what happened to it. */
export function entityMessage(message: NodeMessage, { entity, kind }: EntityChange): NodeMessage {
	return { ...bare(message), topic: entity.path, payload: entity.state, entity, change: kind };
}

/** One message for all entities of an event: `payload` the states by path, `entity` and `change` lists in the same order. */
export function entitiesMessage(
	message: NodeMessage,
	changes: readonly EntityChange[],
	event: StreamEvent | null,
): NodeMessage {
	const source = changes[0]?.entity.source ?? '';
	return {
		...bare(message),
		topic: event ? `${source}/${event.type}` : source,
		payload: Object.fromEntries(changes.map(({ entity }) => [entity.path, entity.state])),
		entity: changes.map(({ entity }) => entity),
		change: changes.map(({ kind }) => kind),
	};
}

/** A message without what came of the event: Node-RED copies every message it sends, and an event can be large. */
function bare({ event: _event, payload: _payload, ...rest }: NodeMessage): NodeMessage {
	return rest;
}
