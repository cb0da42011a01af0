import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateChecks } from '../../../../scripts/generate-checks';
import { checks } from '../../../../src/dialects/claude-code/checks.generated';
import { unwrap } from '../../../../src/dialects/claude-code/protocol';
import { schemas } from '../../../../src/dialects/claude-code/schemas';
import { createValidator } from '../../../../src/dialects/validate';
import { framesOf } from './support';

describe('the generated checks of Claude Code', () => {
	it('are those of the schemas', () => {
		const file = join(__dirname, '../../../../src/dialects/claude-code/checks.generated.ts');
		assert.equal(readFileSync(file, 'utf8'), generateChecks(schemas));
	});

	it('say the same as the schemas of everything recorded, whole and broken', () => {
		const quick = createValidator(() => schemas, checks);
		const slow = createValidator(() => schemas);
		const values = ['hooks-server-live.jsonl', 'document-examples.jsonl']
			.flatMap(framesOf)
			.flatMap((raw) => unwrap(JSON.parse(raw), false));
		for (const { name, data } of values) {
			if (name === null) continue;
			const broken = {
				...(data as object),
				payload: { ...(data as { payload?: object }).payload, tool_name: 7 },
				timestamp: 'x',
			};
			for (const given of [data, broken, null, []]) {
				assert.deepEqual(quick(name, given, new Set()), slow(name, given, new Set()), name);
			}
		}
	});
});
