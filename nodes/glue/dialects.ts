import type { NodeAPI } from 'node-red';
import { dialectNamed } from '../../src/dialects';
import type { Dialect } from '../../src/dialects/dialect';
import { AgentStreamError } from '../../src/model/errors';
import { directoryOf } from './endpoints';

/**
 * The dialect by which a node reads what comes from a source. A described one has its definition in the endpoint alone, and `auto` is
 * what the endpoint speaks, where there is one of this id. Asked for each message: endpoints are deployed apart.
 * @param chosen `auto`, or a dialect's name
 * @param source endpoint id
 * @throws AgentStreamError CONFIG_INVALID: there is no such dialect; or `custom` was chosen and no endpoint of this id describes it
 */
export function dialectOf(RED: NodeAPI, chosen: string, source: string): Dialect | 'auto' {
	const spoken = directoryOf(RED).dialect(source);
	if (chosen === 'auto') return spoken ?? 'auto';
	if (chosen !== 'custom') return dialectNamed(chosen);
	if (spoken?.name === 'custom') return spoken;
	const sentence = `No endpoint with the ID ${source} describes a protocol: its definition stands in an endpoint.`;
	throw new AgentStreamError('CONFIG_INVALID', sentence);
}
