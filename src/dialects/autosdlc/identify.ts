import type { Identified, Item } from '../dialect';
import { isMessageType } from './types';

/**
 * Every message says what it is (`type`), and the document has no other rule: a name that it does not know, or none at all,
 * is `unknown`.
 */
export function identify({ name }: Item): Identified {
	if (name === null) return { type: 'unknown', by: 'structure' };
	if (isMessageType(name)) return { type: name, by: 'name' };
	const message = `No message of AutoSDLC is called "${name.slice(0, 40)}".`;
	return {
		type: 'unknown',
		by: 'name',
		issues: [{ path: 'type', code: 'unknown_name', severity: 'notice', message }],
	};
}
