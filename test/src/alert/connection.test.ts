import assert from 'node:assert/strict';
import { dialectNamed, dialects } from '../../../src/dialects';
import type { Entity } from '../../../src/model/entity';
import { limits } from '../../../src/model/limits';
import { AlertRun } from '../../support/alert-run';
import { bench } from './harness';

const minute = 60_000;
/** It is as fresh as what the server is to send at an interval. */
const link: Partial<Entity> = { row: 'connected', event_type: 'ping', always_available: true };
/** The socket stands, and nothing came over it yet. */
const mute = { availability: { connected: true, fresh: false, present: true } };
const gone = { availability: { connected: false, fresh: false, present: true } };

describe('alert: silence of an endpoint that tells of its connection', () => {
	const silent = (over: object = {}, options: object = {}) =>
		bench({ condition: { kind: 'no_data', per: 'endpoint' }, ...over }, options);

	it('is told of the connection alone', async () => {
		const b = silent();
		const alone = { ...link, event_type: '$connection' };
		await b.state('off', { ...alone, availability: { connected: false, fresh: true, present: true } });
		assert.deepEqual(b.said(), ['raised warning']);
		await b.reach({ connected: true }, alone);
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
		assert.deepEqual(b.said(), []);
		await b.reach({ fresh: false }, link);
		assert.equal(b.told[0]?.value, 'overdue');
		assert.deepEqual(b.said(), ['raised warning']);
		await b.reach({ fresh: true }, { row: 'cpu' });
		assert.deepEqual(b.said(), ['cleared warning']);
	});

	it('is no news while a server that is new has its time, and one afterwards', async () => {
		const b = silent({}, { graceMs: 30_000 });
		const from = b.clock.now();
		await b.state('on', { ...link, ...mute });
		b.pass(limits.freshLeast - 1);
		assert.deepEqual(b.said(), []);
		b.pass(1);
		assert.equal(b.told[0]?.value, 'overdue');
		assert.equal(b.told[0]?.since, new Date(from).toISOString());
		assert.deepEqual(b.said(), ['raised warning']);
		await b.reach({ fresh: true }, link);
		assert.deepEqual(b.said(), ['cleared warning']);
		await b.reach({ fresh: false }, link);
		assert.deepEqual(b.said(), ['raised warning'], 'one that was heard has had its time');
	});

	it('is no news of a server that is slow to begin', async () => {
		const b = silent();
		await b.state('on', { ...link, ...mute });
		b.pass(80_000);
		await b.state(1, { row: 'cpu' });
		b.pass(60 * minute);
		assert.deepEqual(b.said(), []);
	});

	it('counts that time from the connection on', async () => {
		const b = silent();
		await b.state('off', { ...link, ...gone });
		assert.deepEqual(b.said(), ['raised warning']);
		b.pass(60 * minute);
		await b.reach({ connected: true }, link);
		assert.deepEqual(
			b.engine.active().map(({ value, unknown }) => [value, unknown]),
			[['disconnected', true]],
		);
		b.pass(limits.freshLeast);
		assert.deepEqual(
			b.engine.active().map(({ value, unknown }) => [value, unknown]),
			[['overdue', false]],
		);
		assert.deepEqual(b.said(), []);
		await b.reach({ fresh: true }, link);
		assert.deepEqual(b.said(), ['cleared warning']);
	});

	it('is not over because of a restart', async () => {
		const b = silent({}, { graceMs: 30_000 });
		await b.state('on', link);
		b.pass(minute);
		await b.reach({ fresh: false }, link);
		assert.deepEqual(b.said(), ['raised warning']);
		b.restart();
		await b.state('on', { ...link, ...mute });
		b.pass(60 * minute);
		assert.deepEqual(b.said(), []);
		await b.reach({ fresh: true }, link);
		assert.deepEqual(b.said(), ['cleared warning']);
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

describe('alert: an open socket over which nothing comes', () => {
	for (const dialect of dialects) {
		const promises = ['unraid', 'aios', 'agents-api'].includes(dialect.name);
		it(`of ${dialect.name} is ${promises ? 'told when something should have come' : 'as it may be'}`, async () => {
			const run = new AlertRun(dialect);
			await run.connection(true);
			await run.pass(limits.freshLeast - 1_000);
			assert.deepEqual(run.said(), []);
			await run.pass(10 * minute);
			assert.deepEqual(run.said(), promises ? ['raised critical'] : []);
			assert.equal(run.told[0]?.value, promises ? 'overdue' : undefined);
			run.close();
		});
	}

	it('of AIOS is no news as long as it pings, also where its metrics are not subscribed', async () => {
		const run = new AlertRun(dialectNamed('aios'));
		const ping = () => JSON.stringify({ event: 'ping', data: { timestamp: new Date(run.clock.now()).toISOString() } });
		await run.connection(true);
		run.beat = (seconds) => (seconds % 30 === 0 && seconds < 600 ? [ping()] : []);
		await run.pass(10 * minute);
		assert.deepEqual(run.said(), []);
		await run.pass(2 * minute);
		assert.deepEqual(run.said(), ['raised critical']);
		run.close();
	});
});
