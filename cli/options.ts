import { readFileSync } from 'node:fs';
import type { ZodType } from 'zod';
import type { Dialect } from '../src/dialects/dialect';
import { dialectNamed, dialects } from '../src/dialects/index';
import { endpointSettingsSchema } from '../src/endpoint';
import { asAgentStreamError } from '../src/model/errors';
import { number, type Option, text, UsageError, withDefault } from './arguments';

/** `--dialect NAME|auto`. */
function dialectOption(): Option<Dialect | 'auto'> {
	const names = dialects.map((dialect) => dialect.name).join(', ');
	const known = (name: string) => name === 'auto' || dialects.some((dialect) => dialect.name === name);
	const named = withDefault(
		text('NAME|auto', `protocol of the stream: ${names}; auto = told from its first frames`, (name) =>
			known(name) ? null : `must be auto or one of ${names}`,
		),
		'auto',
	);
	return {
		...named,
		read: (given, name) => {
			const chosen = named.read(given, name);
			return chosen === 'auto' ? chosen : dialectNamed(chosen);
		},
	};
}

/** `--dialect` and `--definition`: see {@link chosenDialect}. */
export const dialectOptions = () => ({
	dialect: dialectOption(),
	definition: text('FILE', 'describes a stream of your own, with --dialect custom (docs/custom.md)'),
});

/**
 * The protocol that the options name.
 * @throws UsageError: a definition that is none, or for another dialect
 */
export function chosenDialect(given: { dialect: Dialect | 'auto'; definition: string | undefined }): Dialect | 'auto' {
	const { dialect, definition } = given;
	const isCustom = dialect !== 'auto' && dialect.name === 'custom';
	if (definition === undefined) {
		if (isCustom) throw new UsageError('--dialect custom: --definition is missing');
		return dialect;
	}
	if (!isCustom) throw new UsageError('--definition: goes with --dialect custom');
	try {
		return dialectNamed('custom', readFileSync(definition, 'utf8'));
	} catch (thrown) {
		throw new UsageError(`--definition: ${asAgentStreamError(thrown, 'CONFIG_INVALID').message}`);
	}
}

/** An option whose value is JSON. */
export function json(value: string, about: string): Option<unknown> {
	const option = text(value, about);
	return {
		...option,
		read: (given, name) => {
			const written = option.read(given, name);
			if (written === undefined) return undefined;
			try {
				return JSON.parse(written);
			} catch (thrown) {
				throw new UsageError(`--${name}: is no JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
			}
		},
	};
}

/** `--id ID`, an endpoint id. */
export function idOption(): Option<string | undefined> {
	return text('ID', 'endpoint id, the root of every unique id', wrongBy(endpointSettingsSchema.shape.id));
}

/** `--for SECONDS`. */
export function forOption(): Option<number | undefined> {
	// Longer timers do not exist in Node.js.
	return number('SECONDS', 'end after this time', [0, 2_147_483]);
}

/** What a schema finds wrong with a text, or null. */
export function wrongBy(schema: ZodType): (text: string) => string | null {
	return (text) => schema.safeParse(text).error?.issues[0]?.message ?? null;
}
