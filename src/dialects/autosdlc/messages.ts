import type { Clock } from '../../model/clock';
import { AgentStreamError } from '../../model/errors';
import type { Frame } from '../../model/event';
import { isFields } from '../../model/fields';
import { parseJson } from '../../model/json';

/** The version of the message format that clients write into the metadata: the document names the field, not its value. */
const formatVersion = '1.0';

/** A message as it goes over the wire. */
export interface Message {
	readonly id: string;
	readonly type: string;
	/** Milliseconds since 1970. */
	readonly timestamp: number;
	readonly data: unknown;
	readonly metadata: { readonly version: string; readonly correlationId?: string };
}

/** Writes messages: each has an id of its own, a timestamp and the version of the format. */
export class MessageWriter {
	private readonly prefix: string;
	private written = 0;

	constructor(
		private readonly clock: Clock,
		random: () => number,
	) {
		this.prefix = letters(random, 8);
	}

	/** @param answers id of the message that it answers */
	write(type: string, data: object, answers?: string): Message {
		return {
			id: this.nextId(),
			type,
			timestamp: this.clock.now(),
			data,
			metadata: { version: formatVersion, ...(answers !== undefined && { correlationId: answers }) },
		};
	}

	/**
	 * A user's message with everything that the protocol wants of it; what it has already stays.
	 * @throws AgentStreamError SEND_FAILED: it is no message
	 */
	complete(given: Frame | object): Message {
		const message = typeof given === 'string' || given instanceof Uint8Array ? parsed(given) : given;
		if (!isFields(message) || typeof message.type !== 'string' || message.type === '') throw noMessage();
		const { id, timestamp, data, metadata } = message;
		return {
			...message,
			id: typeof id === 'string' && id !== '' ? id : this.nextId(),
			type: message.type,
			timestamp: typeof timestamp === 'number' && Number.isFinite(timestamp) ? timestamp : this.clock.now(),
			data: data ?? {},
			metadata: { version: formatVersion, ...(isFields(metadata) && metadata) },
		};
	}

	private nextId(): string {
		this.written += 1;
		return `${this.prefix}-${this.written}`;
	}
}

/** Random hexadecimal digits. */
export function letters(random: () => number, count: number): string {
	return Array.from({ length: count }, () => Math.floor(random() * 16).toString(16)).join('');
}

function parsed(frame: Frame): object {
	try {
		return parseJson(frame);
	} catch (thrown) {
		throw noMessage(thrown);
	}
}

function noMessage(cause?: unknown): AgentStreamError {
	const sentence = 'A message to an AutoSDLC server is an object with `type` and `data`: nothing was sent.';
	return new AgentStreamError('SEND_FAILED', sentence, cause);
}
