import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kinds } from '../src/alert/kinds';
import { durationText } from '../src/alert/template';
import { dialects } from '../src/dialects';
import type { Dialect } from '../src/dialects/dialect';
import { type AlertRule, type Condition, severities } from '../src/model/alert';
import { isDestructive } from '../src/model/command';
import { connectionType } from '../src/model/description';
import { limits } from '../src/model/limits';

/** Everything between these two lines of a page is made by `npm run docs` from the tables in `src/dialects/`. */
function replaced(page: string, what: string, table: string): string {
	const begin = `<!-- ${what}: made by npm run docs -->`;
	const end = `<!-- /${what} -->`;
	const [before, rest] = page.split(begin);
	const after = rest?.split(end)[1];
	if (before === undefined || after === undefined) throw new Error(`The page lacks the lines ${begin} and ${end}.`);
	return `${before}${begin}\n${table}\n${end}${after}`;
}

/** The page's text with its entity table made anew. */
export function withEntityTable(page: string, dialect: Dialect): string {
	return replaced(page, 'entities', entityTable(dialect));
}

/** What entities do otherwise than those of the integration that they replace, by `<domain>/<name or glob>`: the form of `tools/parity`. */
export type Differences = {
	readonly [entity: string]: { readonly fields: readonly string[]; readonly reason: string };
};

/** The page's text with its table of differences made anew. */
export function withDifferenceTable(page: string, differences: Differences): string {
	const lines = Object.entries(differences).map(([entity, { fields, reason }]) => {
		const slash = entity.indexOf('/');
		const shown = (text: string) => text.replaceAll('*', '…').replaceAll('|', '\\|');
		return `| ${shown(entity.slice(slash + 1))} | ${shown(entity.slice(0, slash))} | ${fields.join(', ')} | ${reason} |`;
	});
	const head = ['| entity | platform | differs in | because |', '| --- | --- | --- | --- |'];
	return replaced(page, 'differences', [...head, ...lines].join('\n'));
}

/** The page's text with its table of commands made anew. */
export function withCommandTable(page: string, dialect: Dialect): string {
	return replaced(page, 'commands', commandTable(dialect));
}

function commandTable({ commands }: Dialect): string {
	const lines = commands.map((command) => {
		const parameters = command.parameters.map(({ name, type, options, range, required }) => {
			const values = options?.join(', ') ?? (range ? `${range[0]} to ${range[1]}` : type);
			return `\`${name}${required === false ? '?' : ''}\` ${values}`;
		});
		const mark = isDestructive(command) ? ' ⚠' : '';
		return `| ${command.group} | \`${command.name}\`${mark} | ${command.title} | ${parameters.join('; ')} |`;
	});
	return ['| about | command | does | parameters |', '| --- | --- | --- | --- |', ...lines].join('\n');
}

function entityTable(dialect: Dialect): string {
	const lines = dialect.subjects.flatMap(({ subject, key, from, rows }) =>
		rows.map((row) => {
			const what = [row.deviceClass, row.stateClass, row.category].filter(Boolean).join(', ');
			const id = key ? `${subject}_‹key›_${row.key}` : `${subject}_${row.key}`;
			const off = row.enabled === false || row.command?.destructive ? 'off' : 'on';
			return `| ${row.name.replace('{LABEL}', '‹NAME›').replace('{label}', '‹name›')} | ${row.platform} | \`${id}\` | ${row.unit ?? ''} | ${what} | ${off} | ${from[0] === connectionType ? 'the connection' : from[0]} |`;
		}),
	);
	return [
		'| name | platform | unique id after `‹endpoint›_` | unit | classes | by default | event |',
		'| --- | --- | --- | --- | --- | --- | --- |',
		...lines,
	].join('\n');
}

/** The page's text with the table of a protocol's alert presets made anew. */
export function withAlertTable(page: string, { name, alerts = [], subjects }: Dialect): string {
	const lines = alerts.map((rule) => {
		const { raiseFor, condition } = rule;
		const clearFor = rule.clearFor ?? (kinds[condition.kind].momentary ? limits.alertMomentary : 0);
		const waits = [raiseFor && lasts(raiseFor), clearFor && `${lasts(clearFor)} to clear`].filter(Boolean);
		const cells = [
			`\`${rule.id}\``,
			rule.name,
			watched(rule),
			raisedWhen(condition, unitOf(rule, subjects)),
			severityOf(condition),
		];
		return `| ${[...cells, waits.join(', ') || '–'].join(' | ')} |`;
	});
	const head = [
		'| rule | name | watches | is raised when | severity | waits |',
		'| --- | --- | --- | --- | --- | --- |',
	];
	return replaced(page, `alerts of ${name}`, [...head, ...lines].join('\n'));
}

