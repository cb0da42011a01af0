import { AgentStreamError } from '../../model/errors';

/** Codes that speak of a token's budget, not of its right. */
const budget = /limit|count|quota|budget|usage|length/i;
const authentication =
	/^(?:4?401)$|(?:^|[^a-z])(?:auth|authentication|authorization|authenticate|unauthori[sz]ed|unauthenticated|token|jwt)(?:[^a-z]|$)/i;

/** Whether the code of an `error` or `connection_error` says that we are not let in; the document names no such code. */
export function isRefusal(code: string | null | undefined): boolean {
	if (typeof code !== 'string') return false;
	const words = code.replace(/([a-z])([A-Z])/g, '$1_$2');
	return authentication.test(words) && !budget.test(words);
}

/**
 * The cause that is shown where the server does not accept our authentication.
 * @param code the server's own word, where it gave one
 * @param token what must not be shown
 */
export function refusal(code: string | null, token: string | null): AgentStreamError {
	const word = code !== null && token !== null ? code.replaceAll(token, '…') : code;
	const how =
		word === null
			? 'closes each connection right after the authentication'
			: `refuses the authentication ("${word.slice(0, 40)}")`;
	const advice = token === null ? 'set the token of this endpoint' : 'check the token of this endpoint';
	return new AgentStreamError('UNAUTHORIZED', `The AIOS server ${how}; ${advice}.`);
}
