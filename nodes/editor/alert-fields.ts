import type { Condition, Severity } from '../../src/model/alert';

/** One field of a rule's form. */
export interface Field {
	/** Where its value stands, from the rule (or the condition, or the level) on. */
	readonly path: string;
	/**
	 * `words`: patterns or words, separated by commas. `duration`: milliseconds, shown as `5 min`. `flag`: a choice between true and false.
	 * `long`: several lines.
	 */
	readonly kind: 'text' | 'words' | 'number' | 'duration' | 'choice' | 'flag' | 'long';
	readonly choices?: readonly string[];
	readonly required?: true;
	/** Key of its label in the catalogue; left out: `field.<path>`. */
	readonly label?: string;
	/** Key of a hint, below `hint` of the catalogue. */
	readonly hint?: string;
	/** Takes the whole line. */
	readonly wide?: true;
}

/** The kinds of conditions. */
export type Kind = Condition['kind'];

export const severityWords: readonly Severity[] = ['info', 'warning', 'critical'];

const severity: Field = { path: 'severity', kind: 'choice', choices: severityWords };
const states: Field = { path: 'states', kind: 'words', required: true, hint: 'states', wide: true };
const hysteresis: Field = { path: 'hysteresis', kind: 'number', hint: 'hysteresis' };

/** Which entities. */
export const entityFields: readonly Field[] = [
	{ path: 'entities.subjects', kind: 'words', hint: 'subjects' },
	{ path: 'entities.rows', kind: 'words', hint: 'rows' },
	{ path: 'entities.keys', kind: 'words', hint: 'keys' },
	{ path: 'entities.classes', kind: 'words', hint: 'classes' },
	{ path: 'entities.sources', kind: 'words', hint: 'sources' },
	{ path: 'entities.entities', kind: 'words', hint: 'entities' },
	{ path: 'entities.attribute.name', kind: 'text', hint: 'withAttribute' },
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
	is: [states, severity],
	is_not: [states, severity],
	changes_to: [states, severity],
	changes_from: [states, severity],
	boolean: [{ path: 'on', kind: 'flag', choices: ['true', 'false'] }, severity],
	increases: [{ path: 'by', kind: 'number', hint: 'by' }, { path: 'from', kind: 'number', hint: 'from' }, severity],
	decreases: [{ path: 'by', kind: 'number', hint: 'by' }, severity],
	happens: [{ path: 'types', kind: 'words', hint: 'types' }, severity],
	rate: [
		{ path: 'perMinute', kind: 'number', required: true },
		{ path: 'direction', kind: 'choice', choices: ['either', 'up', 'down'] },
		{ path: 'window', kind: 'duration', hint: 'window' },
		severity,
	],
	no_data: [
		{ path: 'per', kind: 'choice', choices: ['entity', 'type', 'endpoint'] },
		{ path: 'after', kind: 'duration', hint: 'after' },
		{ path: 'states', kind: 'words', hint: 'whileStates' },
		severity,
	],
	vanished: [severity],
	jsonata: [{ path: 'expression', kind: 'long', required: true, hint: 'expression', wide: true }, severity],
};

/** Kinds in the order in which they are offered. */
export const kinds = Object.keys(kindFields) as Kind[];

/** Kinds that have levels, each with a severity. */
export const hasLevels = (kind: string): boolean => kind === 'above' || kind === 'below';

/** One level: its severity, its number, and where a better one stands. */
export const levelFields: readonly Field[] = [
	severity,
	{ path: 'value', kind: 'number', hint: 'value' },
	{ path: 'attribute.name', kind: 'text', label: 'levelField.attribute.name', hint: 'levelAttribute' },
	{ path: 'attribute.from', kind: 'text', label: 'levelField.attribute.from', hint: 'levelFrom' },
];

/** Another entity that holds a level. */
export const otherFields: readonly Field[] = [
	{ path: 'entity.subject', kind: 'text', label: 'levelField.entity.subject', hint: 'otherSubject' },
	{ path: 'entity.key', kind: 'text', label: 'levelField.entity.key', hint: 'otherKey' },
	{ path: 'entity.row', kind: 'text', label: 'levelField.entity.row', hint: 'otherRow' },
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
