import assert from 'node:assert/strict';
import fc from 'fast-check';
import { entitySchema } from '../../../src/model/entity';
import { wrongField } from '../../../src/mqtt/guard';
import { makeEntity } from '../../support/entities';

describe('mqtt/guard', () => {
	it('accepts an entity, and one that went through JSON', () => {
		assert.equal(wrongField(makeEntity({ key: 'plex', options: ['a'], range: { min: 0, max: 1, step: 0.1 } })), null);
		assert.equal(wrongField(JSON.parse(JSON.stringify(makeEntity()))), null);
	});

	it('names the first wrong field', () => {
		assert.equal(wrongField(null), '');
		assert.equal(wrongField([]), '');
		assert.equal(wrongField({ ...makeEntity(), state: { evil: true } }), 'state');
		assert.equal(wrongField({ ...makeEntity(), path: 'tower/x' }), 'path');
		assert.equal(wrongField({ ...makeEntity(), path: 'other/system/cpu' }), 'path');
		assert.equal(wrongField({ ...makeEntity(), device: { identifiers: [], name: 'x' } }), 'device');
		assert.equal(wrongField({ ...makeEntity(), range: { min: 0, max: 1, step: 0 } }), 'range');
		assert.equal(wrongField({ ...makeEntity(), name: 'x'.repeat(600) }), 'name');
	});

	it('lets nothing pass that the schema refuses', () => {
		const fields = Object.keys(makeEntity());
		fc.assert(
			fc.property(fc.constantFrom(...fields), fc.anything(), (field, value) => {
				const entity = { ...makeEntity(), [field]: value };
				// A state that is no finite number is published as unknown, which says more than nothing.
				fc.pre(!(field === 'state' && typeof value === 'number'));
				if (field !== 'available' && wrongField(entity) === null)
					assert.ok(entitySchema.safeParse(entity).success, field);
			}),
			{ numRuns: 2_000 },
		);
	});

	it('never throws', () => {
		fc.assert(fc.property(fc.anything(), (value) => ['string', 'object'].includes(typeof wrongField(value))));
	});
});
