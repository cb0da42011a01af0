import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withAlertTable, withCommandTable, withDifferenceTable, withEntityTable } from '../../scripts/docs';
import { dialects } from '../../src/dialects';

const file = (name: string) => readFileSync(join(__dirname, '..', '..', 'docs', name), 'utf8');

/** A page without what a formatter makes of its tables: blanks and dashes that line the columns up. */
const plain = (page: string) =>
	page
		.replace(/ *\| */g, '|')
		.replace(/-{3,}/g, '---')
		.replace(/\n{2,}/g, '\n');

describe('docs', () => {
	it('docs/unraid.md has the table of docs/parity-differences.json (npm run docs)', () => {
		const page = file('unraid.md');
		assert.equal(plain(withDifferenceTable(page, JSON.parse(file('parity-differences.json')))), plain(page));
	});

	for (const dialect of dialects.filter(({ alerts }) => alerts !== undefined)) {
		it(`docs/alerts.md has the presets of ${dialect.title} (npm run docs)`, () => {
			const page = file('alerts.md');
			assert.equal(plain(withAlertTable(page, dialect)), plain(page));
		});
	}

	for (const dialect of dialects.filter(({ subjects }) => subjects.length > 0)) {
		it(`docs/${dialect.name}.md has the entity table of the rows (npm run docs)`, () => {
			const page = file(`${dialect.name}.md`);
			assert.equal(plain(withEntityTable(page, dialect)), plain(page));
		});

		if (dialect.commands.length === 0) continue;
		it(`docs/${dialect.name}.md has the commands of the table (npm run docs)`, () => {
			const page = file(`${dialect.name}.md`);
			assert.equal(plain(withCommandTable(page, dialect)), plain(page));
		});
	}
});
