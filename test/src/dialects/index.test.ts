import assert from 'node:assert/strict';
import { dialectNamed, dialects } from '../../../src/dialects';
import { AgentStreamError } from '../../../src/model/errors';

describe('the registry of dialects', () => {
	it('finds each dialect by its name, and names are unique', () => {
		assert.ok(dialects.length > 0);
		for (const dialect of dialects) assert.equal(dialectNamed(dialect.name), dialect);
		assert.equal(new Set(dialects.map(({ name }) => name)).size, dialects.length);
	});

	it('refuses any other name, and lists those it knows', () => {
		for (const name of ['', 'Unraid', 'auto', 'constructor', 'x'.repeat(10_000)]) {
			assert.throws(
				() => dialectNamed(name),
				(error) =>
					error instanceof AgentStreamError &&
					error.code === 'CONFIG_INVALID' &&
					error.message.includes('unraid') &&
					error.message.length < 200,
			);
		}
	});
});
