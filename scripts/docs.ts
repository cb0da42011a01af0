import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dialects } from '../src/dialects';
import type { Dialect } from '../src/dialects/dialect';
import { isDestructive } from '../src/model/command';

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
			return `| ${row.name.replace('{LABEL}', '‹NAME›').replace('{label}', '‹name›')} | ${row.platform} | \`${id}\` | ${row.unit ?? ''} | ${what} | ${off} | ${from[0]} |`;
		}),
	);
	return [
		'| name | platform | unique id after `‹endpoint›_` | unit | classes | by default | event |',
		'| --- | --- | --- | --- | --- | --- | --- |',
		...lines,
	].join('\n');
}

if (require.main === module) {
	const page = (name: string) => join(__dirname, '..', 'docs', `${name}.md`);
	const differences = JSON.parse(readFileSync(join(__dirname, '..', 'docs', 'parity-differences.json'), 'utf8'));
	writeFileSync(page('unraid'), withDifferenceTable(readFileSync(page('unraid'), 'utf8'), differences));
	for (const dialect of dialects) {
		// What a user describes has no table of ours.
		if (dialect.subjects.length === 0) continue;
		const text = withEntityTable(readFileSync(page(dialect.name), 'utf8'), dialect);
		writeFileSync(page(dialect.name), dialect.commands.length > 0 ? withCommandTable(text, dialect) : text);
	}
}
