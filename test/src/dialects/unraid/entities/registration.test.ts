import assert from 'node:assert/strict';
import { registration } from '../../../../../src/dialects/unraid/entities/registration';
import { readRows } from '../../../../support/entity-rows';

describe('registration', () => {
	it('ends where it has an end', () => {
		const read = (expiration: string) =>
			readRows([registration], { registration_update: { type: 'pro', state: 'valid', expiration } });
		assert.equal(read('2030-01-01T10:00:00+10:00').expiry?.state, '2030-01-01T00:00:00Z');
		assert.equal(read('0001-01-01T00:00:00Z').expiry, undefined);
		assert.equal(read('0001-01-01T00:00:00Z').type?.state, 'pro');
	});
});
