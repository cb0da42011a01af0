import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dialects } from '../src/dialects';
import type { Dialect } from '../src/dialects/dialect';

/** Everything between these two lines of a page is made by `npm run docs` from the tables in `src/dialects/`. */
const begin = '<!-- entities: made by npm run docs -->';
const end = '<!-- /entities -->';

/** The page's text with its entity table made anew. */
export function withEntityTable(page: string, dialect: Dialect): string {
	const [before, rest] = page.split(begin);
	const after = rest?.split(end)[1];
	if (before === undefined || after === undefined) throw new Error(`The page lacks the lines ${begin} and ${end}.`);
	return `${before}${begin}\n${entityTable(dialect)}\n${end}${after}`;
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
	for (const dialect of dialects) {
		const path = join(__dirname, '..', 'docs', `${dialect.name}.md`);
		writeFileSync(path, withEntityTable(readFileSync(path, 'utf8'), dialect));
	}
}
