import type { ZodType } from 'zod';
import type { Dialect } from '../src/dialects/dialect';
import { dialectNamed, dialects } from '../src/dialects/index';
import { endpointSettingsSchema } from '../src/endpoint';
import { number, type Option, required, text, withDefault } from './arguments';

/** `--dialect NAME|auto`. */
export function dialectOption(): Option<Dialect | 'auto'> {
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

/** `--id ID`, an endpoint id. */
export function idOption(): Option<string | undefined> {
	return text('ID', 'endpoint id, the root of every unique id', wrongBy(endpointSettingsSchema.shape.id));
}

/** `--endpoint URL`. */
export function endpointOption(): Option<string> {
	return required(text('URL', 'the server to listen to', wrongBy(endpointSettingsSchema.shape.url)));
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
