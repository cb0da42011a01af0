import assert from 'node:assert/strict';
import type { Entity } from '../../../src/model/entity';
import { bench } from './harness';

const minute = 60_000;
const link: Partial<Entity> = { row: 'connected', event_type: '$connection', always_available: true };

describe('alert: silence of an endpoint that tells of its connection', () => {
	const silent = () => bench({ condition: { kind: 'no_data', per: 'endpoint' } });

	it('is told of the connection alone', async () => {
		const b = silent();
		await b.state('off', { ...link, availability: { connected: false, fresh: true, present: true } });
		assert.deepEqual(b.said(), ['raised warning']);
		await b.reach({ connected: true }, link);
		assert.deepEqual(b.said(), ['cleared warning']);
		b.pass(60 * minute);
		assert.deepEqual(b.said(), []);
	});

	it('is told where all that should come is overdue, though the socket stands', async () => {
		const b = silent();
		await b.state('on', link);
		await b.state(1, { row: 'cpu' });
		await b.state(1, { row: 'memory' });
		await b.reach({ fresh: false }, { row: 'cpu' });
		assert.deepEqual(b.said(), []);
		await b.reach({ fresh: false }, { row: 'memory' });
		assert.equal(b.told[0]?.value, 'overdue');
		assert.deepEqual(b.said(), ['raised warning']);
		await b.reach({ fresh: true }, { row: 'cpu' });
		assert.deepEqual(b.said(), ['cleared warning']);
	});

	it('is no news while nothing else has come yet', async () => {
		const b = silent();
		await b.state('on', { ...link, availability: { connected: true, fresh: false, present: true } });
		b.pass(60 * minute);
		assert.deepEqual(b.said(), []);
	});

	it('calls the device as it is called by now', async () => {
		const b = silent();
		const away = { availability: { connected: false, fresh: true, present: true } };
		await b.state('off', { ...link, ...away, device: { identifiers: ['d'], name: 'Unraid' } });
		assert.equal(b.told[0]?.device, 'Unraid');
		await b.state('on', {
			...link,
			device: { identifiers: ['d'], name: 'Tower' },
			availability: { ...away.availability, connected: true },
		});
		assert.equal(b.told[1]?.state, 'cleared');
		assert.equal(b.told[1]?.device, 'Tower');
	});
});
