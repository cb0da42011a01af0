import type { NodeMessage } from 'node-red';
import type { Carried } from '../../src/control';
import { asAgentStreamError } from '../../src/model/errors';
import { isFields } from '../../src/model/fields';

/** What a message says of the command that it is about: `msg.command`. */
export type CommandTold = Readonly<Record<string, unknown>>;

/** Whether a message confirms what it asks for: `msg.payload.confirm === true`, and nothing else. */
export function isConfirmed({ payload }: NodeMessage): boolean {
	return isFields(payload) && payload.confirm === true;
}

/** The message of a command that was carried out: `payload` the server's answer. */
export function resultMessage(message: NodeMessage, told: CommandTold, carried: Carried): NodeMessage {
	const { answer, ...request } = carried;
	return { ...message, payload: answer, command: { ...told, ...request, done: true } };
}

/** The message of a command that failed or was refused: `payload` the sentence, `error` the same with its code. */
export function failureMessage(message: NodeMessage, told: CommandTold, thrown: unknown): NodeMessage {
	const { code, message: sentence } = asAgentStreamError(thrown, 'REST_FAILED');
	return { ...message, payload: sentence, command: { ...told, done: false }, error: { code, message: sentence } };
}
