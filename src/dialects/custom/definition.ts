import { z } from 'zod';
import { customRowSchema } from '../../model/custom-row';
import { dimensions } from '../../model/dimensions';
import { AgentStreamError } from '../../model/errors';
import { limits } from '../../model/limits';
import { parsePath } from '../../model/path';
import { fieldPath, isUnsafe, texture } from '../checks-support';

/** Types that this program gives by itself. */
const reserved: ReadonlySet<string> = new Set(['unknown', 'invalid', 'empty_list']);

/** Whether a word can be an event type. */
export function isTypeName(word: string): boolean {
	return /^[\w.:/-]{1,80}$/.test(word) && !isUnsafe(word) && !reserved.has(word);
}

const text = z.string().min(1).max(limits.textLength);
const path = z
	.string()
	.max(limits.textLength)
	.refine((given) => parsePath(given) !== null, 'is no path; write names joined by dots: data.state, readings[0].name');
const typeName = z
	.string()
	.refine(
		isTypeName,
		'is no type name: 1 to 80 of A to Z, a to z, 0 to 9 and _ . : / -, and not unknown, invalid or empty_list',
	);
const scalar = z.union([z.string().max(limits.textLength), z.number(), z.boolean(), z.null()]);
const seconds = (least: number, most: number) => z.number().min(least).max(most);

/**
 * A message to the server. An object or list is sent as JSON as it stands. A text is a JSONata expression: what it gives is sent, an
 * object or list as JSON, text as it is; nothing where it gives nothing. See `docs/custom.md` for what it can use.
 */
const messageSchema = z.union(
	[
		z.string().min(1).max(limits.expressionLength),
		z.array(z.json()).min(1),
		z.record(z.string().max(limits.textLength), z.json()),
	],
	'is no message: an object or list is sent as it is, a text is a JSONata expression',
);
/** See {@link messageSchema}. */
export type Message = z.output<typeof messageSchema>;

/** One rule of identification: all of its conditions must hold. Of a list the first element is looked at. */
const ruleSchema = z
	.strictObject({
		type: typeName,
		/** The envelope's word is this. */
		name: text.optional(),
		/** All of these fields are there. */
		all: z.array(path).min(1).max(50).optional(),
		/** One of these fields is there. */
		any: z.array(path).min(1).max(50).optional(),
		/** At each path stands this value, or one of these. */
		values: z.record(path, z.union([scalar, z.array(scalar).min(1).max(50)])).optional(),
		/** The data is a list, or an object. */
		shape: z.enum(['list', 'object']).optional(),
	})
	.refine(
		({ type: _, ...conditions }) => Object.keys(conditions).length > 0,
		'has no condition; give name, all, any, values or shape',
	);
/** See {@link ruleSchema}. */
export type Rule = z.output<typeof ruleSchema>;

