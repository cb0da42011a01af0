import assert from 'node:assert/strict';
import { disk } from '../../../../../src/dialects/unraid/entities/disk';
import type { Row, World } from '../../../../../src/model/description';
import type { State } from '../../../../../src/model/entity';

/** What a row says of a disk that showed `previous` before. */
function read(key: string, more: object, previous?: State): State {
	const world = { disk_list_update: [{ id: 'WD-1', name: 'disk1', ...more }] };
	const [item] = disk.items(world) ?? [];
	const row = (disk.rows as readonly Row<object, World>[]).find((each) => each.key === key);
	assert.ok(item && row);
	if (row.fold) return row.fold(item, typeof previous === 'number' ? { last: previous } : undefined, 0).state;
	return row.value(item, { world, at: 0, previous });
}

describe('a disk in standby', () => {
	it('has no temperature, whatever was read before it fell asleep', () => {
		assert.equal(read('temperature', { temperature_celsius: 46, spin_state: 'standby' }, 46), null);
		assert.equal(read('temperature', { temperature_celsius: 0, spin_state: 'standby' }, 46), null);
		assert.equal(read('temperature', { temperature_celsius: 46, spin_state: 'active' }), 46);
		assert.equal(read('temperature', { temperature_celsius: 46 }), 46);
	});

	it('keeps the counts that it is not asked for', () => {
		assert.equal(read('power_on_hours', { power_on_hours: 7, spin_state: 'active' }), 7);
		assert.equal(read('power_on_hours', { spin_state: 'standby' }, 7), 7);
		assert.equal(read('power_cycles', { power_cycle_count: 0, spin_state: 'standby' }, 3), 3);
		assert.equal(read('power_on_hours', { spin_state: 'standby' }), null);
		assert.equal(read('power_on_hours', { spin_state: 'active' }, 7), null);
	});
});
