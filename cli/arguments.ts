import { parseArgs } from 'node:util';

/** The command line was wrong: exit status 2. */
export class UsageError extends Error {
	override readonly name = 'UsageError';
}

/** One option of a command; usage text and parsing both come from it. */
export interface Option<T> {
	/** What stands for its value in the usage text; null for a flag. */
	readonly value: string | null;
	readonly about: string;
	/** The value from its text (`true` for a flag that is there, undefined for an option that is not). */
	readonly read: (text: string | true | undefined, name: string) => T;
	readonly required: boolean;
}

/** Options by name, without the dashes. */
export interface Options {
	readonly [name: string]: Option<unknown>;
}

/** The values of a command's options. */
export type Values<O extends Options> = { readonly [name in keyof O]: O[name] extends Option<infer T> ? T : never };

/** The syntax of one command. */
export interface Syntax<O extends Options = Options> {
	readonly name: string;
	/** One sentence without a full stop. */
	readonly about: string;
	/** What the one argument is called; null where there is none; in brackets where it may be missing. */
	readonly argument: string | null;
	readonly options: O;
}

/** An option that takes any text; `check` answers what is wrong with one, or null. */
export function text(
	value: string,
	about: string,
	check?: (text: string) => string | null,
): Option<string | undefined> {
	return {
		value,
		about,
		required: false,
		read: (given, name) => {
			if (typeof given !== 'string') return undefined;
			const wrong = given === '' ? 'must not be empty' : (check?.(given) ?? null);
			if (wrong !== null) throw new UsageError(`--${name}: ${wrong}`);
			return given;
		},
	};
}

/** An option with a default. */
export function withDefault<T>(option: Option<T | undefined>, fallback: T): Option<T> {
	return {
		...option,
		about: `${option.about} (default ${String(fallback)})`,
		read: (given, name) => option.read(given, name) ?? fallback,
	};
}

/** An option that must be given. */
export function required<T>(option: Option<T | undefined>): Option<T> {
	return {
		...option,
		required: true,
		read: (given, name) => {
			const value = option.read(given, name);
			if (value === undefined) throw new UsageError(`--${name} is missing`);
			return value;
		},
	};
}

/** An option that is a number within a range. */
export function number(
	value: string,
	about: string,
	[least, most]: readonly [least: number, most: number],
	whole = false,
): Option<number | undefined> {
	const wrong = (given: string): string | null => {
		const fits = /^\d+(\.\d+)?$/.test(given) && Number(given) >= least && Number(given) <= most;
		return fits && (!whole || Number.isInteger(Number(given))) ? null : `must be a number from ${least} to ${most}`;
	};
	const option = text(value, about, wrong);
	return {
		...option,
		read: (given, name) => {
			const digits = option.read(given, name);
			return digits === undefined ? undefined : Number(digits);
		},
	};
}

/** An option that is one of a few words. */
export function word<const W extends string>(words: readonly W[], about: string): Option<W | undefined> {
	return {
		value: words.join('|'),
		about,
		required: false,
		read: (given, name) => {
			if (given === undefined) return undefined;
			const found = words.find((each) => each === given);
			if (found === undefined) throw new UsageError(`--${name}: must be one of ${words.join(', ')}`);
			return found;
		},
	};
}

/** An option without a value. */
export function flag(about: string): Option<boolean> {
	return { value: null, about, required: false, read: (given) => given === true };
}

/**
 * Reads a command's arguments.
 * @throws UsageError
 */
export function readArguments<O extends Options>(
	syntax: Syntax<O>,
	argv: readonly string[],
): { values: Values<O>; argument: string | undefined } {
	const names = Object.keys(syntax.options);
	const config = names.map(
		(name) => [name, { type: syntax.options[name]?.value === null ? 'boolean' : 'string' }] as const,
	);
	let parsed: { values: { [name: string]: unknown }; positionals: string[] };
	try {
		parsed = parseArgs({ args: [...argv], options: Object.fromEntries(config), allowPositionals: true, strict: true });
	} catch (thrown) {
		throw new UsageError(thrown instanceof Error ? thrown.message : String(thrown));
	}
	const [argument, ...others] = parsed.positionals;
	const surplus = syntax.argument === null ? argument : others[0];
	if (surplus !== undefined) throw new UsageError(`unexpected argument "${surplus}"`);
	if (argument === undefined && syntax.argument !== null && !syntax.argument.startsWith('[')) {
		throw new UsageError(`${syntax.argument} is missing`);
	}
	const read = names.map((name) => {
		const given = parsed.values[name];
		return [name, syntax.options[name]?.read(given === true || typeof given === 'string' ? given : undefined, name)];
	});
	return { values: Object.fromEntries(read) as Values<O>, argument };
}

/** The usage text of one command. */
export function usage(syntax: Syntax): string {
	const forms = Object.entries(syntax.options).map(([name, { value, about, required }]) => {
		const form = value === null ? `--${name}` : `--${name} ${value}`;
		return { form, about, brief: required ? form : `[${form}]` };
	});
	const width = Math.max(0, ...forms.map(({ form }) => form.length));
	const brief = [syntax.name, syntax.argument ?? [], ...forms.map((each) => each.brief)].flat().join(' ');
	const lines = forms.map(({ form, about }) => `  ${form.padEnd(width)}  ${about}`);
	return [`usage: agent-stream ${brief}`, '', `${syntax.about}.`, '', ...lines, ''].join('\n');
}
