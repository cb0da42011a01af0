import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Roster } from '../../../src/dialects/roster';

describe('Roster', () => {
	it('gives places from 1 on, and keeps them', () => {
		const roster = new Roster<string>(3);
		assert.equal(roster.set('a', 'first', 1), 1);
		assert.equal(roster.set('b', 'x', 2), 2);
		assert.equal(roster.set('a', 'second', 3), 1);
		assert.equal(roster.get('a'), 'second');
		roster.delete('a');
		assert.equal(roster.set('c', 'y', 4), 1);
		assert.deepEqual(roster.list(), [
			{ id: 'c', place: 1, item: 'y' },
			{ id: 'b', place: 2, item: 'x' },
		]);
	});

	it('makes room by what finished longest ago, else by what was longest untouched, and counts the latter', () => {
		const roster = new Roster<number>(3);
		roster.set('old', 1, 1);
		roster.set('done', 2, 5, true);
		roster.set('sooner', 3, 4, true);
		roster.set('d', 4, 6);
		roster.set('e', 5, 7);
		assert.deepEqual(new Set(roster.list().map(({ id }) => id)), new Set(['old', 'd', 'e']));
		assert.equal(roster.pushedOut, 0);
		roster.set('f', 6, 8);
		assert.equal(roster.get('old'), undefined);
		assert.equal(roster.pushedOut, 1);
	});

	it('lets go of what was not touched for long', () => {
		const roster = new Roster<number>(3);
		roster.set('a', 1, 10);
		roster.set('b', 2, 20);
		assert.equal(roster.oldest(), 10);
		assert.equal(roster.expire(10), false);
		assert.equal(roster.expire(11), true);
		assert.deepEqual(
			roster.list().map(({ id }) => id),
			['b'],
		);
	});

	it('never holds more than its ceiling, each at a place of its own', () => {
		fc.assert(
			fc.property(
				fc.integer({ min: 1, max: 6 }),
				fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.nat(100), fc.boolean()), { maxLength: 200 }),
				(ceiling, sets) => {
					const roster = new Roster<number>(ceiling);
					for (const [id, at, finished] of sets) {
						const place = roster.set(`id${id}`, id, at, finished);
						assert.ok(place >= 1 && place <= ceiling);
						assert.equal(roster.get(`id${id}`), id);
						assert.ok(roster.size <= ceiling);
					}
					const places = roster.list().map(({ place }) => place);
					assert.equal(new Set(places).size, places.length);
				},
			),
		);
	});
});
