import assert from 'node:assert/strict';
import { Freshness } from '../../../src/entities/freshness';
import { limits } from '../../../src/model/limits';

const second = 1000;

/** A freshness of one type `x` with this default interval; `arrive` lets it come at an interval, several times. */
function fresh(interval: number | null, least?: number) {
	const freshness = new Freshness((type) => (type === 'x' ? interval : null), least);
	let now = 0;
	return {
		freshness,
		at: (ms: number) => {
			now = ms;
		},
		arrive: (every: number, times: number) => {
			for (let i = 0; i < times; i += 1) {
				now += every;
				freshness.arrived('x', now);
			}
			return now;
		},
	};
}

describe('Freshness', () => {
	it('is not fresh before anything came', () => {
		const { freshness } = fresh(60 * second);
		assert.equal(freshness.fresh('x', 0), false);
		assert.equal(freshness.nextExpiry(0), null);
		assert.deepEqual(freshness.stale(0), []);
	});

	it('is overdue right after three default intervals, not before', () => {
		const { freshness, arrive } = fresh(60 * second);
		const last = arrive(0, 1);
		assert.equal(freshness.limit('x'), 180 * second);
		assert.equal(freshness.nextExpiry(last), last + 180 * second + 1);
		assert.equal(freshness.fresh('x', last + 180 * second), true);
		assert.equal(freshness.fresh('x', last + 180 * second + 1), false);
		assert.deepEqual(freshness.stale(last + 180 * second + 1), ['x']);
		assert.equal(freshness.nextExpiry(last + 180 * second + 1), null);
	});

	it('has no limit below 90 s unless it is set', () => {
		assert.equal(fresh(5 * second).freshness.limit('x'), 90 * second);
		assert.equal(fresh(5 * second, 20 * second).freshness.limit('x'), 20 * second);
		assert.equal(fresh(5 * second, 10 * second).freshness.limit('x'), 15 * second);
	});

	it('never goes stale where a type comes on change only', () => {
		const { freshness, arrive } = fresh(null);
		arrive(second, 20);
		assert.equal(freshness.limit('x'), null);
		assert.equal(freshness.fresh('x', 1e12), true);
		assert.equal(freshness.nextExpiry(0), null);
	});

	it('learns a slower cadence from the fifth arrival on', () => {
		const { freshness, arrive } = fresh(60 * second);
		arrive(150 * second, 4);
		assert.equal(freshness.limit('x'), 180 * second);
		arrive(150 * second, 1);
		const limit = freshness.limit('x') ?? 0;
		assert.ok(limit > 400 * second && limit <= 450 * second, String(limit));
		arrive(150 * second, 20);
		assert.ok(Math.abs((freshness.limit('x') ?? 0) - 450 * second) < second);
	});

	it('never goes below the default interval for a faster cadence', () => {
		const { freshness, arrive } = fresh(60 * second);
		arrive(second, 100);
		assert.equal(freshness.limit('x'), 180 * second);
	});

	it('raises quickly and lowers slowly', () => {
		const { freshness, arrive } = fresh(60 * second);
		arrive(100 * second, 30);
		const before = freshness.limit('x') ?? 0;
		arrive(200 * second, 3);
		const raised = freshness.limit('x') ?? 0;
		assert.ok(raised > before + 0.8 * 300 * second, `${before} ${raised}`);
		arrive(100 * second, 3);
		assert.ok((freshness.limit('x') ?? 0) > raised - 60 * second);
		arrive(100 * second, 200);
		assert.ok(Math.abs((freshness.limit('x') ?? 0) - 300 * second) < second);
	});

	it('learns nothing from one outage, however long', () => {
		const { freshness, arrive } = fresh(60 * second);
		arrive(60 * second, 10);
		arrive(3600 * second, 1);
		arrive(60 * second, 10);
		assert.equal(freshness.limit('x'), 180 * second);
	});

	it('learns a cadence far above the default: a user may have set one of an hour', () => {
		const { freshness, arrive } = fresh(300 * second);
		const last = arrive(3600 * second, 10);
		assert.ok(freshness.fresh('x', last + 3600 * second));
		assert.ok((freshness.limit('x') ?? 0) <= 3 * 3600 * second);
	});

	it('learns nothing from the pause of a closed socket', () => {
		const { freshness, arrive } = fresh(60 * second);
		arrive(60 * second, 10);
		for (let i = 0; i < 10; i += 1) {
			freshness.interrupted();
			arrive(900 * second, 1);
		}
		assert.equal(freshness.limit('x'), 180 * second);
	});

	it('survives a clock that is set back', () => {
		const { freshness, arrive, at } = fresh(60 * second);
		arrive(60 * second, 10);
		at(-1e9);
		const now = arrive(0, 1);
		assert.equal(freshness.fresh('x', now), true);
		assert.equal(freshness.fresh('x', now + 181 * second), false);
		assert.equal(freshness.limit('x'), 180 * second);
	});

	it('is renewed by a fetch, which teaches nothing and is never older than a frame', () => {
		const { freshness, arrive } = fresh(60 * second);
		freshness.fetched('x', 0, null);
		assert.equal(freshness.fresh('x', 180 * second), true);
		const last = arrive(150 * second, 10);
		const limit = freshness.limit('x');
		freshness.fetched('x', last + second, null);
		arrive(2 * second, 1);
		assert.equal(freshness.limit('x'), limit);
		freshness.fetched('x', 0, null);
		assert.equal(freshness.fresh('x', last + 3 * second), true);
	});

	it('of what is polled is measured by how often it is polled, until the stream tells it', () => {
		const { freshness, arrive } = fresh(5 * second);
		freshness.fetched('x', 0, 300 * second);
		assert.equal(freshness.limit('x'), 900 * second);
		assert.equal(freshness.fresh('x', 900 * second), true);
		assert.equal(freshness.fresh('x', 900 * second + 1), false);
		arrive(5 * second, 1);
		assert.equal(freshness.limit('x'), limits.freshLeast);
	});

	it('never ends for what comes only on change, unless it is polled', () => {
		const { freshness } = fresh(null);
		freshness.fetched('x', 0, null);
		assert.equal(freshness.limit('x'), null);
		assert.equal(freshness.fresh('x', 1e12), true);
		freshness.fetched('x', 0, 60 * second);
		assert.equal(freshness.limit('x'), 180 * second);
		freshness.fetched('x', second, null);
		assert.equal(freshness.nextExpiry(second), null);
	});

	it('believes a server that says when the next one comes, as long as it says so', () => {
		const fresh = new Freshness(() => 30_000);
		fresh.arrived('heartbeat', 0, 120_000);
		assert.equal(fresh.limit('heartbeat'), 360_000);
		fresh.arrived('heartbeat', 30_000);
		assert.equal(fresh.limit('heartbeat'), 90_000);
	});
});
