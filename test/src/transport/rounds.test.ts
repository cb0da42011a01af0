import assert from 'node:assert/strict';
import { limits } from '../../../src/model/limits';
import { type Fetch, Rounds } from '../../../src/transport/rounds';
import { FakeClock } from '../../support/fake-clock';

/** Lets promises that are settled run on. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
const no = new Error('no');

function setUp(names: string[], every: number | null = null) {
	const clock = new FakeClock();
	const wanted: Fetch[] = names.map((type) => ({ type, path: `/${type}`, every }));
	const asked: string[] = [];
	const found: string[] = [];
	const failed: string[] = [];
	const ended: boolean[] = [];
	const answers: { resolve(body: unknown): void; reject(error: Error): void }[] = [];
	const rounds = new Rounds({
		clock,
		wanted: () => wanted,
		get: (path) => {
			asked.push(path);
			return new Promise((resolve, reject) => answers.push({ resolve, reject }));
		},
		found: ({ type }, _body, _requested, first) => found.push(first ? type : `${type} again`),
		failed: (path) => failed.push(path),
		ended: (answered) => ended.push(answered),
	});
	const answer = async (body: unknown) => {
		const next = answers.shift();
		assert.ok(next);
		if (body instanceof Error) next.reject(body);
		else next.resolve(body);
		await settle();
	};
	return { clock, rounds, wanted, asked, found, failed, ended, answers, answer };
}

describe('rounds', () => {
	it('ask one path after another, each once where that is enough', async () => {
		const { rounds, asked, found, answer, clock, ended } = setUp(['a', 'b', 'c']);
		rounds.start();
		rounds.refresh();
		assert.deepEqual(asked, ['/a']);
		await answer({});
		assert.deepEqual(asked, ['/a', '/b']);
		await answer(undefined);
		await answer([]);
		assert.deepEqual([asked.length, found, ended], [3, ['a', 'c'], [true]]);
		clock.advance(limits.roundEvery);
		rounds.refresh();
		assert.equal(asked.length, 3);
		assert.equal(clock.timers, 0);
	});

	it('ask each path again at its own pace, and one that is missing not until the next start', async () => {
		const { rounds, asked, answers, answer, clock, wanted, found } = setUp(['a', 'b'], 30_000);
		wanted.push({ type: 'slow', path: '/slow', every: 60_000 });
		const bodies: Record<string, unknown> = { '/a': 1, '/slow': 2 };
		const serve = async () => {
			while (answers.length > 0) await answer(bodies[asked.at(-1) ?? '']);
		};
		rounds.start();
		await serve();
		for (let minutes = 0; minutes < 20; minutes += 0.5) {
			clock.advance(30_000);
			await serve();
		}
		const count = (path: string) => asked.filter((each) => each === path).length;
		assert.deepEqual([count('/a'), count('/b'), count('/slow')], [41, 1, 21]);
		assert.deepEqual(found.slice(0, 3), ['a', 'slow', 'a again']);
		bodies['/b'] = 3;
		rounds.start();
		clock.advance(limits.roundEvery);
		await serve();
		assert.deepEqual([count('/b'), clock.timers], [2, 1]);
		rounds.stop();
		assert.equal(clock.timers, 0);
	});

	it('fetch what became wanted later, when the limit allows', async () => {
		const { rounds, asked, answer, wanted, clock } = setUp(['a']);
		rounds.start();
		await answer({});
		wanted.push({ type: 'b', path: '/b', every: null });
		rounds.refresh();
		assert.deepEqual([asked.length, clock.timers], [1, 1]);
		clock.advance(limits.roundEvery);
		assert.deepEqual(asked, ['/a', '/b']);
		await answer({});
	});

	it('start at most once in 10 s on a link that flaps, and ignore answers to an older connection', async () => {
		const { rounds, asked, found, answer, clock } = setUp(['a', 'b'], 300_000);
		const start = clock.now();
		const starts: number[] = [];
		for (let flaps = 0; flaps < 100; flaps++) {
			const before = asked.length;
			rounds.start();
			clock.advance(700);
			if (asked.length > before) starts.push(clock.now() - start);
			rounds.stop();
			if (asked.length > before) await answer({});
		}
		assert.equal(starts.length, asked.length);
		// Each start that lasts 0.7 s has its chance only when a round is due by then.
		assert.ok(starts.length <= 1 + (100 * 700) / limits.roundEvery && starts.length > 3, String(starts.length));
		assert.deepEqual(found, []);
		assert.equal(clock.timers, 0);
		rounds.start();
		clock.advance(limits.roundEvery);
		await answer({});
		await answer({});
		assert.deepEqual(found, ['a', 'b']);
		rounds.stop();
	});

	it('go on after a failure, and leave alone for longer and longer a server that fails again and again', async () => {
		const { rounds, asked, found, failed, ended, answer, clock } = setUp(['a', 'b', 'c', 'd', 'e', 'f', 'g'], 20_000);
		rounds.start();
		for (const body of [no, no, {}, no, no, no]) await answer(body);
		assert.deepEqual([asked.length, found, failed.length, ended], [6, ['c'], 5, [false]]);
		clock.advance(limits.restPauseFirst - 1);
		assert.equal(asked.length, 6);
		clock.advance(1);
		// What was never asked comes first.
		assert.equal(asked.at(-1), '/g');
		for (let failures = 0; failures < 3; failures++) await answer(no);
		assert.equal(asked.length, 9);
		clock.advance(2 * limits.restPauseFirst - 1);
		assert.equal(asked.length, 9);
		clock.advance(1);
		assert.equal(asked.length, 10);
		for (let pauses = 0; pauses < 20; pauses++) {
			for (let failures = 0; failures < 3; failures++) await answer(no);
			const before: number = asked.length;
			clock.advance(limits.restPauseLongest);
			assert.equal(asked.length, before + 1);
		}
		for (let count = 0; count < 7; count++) await answer({});
		assert.equal(ended.at(-1), true);
		rounds.stop();
		assert.equal(clock.timers, 0);
	});

	it('do not wait for a time that will not come soon when the clock is set back', async () => {
		const { rounds, asked, answer, clock } = setUp(['a'], 30_000);
		rounds.start();
		await answer({});
		clock.jump(clock.now() - 86_400_000);
		rounds.refresh();
		clock.advance(30_000);
		assert.equal(asked.length, 2);
		rounds.stop();
	});
});
