import { z } from 'zod';
import { stateSchema } from './entity';
import { limits } from './limits';

/** How bad it is, the least first. */
export const severities = ['info', 'warning', 'critical'] as const;
/** See {@link severities}. */
export type Severity = (typeof severities)[number];
const severitySchema = z.enum(severities);

const name = z.string().min(1).max(limits.textLength);
const patterns = z.array(name).max(limits.filterPatterns).default([]);
const words = z.array(z.string().max(limits.textLength)).min(1).max(limits.filterPatterns);
/** Words that say that nothing is known: while the state is one of them nothing is raised and nothing cleared. */
const unknowns = z.array(z.string().max(limits.textLength)).max(limits.filterPatterns).optional();
/** Milliseconds; none of them is longer than a timer of Node.js, 24 days. */
const duration = z.number().int().min(0).max(2_147_483_647);
const template = z.string().max(limits.alertText).default('');

/**
 * Which entities a rule watches: every list that is not empty must agree. Patterns as in `glob.ts`: `*`, `?`, and `!` in front excludes.
 */
const selectionSchema = z.strictObject({
	/** Endpoint ids. */
	sources: patterns,
	subjects: patterns,
	/** Natural keys (disk id, container name); a singleton has the empty one. */
	keys: patterns,
	/** Row keys (`temperature`, `state`). */
	rows: patterns,
	/** Device classes (`temperature`); an entity without one has the empty one. */
	classes: patterns,
	/** Fit when they fit the unique id, the path or the name. */
	entities: patterns,
	/** Only while this attribute fits; without values: only where there is such an attribute. */
	attribute: z.strictObject({ name, values: patterns }).optional(),
});
/** See {@link selectionSchema}. */
export type Selection = z.output<typeof selectionSchema>;

/** Another entity of the same endpoint, whose state (or attribute) is a level. */
const otherEntitySchema = z.strictObject({
	subject: name,
	/** Natural key; left out: that of the entity itself where both are of one subject, else none. */
	key: name.optional(),
	row: name,
	attribute: name.optional(),
});
/** See {@link otherEntitySchema}. */
export type OtherEntity = z.output<typeof otherEntitySchema>;

/**
 * A level: the first that there is of the entity's own attribute, another entity, the rule's own number. Where there is none, nothing is judged
 * at this level. `from` names an attribute that says who set the level (`disk`, `hdd`).
 */
const levelSchema = z
	.strictObject({
		severity: severitySchema.default('warning'),
		attribute: z.strictObject({ name, from: name.optional() }).optional(),
		entity: otherEntitySchema.optional(),
		value: z.number().optional(),
	})
	.refine(
		({ attribute, entity, value }) => attribute !== undefined || entity !== undefined || value !== undefined,
		'is no level: it needs an attribute, an entity or a value',
	);
/** See {@link levelSchema}. */
export type Level = z.output<typeof levelSchema>;

const hysteresis = z.number().min(0).default(0);
const severity = severitySchema.default('warning');
const levels = z.array(levelSchema).min(1).max(severities.length);

/** What must be true of an entity; `alert/judges.ts` and `docs/alerts.md` say how each is judged. */
export const conditionSchema = z.discriminatedUnion('kind', [
	/** At a level or above it; over again when it is below the level by more than `hysteresis`. */
	z.strictObject({ kind: z.literal('above'), levels, hysteresis }),
	/** At a level or below it; over again when it is above the level by more than `hysteresis`. */
	z.strictObject({ kind: z.literal('below'), levels, hysteresis }),
	/** Below `low` or above `high`. */
	z
		.strictObject({ kind: z.literal('outside'), severity, low: z.number(), high: z.number(), hysteresis })
		.refine(({ low, high }) => low < high, { path: ['high'], message: 'is not above low' })
		.refine(({ low, high, hysteresis: width }) => low >= high || 2 * width < high - low, {
			path: ['hysteresis'],
			message: 'is too wide: no value between low and high would be fine again',
		}),
	/** The state is one of these words. */
	z.strictObject({ kind: z.literal('is'), severity, states: words, unknown: unknowns }),
	/** The state is none of these words. */
	z.strictObject({ kind: z.literal('is_not'), severity, states: words, unknown: unknowns }),
	/** The state became one of these words, from another; over again when it is another. */
	z.strictObject({ kind: z.literal('changes_to'), severity, states: words, unknown: unknowns }),
	/** The state was one of these words and is another; over again when it is one of them. */
	z.strictObject({ kind: z.literal('changes_from'), severity, states: words, unknown: unknowns }),
	/** A binary sensor or switch is on, or is off. */
	z.strictObject({ kind: z.literal('boolean'), severity, on: z.boolean().default(true) }),
	/** A number grew by at least `by`. `from`: what it counts from while nothing is known; left out: its first value. */
	z.strictObject({
		kind: z.literal('increases'),
		severity,
		by: z.number().positive().default(1),
		from: z.number().optional(),
	}),
	/** A number fell by at least `by`. */
	z.strictObject({ kind: z.literal('decreases'), severity, by: z.number().positive().default(1) }),
	/** An event entity fired one of these event types; none = any. */
	z.strictObject({ kind: z.literal('happens'), severity, types: patterns }),
	/** It rises or falls by at least `perMinute` per minute, over the last `window` ms. */
	z.strictObject({
		kind: z.literal('rate'),
		severity,
		perMinute: z.number().positive(),
		direction: z.enum(['up', 'down', 'either']).default('either'),
		window: duration.min(1_000).default(300_000),
	}),
	/**
	 * Nothing comes: the socket is closed or the event type is overdue. `per`: each entity, each event type, or the endpoint (when the socket is
	 * closed, or all event types of its entities are overdue). `after`: also where nothing of it changed for so long; `states`: only while the state is one of these.
	 */
	z.strictObject({
		kind: z.literal('no_data'),
		severity,
		per: z.enum(['entity', 'type', 'endpoint']).default('entity'),
		after: duration.default(0),
		states: patterns,
	}),
	/** The thing is missing from a healthy list. */
	z.strictObject({ kind: z.literal('vanished'), severity }),
	/**
	 * A JSONata expression over the entity: true, false, a severity, or null for unknown. Nothing is judged while the entity is unavailable, unless
	 * `unavailable` is true: for expressions that read `availability` themselves.
	 */
	z.strictObject({
		kind: z.literal('jsonata'),
		severity,
		expression: z.string().min(1).max(limits.expressionLength),
		unavailable: z.boolean().optional(),
	}),
]);
/** See {@link conditionSchema}. */
export type Condition = z.output<typeof conditionSchema>;

