import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withCommandTable, withDifferenceTable, withEntityTable } from '../../scripts/docs';
import { dialects } from '../../src/dialects';

describe('docs', () => {
	it('docs/unraid.md has the table of docs/parity-differences.json (npm run docs)', () => {
		const file = (name: string) => readFileSync(join(__dirname, '..', '..', 'docs', name), 'utf8');
		const page = file('unraid.md');
		assert.equal(withDifferenceTable(page, JSON.parse(file('parity-differences.json'))), page);
	});

	for (const dialect of dialects) {
		it(`docs/${dialect.name}.md has the entity table of the rows (npm run docs)`, () => {
			const page = readFileSync(join(__dirname, '..', '..', 'docs', `${dialect.name}.md`), 'utf8');
			assert.equal(withEntityTable(page, dialect), page);
		});

		it(`docs/commands.md has the commands of ${dialect.name} (npm run docs)`, () => {
			if (dialect.commands.length === 0) return;
			const page = readFileSync(join(__dirname, '..', '..', 'docs', 'commands.md'), 'utf8');
			assert.equal(withCommandTable(page, dialect), page);
		});
	}
});
