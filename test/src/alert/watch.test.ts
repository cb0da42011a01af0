import assert from 'node:assert/strict';
import { limits } from '../../../src/model/limits';
import { bench, hot } from './harness';

describe('what a rule sees of an entity', () => {
	it('judges only while the attribute fits', async () => {
		const b = bench({ condition: hot, entities: { attribute: { name: 'kind', values: ['hdd'] } } });
		await b.state(50, { attributes: { kind: 'ssd' } });
		assert.deepEqual(b.said(), []);
		await b.state(50, { attributes: { kind: 'hdd' } });
		assert.deepEqual(b.said(), ['raised warning']);
	});

	it('vanished: only while values come', async () => {
		const b = bench({ condition: { kind: 'vanished' } });
		await b.state(1);
		await b.reach({ connected: false, present: false });
		assert.deepEqual(b.said(), []);
		await b.reach({ connected: true });
		assert.deepEqual(b.said(), ['raised warning']);
		await b.reach({ connected: false });
		await b.reach({ connected: true, present: true });
		assert.deepEqual(b.said(), ['cleared warning']);
	});

	it('an attribute can be judged instead; one that is missing is no word', async () => {
		const b = bench({ condition: { kind: 'is', states: ['unhealthy'] }, attribute: 'health' });
		await b.state('running', { attributes: { health: 'unhealthy' } });
		await b.state('running', { attributes: {} });
		assert.deepEqual(b.said(), ['raised warning', 'cleared warning']);
	});

	it('knows nothing by an attribute that is gone with the values', async () => {
		const ssd = { condition: hot, entities: { attribute: { name: 'kind', values: ['ssd'] } } };
		const b = bench(ssd);
		await b.state(50, { attributes: { kind: 'ssd' } });
		for (const availability of [
			{ connected: false, fresh: true, present: true },
			{ connected: true, fresh: false, present: true },
			{ connected: true, fresh: true, present: false },
		]) {
			await b.change('availability', { state: 20, attributes: {}, availability });
			assert.equal(b.engine.active()[0]?.unknown, true);
		}
		assert.deepEqual(b.said(), ['raised warning']);
		await b.state(50, {
			attributes: {},
			availability: { connected: true, fresh: true, present: true },
			available: true,
		});
		assert.deepEqual(b.said(), ['cleared warning'], 'it is no SSD');
	});

	it('what fires without the attribute is none of it', async () => {
		const b = bench({
			condition: { kind: 'happens' },
			entities: { attribute: { name: 'kind', values: ['a'] } },
			clearFor: 1_000,
		});
		const event = { platform: 'event', state: 'x', available: false } as const;
		await b.change('fired', { ...event, attributes: { kind: 'b' } });
		assert.deepEqual(b.said(), []);
		await b.change('fired', { ...event, attributes: { kind: 'a' } });
		await b.change('fired', { ...event, attributes: {} });
		b.pass(1_000);
		assert.deepEqual(b.said(), ['raised warning', 'cleared warning']);
	});

	it('an entity that is there without a state has lost its attributes too, but not the other way round', async () => {
		const b = bench({ condition: { kind: 'is', states: ['bad'] }, attribute: 'health' });
		await b.state('x', { attributes: { health: 'bad' } });
		await b.state(null, { attributes: {} });
		await b.state('x', { attributes: { health: null } });
		assert.deepEqual(b.said(), ['raised warning']);
		await b.state(null, { attributes: { health: 'good' } });
		assert.deepEqual(b.said(), ['cleared warning']);
	});

	it('shows words in full length only up to the limit, numbers and truth as they are', async () => {
		const b = bench({ condition: { kind: 'is_not', states: ['fine'] } });
		await b.state('x'.repeat(limits.textLength + 1));
		assert.equal(String(b.told[0]?.value).length, limits.textLength);
		const c = bench({ condition: { kind: 'is', states: ['true'] }, attribute: 'bad' });
		await c.state('x', { attributes: { bad: true } });
		assert.equal(c.told[0]?.value, true);
	});

	it('shows the worst value in the direction that is worse, and of each alert anew', async () => {
		const b = bench({ condition: { kind: 'below', levels: [{ value: 10 }] } });
		for (const state of [9, 4, 6, 11, 8, 11]) await b.state(state);
		assert.deepEqual(
			b.told.map(({ peak }) => peak),
			[9, 4, 8, 8],
		);
		const c = bench({ condition: { kind: 'outside', low: 0, high: 10 } });
		await c.state(11);
		assert.equal(c.told[0]?.peak, null);
	});
});
