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
			if ('every' in step) for (const inner of Object.values(value)) next.push(inner);
			else if (Object.hasOwn(value, step.name)) next.push((value as { readonly [name: string]: unknown })[step.name]);
		}
		found = next;
	}
	return found;
}
