import { type Options, readArguments, type Syntax, type Values } from './arguments';
import type { Io, Output } from './io';

/** One command of the command line. */
export interface Command {
	readonly syntax: Syntax;
	/**
	 * Runs it to its end. What it throws is exit status 1, a UsageError 2.
	 * @param argv what stands behind the command's name
	 */
	run(argv: readonly string[], io: Io, output: Output): Promise<void>;
}

/** A command from its syntax and what it does with its values. */
export function command<const O extends Options>(
	syntax: Syntax<O>,
	run: (given: { values: Values<O>; argument: string | undefined }, io: Io, output: Output) => Promise<void>,
): Command {
	return { syntax, run: async (argv, io, output) => run(readArguments(syntax, argv), io, output) };
}