/** One alert rule, as the editor, a file of rules and a dialect's presets hold it. Durations in milliseconds. */
export const alertRuleSchema = z.strictObject({
	/** What its alerts are known by, for ever: `[a-z0-9-]`. */
	id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'is no id: write it with a to z, 0 to 9 and -'),
	name,
	enabled: z.boolean().default(true),
	entities: selectionSchema.prefault({}),
	/** Judges this attribute instead of the state. */
	attribute: name.optional(),
	condition: conditionSchema,
	/** How long it must be true before it is raised, and fine before it is cleared. */
	raiseFor: duration.default(0),
	/** Left out: 0, but an hour for what happens and is over (increases, decreases, happens). */
	clearFor: duration.optional(),
	/** Told again this often while it lasts and nobody has acknowledged it; 0 = never. */
	repeatEvery: duration.default(0),
	/** After it was cleared, nothing of it is told for this long; what was raised meanwhile is told then. */
	coolDown: duration.default(0),
	/** What is told when it is raised and when it is cleared; `alert/template.ts` lists the {placeholders}. Empty: a sentence of the kind's own. */
	text: template,
	clearText: template,
});
/** See {@link alertRuleSchema}. */
export type AlertRule = z.output<typeof alertRuleSchema>;
/** A rule as people write it: what has a default may be missing. */
export type AlertRuleInput = z.input<typeof alertRuleSchema>;

/** A list of rules: what `--rules FILE` holds. No two of them may have one id. */
export const alertRulesSchema = z
	.array(alertRuleSchema)
	.max(limits.alertRules)
	.refine((rules) => new Set(rules.map(({ id }) => id)).size === rules.length, 'two rules have the same id');

const time = z.iso.datetime();

/** One alert: a rule about one entity (or, for silence, about an event type or an endpoint). Times are RFC 3339. */
export const alertSchema = z.object({
	/** `<rule>/<entity>`. */
	id: z.string(),
	rule: z.string(),
	rule_name: z.string(),
	severity: severitySchema,
	/** Unique id; `<endpoint>` or `<endpoint>/<event type>` where the rule is about those. */
	entity: z.string(),
	name: z.string(),
	device: z.string(),
	source: z.string(),
	value: z.union([stateSchema, z.boolean()]),
	unit: z.string().nullable(),
	/** The level that was passed, and who set it: `rule`, `attribute:<name>`, `entity:<unique id>`, or the word that `from` found. */
	threshold: z.number().nullable(),
	threshold_source: z.string().nullable(),
	/** The worst value so far; null where values have no worst. */
	peak: z.number().nullable(),
	/** How often it happened since it was raised: once, except for what happens and is over. */
	count: z.number(),
	/** When it became true, and when it was raised (later by `raiseFor`). */
	since: time,
	raised: time,
	/** When it was over; null while it lasts. */
	cleared: time.nullable(),
	acknowledged: z.boolean(),
	/** True while nothing is known of the entity: the alert stays as it was. */
	unknown: z.boolean(),
});
/** See {@link alertSchema}. */
export type Alert = Readonly<z.output<typeof alertSchema>>;

/**
 * Something to tell; `msg.alert`. `raised`, also again by `repeatEvery` (`reminder` counts). `changed`: its severity. `cleared`: with `reason`
 * `fine`, `removed` (the entity is gone) or `rule` (the rule is). `summary`: the ceiling per hour was hit, what more comes waits.
 */
export const alertChangeSchema = alertSchema.extend({
	state: z.enum(['raised', 'changed', 'cleared', 'summary']),
	/** When, RFC 3339. */
	at: time,
	text: z.string(),
	reminder: z.number(),
	/** How long it has lasted, in seconds. */
	duration: z.number(),
	reason: z.enum(['fine', 'removed', 'rule']).nullable(),
	/** True for one that somebody asked for to try the way that alerts take. */
	test: z.boolean(),
});
/** See {@link alertChangeSchema}. */
export type AlertChange = Readonly<z.output<typeof alertChangeSchema>>;

/** How one rule stands: how many entities it matches, and how many of them are in each state. */
export interface RuleStatus {
	readonly rule: string;
	readonly matches: number;
	readonly pending: number;
	readonly raised: number;
	/** Of the raised ones. */
	readonly acknowledged: number;
	/** Of the pending and raised ones: nothing is known of their entity now. */
	readonly unknown: number;
	/** The worst that is raised, or null. */
	readonly severity: Severity | null;
	/** Milliseconds since 1970 until when it is muted; null = it is not. */
	readonly mutedUntil: number | null;
}
