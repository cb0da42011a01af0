import type { StreamEvent } from '../../model/event';
import { isFields } from '../../model/fields';
import type { DataOf, MessageType } from './schemas';
import { isMessageType } from './types';

/** A message after lenient validation: its type says what its data can be. */
export type MessageOf<T extends MessageType = MessageType> = {
	readonly [K in T]: { readonly type: K; readonly data: DataOf[K] };
}[T];

/** What is done with a message, by its type; `more` is what else is handed over. */
export type Handlers<R, More extends readonly unknown[] = []> = {
	readonly [T in MessageType]?: (data: DataOf[T], ...more: More) => R;
};

/** Whether an event is a message that tells something. The reader has validated its data by its type. */
export function isMessage(event: Pick<StreamEvent, 'type' | 'data'>): event is MessageOf {
	return isMessageType(event.type) && isFields(event.data);
}

/** Hands a message to the handler of its type; undefined where there is none. */
export function handled<T extends MessageType, R, More extends readonly unknown[]>(
	handlers: Handlers<R, More>,
	message: MessageOf<T>,
	...more: More
): R | undefined {
	return handlers[message.type]?.(message.data, ...more);
}
