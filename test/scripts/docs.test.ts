import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withEntityTable } from '../../scripts/docs';
import { dialects } from '../../src/dialects';

describe('docs', () => {
	for (const dialect of dialects) {
		it(`docs/${dialect.name}.md has the entity table of the rows (npm run docs)`, () => {
			const page = readFileSync(join(__dirname, '..', '..', 'docs', `${dialect.name}.md`), 'utf8');
			assert.equal(withEntityTable(page, dialect), page);
		});
	}
});
