import assert from 'node:assert/strict';
import { choiceSchema, chooser } from '../../../src/filter/choose';
import type { Entity } from '../../../src/model/entity';

const temperature = {
	unique_id: 'tower_disk_WDC-1_temperature',
	path: 'tower/disk/WDC-1/temperature',
	name: 'Disk disk1 Temperature',
	subject: 'disk',
	device_class: 'temperature',
	attributes: { role: 'data', tags: ['a', 'b'] },
} as unknown as Entity;

describe('chooser', () => {
	const cases: [choice: object, expected: boolean][] = [
		[{}, true],
		[{ subjects: ['disk'] }, true],
		[{ subjects: ['ups'] }, false],
		[{ entities: ['tower_disk_*'] }, true],
		[{ entities: ['tower/disk/*/temperature'] }, true],
		[{ entities: ['* Temperature'] }, true],
		[{ entities: ['tower_disk_*', '!*_temperature'] }, false],
		[{ field: 'device_class', values: ['temperature'] }, true],
		[{ field: 'attributes.role', values: ['parity*'] }, false],
		[{ field: 'attributes.tags[*]', values: ['b'] }, true],
		[{ field: 'attributes.none', values: ['*'] }, false],
		[{ subjects: ['disk'], field: 'device_class', values: ['power'] }, false],
	];
	for (const [choice, expected] of cases) {
		it(`${expected ? 'takes' : 'leaves'} a disk's temperature for ${JSON.stringify(choice)}`, () => {
			assert.equal(chooser(choiceSchema.parse(choice))(temperature), expected);
		});
	}

	it('refuses a field that is no path', () => {
		assert.equal(choiceSchema.safeParse({ field: 'a..b' }).success, false);
	});
});
