import assert from 'node:assert/strict';
import { AlertEngine } from '../../../src/alert/engine';
import { limits } from '../../../src/model/limits';
import { bench, hot, rule } from './harness';

const minute = 60_000;

describe('a restart', () => {
	it('neither repeats nor loses, whatever was under way', async () => {
		const b = bench({ condition: hot, raiseFor: minute, clearFor: minute });
		await b.state(50);
		b.restart();
		await b.state(50);
		b.pass(minute);
		assert.deepEqual(b.said(), ['raised warning'], 'pending');
		b.restart();
		await b.state(50);
		b.pass(10 * minute);
		assert.deepEqual(b.said(), [], 'raised');
		await b.state(40);
		b.restart();
		await b.state(40);
		b.pass(minute);
		assert.deepEqual(b.said(), ['cleared warning'], 'clearing');
	});

	it('keeps notes, mutes, the cool-down and the ceiling', async () => {
		const b = bench({ condition: hot, repeatEvery: minute, coolDown: 10 * minute }, { ceilingPerHour: 3 });
		await b.state(50);
		b.engine.acknowledge();
		b.restart();
		await b.state(50);
		b.pass(10 * minute);
		assert.deepEqual(b.said(), ['raised warning']);
		await b.state(40);
		b.restart();
		await b.state(50);
		b.pass(9 * minute);
		assert.deepEqual(b.said(), ['cleared warning']);
		b.mute({}, 30 * minute);
		b.restart();
		await b.state(50);
		b.pass(29 * minute);
		assert.deepEqual(b.said(), []);
		b.pass(2 * minute);
		b.restart();
		await b.state(50);
		b.pass(90_000);
		assert.deepEqual(b.said(), ['raised warning', 'raised warning again', 'raised warning again']);
		for (const key of ['a', 'b']) await b.state(50, { key });
		assert.deepEqual(b.said(), ['raised warning', 'summary warning'], 'two were told before the restart');
	});

	it('ends alerts of an endpoint that is gone after a day, if anybody says so', async () => {
		const b = bench({ condition: hot });
		await b.state(50);
		b.restart();
		b.pass(2 * limits.alertForget);
		assert.deepEqual(b.said(), ['raised warning']);
		assert.deepEqual(b.engine.expect('tower'), []);
		b.arm();
		b.pass(limits.alertForget - minute);
		assert.deepEqual(b.said(), []);
		assert.deepEqual(b.engine.expect('tower'), []);
		b.arm();
		b.pass(minute);
		assert.equal(b.told[0]?.reason, 'removed');
		assert.deepEqual(b.said(), ['cleared warning']);
	});

	it('keeps alerts of an endpoint that was gone, and is back within a day', async () => {
		const b = bench({ condition: hot });
		await b.state(50);
		b.restart();
		b.engine.expect('tower');
		b.arm();
		b.pass(minute);
		await b.state(50);
		b.pass(2 * limits.alertForget);
		assert.deepEqual(b.said(), ['raised warning']);
	});

	it('clears what was over when it came back', async () => {
		const b = bench({ condition: hot });
		await b.state(50);
		b.restart();
		await b.state(20, { replayed: true });
		b.pass(limits.alertGrace);
		assert.deepEqual(b.said(), ['raised warning', 'cleared warning']);
	});

	it('ends the alerts of rules and entities that are gone', async () => {
		const b = bench({ condition: hot });
		await b.state(50);
		b.restart([rule({ id: 'other', condition: hot })]);
		assert.deepEqual(
			b.told.map(({ state, reason }) => [state, reason]),
			[
				['raised', null],
				['cleared', 'rule'],
			],
		);
		const gone = bench({ condition: hot });
		await gone.state(50, { subject: 'disk', key: 'a' });
		gone.restart();
		gone.pass(48 * 60 * minute);
		assert.deepEqual(gone.said(), ['raised warning'], 'the endpoint has told nothing yet');
		await gone.state(20, { subject: 'disk', key: 'b' });
		gone.pass(23 * 60 * minute);
		assert.deepEqual(gone.said(), []);
		gone.pass(60 * minute);
		assert.deepEqual(
			gone.told.map(({ state, reason }) => [state, reason]),
			[['cleared', 'removed']],
		);
	});

	it('reads what is damaged as far as it can', async () => {
		const b = bench({ condition: hot });
		await b.state(50, { subject: 'disk', key: 'a' });
		await b.state(50, { subject: 'disk', key: 'b' });
		const saved = b.engine.save();
		const machines = [{ ...saved.machines[0], phase: 'odd' }, saved.machines[1], null];
		for (const damaged of [null, 1, 'x', [], { version: 2 }, { ...saved, machines: 'x' }]) {
			const fresh = bench({ condition: hot }, { saved: damaged });
			assert.deepEqual(fresh.engine.active(), []);
		}
		b.engine = new AlertEngine({
			rules: b.rules,
			clock: b.clock,
			saved: { ...saved, machines, gate: 5 },
		});
		assert.deepEqual(
			b.engine.active().map(({ entity }) => entity),
			['tower_disk_b_cpu'],
		);
	});

	it('leaves a mute that was made while an alert waits for its entity without effect on when it is forgotten', async () => {
		const b = bench({ condition: hot });
		await b.state(50, { key: 'a' });
		b.restart();
		await b.state(20, { key: 'b' });
		b.mute({ rule: 'other' }, minute);
		b.pass(limits.alertForget - 1);
		assert.deepEqual(b.said(), ['raised warning']);
		b.pass(1);
		assert.deepEqual(b.said(), ['cleared warning']);
	});

	it('keeps each severity that waits', async () => {
		const b = bench({ condition: hot, raiseFor: 2 * minute, clearFor: 2 * minute });
		const step = async (state: number, ms = minute) => {
			b.restart();
			await b.state(state);
			b.pass(ms);
			return b.said();
		};
		assert.deepEqual(await step(50), []);
		assert.deepEqual(await step(60), ['raised warning']);
		assert.deepEqual(await step(60), ['changed critical']);
		assert.deepEqual(await step(50), []);
		assert.deepEqual(await step(20), ['changed warning']);
		assert.deepEqual(await step(20), ['cleared warning']);
	});

	it('tells after a restart what is worse than what was told', async () => {
		const b = bench({ condition: hot }, { ceilingPerHour: 1 });
		await b.state(50, { key: 'a' });
		await b.state(50, { key: 'b' });
		b.restart();
		await b.state(50, { key: 'b' });
		b.pass(61 * minute);
		assert.deepEqual(b.said(), ['raised warning', 'summary warning', 'raised warning']);
	});

	it('does not wait for times that are years ahead, where the clock was set back in between', async () => {
		const b = bench({ condition: hot, coolDown: 10 * minute, clearFor: minute });
		await b.state(50, { key: 'a' });
		await b.state(50);
		await b.state(40);
		b.pass(minute);
		b.mute({ entity: 'tower_system_a_cpu' }, 10 * minute);
		const saved = JSON.parse(JSON.stringify(b.engine.save()));
		b.clock.jump(b.clock.now() - 365 * 24 * 60 * minute);
		b.engine = new AlertEngine({ rules: b.rules, clock: b.clock, graceMs: 0, saved });
		assert.equal(b.engine.mutes()[0]?.until, b.clock.now() + 10 * minute);
		b.said();
		await b.state(40, { key: 'a' });
		await b.state(50);
		b.pass(10 * minute);
		assert.deepEqual(b.said(), ['cleared warning', 'raised warning']);
	});

	it('remembers nothing of entities that have nothing to be remembered', async () => {
		const b = bench({ condition: hot, coolDown: minute });
		await b.state(20);
		assert.deepEqual(b.engine.save().machines, []);
		await b.state(50);
		await b.state(20);
		assert.equal(b.engine.save().machines.length, 1, 'the cool-down');
		b.clock.jump(b.clock.now() + minute);
		assert.deepEqual(b.engine.save().machines, [], 'is over');
		const rate = bench({ condition: { kind: 'rate', perMinute: 100 } });
		await rate.state(20);
		assert.deepEqual(rate.engine.save().machines, [], 'values of this run say nothing of the next');
		const counter = bench({ condition: { kind: 'increases' } });
		await counter.state(20);
		assert.deepEqual(counter.engine.save().machines[0]?.memory, { base: 20 });
		const pending = bench({ condition: hot, raiseFor: minute });
		await pending.state(50);
		assert.equal(pending.engine.save().machines.length, 1);
		await pending.state(20);
		assert.deepEqual(pending.engine.save().machines, []);
	});

	it('takes nothing that is out of all bounds', async () => {
		const b = bench({ condition: hot, raiseFor: minute });
		await b.state(50);
		b.pass(minute);
		const saved = b.engine.save();
		const [machine] = saved.machines;
		const restored = (over: object) => {
			const machines = [{ ...machine, ...over }];
			const engine = new AlertEngine({ rules: b.rules, clock: b.clock, saved: { ...saved, machines } });
			return { engine, count: engine.active().length };
		};
		assert.equal(restored({}).count, 1);
		for (const over of [
			{ since: 1e17 },
			{ raisedAt: -1e17 },
			{ severity: 'odd' },
			{ countdowns: { warning: { left: -1, from: null } } },
			{ countdowns: { odd: { left: 1, from: null } } },
			{ untold: { severity: 'warning' } },
			{ shown: {} },
		]) {
			assert.equal(restored(over).count, 0, JSON.stringify(over));
		}
		const { countdowns: _, untold: __, ...older } = machine ?? {};
		const before = new AlertEngine({ rules: b.rules, clock: b.clock, saved: { ...saved, machines: [older] } });
		assert.equal(before.active().length, 1);
		const resting = bench({ condition: hot });
		const countdowns = { critical: { left: 0, from: 0 } };
		const memory = { base: 1 };
		const odd = { ...saved, machines: [{ ...machine, phase: 'ok', countdowns, memory }] };
		resting.engine = new AlertEngine({ rules: b.rules, clock: b.clock, graceMs: 0, saved: odd });
		await resting.state(20);
		resting.pass(minute);
		assert.deepEqual(resting.said(), [], 'at rest nothing runs');
	});

	it('keeps only as many mutes and cleared alerts as there is room for', async () => {
		const b = bench({ condition: hot });
		for (let i = 0; i <= limits.alertMutes; i += 1) b.engine.mute({ entity: `e${i}` }, minute);
		assert.equal(b.engine.mutes().length, limits.alertMutes);
		assert.equal(b.engine.mutes()[0]?.entity, 'e1', 'the oldest leaves');
		await b.state(50);
		await b.state(40);
		const saved = b.engine.save();
		const many = { ...saved, past: Array.from({ length: limits.alertsPast + 5 }, () => b.engine.past()[0]) };
		const engine = new AlertEngine({ rules: b.rules, clock: b.clock, saved: many });
		assert.equal(engine.past().length, limits.alertsPast);
		assert.equal(engine.mutes().length, limits.alertMutes);
	});

	it('keeps everything that is told of an alert, also of one that is deferred', async () => {
		const b = bench({ condition: hot, coolDown: 10 * minute });
		const more = { unit_of_measurement: '°C', suggested_display_precision: 1, name: 'Disk' };
		await b.state(58.26, more);
		await b.state(50.04, more);
		const before = b.engine.active();
		b.restart();
		assert.deepEqual(b.engine.active(), [{ ...before[0], unknown: true }]);
		assert.equal([...b.engine.texts().values()][0], 'Disk is 50 °C (limit 45 °C by the rule), Tower');
		await b.state(47, more);
		await b.state(40, more);
		assert.equal(b.told.at(-1)?.peak, 58.26);
		await b.state(57.16, more);
		const { missed } = b.engine.save().machines[0] ?? {};
		assert.equal(missed, null);
		b.restart();
		await b.state(46, more);
		await b.state(41, more);
		b.told.length = 0;
		b.restart();
		b.pass(10 * minute);
		await b.state(41, more);
		b.pass(1);
		assert.deepEqual(
			b.told.map(({ severity, text }) => [severity, text]),
			[
				['critical', 'Disk is 57.2 °C (limit 55 °C by the rule), Tower'],
				['critical', 'Disk is fine again: 41 °C after 0 s (worst 57.2 °C), Tower'],
			],
		);
	});
});
