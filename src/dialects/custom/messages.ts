import { AgentStreamError, asAgentStreamError } from '../../model/errors';
import type { Frame } from '../../model/event';
import { compileExpression } from '../../model/expression';
import type { Message } from './definition';

/** What the expressions of messages can use. */
export interface MessageInputs {
	/** The endpoint's token; null = none. */
	readonly token: string | null;
	/** Milliseconds since 1970. */
	readonly now: number;
	/** A new number of nine digits as text, for protocols that number their messages. */
	readonly id: string;
	/** The event types that are wanted; null = all. */
	readonly types: readonly string[] | null;
	/** What the endpoint's *subscription* says; null = nothing. */
	readonly subscription: unknown;
	/** Of a reply: the data of the event that it answers; else null. */
	readonly data: unknown;
}

/** A message ready to be made. */
export interface Sending {
	/** The message, where it is always the same. */
	readonly fixed: object | null;
	/**
	 * The message; undefined where there is nothing to send.
	 * @throws AgentStreamError CONFIG_INVALID, naming the place of the expression and nothing of what it saw: that may be a token
	 */
	make(inputs: MessageInputs): Promise<Frame | object | undefined>;
}

/**
 * Reads a message of a definition.
 * @param where its place in the definition (`open.send[0]`)
 * @throws AgentStreamError CONFIG_INVALID: its expression cannot be read
 */
export function sending(message: Message, where: string): Sending {
	if (typeof message !== 'string') return { fixed: message, make: async () => message };
	const shown = `The expression ${where}`;
	const expression = compileExpression(message, shown);
	return {
		fixed: null,
		async make(inputs) {
			const value = await expression.evaluate(inputs).catch((thrown: unknown) => {
				const { detail = 'unknown error' } = asAgentStreamError(thrown, 'CONFIG_INVALID');
				throw new AgentStreamError('CONFIG_INVALID', `${shown} failed (${detail}): correct it in the definition.`);
			});
			if (value === undefined || typeof value === 'string') return value;
			if (typeof value === 'object' && value !== null && !isFunction(value)) return value;
			throw new AgentStreamError('CONFIG_INVALID', `${shown} gives no message: that is an object, a list or text.`);
		},
	};
}

/** JSONata's functions are objects. */
const isFunction = (value: object): boolean => '_jsonata_function' in value || '_jsonata_lambda' in value;
