import { AgentStreamError } from '../../model/errors';

/** Codes that speak of a token's budget, not of its right. */
const budget = /limit|count|quota|budget|usage|length/i;
const authentication =
	/^(?:4?401)$|(?:^|[^a-z])(?:auth|authentication|authorization|authenticate|unauthori[sz]ed|unauthenticated|token|jwt)(?:[^a-z]|$)/i;

/** Whether a code speaks of authentication; the document names no such code. */
export function speaksOfAuthentication(code: unknown): boolean {
	if (typeof code !== 'string') return false;
	const words = code.replace(/([a-z])([A-Z])/g, '$1_$2');
	return authentication.test(words) && !budget.test(words);
}

/** An error that names one of these in its details is about that, not about whether we are let in. */
const things = ['job_id', 'run_id', 'agent_id', 'task_id', 'item_id', 'step_id'] as const;

/** Whether an `error` or `connection_error` says that we are not let in. */
export function refuses({ code, details }: { readonly code?: unknown; readonly details?: unknown }): boolean {
	const named = typeof details === 'object' && details !== null ? details : {};
	return speaksOfAuthentication(code) && !things.some((thing) => Object.hasOwn(named, thing));
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
