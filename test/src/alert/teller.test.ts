import assert from 'node:assert/strict';
import { limits } from '../../../src/model/limits';
import { Bench, bench, hot, rule } from './harness';

const minute = 60_000;

describe('what people are told', () => {
	it('repeats until somebody takes note, and then only tells what is worse', async () => {
		const b = bench({ condition: hot, repeatEvery: 10 * minute });
		await b.state(50);
		b.pass(25 * minute);
		assert.deepEqual(b.said(), ['raised warning', 'raised warning again', 'raised warning again']);
		assert.equal(b.engine.acknowledge({ rule: 'r' }).length, 1);
		assert.equal(b.engine.acknowledge({ rule: 'other' }).length, 0);
		b.pass(60 * minute);
		assert.deepEqual(b.said(), []);
		await b.state(60);
		b.pass(10 * minute);
		assert.deepEqual(b.said(), ['changed critical', 'raised critical again']);
		await b.state(20);
		await b.state(50);
		b.pass(10 * minute);
		assert.deepEqual(
			b.told.map(({ state, reminder, count }) => [state, reminder, count]),
			[
				['cleared', 0, 1],
				['raised', 0, 1],
				['raised', 1, 1],
			],
		);
	});

	it('reminders leave the ceiling to what is new, and wait while that has to', async () => {
		const b = new Bench([rule({ condition: hot, repeatEvery: minute })], { ceilingPerHour: 6 });
		for (let i = 0; i < 5; i += 1) await b.state(50, { key: `d${i}` });
		b.pass(10 * minute);
		assert.equal(b.said().length, 5 + 50);
		await b.state(50, { key: 'new' });
		assert.deepEqual(b.said(), ['raised warning']);
		b.pass(2 * minute);
		assert.deepEqual(b.said(), [], 'no room: not for reminders, and none is counted as waiting');
		await b.state(50, { key: 'last' });
		assert.deepEqual(b.said(), ['summary warning']);
		b.pass(48 * minute);
		assert.ok(b.said().includes('raised warning'));
	});

	it('tells no more than the ceiling within an hour, says so once, and the rest later', async () => {
		const b = bench({ condition: hot }, { ceilingPerHour: 5 });
		for (let i = 0; i < 12; i += 1) await b.state(50, { subject: 'disk', key: `d${i}` });
		await b.state(60, { subject: 'disk', key: 'd99' });
		const said = b.said();
		assert.deepEqual(said.slice(0, 6), [...Array(5).fill('raised warning'), 'summary warning']);
		assert.deepEqual(said.slice(6), ['raised critical'], 'each severity has its own ceiling');
		b.pass(59 * minute);
		assert.deepEqual(b.said(), []);
		await b.state(40, { subject: 'disk', key: 'd11' });
		b.pass(minute);
		const later = b.said();
		assert.deepEqual(
			later.filter((one) => one === 'raised warning'),
			Array(5).fill('raised warning'),
		);
		b.pass(120 * minute);
		assert.deepEqual(
			b.said().filter((one) => !one.startsWith('summary')),
			['raised warning'],
		);
	});

	it('says nothing while muted, and afterwards what still stands', async () => {
		const b = bench({ condition: hot });
		b.mute({ entity: 'tower_disk_a_cpu' }, 10 * minute);
		await b.state(50, { subject: 'disk', key: 'a' });
		await b.state(50, { subject: 'disk', key: 'b' });
		assert.deepEqual(
			b.told.map(({ entity }) => entity),
			['tower_disk_b_cpu'],
		);
		b.mute({}, 10 * minute);
		await b.state(40, { subject: 'disk', key: 'b' });
		await b.state(50, { subject: 'disk', key: 'c' });
		await b.state(40, { subject: 'disk', key: 'c' });
		b.said();
		b.pass(10 * minute);
		assert.deepEqual(
			b.told.map(({ entity, state }) => [entity, state]),
			[['tower_disk_a_cpu', 'raised']],
		);
		b.mute({ rule: 'r' }, minute);
		assert.notEqual(b.engine.status('r').mutedUntil, null);
		b.mute({ rule: 'r' }, 0);
		assert.equal(b.engine.status('r').mutedUntil, null);
	});

	it('tells nothing of what was over before there was room, or before it was muted no more', async () => {
		const b = bench({ condition: hot }, { ceilingPerHour: 1 });
		await b.state(50, { key: 'a' });
		await b.state(50, { key: 'b' });
		await b.state(40, { key: 'b' });
		b.pass(61 * minute);
		assert.deepEqual(b.said(), ['raised warning', 'summary warning']);
		assert.equal(b.engine.past().length, 1);
	});

	it('sends no reminder while nothing is known, or before the entity was seen', async () => {
		const b = bench({ condition: hot, repeatEvery: 10 * minute });
		await b.state(50);
		b.pass(5 * minute);
		await b.state(null);
		b.pass(60 * minute);
		assert.deepEqual(b.said(), ['raised warning']);
		await b.state(50);
		assert.deepEqual(b.said(), ['raised warning again']);
		b.pass(9 * minute);
		b.restart();
		b.pass(60 * minute);
		b.mute({}, 1);
		assert.deepEqual(b.said(), []);
		await b.state(50);
		b.pass(1);
		assert.deepEqual(b.said(), ['raised warning again']);
		b.pass(10 * minute - 1);
		assert.deepEqual(b.said(), []);
		b.pass(1);
		assert.deepEqual(b.said(), ['raised warning again']);
	});

	it('reminders wait for the end of a mute, and go on from there', async () => {
		const b = bench({ condition: hot, repeatEvery: 10 * minute });
		await b.state(50);
		b.mute({ entity: 'tower_system_cpu' }, 25 * minute);
		b.pass(24 * minute);
		assert.deepEqual(b.said(), ['raised warning']);
		b.pass(minute);
		assert.deepEqual(b.said(), ['raised warning again']);
		b.pass(9 * minute);
		assert.deepEqual(b.said(), []);
		b.pass(minute);
		assert.equal(b.told[0]?.reminder, 2);
	});

	it('keeps as many cleared alerts as there is room for, the newest', async () => {
		const b = bench({ condition: hot }, { ceilingPerHour: null });
		for (let i = 0; i <= limits.alertsPast; i += 1) {
			await b.state(50, { key: `d${i}` });
			await b.state(40, { key: `d${i}` });
		}
		const past = b.engine.past();
		assert.equal(past.length, limits.alertsPast);
		assert.equal(past[0]?.entity, `tower_system_d${limits.alertsPast}_cpu`);
		assert.equal(past.at(-1)?.entity, 'tower_system_d1_cpu');
	});

	it('a summary says what waits until when, and comes again only after an hour', async () => {
		const b = bench({ condition: hot }, { ceilingPerHour: 1 });
		await b.state(50, { key: 'a' });
		b.pass(10 * minute);
		await b.state(60, { key: 'b' });
		await b.state(50, { key: 'c' });
		await b.state(50, { key: 'd' });
		const summary = b.told.find(({ state }) => state === 'summary');
		const until = new Date(b.clock.now() + 50 * minute).toISOString();
		assert.ok(summary?.text.includes(`(warning) within an hour that the rest waits until ${until}, the next is: Name`));
		assert.deepEqual(b.said(), ['raised warning', 'raised critical', 'summary warning']);
		b.pass(50 * minute);
		assert.deepEqual(b.said(), ['raised warning']);
		b.pass(10 * minute);
		await b.state(51, { key: 'd' });
		assert.deepEqual(b.said(), ['summary warning']);
	});
});
