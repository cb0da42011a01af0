import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AlertRuleInput } from '../../../src/model/alert';
import { type Bench, bench } from './harness';

const seconds = 1_000;
const minute = 60_000;
const above: AlertRuleInput['condition'] = { kind: 'above', levels: [{ value: 50 }] };
const grace = { graceMs: 30 * seconds, ceilingPerHour: null };

/** Restarts after some time in which nothing ran. */
function restartAfter(b: Bench, ms: number): void {
	const saved = b.engine.save();
	b.clock.jump(b.clock.now() + ms);
	b.restart(b.rules, saved);
}

/** A bench whose grace is over, and whose entity is fine. */
async function settled(over: Partial<AlertRuleInput> = {}): Promise<Bench> {
	const b = bench({ condition: above, ...over }, grace);
	await b.state(20);
	b.pass(minute);
	return b;
}

describe('alert: pictures that must stand first', () => {
	it('let nothing come of what was pending before a restart, unless it is still so', async () => {
		for (const [state, told] of [
			[20, []],
			[60, ['raised warning']],
		] as const) {
			const b = await settled({ raiseFor: 30 * seconds });
			await b.state(60);
			b.pass(10 * seconds);
			restartAfter(b, 2 * seconds);
			await b.state(state);
			b.pass(5 * minute);
			assert.deepEqual(b.said(), told);
		}
	});

	it('let no all-clear come of what was nearly over before a restart, unless it is still over', async () => {
		for (const [state, told] of [
			[60, ['raised warning']],
			[20, ['raised warning', 'cleared warning']],
		] as const) {
			const b = await settled({ clearFor: 30 * seconds });
			await b.state(60);
			await b.state(20);
			b.pass(10 * seconds);
			restartAfter(b, 2 * seconds);
			await b.state(state);
			b.pass(5 * minute);
			assert.deepEqual(b.said(), told);
		}
	});

	it('tell nothing of what was muted, and is over when the mute and the restart are', async () => {
		const b = await settled();
		b.mute({}, 10 * minute);
		await b.state(60);
		b.pass(minute);
		restartAfter(b, 20 * minute);
		await b.state(20);
		b.pass(5 * minute);
		assert.deepEqual(b.said(), []);
	});

	it('that were fetched or replayed stop what runs, until they have stood', async () => {
		const rising = await settled({ raiseFor: minute });
		await rising.state(60);
		rising.pass(50 * seconds);
		await rising.state(20, { replayed: true });
		rising.pass(5 * minute);
		assert.deepEqual(rising.said(), []);

		const falling = await settled({ clearFor: minute });
		await falling.state(60);
		await falling.state(20);
		falling.pass(50 * seconds);
		await falling.state(60, { replayed: true });
		falling.pass(5 * minute);
		assert.deepEqual(falling.said(), ['raised warning']);
	});

	it('do not keep one that is polled from ever being raised', async () => {
		const b = await settled({ raiseFor: minute });
		for (let poll = 0; poll < 10; poll += 1) {
			await b.state(60 + poll, { replayed: true });
			b.pass(30 * seconds);
		}
		assert.deepEqual(b.said(), ['raised warning']);
	});

	it('are those from before a connection broke, when it is back', async () => {
		const b = await settled({ raiseFor: 30 * seconds });
		await b.state(60);
		b.pass(20 * seconds);
		await b.reach({ connected: false });
		b.pass(40 * seconds);
		await b.reach({ connected: true });
		b.pass(15 * seconds);
		await b.state(20);
		b.pass(5 * minute);
		assert.deepEqual(b.said(), []);
	});

	it('are judged once when they have stood, and again when somebody tells them', async () => {
		const b = await settled();
		await b.reach({ connected: false });
		await b.reach({ connected: true });
		await b.state(60);
		assert.deepEqual(b.said(), ['raised warning']);
	});

	const step = fc.oneof(
		fc.record({ does: fc.constant('say' as const), value: fc.constantFrom(20, 60), replayed: fc.boolean() }),
		fc.record({ does: fc.constant('pass' as const), ms: fc.constantFrom(1, 10, 29, 31, 60).map((s) => s * seconds) }),
		fc.record({
			does: fc.constantFrom('restart' as const, 'cut' as const),
			ms: fc.constantFrom(0, 5 * seconds, 100 * seconds),
			value: fc.constantFrom(20, 60),
		}),
	);
	const wait = fc.constantFrom(0, 20 * seconds, minute);

	for (const graceMs of [0, 30 * seconds]) {
		it(`raise only what is bad, and clear only what is fine, whatever happens (grace ${graceMs} ms)`, async () => {
			await fc.assert(
				fc.asyncProperty(fc.array(step, { maxLength: 14 }), wait, wait, async (steps, raiseFor, clearFor) => {
					const b = bench({ condition: above, raiseFor, clearFor }, { ...grace, graceMs });
					// What is really so, whether or not anybody has heard it by now.
					let real = 20;
					let seen = 0;
					const check = () => {
						for (const { state } of b.told.slice(seen)) assert.equal(real, state === 'raised' ? 60 : 20, state);
						seen = b.told.length;
					};
					for (const one of steps) {
						if (one.does === 'say') {
							real = one.value;
							await b.state(real, { replayed: one.replayed });
						} else if (one.does === 'pass') b.pass(one.ms);
						else if (one.does === 'restart') {
							restartAfter(b, one.ms);
							check();
							real = one.value;
							await b.state(real, { replayed: true });
						} else if (graceMs > 0) {
							await b.reach({ connected: false });
							b.pass(one.ms);
							check();
							real = one.value;
							await b.reach({ connected: true });
							b.pass(10 * seconds);
							check();
							await b.state(real);
						}
						check();
					}
				}),
				{ numRuns: 400 },
			);
		});
	}
});
