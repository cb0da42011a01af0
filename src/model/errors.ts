/**
 * What went wrong, as a word that is stable for ever: catch nodes, status texts and documents use it.
 * `docs/errors.md` lists each with its usual cause and cure.
 */
export type ErrorCode =
	| 'CONFIG_INVALID'
	| 'URL_INVALID'
	| 'UNREACHABLE'
	| 'HANDSHAKE_TIMEOUT'
	| 'REFUSED'
	| 'UNAUTHORIZED'
	| 'LOGIN_FAILED'
	| 'TLS_FAILED'
	| 'UNDECIDED'
	| 'CLOSED'
	| 'SILENT'
	| 'NOT_CONNECTED'
	| 'SEND_FAILED'
	| 'NO_ANSWER'
	| 'REST_FAILED'
	| 'FRAME_INVALID'
	| 'EVENT_UNKNOWN'
	| 'EVENT_REJECTED'
	| 'ENTITY_COLLISION'
	| 'ENTITY_INVALID'
	| 'BROKER_UNREACHABLE'
	| 'BROKER_UNAUTHORIZED'
	| 'BROKER_PROTOCOL'
	| 'PREFIX_TAKEN'
	| 'INPUT_INVALID'
	| 'COMMAND_REFUSED'
	| 'LIMIT_REACHED';

/** The one error class of the library: a stable code, a sentence for people, and never a secret. */
export class AgentStreamError extends Error {
	override readonly name = 'AgentStreamError';

	/**
	 * @param code what went wrong, as a stable word
	 * @param message what happened, where, and what to do, as one sentence
	 * @param cause the error underneath, where there is one
	 * @param detail a finer word than the code, where one is known: `too_large`, `not_json`
	 */
	constructor(
		readonly code: ErrorCode,
		message: string,
		cause?: unknown,
		readonly detail?: string,
	) {
		super(message, cause === undefined ? undefined : { cause });
	}
}

/** Any thrown value as an `AgentStreamError`; one that is none yet gets `code`. */
export function asAgentStreamError(thrown: unknown, code: ErrorCode): AgentStreamError {
	if (thrown instanceof AgentStreamError) return thrown;
	const message = thrown instanceof Error ? thrown.message : String(thrown);
	return new AgentStreamError(code, message, thrown);
}
