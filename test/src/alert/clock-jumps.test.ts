import assert from 'node:assert/strict';
import { limits } from '../../../src/model/limits';
import { type Bench, bench, hot } from './harness';

const second = 1_000;
const minute = 60 * second;

describe('a clock that is set', () => {
	for (const [name, by] of [
		['forward', 365 * 24 * 60 * minute],
		['back', -365 * 24 * 60 * minute],
	] as const) {
		it(`${name} neither raises, clears nor repeats before its time`, async () => {
			const b = bench({ condition: hot, raiseFor: minute, clearFor: minute, repeatEvery: 60 * minute });
			await b.state(50);
			b.pass(30 * second);
			b.clock.jump(b.clock.now() + by);
			b.pass(29 * second);
			assert.deepEqual(b.said(), []);
			// What passed since the engine was last asked does not count.
			b.pass(31 * second);
			b.pass(minute);
			assert.deepEqual(b.said(), ['raised warning']);
			await b.state(40);
			b.clock.jump(b.clock.now() + by);
			b.pass(59 * second);
			assert.deepEqual(b.said(), []);
			b.pass(2 * minute);
			assert.deepEqual(b.said(), ['cleared warning']);
			await b.state(50);
			b.pass(minute);
			assert.deepEqual(b.said(), ['raised warning']);
			b.pass(50 * minute);
			b.clock.jump(b.clock.now() + by);
			b.pass(9 * minute);
			assert.deepEqual(b.said(), []);
			b.pass(3 * minute);
			assert.deepEqual(b.said(), ['raised warning again']);
		});

		it(`${name} during a restart does no harm`, async () => {
			const b = bench({ condition: hot, clearFor: minute });
			await b.state(50);
			await b.state(40);
			b.clock.jump(b.clock.now() + by);
			b.restart();
			await b.state(40);
			b.pass(2 * minute);
			assert.deepEqual(b.said(), ['raised warning', 'cleared warning']);
		});
	}

	for (const [name, by] of [
		['forward', 90 * minute],
		['back', -90 * minute],
	] as const) {
		describe(name, () => {
			/** The clock is set, and the engine asked at its next time. */
			const jump = (b: Bench) => {
				b.clock.jump(b.clock.now() + by);
				b.pass(limits.alertClockJump);
			};

			it('is noticed while something is raised: it lasted no longer, and no shorter', async () => {
				const b = bench({ condition: hot });
				await b.state(50);
				b.pass(10 * minute);
				jump(b);
				b.pass(10 * minute);
				await b.state(40);
				const minutes = (b.told[1]?.duration ?? 0) / 60;
				assert.ok(minutes >= 20 && minutes <= 22, `${minutes}`);
				const { since, raised, cleared } = b.engine.past()[0] ?? {};
				assert.equal(since, raised);
				assert.equal(Date.parse(cleared ?? '') - Date.parse(since ?? ''), minutes * minute);
			});

			it('is noticed while a raised one is unknown, or was not seen since the restart', async () => {
				const b = bench({ condition: hot });
				await b.state(50);
				await b.state(null);
				jump(b);
				b.restart();
				jump(b);
				await b.state(40);
				const minutes = (b.told[1]?.duration ?? 0) / 60;
				assert.ok(minutes >= 0 && minutes <= 3, `${minutes}`);
			});

			it('leaves the cool-down as long as it is', async () => {
				const b = bench({ condition: hot, coolDown: 10 * minute });
				await b.state(50);
				await b.state(40);
				b.pass(minute);
				jump(b);
				await b.state(50);
				await b.state(40);
				b.pass(6 * minute);
				assert.deepEqual(b.said(), ['raised warning', 'cleared warning']);
				b.pass(3 * minute);
				assert.deepEqual(b.said(), ['raised warning', 'cleared warning']);
			});

			it('leaves what waits to settle its time', async () => {
				const b = bench({ condition: hot }, { graceMs: 10 * minute });
				b.pass(20 * minute);
				await b.state(50, { replayed: true });
				jump(b);
				await b.state(50, { replayed: true });
				b.pass(7 * minute);
				assert.deepEqual(b.said(), []);
				b.pass(3 * minute);
				assert.deepEqual(b.said(), ['raised warning']);
			});

			it('leaves the start-up its grace, also before the first entity', async () => {
				const b = bench({ condition: hot }, { graceMs: 10 * minute });
				b.arm();
				jump(b);
				await b.state(50);
				b.pass(7 * minute);
				assert.deepEqual(b.said(), []);
				b.pass(3 * minute);
				assert.deepEqual(b.said(), ['raised warning']);
			});

			it('is no silence, neither now nor of what was not seen since the restart', async () => {
				const b = bench({ condition: { kind: 'no_data', after: 60 * minute } });
				await b.state(1);
				b.pass(10 * minute);
				jump(b);
				b.restart();
				jump(b);
				await b.change('added', { state: 1, replayed: true });
				b.pass(46 * minute);
				assert.deepEqual(b.said(), []);
				b.pass(4 * minute);
				assert.deepEqual(b.said(), ['raised warning']);
			});

			it('changes no rate', async () => {
				const b = bench({ condition: { kind: 'rate', perMinute: 1, window: 10 * minute } });
				await b.state(10);
				b.pass(minute);
				await b.state(12);
				jump(b);
				await b.state(21);
				assert.deepEqual(b.said(), ['raised warning']);
				assert.equal(b.told.length, 0);
			});

			it('does no harm to an alert of which nobody was told yet, over a restart', async () => {
				const b = bench({ condition: hot });
				b.clock.jump(10_000);
				b.mute({}, 100 * minute);
				await b.state(50);
				jump(b);
				b.restart();
				assert.equal(b.engine.active().length, 1);
			});
		});
	}

	describe('and mutes', () => {
		it('back: they last no longer', async () => {
			const b = bench({ condition: hot });
			b.mute({}, 30 * minute);
			await b.state(50);
			b.clock.jump(b.clock.now() - 24 * 60 * minute);
			b.pass(29 * minute);
			assert.deepEqual(b.said(), []);
			b.pass(3 * minute);
			assert.deepEqual(b.said(), ['raised warning']);
			assert.deepEqual(b.engine.mutes(), []);
		});

		it('back, while nothing else is going on', async () => {
			const b = bench({ condition: hot });
			b.mute({}, 60 * minute);
			b.pass(40 * minute);
			b.clock.jump(b.clock.now() - 30 * minute);
			b.pass(22 * minute);
			await b.state(50);
			assert.deepEqual(b.said(), ['raised warning']);
		});

		it('forward, as after a sleep: they are over at their time', async () => {
			const b = bench({ condition: hot });
			b.mute({}, 60 * minute);
			await b.state(50);
			b.clock.jump(b.clock.now() + 120 * minute);
			b.pass(minute);
			assert.deepEqual(b.said(), ['raised warning']);
		});

		it('back and forward again, as a machine without a clock of its own starts: they last as long as was meant', async () => {
			for (const day of [24 * 60 * minute, 48 * 60 * minute]) {
				const b = bench({ condition: hot });
				await b.state(50, { key: 'known' });
				b.mute({}, 60 * minute);
				b.clock.jump(b.clock.now() - 24 * 60 * minute);
				b.restart();
				b.pass(10 * minute);
				assert.equal(b.engine.mutes()[0]?.until, b.clock.now() + 50 * minute);
				b.clock.jump(b.clock.now() + day);
				b.pass(2 * minute);
				await b.state(50);
				const isRight = day === 24 * 60 * minute;
				assert.equal(b.engine.mutes().length, isRight ? 1 : 0);
				b.pass(46 * minute);
				assert.deepEqual(b.said(), isRight ? ['raised warning'] : ['raised warning', 'raised warning']);
			}
		});

		it('back: the ceiling and its summary are as far away as before', async () => {
			const b = bench({ condition: hot }, { ceilingPerHour: 1 });
			for (const key of ['a', 'b', 'c']) await b.state(50, { key });
			assert.deepEqual(b.said(), ['raised warning', 'summary warning']);
			b.clock.jump(b.clock.now() - 24 * 60 * minute);
			b.pass(58 * minute);
			assert.deepEqual(b.said(), []);
			b.pass(3 * minute);
			assert.deepEqual(b.said(), ['raised warning', 'summary warning']);
		});
	});

	it('is not a clock that is set where a call comes late', async () => {
		const b = bench({ condition: hot, raiseFor: 10 * minute });
		await b.state(50);
		b.clock.jump(b.clock.now() + 2 * minute);
		b.engine.tick();
		b.clock.jump(b.clock.now() + 8 * minute - 1);
		assert.deepEqual(b.engine.tick(), [], 'eight minutes late');
		const c = bench({ condition: hot, raiseFor: 90 * second });
		await c.state(50);
		c.clock.jump(c.clock.now() + 90 * second);
		assert.equal(c.engine.tick().length, 1);
		assert.equal(c.engine.active()[0]?.raised, new Date(c.clock.now()).toISOString());
	});

	it('is looked out for every minute while there is a time that it would falsify, and only then', async () => {
		const every = (b: Bench) => {
			const next = b.engine.nextTick();
			return next === null ? null : next - b.clock.now();
		};
		const b = bench({ condition: hot });
		assert.equal(every(b), null);
		await b.state(40);
		assert.equal(every(b), null);
		await b.state(50);
		assert.equal(every(b), minute);
		await b.state(40);
		assert.equal(every(b), null);
		b.mute({}, 60 * minute);
		assert.equal(every(b), minute);
		b.mute({}, 0);
		assert.equal(every(b), null);
		const waiting = bench({ condition: hot, raiseFor: 30 * minute });
		await waiting.state(50);
		assert.equal(every(waiting), minute);
		await waiting.state(null);
		assert.equal(every(waiting), minute);
		await waiting.change('removed');
		assert.equal(every(waiting), null);
		const silent = bench({ condition: { kind: 'no_data', after: 60 * minute } });
		await silent.state(1);
		silent.restart();
		assert.equal(every(silent), minute, 'one that was not seen since the restart');
		const grace = bench({ condition: hot }, { graceMs: 90 * second });
		assert.equal(every(grace), minute);
		grace.pass(90 * second);
		grace.engine.tick();
		assert.equal(every(grace), null);
	});
});
