import assert from 'node:assert/strict';
import { Bench, bench, hot, rule } from './harness';

const minute = 60_000;
const slow = { condition: hot, coolDown: 10 * minute };
const facts = (b: Bench) =>
	b.told
		.splice(0)
		.map(({ state, severity, value, threshold, count, reason }) => [state, severity, value, threshold, count, reason]);

/** One whose cool-down has begun. */
const cooling = async () => {
	const b = bench(slow);
	await b.state(50);
	await b.state(40);
	b.pass(minute);
	b.told.length = 0;
	return b;
};

describe('what came and went within the cool-down', () => {
	it('defers within the cool-down, and drops nothing', async () => {
		const b = bench({ condition: hot, coolDown: 10 * minute });
		await b.state(50);
		await b.state(40);
		assert.deepEqual(b.said(), ['raised warning', 'cleared warning']);
		b.pass(minute);
		await b.state(50);
		b.pass(8 * minute);
		assert.deepEqual(b.said(), []);
		b.pass(minute);
		assert.deepEqual(b.said(), ['raised warning'], 'it still stands');
		await b.state(40);
		for (let i = 0; i < 3; i += 1) {
			b.pass(minute);
			await b.state(50 + i);
			b.pass(minute);
			await b.state(40);
		}
		assert.deepEqual(b.said(), ['cleared warning']);
		b.pass(4 * minute);
		assert.equal(b.told[0]?.count, 3);
		assert.deepEqual(b.said(), ['raised warning', 'cleared warning'], 'it came and went meanwhile, three times');
		b.pass(60 * minute);
		assert.deepEqual(b.said(), []);
	});

	it('a change of severity waits for no cool-down, and for the mute', async () => {
		const b = bench({ condition: hot, coolDown: 10 * minute });
		await b.state(50);
		await b.state(40);
		await b.state(50);
		b.pass(10 * minute);
		b.said();
		await b.state(56);
		assert.deepEqual(b.said(), ['changed critical']);
		b.mute({}, minute);
		await b.state(50);
		assert.deepEqual(b.said(), []);
		b.pass(minute);
		assert.deepEqual(b.said(), ['changed warning']);
	});

	it('is told as it was when it was raised, and as it was when it was over', async () => {
		const b = await cooling();
		const raised = b.clock.now();
		await b.state(51);
		b.pass(2 * minute);
		await b.state(47);
		b.pass(minute);
		await b.state(38);
		b.pass(6 * minute);
		const [first, second] = b.told;
		assert.deepEqual(
			[first?.text, second?.text],
			[
				'Name of cpu is 51 (limit 45 by the rule), Tower',
				'Name of cpu is fine again: 38 after 3 min (worst 51), Tower',
			],
		);
		assert.deepEqual(
			b.told.map(({ at, since, raised, cleared, duration, acknowledged, unknown }) => [
				Date.parse(at),
				Date.parse(since),
				Date.parse(raised),
				cleared === null ? null : Date.parse(cleared),
				duration,
				acknowledged || unknown,
			]),
			[
				[raised + 9 * minute, raised, raised, null, 0, false],
				[raised + 9 * minute, raised, raised, raised + 3 * minute, 180, false],
			],
		);
	});

	it('is told as the worst that it was', async () => {
		const b = await cooling();
		for (const state of [46, 58, 57, 46, 56, 46, 30]) await b.state(state);
		await b.state(47);
		await b.state(31);
		b.pass(8 * minute);
		assert.deepEqual(facts(b), []);
		b.pass(minute);
		assert.match(b.told[1]?.text ?? '', /worst 58/);
		assert.deepEqual(facts(b), [
			['raised', 'critical', 58, 55, 2, null],
			['cleared', 'critical', 31, 55, 2, 'fine'],
		]);
		assert.equal(b.engine.past().length, 3);
		b.pass(60 * minute);
		assert.deepEqual(facts(b), []);
	});

	it('is counted in what stands then, unless it was worse', async () => {
		const b = await cooling();
		for (const state of [46, 30, 47]) await b.state(state);
		b.pass(9 * minute);
		assert.deepEqual(facts(b), [['raised', 'warning', 47, 45, 2, null]]);
		const c = await cooling();
		for (const state of [58, 30, 47]) await c.state(state);
		c.pass(9 * minute);
		assert.deepEqual(facts(c), [
			['raised', 'critical', 58, 55, 1, null],
			['cleared', 'critical', 30, 55, 1, 'fine'],
		]);
		c.pass(9 * minute);
		assert.deepEqual(facts(c), [], 'the next cool-down');
		c.pass(minute);
		assert.deepEqual(facts(c), [['raised', 'warning', 47, 45, 1, null]]);
	});

	it('waits while it is pending again', async () => {
		const b = bench({ ...slow, raiseFor: minute });
		const up = async (state: number) => {
			await b.state(state);
			b.pass(minute);
		};
		await up(50);
		await b.state(40);
		await up(48);
		await b.state(40);
		b.pass(8.5 * minute);
		assert.equal(b.said().length, 2);
		await b.state(49);
		b.pass(0.5 * minute);
		assert.deepEqual(b.said(), []);
		b.pass(0.5 * minute);
		assert.deepEqual(facts(b), [['raised', 'warning', 49, 45, 2, null]]);
	});

	it('is told at the latest when the entity is removed', async () => {
		const b = await cooling();
		await b.state(50);
		await b.state(41);
		await b.change('removed', { state: 41 });
		assert.deepEqual(facts(b), [
			['raised', 'warning', 50, 45, 1, null],
			['cleared', 'warning', 41, 45, 1, 'fine'],
		]);
		assert.equal(b.engine.nextTick(), null);
		const c = await cooling();
		await c.state(50);
		await c.state(41);
		await c.state(52);
		await c.change('removed', { state: 52 });
		assert.deepEqual(facts(c), [
			['raised', 'warning', 50, 45, 2, null],
			['cleared', 'warning', 52, 45, 2, 'removed'],
		]);
		const d = bench({ ...slow, raiseFor: minute, text: '{attribute.kind} {value}' });
		await d.state(50, { attributes: { kind: 'hdd' } });
		d.pass(minute);
		await d.state(40);
		await d.state(51);
		d.pass(minute);
		await d.state(40);
		await d.state(53);
		d.told.length = 0;
		await d.change('removed', { state: 53, attributes: { kind: 'hdd' } });
		assert.deepEqual(
			d.told.map(({ text }) => text.split(',')[0]),
			['hdd 51', 'Name of cpu is fine again: 40 after 1 min (worst 51)'],
		);
	});

	it('is not told where it is muted, also when the entity is removed', async () => {
		const b = await cooling();
		b.mute({}, 60 * minute);
		await b.state(50);
		await b.state(41);
		b.pass(30 * minute);
		await b.change('removed', { state: 41 });
		b.pass(60 * minute);
		assert.deepEqual(facts(b), []);
	});

	it('is told after a restart, and when its rule is gone', async () => {
		const b = await cooling();
		await b.state(58);
		await b.state(41);
		b.restart();
		b.pass(8 * minute);
		await b.state(42);
		assert.deepEqual(facts(b), []);
		b.pass(minute);
		assert.deepEqual(facts(b), [
			['raised', 'critical', 58, 55, 1, null],
			['cleared', 'critical', 41, 55, 1, 'fine'],
		]);
		const c = await cooling();
		await c.state(58);
		await c.state(41);
		c.restart([]);
		assert.deepEqual(
			c.told.map(({ severity, text }) => [severity, text]),
			[
				['critical', 'Name of cpu: Rule, Tower'],
				['critical', 'Name of cpu: Rule is over after 0 s, Tower'],
			],
		);
	});

	it('uses the ceiling, and begins the cool-down anew', async () => {
		const b = new Bench([rule({ ...slow })], { ceilingPerHour: 2 });
		await b.state(50);
		await b.state(40);
		for (let i = 0; i < 3; i += 1) {
			await b.state(50);
			await b.state(40);
			b.pass(5 * minute);
		}
		assert.deepEqual(b.said(), ['raised warning', 'cleared warning', 'raised warning', 'cleared warning']);
		await b.state(50);
		await b.state(40);
		b.pass(4 * minute);
		assert.deepEqual(b.said(), [], 'the cool-down after it');
		b.pass(minute);
		assert.deepEqual(b.said(), ['summary warning'], 'two were told within the hour');
		b.pass(39 * minute);
		assert.deepEqual(b.said(), []);
		b.pass(minute);
		assert.deepEqual(b.said(), ['raised warning', 'cleared warning']);
	});

	it('is told by itself each time, whatever was before', async () => {
		const b = bench(slow);
		await b.state(60);
		b.engine.acknowledge();
		await b.state(40);
		b.told.length = 0;
		for (const [up, down] of [
			[58, 30],
			[47, 31],
			[56, 32],
		] as const) {
			await b.state(up);
			await b.state(down);
			b.pass(10 * minute);
			assert.ok(b.told.every(({ acknowledged }) => !acknowledged));
			assert.deepEqual(
				facts(b).map(([state, , value, , count]) => [state, value, count]),
				[
					['raised', up, 1],
					['cleared', down, 1],
				],
			);
		}
	});

	it('reminders are counted anew', async () => {
		const b = bench({ ...slow, repeatEvery: 10 * minute });
		for (let i = 0; i < 2; i += 1) {
			await b.state(50);
			b.pass(25 * minute);
			await b.state(40);
		}
		assert.deepEqual(
			b.told.map(({ reminder }) => reminder),
			[0, 1, 2, 0, 0, 1, 0],
		);
	});
});
