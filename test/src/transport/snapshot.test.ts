import assert from 'node:assert/strict';
import { limits } from '../../../src/model/limits';
import { Snapshot, type SnapshotPath, snapshotPaths } from '../../../src/transport/snapshot';
import { FakeClock } from '../../support/fake-clock';

/** Lets promises that are settled run on. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

function setUp(names: string[]) {
	const clock = new FakeClock();
	const wanted: SnapshotPath[] = names.map((type) => ({ type, path: `/${type}` }));
	const asked: string[] = [];
	const found: string[] = [];
	const failed: string[] = [];
	const answers: { resolve(body: unknown): void; reject(error: Error): void }[] = [];
	const snapshot = new Snapshot({
		clock,
		wanted: () => wanted,
		get: (path) => {
			asked.push(path);
			return new Promise((resolve, reject) => answers.push({ resolve, reject }));
		},
		found: (type) => found.push(type),
		failed: (path) => failed.push(path),
	});
	const answer = async (body: unknown) => {
		const next = answers.shift();
		assert.ok(next);
		if (body instanceof Error) next.reject(body);
		else next.resolve(body);
		await settle();
	};
	return { clock, snapshot, wanted, asked, found, failed, answer };
}

describe('snapshot', () => {
	it('knows the paths of the wanted types, each once', () => {
		const types = {
			old: { rest: '/gpu', feeds: 'gpu' },
			gpu: { rest: '/gpu' },
			older: { rest: '/gpu', feeds: 'gpu' },
			ups: { rest: '/ups' },
			rare: {},
		};
		const paths = (...wanted: string[]) => snapshotPaths(types, new Set(wanted)).map(({ type, path }) => type + path);
		assert.deepEqual(paths(), ['gpu/gpu', 'ups/ups']);
		assert.deepEqual(paths('old', 'rare'), ['old/gpu']);
		assert.deepEqual(paths('rare'), []);
	});

	it('asks one path after another, each once per connection', async () => {
		const { snapshot, asked, found, answer, clock } = setUp(['a', 'b', 'c']);
		snapshot.refresh();
		snapshot.refresh();
		assert.deepEqual(asked, ['/a']);
		await answer({});
		assert.deepEqual(asked, ['/a', '/b']);
		await answer(undefined);
		await answer([]);
		assert.deepEqual([asked.length, found], [3, ['a', 'c']]);
		clock.advance(limits.snapshotEvery);
		snapshot.refresh();
		assert.equal(asked.length, 3);
		assert.equal(clock.timers, 0);
	});

	it('fetches what became wanted later, when the limit allows', async () => {
		const { snapshot, asked, answer, wanted, clock } = setUp(['a']);
		snapshot.refresh();
		await answer({});
		wanted.push({ type: 'b', path: '/b' });
		snapshot.refresh();
		assert.deepEqual([asked.length, clock.timers], [1, 1]);
		clock.advance(limits.snapshotEvery);
		assert.deepEqual(asked, ['/a', '/b']);
		await answer({});
	});

	it('starts at most one round in 10 s on a link that flaps, and ignores answers to an older connection', async () => {
		const { snapshot, asked, found, answer, clock } = setUp(['a', 'b']);
		const start = clock.now();
		const starts: number[] = [];
		for (let flaps = 0; flaps < 100; flaps++) {
			const before = asked.length;
			snapshot.refresh();
			clock.advance(700);
			if (asked.length > before) starts.push(clock.now() - start);
			snapshot.closed();
			if (asked.length > before) await answer({});
		}
		assert.equal(starts.length, asked.length);
		assert.ok(starts.length <= 1 + (100 * 700) / limits.snapshotEvery && starts.length > 3, String(starts.length));
		assert.deepEqual(found, []);
		assert.equal(clock.timers, 0);
		snapshot.refresh();
		clock.advance(limits.snapshotEvery);
		await answer({});
		await answer({});
		assert.deepEqual(found, ['a', 'b']);
	});

	it('goes on after a failure, and leaves alone a server that fails again and again', async () => {
		const { snapshot, asked, found, failed, answer, clock } = setUp(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
		snapshot.refresh();
		const no = new Error('no');
		for (const body of [no, no, {}, no, no, no]) await answer(body);
		assert.deepEqual([asked.length, found, failed.length], [6, ['c'], 5]);
		clock.advance(2 * limits.snapshotEvery);
		assert.equal(asked.length, 6);
		assert.equal(clock.timers, 0);
	});
});
