import assert from 'node:assert/strict';
import { aboutOf } from '../../../src/dialects/about';

const table = { session: ['session_id', 'payload.session_id'], severity: ['severity'] } as const;

describe('aboutOf', () => {
	it('takes the first path that holds text or a number', () => {
		assert.deepEqual(aboutOf(table, { session_id: '', payload: { session_id: 7 }, severity: 'critical' }), {
			about: { session: '7', severity: 'critical' },
		});
	});

	it('is empty where the data says nothing', () => {
		for (const data of [null, 5, [], {}, { session_id: {}, severity: null }, { payload: 'text' }]) {
			assert.deepEqual(aboutOf(table, data), {});
		}
	});

	it('follows no inherited name, and cuts long texts', () => {
		assert.deepEqual(aboutOf({ session: ['constructor.name', 'toString'] }, {}), {});
		assert.equal(aboutOf(table, { session_id: 'x'.repeat(5_000) }).about?.session?.length, 255);
	});
});
