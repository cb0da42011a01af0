import type { Evidence, Identified, Item } from '../dialect';
import { types } from './types';

/** Names that a server may give an event: not those of our own pictures. */
const streamed: ReadonlySet<string> = new Set(Object.entries(types).flatMap(([name, { own }]) => (own ? [] : [name])));

/** Names that any protocol with an envelope of `event` and `data` could have. */
const generic: ReadonlySet<string> = new Set(['connected', 'ping', 'error', 'connection_error']);

/** Names an item by its envelope: the document gives every event a name, so nothing is told from structure. */
export function identify({ name }: Item): Identified {
	if (name === null) return { type: 'unknown', by: 'structure' };
	if (streamed.has(name)) return { type: name, by: 'name' };
	const message = `No event of AIOS is called "${name.slice(0, 40)}".`;
	return {
		type: 'unknown',
		by: 'name',
		issues: [{ path: 'event', code: 'unknown_name', severity: 'notice', message }],
	};
}

/** A name that only this protocol has is proof, as long as its data is an object; a name that any could have makes it likely. */
export function evidence(value: unknown): Evidence {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'none';
	const { event, data } = value as { readonly event?: unknown; readonly data?: unknown };
	if (typeof event !== 'string' || !streamed.has(event)) return 'none';
	if (typeof data !== 'object' || data === null || Array.isArray(data)) return 'none';
	return generic.has(event) ? 'likely' : 'certain';
}
