import { define } from './dialects/custom';
import type { Clock } from './model/clock';
import type { Entity } from './model/entity';
import { type AgentStreamError, asAgentStreamError } from './model/errors';
import type { StreamEvent } from './model/event';
import { Pipeline } from './pipeline';

/** What became of a frame by a definition. */
export interface Trial {
	readonly events: readonly StreamEvent[];
	readonly entities: readonly Entity[];
	/** Why the definition cannot be used; then there are no events. */
	readonly error?: AgentStreamError;
	/** What was wrong with rows on this frame: an expression that failed, a limit. */
	readonly warnings: readonly AgentStreamError[];
}

/**
 * What a frame would become by a definition of a custom dialect: the editor's live test. Connects to nothing, never rejects.
 * @param definition the definition, or its JSON text
 * @param frame a frame as a server sends it
 */
export async function tryDefinition(definition: unknown, frame: string, clock: Clock): Promise<Trial> {
	const warnings: AgentStreamError[] = [];
	let pipeline: Pipeline | undefined;
	try {
		pipeline = new Pipeline({
			source: 'test',
			dialect: define(definition),
			clock,
			report: (error) => warnings.push(error),
			changed: () => {},
		});
		const events = pipeline.frame(frame);
		await pipeline.idle();
		return { events, entities: pipeline.entities(), warnings };
	} catch (thrown) {
		return { events: [], entities: [], error: asAgentStreamError(thrown, 'CONFIG_INVALID'), warnings };
	} finally {
		pipeline?.close();
	}
}