const lasts = (ms: number): string => durationText(ms / 1_000);
const code = (words: readonly (string | number)[]): string => words.map((word) => `\`${word}\``).join(', ');

/** The rows that a rule is about, by subject. */
function watched({ entities: { subjects, rows, attribute: where }, attribute }: AlertRule): string {
	const all = rows.length === 0 ? ['…'] : rows;
	const entities = (subjects.length === 0 ? ['…'] : subjects).flatMap((subject) =>
		all.map((row) => `${subject}_${row}`),
	);
	const not = where?.values.every((value) => value.startsWith('!')) ? 'not ' : '';
	const only =
		where && ` where \`${where.name}\` is ${not}${code(where.values.map((value) => value.replace('!', '')))}`;
	return `${code(entities)}${attribute === undefined ? '' : `: \`${attribute}\``}${only ?? ''}`;
}

/** The unit of what a rule is about, with a blank before it; empty where there is none. */
function unitOf({ entities, attribute }: AlertRule, subjects: Dialect['subjects']): string {
	const own = subjects.find(({ subject }) => entities.subjects.includes(subject));
	const unit = own?.rows.find(({ key }) => entities.rows.includes(key))?.unit;
	return attribute === undefined && unit ? ` ${unit}` : '';
}

type Of<K extends Condition['kind']> = Extract<Condition, { kind: K }>;

/** Levels as people read them: whose comes first. */
const levels = ({ levels: all }: Of<'above' | 'below'>): string =>
	all
		.map(({ attribute, entity, value }) => {
			const sources = [attribute && code([attribute.name]), entity && code([`${entity.subject}_${entity.row}`]), value];
			return sources.filter((source) => source !== undefined).join(' else ');
		})
		.join(' / ');

const conditionTexts: { readonly [K in Condition['kind']]: (condition: Of<K>, unit: string) => string } = {
	above: (condition, unit) => `it is ${levels(condition)}${unit} or more`,
	below: (condition, unit) => `it is ${levels(condition)}${unit} or less`,
	outside: ({ low, high }, unit) => `it is below ${low}${unit} or above ${high}${unit}`,
	is: ({ states }) => `it is ${code(states)}`,
	is_not: ({ states }) => `it is not ${code(states)}`,
	changes_to: ({ states }) => `it becomes ${code(states)}`,
	changes_from: ({ states }) => `it was ${code(states)} and is so no more`,
	boolean: ({ on }) => `it is ${on ? 'on' : 'off'}`,
	increases: ({ by }, unit) => `it grows by ${by}${unit}`,
	decreases: ({ by }, unit) => `it falls by ${by}${unit}`,
	happens: ({ types }) => `it fires ${code(types)}`,
	rate: ({ perMinute, direction, window }, unit) => {
		const moves = { up: 'rises', down: 'falls', either: 'moves' }[direction];
		return `it ${moves} by ${perMinute}${unit} a minute, over ${lasts(window)}`;
	},
	no_data: ({ after, states, per }) => {
		const quiet = after > 0 ? `, or nothing of it changes for ${lasts(after)}` : '';
		const during = states.length > 0 ? `, while one is ${code(states)}` : '';
		return `the socket is closed, or ${per === 'endpoint' ? 'all of it' : 'it'} is overdue${quiet}${during}`;
	},
	vanished: () => 'it is missing from a healthy list',
	jsonata: ({ expression }) => `it says so: ${code([expression.replaceAll('|', '\\|')])}`,
};

const raisedWhen = (condition: Condition, unit: string): string =>
	(conditionTexts[condition.kind] as (of: Condition, unit: string) => string)(condition, unit);

function severityOf(condition: Condition): string {
	if ('levels' in condition) return condition.levels.map(({ severity }) => severity).join(' / ');
	if (condition.kind !== 'jsonata') return condition.severity;
	const named = severities.filter((severity) => condition.expression.includes(`"${severity}"`));
	return named.join(' / ') || condition.severity;
}

if (require.main === module) {
	const page = (name: string) => join(__dirname, '..', 'docs', `${name}.md`);
	const differences = JSON.parse(readFileSync(join(__dirname, '..', 'docs', 'parity-differences.json'), 'utf8'));
	writeFileSync(page('unraid'), withDifferenceTable(readFileSync(page('unraid'), 'utf8'), differences));
	let alerts = readFileSync(page('alerts'), 'utf8');
	for (const dialect of dialects) if (dialect.alerts) alerts = withAlertTable(alerts, dialect);
	writeFileSync(page('alerts'), alerts);
	for (const dialect of dialects) {
		const text = withEntityTable(readFileSync(page(dialect.name), 'utf8'), dialect);
		writeFileSync(page(dialect.name), dialect.commands.length > 0 ? withCommandTable(text, dialect) : text);
	}
}
