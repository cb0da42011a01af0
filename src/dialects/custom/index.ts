import { z } from 'zod';
import { groupRows } from '../../model/custom-row';
import { limits } from '../../model/limits';
import { texture } from '../checks-support';
import { connection } from '../connection';
import type { Dialect, EventType, Evidence } from '../dialect';
import { createValidator } from '../validate';
import { alerts } from './alerts';
import { type Definition, definitionSchema, parseDefinition, typeNames } from './definition';
import { identifier } from './identify';
import { CustomSession, scriptOf } from './session';

/** Anything that is JSON: only the definition's own messages look at it. */
const subscription = z
	.unknown()
	.refine((value) => texture(value, limits.definitionDepth) === 'fine', 'is nested too deeply, or has a harmful key');

/**
 * The dialect that a definition describes.
 * @throws AgentStreamError CONFIG_INVALID: an expression that cannot be read, or rows that contradict each other
 */
function customDialect(definition: Definition): Dialect {
	const { title, url, transport, tokenIn, rows, device, dimensions } = definition;
	const script = scriptOf(definition);
	const identify = identifier(definition);
	groupRows(rows);
	return {
		name: 'custom',
		title,
		transport,
		defaultUrl: url ?? 'ws://localhost:9000/',
		tokenIn,
		urlHint: () => null,
		restBase: () => null,
		types: typesOf(definition),
		subscription,
		session: (parts) => new CustomSession(script, parts),
		identify,
		// No schemas: depth is bounded, and keys that do harm are left out.
		validate: createValidator(() => ({})),
		evidence: (value): Evidence => {
			const found = script
				.unwrap(value)
				.map(identify)
				.filter(({ type }) => type !== 'unknown' && type !== 'empty_list');
			return found.some(({ by }) => by === 'name') ? 'certain' : found.length > 0 ? 'likely' : 'none';
		},
		dimensions,
		subjects: [connection('stream')],
		rows,
		commands: [],
		alerts,
		deviceFrom: [],
		device: () => ({ ...device, name: device.name ?? title }),
	};
}

/**
 * The dialect that a user describes.
 * @param definition the object, or its JSON text
 * @throws AgentStreamError CONFIG_INVALID, saying where it is wrong and what to do
 */
export function define(definition: unknown): Dialect {
	return customDialect(parseDefinition(definition));
}

/** A stream that nobody has described yet: every event is unknown. {@link define} describes it. */
export const custom: Dialect = customDialect(
	definitionSchema.parse({ version: 1, title: 'Custom (described by you)' }),
);

/** The types of the list, of the rules and of the rows. */
function typesOf(definition: Definition): Readonly<Record<string, EventType>> {
	const { types, rules, rows } = definition;
	const names = new Set([...typeNames(definition), ...rows.map(({ event }) => event)]);
	return Object.fromEntries(
		[...names].map((name): [string, EventType] => {
			const { title = name, interval = null, list } = types.find((type) => type.name === name) ?? {};
			const isList = list ?? rules.some(({ type, shape }) => type === name && shape === 'list');
			return [name, { title, interval, list: isList }];
		}),
	);
}
