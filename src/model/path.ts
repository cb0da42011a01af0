import { limits } from './limits';

/** One step of a path: a name, a position, or `*` for every element or value. */
type Step = { readonly name: string } | { readonly every: true };

/** Reads the values that a path leads to: none where it leads nowhere, several where it holds `*`. */
export type PathReader = (root: unknown) => readonly unknown[];

const STEP = /\[(?:(\d{1,9}|\*)|"((?:[^"\\]|\\["\\])*)")\]|(?:^|(?<!^)\.)([^.[\]"]+)/y;

/**
 * Parses a path such as `event.data[0].name`, `event.data[*].temperature_celsius` or `payload["a.b"]`.
 * `*` stands for every element of a list and every value of an object.
 * @returns null where the text is no path
 */
export function parsePath(text: string): PathReader | null {
	const steps: Step[] = [];
	STEP.lastIndex = 0;
	while (STEP.lastIndex < text.length) {
		const match = STEP.exec(text);
		if (!match) return null;
		const name = match[3] ?? match[1] ?? (match[2] ?? '').replace(/\\(["\\])/g, '$1');
		steps.push(name === '*' && match[2] === undefined ? { every: true } : { name });
	}
	return steps.length === 0 ? null : (root) => read(root, steps);
}

function read(root: unknown, steps: readonly Step[]): readonly unknown[] {
	let found: unknown[] = [root];
	for (const step of steps) {
		const next: unknown[] = [];
		for (const value of found) {
			if (typeof value !== 'object' || value === null) continue;
			// JSON ends by itself; an object of a flow may hold itself, twice.
			if (next.length > limits.expressionSequence) break;
			if ('every' in step) for (const inner of Object.values(value)) next.push(inner);
			else if (Object.hasOwn(value, step.name)) next.push((value as { readonly [name: string]: unknown })[step.name]);
		}
		found = next;
	}
	return found;
}

/** One step of a plain expression: a name, then positions in what it leads to. */
interface PlainStep {
	readonly name: string;
	readonly positions: readonly number[];
}

/** Reads the value that a plain expression has; undefined where it leads nowhere. */
export type PlainReader = (root: unknown) => unknown;

const PLAIN = /^[A-Za-z_]\w*(?:\[\d{1,9}\])*(?:\.[A-Za-z_]\w*(?:\[\d{1,9}\])*)*$/;

/** Words that JSONata takes for something else than a name. */
const reserved: ReadonlySet<string> = new Set(['and', 'or', 'in', 'true', 'false', 'null', 'function']);

/**
 * Parses a JSONata expression that is only names and positions (`cpu.load`, `disks[0].temp`, `$` for the whole), which can be read at once where JSONata itself
 * can only promise an answer. It reads as JSONata does: a name goes through every element of a list.
 * @returns null where the expression is anything else
 */
export function parsePlain(text: string): PlainReader | null {
	if (text === '$') return (root) => root;
	if (!PLAIN.test(text)) return null;
	const steps = text.split('.').map((part): PlainStep => {
		const [name = '', ...positions] = part.split(/[[\]]+/).filter((piece) => piece !== '');
		return { name, positions: positions.map(Number) };
	});
	return steps.some(({ name }) => reserved.has(name)) ? null : (root) => readPlain(root, steps);
}

function readPlain(root: unknown, steps: readonly PlainStep[]): unknown {
	let found: readonly unknown[] = [root];
	for (const [index, { name, positions }] of steps.entries()) {
		const next: unknown[] = [];
		for (const value of found) {
			let inner = named(value, name);
			for (const position of positions)
				inner = Array.isArray(inner) ? inner[position] : position === 0 ? inner : undefined;
			if (inner !== undefined) next.push(inner);
		}
		const [only] = next;
		const isList = index === steps.length - 1 && next.length === 1 && Array.isArray(only);
		if (isList) return only;
		found = next.flat();
	}
	return found.length > 1 ? found : found[0];
}

/** What an object has under a name; of a list what its elements have, lists in it laid open. */
function named(value: unknown, name: string, levels: number = limits.depth): unknown {
	if (Array.isArray(value)) {
		if (levels === 0) return undefined;
		const all = value.flatMap((inner: unknown) => {
			const found = named(inner, name, levels - 1);
			return found === undefined ? [] : found;
		});
		return all.length > 1 ? all : all[0];
	}
	if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
	return (value as { readonly [name: string]: unknown })[name];
}
