import type { Condition, Severity } from '../../src/model/alert';

/** One field of a rule's form. */
export interface Field {
	/** Where its value stands, from the rule (or the condition, or the level) on. */
	readonly path: string;
	/**
	 * `id`: of a rule. `words`: patterns or words, separated by commas. `duration`: milliseconds, shown as `5 min`. `long`: several lines.
	 * `flag`: a choice between true and false; the first is what it is by default.
	 */
	readonly kind: 'text' | 'id' | 'words' | 'number' | 'duration' | 'choice' | 'flag' | 'long';
	readonly choices?: readonly string[];
	/** What counts where nothing was chosen; left out: the first choice. */
	readonly standard?: string;
	/** `inside`: where anything else of the object that it is in is filled in. */
	readonly required?: true | 'inside';
	/** What a number must be, as words that `problem` of the catalogue has. */
	readonly range?: Range;
	/** Key of its label in the catalogue; left out: `field.<path>`. */
	readonly label?: string;
	/** Key of a hint, below `hint` of the catalogue. */
	readonly hint?: string;
	/** Takes the whole line. */
	readonly wide?: true;
}

/** What numbers may have to be; `second`: at least one, of a duration. */
export type Range = 'positive' | 'notNegative' | 'second';

/** The kinds of conditions. */
export type Kind = Condition['kind'];

export const severityWords: readonly Severity[] = ['info', 'warning', 'critical'];

const severity: Field = { path: 'severity', kind: 'choice', choices: severityWords, standard: 'warning' };
const states: Field = { path: 'states', kind: 'words', required: true, hint: 'states', wide: true };
const unknown: Field = { path: 'unknown', kind: 'words', hint: 'unknown', wide: true };
const hysteresis: Field = { path: 'hysteresis', kind: 'number', range: 'notNegative', hint: 'hysteresis' };
const by: Field = { path: 'by', kind: 'number', range: 'positive', hint: 'by' };

/** What it is called, and known by. */
export const nameFields: readonly Field[] = [
	{ path: 'name', kind: 'text', required: true, hint: 'name' },
	{ path: 'id', kind: 'id', required: true, hint: 'id' },
];

/** Which entities. */
export const entityFields: readonly Field[] = [
	{ path: 'entities.subjects', kind: 'words', hint: 'subjects' },
	{ path: 'entities.rows', kind: 'words', hint: 'rows' },
	{ path: 'entities.keys', kind: 'words', hint: 'keys' },
	{ path: 'entities.classes', kind: 'words', hint: 'classes' },
	{ path: 'entities.sources', kind: 'words', hint: 'sources' },
	{ path: 'entities.entities', kind: 'words', hint: 'entities' },
	{ path: 'entities.attribute.name', kind: 'text', required: 'inside', hint: 'withAttribute' },
	{ path: 'entities.attribute.values', kind: 'words', hint: 'attributeValues' },
];

/** What of them. */
export const valueFields: readonly Field[] = [{ path: 'attribute', kind: 'text', hint: 'attribute' }];

/** What each kind of condition asks for, besides levels. */
export const kindFields: { readonly [K in Kind]: readonly Field[] } = {
	above: [hysteresis],
	below: [hysteresis],
	outside: [
		{ path: 'low', kind: 'number', required: true },
		{ path: 'high', kind: 'number', required: true },
		hysteresis,
		severity,
	],
	is: [states, unknown, severity],
	is_not: [states, unknown, severity],
	changes_to: [states, unknown, severity],
	changes_from: [states, unknown, severity],
	boolean: [{ path: 'on', kind: 'flag', choices: ['true', 'false'] }, severity],
	increases: [by, { path: 'from', kind: 'number', hint: 'from' }, severity],
	decreases: [by, severity],
	happens: [{ path: 'types', kind: 'words', hint: 'types' }, severity],
	rate: [
		{ path: 'perMinute', kind: 'number', required: true, range: 'positive' },
		{ path: 'direction', kind: 'choice', choices: ['either', 'up', 'down'] },
		{ path: 'window', kind: 'duration', range: 'second', hint: 'window' },
		severity,
	],
	no_data: [
		{ path: 'per', kind: 'choice', choices: ['entity', 'type', 'endpoint'] },
		{ path: 'after', kind: 'duration', hint: 'after' },
		{ path: 'states', kind: 'words', hint: 'whileStates' },
		severity,
	],
	vanished: [severity],
	jsonata: [
		{ path: 'expression', kind: 'long', required: true, hint: 'expression', wide: true },
		{ path: 'unavailable', kind: 'flag', choices: ['false', 'true'] },
		severity,
	],
};

/** Kinds in the order in which they are offered. */
export const kinds = Object.keys(kindFields) as Kind[];

/** Kinds that have levels, each with a severity. */
export const hasLevels = (kind: string): boolean => kind === 'above' || kind === 'below';

/** The fields of a kind; none of one that this version does not know. */
export const fieldsOf = (kind: string): readonly Field[] => kindFields[kind as Kind] ?? [];

/** One level: its severity, its number, and where a better one stands. */
export const levelFields: readonly Field[] = [
	severity,
	{ path: 'value', kind: 'number', hint: 'value' },
	{
		path: 'attribute.name',
		kind: 'text',
		required: 'inside',
		label: 'levelField.attribute.name',
		hint: 'levelAttribute',
	},
	{ path: 'attribute.from', kind: 'text', label: 'levelField.attribute.from', hint: 'levelFrom' },
];

/** Another entity that holds a level. */
export const otherFields: readonly Field[] = [
	{
		path: 'entity.subject',
		kind: 'text',
		required: 'inside',
		label: 'levelField.entity.subject',
		hint: 'otherSubject',
	},
	{ path: 'entity.key', kind: 'text', label: 'levelField.entity.key', hint: 'otherKey' },
	{ path: 'entity.row', kind: 'text', required: 'inside', label: 'levelField.entity.row', hint: 'otherRow' },
	{ path: 'entity.attribute', kind: 'text', label: 'levelField.entity.attribute', hint: 'otherAttribute' },
];

/** When and how often. */
export const timeFields: readonly Field[] = [
	{ path: 'raiseFor', kind: 'duration', hint: 'raiseFor' },
	{ path: 'clearFor', kind: 'duration', hint: 'clearFor' },
	{ path: 'repeatEvery', kind: 'duration', hint: 'repeatEvery' },
	{ path: 'coolDown', kind: 'duration', hint: 'coolDown' },
];

/** What is told. */
export const textFields: readonly Field[] = [
	{ path: 'text', kind: 'long', hint: 'text', wide: true },
	{ path: 'clearText', kind: 'long', hint: 'clearText', wide: true },
];

/** Every field of a rule, besides its condition. */
export const ruleFields: readonly Field[] = [
	...nameFields,
	...entityFields,
	...valueFields,
	...timeFields,
	...textFields,
];
