import assert from 'node:assert/strict';
import { planReplay } from '../../../src/replay/plan';
import type { Recorded } from '../../../src/replay/recording';

function recorded(...frames: readonly (readonly [t: number | null, frame: string])[]): Recorded[] {
	return frames.map(([t, frame], at) => ({ n: at + 1, t, frame }));
}

const system = (n: number) => JSON.stringify({ event: 'system_update', data: { hostname: 'T', cpu_usage_percent: n } });
const ups = JSON.stringify({ event: 'ups_status_update', data: { connected: true, battery_charge_percent: 100 } });
const toggled = JSON.stringify({
	event: 'update',
	data: { event: 'collector_state_change', collector: 'ups', enabled: true },
});

describe('planReplay', () => {
	it('sends every frame at t / speed, in order', () => {
		const plan = planReplay(recorded([10, 'a'], [30, 'b'], [null, 'c'], [20, 'd'], [50, 'e']), 2, 'open');
		assert.deepEqual(
			plan.frames.map(({ due, frame }) => [due, frame]),
			[
				[5, 'a'],
				[15, 'b'],
				[15, 'c'],
				[15, 'd'],
				[25, 'e'],
			],
		);
		assert.equal(plan.duration, 25);
		assert.deepEqual(plan.repeated, []);
	});

	it('does not wait at speed 0', () => {
		const plan = planReplay(recorded([10, 'a'], [30, 'b']), 0, 'loop');
		assert.deepEqual(
			plan.frames.map(({ due }) => due),
			[0, 0],
		);
		assert.equal(plan.duration, 0);
	});

	it('gives a recording without times rounds of a second', () => {
		assert.equal(planReplay(recorded([null, 'a']), 1, 'loop').duration, 1_000);
	});

	it("holds each type's last frame at the cadence that the recording shows", () => {
		const frames = [0, 2, 4, 6, 8, 10].map((s) => [s * 1_000, system(s)] as const);
		const plan = planReplay(recorded(...frames, [11_000, ups], [12_000, toggled]), 2, 'hold');
		const [cpu, power, ...others] = plan.repeated;
		assert.deepEqual(cpu, { frame: system(10), first: 0, every: 1_000 });
		// One arrival tells no cadence: the agent's default interval, 60 s.
		assert.deepEqual(power, { frame: ups, first: 29_500, every: 30_000 });
		assert.deepEqual(others, [], 'what comes only on change is not repeated');
	});

	it('repeats in real time after a replay at speed 0', () => {
		assert.deepEqual(planReplay(recorded([5_000, ups]), 0, 'hold').repeated, [
			{ frame: ups, first: 60_000, every: 60_000 },
		]);
	});
});
