import assert from 'node:assert/strict';
import { choiceSchema, chooser } from '../../../src/filter/choose';
import type { Entity } from '../../../src/model/entity';

const entity = (over: Partial<Entity>): Entity =>
	({
		unique_id: 'tower_disk_a_temperature',
		path: 'tower/disk/a/temperature',
		name: 'Disk A Temperature',
		subject: 'disk',
		device_class: 'temperature',
		attributes: { role: 'parity' },
		...over,
	}) as Entity;

const chosen = (choice: object, over: Partial<Entity> = {}) => chooser(choiceSchema.parse(choice))(entity(over));

describe('chooser', () => {
	it('takes everything when nothing is chosen', () => {
		assert.equal(chosen({}), true);
	});

	it('looks at subject, at any of the names, and at a field', () => {
		assert.equal(chosen({ subjects: ['disk'] }), true);
		assert.equal(chosen({ subjects: ['!disk'] }), false);
		for (const pattern of ['*_temperature', 'tower/disk/*', 'Disk A*'])
			assert.equal(chosen({ entities: [pattern] }), true);
		assert.equal(chosen({ entities: ['*temp*', '!*disk*'] }), false);
		assert.equal(chosen({ field: 'attributes.role', values: ['parity'] }), true);
		assert.equal(chosen({ field: 'attributes.role', values: ['parity'] }, { attributes: {} }), false);
		assert.equal(chosen({ field: 'device_class', values: ['temperature'] }, { device_class: null }), false);
	});

	it('wants all of them to agree', () => {
		assert.equal(chosen({ subjects: ['disk'], entities: ['*power'] }), false);
	});

	it('refuses a field that is no path', () => {
		assert.equal(choiceSchema.safeParse({ field: 'a..b[' }).success, false);
	});
});
