import type { Issue } from '../../model/event';
import { limits } from '../../model/limits';
import { parsePath } from '../../model/path';
import type { Item } from '../dialect';
import type { Definition } from './definition';

/** Reads the first value that a path leads to; undefined where it leads nowhere, or there is no path. */
export function reader(path: string | undefined): (root: unknown) => unknown {
	const read = path === undefined ? null : parsePath(path);
	return (root) => read?.(root)[0];
}

/** Takes the items of a frame out of their envelope; never throws. */
export function unwrapper({ envelope }: Pick<Definition, 'envelope'>): (frame: unknown) => readonly Item[] {
	const readItems = reader(envelope.items);
	const readName = reader(envelope.type);
	const readTime = reader(envelope.time);
	const readData = reader(envelope.data);
	const readReplayed = reader(envelope.replayed?.path);

	function unwrap(item: unknown, frame: unknown, issues: readonly Issue[]): Item {
		const either = (read: (root: unknown) => unknown) => read(item) ?? read(frame);
		const name = either(readName);
		const time = either(readTime);
		const data = readData(item);
		return {
			name: typeof name === 'string' || typeof name === 'number' ? String(name).slice(0, limits.textLength) : null,
			time: typeof time === 'string' || typeof time === 'number' ? time : null,
			data: data === undefined ? item : data,
			replayed: envelope.replayed !== undefined && either(readReplayed) === envelope.replayed.equals,
			issues,
		};
	}

	return (frame) => {
		const list = readItems(frame);
		if (!Array.isArray(list)) return [unwrap(frame, frame, noIssues)];
		// No item is still a frame: its name may tell whose list is empty.
		if (list.length === 0) return [{ ...unwrap(frame, frame, noIssues), data: list }];
		const more = list.length - limits.definitionItems;
		const issues = more > 0 ? [leftOut(more)] : noIssues;
		return list.slice(0, limits.definitionItems).map((item, at) => unwrap(item, frame, at === 0 ? issues : noIssues));
	};
}

const noIssues: readonly Issue[] = [];

function leftOut(count: number): Issue {
	const message = `The frame holds more than ${limits.definitionItems} items; ${count} were left out.`;
	return { path: '', code: 'too_many', severity: 'error', message };
}
