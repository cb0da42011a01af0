import type { Identified, Item } from '../dialect';
import { types } from './types';

/** Names that a server may give an event: not those that only this program makes. */
const streamed: ReadonlySet<string> = new Set(Object.entries(types).flatMap(([name, { own }]) => (own ? [] : [name])));

/** Whether an event of the document has this name. */
export const isStreamed = (name: string): boolean => streamed.has(name);

/** Names an item by the name of its Socket.IO event: the protocol has no events without one, so structure tells nothing. */
export function identify({ name }: Item): Identified {
	if (name !== null && isStreamed(name)) return { type: name, by: 'name' };
	const message =
		name === null
			? 'An event of this protocol has a name: ["event", data].'
			: `No event of the agents API is called "${name.slice(0, 40)}".`;
	const code = name === null ? 'unknown_structure' : 'unknown_name';
	return {
		type: 'unknown',
		by: name === null ? 'structure' : 'name',
		issues: [{ path: '', code, severity: 'notice', message }],
	};
}