/** A stream that a user describes. Export and import are this very object, as JSON. */
export const definitionSchema = z
	.strictObject({
		/** Of this form; a later one that says things differently will have another number. */
		version: z.literal(1),
		title: z.string().min(1).max(80),
		/** Where such a server listens. */
		url: z
			.url({ protocol: /^(wss?|https?)$/, error: 'is no URL that starts with ws://, wss://, http:// or https://' })
			.max(2_000)
			.optional(),
		transport: z.enum(['websocket', 'socket.io']).default('websocket'),
		/** How the endpoint's token reaches the server; `message` = one of the messages has it. */
		tokenIn: z.enum(['bearer', 'query', 'header', 'cookie', 'message']).default('bearer'),
		/** Where a frame keeps what. A path that leads nowhere in an item is looked up in the frame. */
		envelope: z
			.strictObject({
				/** The word that names the type. */
				type: path.optional(),
				/** RFC 3339, or milliseconds or seconds since 1970. */
				time: path.optional(),
				/** The payload; without it, or where it is missing, the item is all payload. */
				data: path.optional(),
				/** The list of items, where a frame holds several; a frame without it is one item. */
				items: path.optional(),
				/** The item is history repeated on connecting where this value stands at that path. */
				replayed: z.strictObject({ path, equals: scalar.default(true) }).optional(),
			})
			.prefault({}),
		/** Which words of the envelope are types: those of types and rules, any, or none (rules alone decide). */
		names: z.enum(['listed', 'any', 'none']).default('listed'),
		/** What there is to say about types; those of rules and rows are known without. */
		types: z
			.array(
				z.strictObject({
					name: typeName,
					title: text.optional(),
					/** How often it comes, in seconds; its entities are unavailable after three times as long. null = only on change. */
					interval: seconds(1, 1_000_000).nullable().optional(),
					/** Whether its data is a list. */
					list: z.boolean().optional(),
				}),
			)
			.max(limits.definitionRules)
			.default([]),
		/** In this order: the first that fits tells the type. */
		rules: z.array(ruleSchema).max(limits.definitionRules).default([]),
		open: z
			.strictObject({
				send: z.array(messageSchema).max(limits.definitionMessages).default([]),
				/** The connection counts as open at once, or when an event of this type came, within so many seconds. */
				ready: z
					.union([z.literal('open'), z.strictObject({ type: typeName, within: seconds(1, 600).default(10) })])
					.default('open'),
				/** An event of this type says that the server does not accept us. */
				refused: typeName.optional(),
			})
			.prefault({}),
		/** What is sent every so many seconds; the connection is given up where `answer` (any event, unless given) does not come `within`. */
		keepAlive: z
			.strictObject({
				send: messageSchema,
				every: seconds(1, 3_600),
				within: seconds(1, 600).optional(),
				answer: typeName.optional(),
			})
			.refine(
				({ within, answer }) => answer === undefined || within !== undefined,
				'has an answer but not within which time',
			)
			.optional(),
		/** What is sent when an event of a type comes: a pong to a ping. */
		replies: z
			.array(z.strictObject({ type: typeName, send: messageSchema }))
			.max(limits.definitionMessages)
			.default([]),
		/** What asks for event types: sent when the connection is open, and whenever others are wanted. */
		subscribe: messageSchema.optional(),
		rows: z.array(z.strictObject(customRowSchema.shape)).max(limits.definitionRows).default([]),
		device: z
			.strictObject({ name: text.optional(), manufacturer: text.optional(), model: text.optional() })
			.prefault({}),
		/** Where the data says what it is about, for *filter*: names joined by dots. */
		dimensions: z
			.partialRecord(
				z.enum(dimensions),
				z
					.array(
						z
							.string()
							.regex(/^[^.[\]"]+(\.[^.[\]"]+)*$/, 'is no name, and no names joined by dots')
							.max(limits.textLength),
					)
					.min(1)
					.max(10),
			)
			.default({}),
	})
	.check(({ value, issues }) => {
		const known = new Set(typeNames(value));
		const mention = (type: string | undefined, at: readonly (string | number)[]) => {
			if (type === undefined || value.names === 'any' || known.has(type)) return;
			const message = `no event is ever called "${type}"; add it to types or give it a rule`;
			issues.push({ code: 'custom', input: type, path: [...at], message });
		};
		const { open, keepAlive, replies, rows } = value;
		if (open.ready !== 'open') mention(open.ready.type, ['open', 'ready', 'type']);
		mention(open.refused, ['open', 'refused']);
		mention(keepAlive?.answer, ['keepAlive', 'answer']);
		for (const [at, { type }] of replies.entries()) mention(type, ['replies', at, 'type']);
		for (const [at, { event }] of rows.entries()) if (event !== 'unknown') mention(event, ['rows', at, 'event']);
	});
/** See {@link definitionSchema}. */
export type Definition = z.output<typeof definitionSchema>;

/** The types that are listed or that rules give. */
export function typeNames({ types, rules }: Pick<Definition, 'types' | 'rules'>): string[] {
	return [...new Set([...types.map(({ name }) => name), ...rules.map(({ type }) => type)])];
}

/**
 * A definition from what a user gave: the object, or its JSON text. Expressions are not read yet.
 * @throws AgentStreamError CONFIG_INVALID, saying where it is wrong and what to do
 */
export function parseDefinition(given: unknown): Definition {
	const value = typeof given === 'string' ? parsed(given) : given;
	const found = texture(value, limits.definitionDepth);
	if (found === 'deep') throw invalid(`it is nested deeper than ${limits.definitionDepth} levels`);
	if (found === 'unsafe') throw invalid('it has a field called __proto__, constructor or prototype; leave it out');
	if (typeof given !== 'string' && sizeOf(value) > limits.definitionSize) throw tooLarge();
	const result = definitionSchema.safeParse(value);
	if (result.success) return result.data;
	const wrong = result.error.issues.map(({ path: where, message }) => `${shown(where)}: ${message}`);
	const more = wrong.length > 5 ? `; and ${wrong.length - 5} more` : '';
	throw invalid(`${wrong.slice(0, 5).join('; ').slice(0, 1_000)}${more}`);
}

function parsed(json: string): unknown {
	if (json.length > limits.definitionSize) throw tooLarge();
	try {
		return JSON.parse(json);
	} catch (thrown) {
		throw invalid(
			`it is no JSON: ${thrown instanceof Error ? thrown.message.slice(0, limits.shownText) : 'unreadable'}`,
		);
	}
}

function sizeOf(value: unknown): number {
	try {
		return JSON.stringify(value)?.length ?? 0;
	} catch {
		// What has no JSON is none either; the schema says where.
		return 0;
	}
}

/** A place in the definition, as people write it: `rules[2].all`. */
function shown(where: readonly PropertyKey[]): string {
	let at = '';
	for (const step of where) at = typeof step === 'number' ? `${at}[${step}]` : fieldPath(at, String(step));
	return at === '' ? 'the whole' : at;
}

function tooLarge(): AgentStreamError {
	return invalid(`it is larger than ${limits.definitionSize} characters`);
}

function invalid(why: string): AgentStreamError {
	return new AgentStreamError('CONFIG_INVALID', `The definition of the custom dialect cannot be used: ${why}.`);
}
