import { type Context, createContext, Script } from 'node:vm';
import type jsonata from 'jsonata';
import { AgentStreamError } from './errors';
import { limits } from './limits';
import { type PlainReader, parsePlain } from './path';

/** A JSONata expression that a user wrote. */
export interface Expression {
	/** Reads the value at once, where the expression is only names and positions; else null. */
	readonly plain: PlainReader | null;
	/**
	 * The expression's value; undefined where it has none. It is stopped after `limits.expressionTime` and `limits.expressionStack`; one that
	 * was stopped `limits.expressionStops` times in a row is not evaluated any more.
	 * @param inputs what it knows as `$name`, besides its data
	 * @throws AgentStreamError CONFIG_INVALID: it failed on this data, with the reason; `detail` is JSONata's code, which tells nothing of the data
	 */
	evaluate(data: unknown, inputs?: { readonly [name: string]: unknown }): Promise<unknown>;
}

/** Runs a regular expression where it can be stopped: inside JSONata's own limits it could run for years. */
const search = new Script('pattern.exec(text)');

/** The regular expressions of one expression: each search is stopped after `limits.expressionTime`. */
function stoppable(): RegExpConstructor {
	let context: Context | undefined;
	class StoppableRegExp extends RegExp {
		override exec(text: string): RegExpExecArray | null {
			const pattern = new RegExp(this.source, this.flags);
			pattern.lastIndex = this.lastIndex;
			context ??= createContext({});
			Object.assign(context, { pattern, text: String(text) });
			const found: unknown = search.runInContext(context, { timeout: limits.expressionTime });
			this.lastIndex = pattern.lastIndex;
			return found as RegExpExecArray | null;
		}
	}
	return StoppableRegExp as RegExpConstructor;
}

/** Codes of JSONata (stack, time) and of Node.js for what was stopped. */
const stopped: ReadonlySet<unknown> = new Set(['D1011', 'D1012', 'ERR_SCRIPT_EXECUTION_TIMEOUT']);

/**
 * Reads an expression.
 * @param shown what messages call it; its beginning, unless given
 * @throws AgentStreamError CONFIG_INVALID: it cannot be read
 */
export function compileExpression(text: string, shown = `The expression "${text.slice(0, 80)}"`): Expression {
	// Loaded when first used: most people write no expressions.
	const parse: typeof jsonata = require('jsonata');
	let compiled: jsonata.Expression;
	try {
		compiled = parse(text, {
			timeout: limits.expressionTime,
			stack: limits.expressionStack,
			sequence: limits.expressionSequence,
			RegexEngine: stoppable(),
		});
	} catch (thrown) {
		throw new AgentStreamError('CONFIG_INVALID', `${shown} cannot be read: ${reason(thrown)}`);
	}
	// What JSONata's own limits do not stop: the one takes the process down with it, the other takes the square of a list's length.
	compiled.registerFunction('pad', pad, '<s-ns?:s>');
	compiled.registerFunction('distinct', distinct, '<x:x>');
	let stops = 0;
	return {
		plain: parsePlain(text),
		async evaluate(data, inputs) {
			if (stops >= limits.expressionStops) {
				throw new AgentStreamError('CONFIG_INVALID', `${shown} took too long ${stops} times, it is not tried again.`);
			}
			try {
				const value: unknown = await compiled.evaluate(data, inputs);
				stops = 0;
				return value;
			} catch (thrown) {
				stops = stopped.has(codeOf(thrown)) ? stops + 1 : 0;
				const code = codeOf(thrown);
				const detail = typeof code === 'string' ? code : undefined;
				throw new AgentStreamError('CONFIG_INVALID', `${shown} failed: ${reason(thrown)}`, undefined, detail);
			}
		},
	};
}

function pad(text: string | undefined, width: number, filler = ' '): string | undefined {
	if (text === undefined) return undefined;
	if (Math.abs(width) > limits.expressionLength)
		throw new RangeError(`$pad() fills up to ${limits.expressionLength} at most.`);
	return width < 0 ? text.padStart(-width, filler || ' ') : text.padEnd(width, filler || ' ');
}

function distinct(value: unknown): unknown {
	if (!Array.isArray(value)) return value;
	return [...new Map(value.map((item: unknown) => [JSON.stringify(item), item])).values()];
}

/** JSONata throws objects that are no errors. */
function reason(thrown: unknown): string {
	const why =
		typeof thrown === 'object' && thrown !== null && 'message' in thrown ? String(thrown.message) : 'unreadable';
	return why.slice(0, limits.shownText);
}

function codeOf(thrown: unknown): unknown {
	return typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : undefined;
}
