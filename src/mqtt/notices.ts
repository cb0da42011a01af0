import type { AgentStreamError } from '../model/errors';
import { limits } from '../model/limits';

/** Tells people of problems, each once. */
export class Notices {
	private readonly told = new Set<string>();

	constructor(private readonly tell: (error: AgentStreamError) => void) {}

	/** @param once equal problems have it in common */
	report(error: AgentStreamError, once: string = error.message): void {
		if (this.told.has(once) || this.told.size >= limits.noticesRemembered) return;
		this.told.add(once);
		this.tell(error);
	}
}
