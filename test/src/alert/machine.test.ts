import assert from 'node:assert/strict';
import { createMachine, dueAt, elapse, judge, type Shown, shift } from '../../../src/alert/machine';
import { bench, hot, rule } from './harness';

const second = 1_000;
const minute = 60 * second;

const shown: Shown = {
	rule_name: 'Rule',
	name: 'x',
	device: 'Tower',
	source: 'tower',
	value: 1,
	unit: null,
	peak: null,
	thresholds: {},
	precision: null,
};

describe('the state machine of an alert', () => {
	it('waits before it raises and before it clears, and starts anew when it was not so', async () => {
		const b = bench({ condition: hot, raiseFor: minute, clearFor: minute });
		await b.state(46);
		b.pass(59 * second);
		await b.state(44);
		b.pass(5 * minute);
		assert.deepEqual(b.said(), []);
		await b.state(46);
		b.pass(minute);
		assert.deepEqual(b.said(), ['raised warning']);
		await b.state(40);
		b.pass(59 * second);
		await b.state(46);
		b.pass(5 * minute);
		assert.deepEqual(b.said(), []);
		await b.state(40);
		b.pass(minute);
		assert.deepEqual(b.said(), ['cleared warning']);
	});

	it('neither raises nor clears what is unknown, and counts no time meanwhile', async () => {
		const b = bench({ condition: hot, raiseFor: minute, clearFor: minute });
		await b.state(46);
		b.pass(30 * second);
		await b.state(null);
		b.pass(10 * minute);
		await b.state(46);
		b.pass(29 * second);
		assert.deepEqual(b.said(), []);
		b.pass(second);
		assert.deepEqual(b.said(), ['raised warning']);
		await b.reach({ connected: false });
		b.pass(60 * minute);
		assert.equal(b.engine.active()[0]?.unknown, true);
		await b.reach({ connected: true });
		await b.state(40);
		b.pass(30 * second);
		await b.state(null);
		b.pass(10 * minute);
		assert.deepEqual(b.said(), []);
		await b.state(40);
		b.pass(30 * second);
		assert.deepEqual(b.said(), ['cleared warning']);
	});

	describe('each severity waits for itself', () => {
		const slow = { condition: hot, clearFor: minute };

		it('one that falls to warning for half of its time, and is fine for half, is not over', async () => {
			const b = bench(slow);
			await b.state(60);
			await b.state(48);
			b.pass(30 * second);
			await b.state(20);
			b.pass(29 * second);
			assert.deepEqual(b.said(), ['raised critical']);
			b.pass(second);
			assert.deepEqual(b.said(), ['changed warning'], 'not critical for a minute');
			b.pass(29 * second);
			assert.deepEqual(b.said(), []);
			b.pass(second);
			assert.deepEqual(b.said(), ['cleared warning'], 'fine for a minute');
		});

		it('one that is fine for a moment on its way down is warning, and not over', async () => {
			const b = bench(slow);
			await b.state(60);
			await b.state(20);
			b.pass(59 * second);
			await b.state(48);
			b.pass(second);
			assert.deepEqual(b.said(), ['raised critical', 'changed warning']);
			b.pass(60 * minute);
			await b.state(20);
			b.pass(59 * second);
			assert.deepEqual(b.said(), []);
			b.pass(second);
			assert.deepEqual(b.said(), ['cleared warning']);
		});

		it('is raised by what was met for long enough, and gets worse by what was met since', async () => {
			const b = bench({ condition: hot, raiseFor: minute });
			const began = b.clock.now();
			await b.state(48);
			b.pass(40 * second);
			await b.state(58);
			b.pass(20 * second);
			assert.deepEqual(
				b.told.map(({ severity, value, threshold, duration }) => [severity, value, threshold, duration]),
				[['warning', 58, 45, 60]],
			);
			b.pass(39 * second);
			assert.deepEqual(b.said(), ['raised warning']);
			b.pass(second);
			assert.deepEqual(
				b.told.map(({ state, severity, threshold, since }) => [state, severity, threshold, Date.parse(since)]),
				[['changed', 'critical', 55, began]],
			);
		});

		it('a peak does not begin the time of what goes on anew', async () => {
			const b = bench({ condition: hot, raiseFor: minute });
			await b.state(48);
			for (let i = 0; i < 5; i += 1) {
				b.pass(5 * second);
				await b.state(58);
				b.pass(5 * second);
				await b.state(48);
			}
			b.pass(9 * second);
			assert.deepEqual(b.said(), []);
			b.pass(second);
			assert.deepEqual(b.said(), ['raised warning']);
			b.pass(60 * minute);
			assert.deepEqual(b.said(), []);
		});

		it('what is due while somebody else is late comes to one change', () => {
			const machine = createMachine(rule({ condition: hot }), 'x', shown);
			const waits = { raiseFor: minute, clearFor: minute };
			judge(machine, 'warning', waits, 0);
			judge(machine, 'critical', waits, 10 * second);
			assert.equal(dueAt(machine), minute);
			assert.equal(elapse(machine, minute - 1), null);
			assert.equal(elapse(machine, 90 * second), 'raised');
			assert.deepEqual([machine.severity, machine.raisedAt, dueAt(machine)], ['critical', 90 * second, null]);
			judge(machine, 'warning', waits, 100 * second);
			judge(machine, 'info', waits, 110 * second);
			judge(machine, null, waits, 120 * second);
			assert.equal(elapse(machine, 170 * second), 'changed');
			assert.deepEqual([machine.severity, dueAt(machine)], ['info', 180 * second]);
			assert.equal(elapse(machine, 180 * second), 'cleared');
		});

		it('what somebody took note of is news when it is worse, and only then', () => {
			const machine = createMachine(rule({ condition: hot }), 'x', shown);
			const waits = { raiseFor: 0, clearFor: 0 };
			assert.equal(judge(machine, 'warning', waits, 0), 'raised');
			machine.acknowledged = true;
			assert.equal(judge(machine, 'info', waits, 1), 'changed');
			assert.equal(machine.acknowledged, true);
			assert.equal(judge(machine, 'critical', waits, 2), 'changed');
			assert.equal(machine.acknowledged, false);
		});

		it('a rule that became quicker does not wait for what it was', () => {
			const machine = createMachine(rule({ condition: hot }), 'x', shown);
			judge(machine, 'warning', { raiseFor: 60 * minute, clearFor: 60 * minute }, 0);
			judge(machine, 'warning', { raiseFor: minute, clearFor: minute }, 0);
			assert.equal(elapse(machine, minute), 'raised');
			judge(machine, null, { raiseFor: minute, clearFor: 60 * minute }, minute);
			assert.equal(judge(machine, null, { raiseFor: minute, clearFor: minute }, 2 * minute), 'cleared');
		});

		it('no time counts while nothing is known, for none of them', () => {
			const machine = createMachine(rule({ condition: hot }), 'x', shown);
			const waits = { raiseFor: minute, clearFor: minute };
			judge(machine, 'warning', waits, 0);
			judge(machine, 'critical', waits, 20 * second);
			judge(machine, undefined, waits, 30 * second);
			judge(machine, undefined, waits, 50 * second);
			assert.equal(dueAt(machine), null);
			assert.equal(elapse(machine, 60 * minute), null);
			assert.equal(judge(machine, 'critical', waits, 60 * minute), null);
			assert.equal(dueAt(machine), 60 * minute + 30 * second);
			assert.equal(elapse(machine, 60 * minute + 30 * second), 'raised');
			assert.equal(machine.severity, 'warning');
			assert.equal(dueAt(machine), 60 * minute + 50 * second);
		});
	});

	it('moves with the clock, all of it', () => {
		const machine = createMachine(rule({ condition: hot, coolDown: minute }), 'x', shown);
		const waits = { raiseFor: minute, clearFor: minute };
		const raise = { severity: 'critical', at: 5, shown } as const;
		judge(machine, 'critical', waits, 10);
		Object.assign(machine, { toldAt: 20, raisedAt: 30, coolUntil: 40, again: 50, untold: raise });
		Object.assign(machine, { missed: { raise, since: 1, clearedAt: 9, shown, count: 1 } });
		machine.memory = { last: 'x', samples: [[3, 4]] };
		shift(machine, 1_000);
		const { since, toldAt, raisedAt, coolUntil, again, untold, missed, memory } = machine;
		assert.deepEqual([since, toldAt, raisedAt, coolUntil, again], [1_010, 1_020, 1_030, 1_040, 1_050]);
		assert.deepEqual([untold?.at, missed?.raise.at, missed?.since, missed?.clearedAt], [1_005, 1_005, 1_001, 1_009]);
		assert.deepEqual(memory, { last: 'x', samples: [[1_003, 4]] });
		assert.equal(dueAt(machine), 1_010 + minute);
		judge(machine, undefined, waits, 1_020);
		shift(machine, -5);
		judge(machine, 'critical', waits, 2_000);
		assert.equal(dueAt(machine), 2_000 + minute - 10);
		Object.assign(machine, { coolUntil: 0, again: null });
		shift(machine, 5);
		assert.equal(machine.again, null);
		assert.equal(machine.coolUntil, 0, 'none is none');
	});

	it('at rest nothing goes on', () => {
		const machine = createMachine(rule({ condition: hot }), 'x', shown);
		const waits = { raiseFor: minute, clearFor: minute };
		judge(machine, 'warning', waits, 0);
		assert.equal(judge(machine, null, waits, 30 * second), null);
		assert.deepEqual([machine.phase, dueAt(machine)], ['ok', null]);
		judge(machine, 'warning', waits, 40 * second);
		assert.deepEqual([machine.since, dueAt(machine)], [40 * second, 100 * second]);
	});
});
