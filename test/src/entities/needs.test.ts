import assert from 'node:assert/strict';
import { unraid } from '../../../src/dialects/unraid';
import { neededTypes } from '../../../src/entities/needs';

describe('needed event types', () => {
	it('are those that the subjects and the device are made of', () => {
		const types = neededTypes(unraid, (subject) => subject === 'disk');
		assert.deepEqual(types, ['system_update', 'disk_list_update', 'disk_thresholds']);
	});

	it('are there under all their names', () => {
		const types = neededTypes(unraid, (subject) => subject === 'gpu');
		assert.deepEqual(types, ['system_update', 'gpu_metrics_update', 'gpu_update']);
	});

	it('are all that makes entities, unless subjects are chosen', () => {
		const types = neededTypes(unraid);
		for (const { from } of unraid.subjects) {
			for (const type of from) assert.ok(types.includes(type) || type.startsWith('$'), type);
		}
		assert.ok(!types.includes('agent_stream'));
	});
});
