import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AlertRuleInput } from '../../../src/model/alert';
import { limits } from '../../../src/model/limits';
import { Bench, bench, hot, rule } from './harness';
import { Levels, type Line, Rate, Silence } from './reference';

const second = 1_000;
const minute = 60 * second;

/** What a bench was told, as the reference writes it. */
const linesOf = (b: Bench, began: number): Line[] =>
	b.told.map(({ at, state, severity }) => `${(Date.parse(at) - began) / second} ${state} ${severity}`);

/** A state for some seconds; then, perhaps, a restart or a gap in the connection of no length. */
const moves = (state: fc.Arbitrary<number | null>) =>
	fc.array(
		fc.record({
			state,
			seconds: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constantFrom(0, 29, 30, 31, 60)),
			next: fc.constantFrom('nothing' as const, 'nothing' as const, 'restart' as const, 'offline' as const),
		}),
		{ maxLength: 40 },
	);

const durations = fc.record({ raiseFor: fc.constantFrom(0, 1, 30, 47), clearFor: fc.constantFrom(0, 1, 30, 53) });

describe('alerts are what a plain reference says', () => {
	it('two levels, with times to raise and to clear, unknown values, and restarts at any step', async () => {
		const values = fc.oneof(fc.integer({ min: 40, max: 58 }), fc.constantFrom(null, 42, 43, 44, 45, 52, 53, 54, 55));
		await fc.assert(
			fc.asyncProperty(moves(values), durations, async (all, { raiseFor, clearFor }) => {
				const b = bench(
					{ condition: hot, raiseFor: raiseFor * second, clearFor: clearFor * second },
					{ ceilingPerHour: null },
				);
				const began = b.clock.now();
				const reference = new Levels([45, 55], 2, raiseFor, clearFor);
				for (const { state, seconds, next } of all) {
					await b.state(state);
					b.pass(seconds * second);
					reference.hold(state, seconds);
					if (next === 'restart') {
						b.restart();
						await b.state(state);
					} else if (next === 'offline') {
						await b.reach({ connected: false });
						b.pass(20 * second);
						reference.hold(null, 20);
						await b.reach({ connected: true });
						reference.hold(state, 0);
					}
					assert.equal(b.engine.active()[0]?.severity ?? null, reference.severity);
					const since = b.engine.active()[0]?.since;
					if (since !== undefined) assert.equal((Date.parse(since) - began) / second, reference.since);
				}
				assert.deepEqual(linesOf(b, began), reference.told);
			}),
			{ numRuns: 1_000 },
		);
	});

	it('a rate, with gaps and restarts', async () => {
		const window = 120;
		const grace = 4;
		const values = fc.oneof(fc.integer({ min: 0, max: 12 }), fc.constantFrom(null, 0, 3, 6));
		await fc.assert(
			fc.asyncProperty(moves(values), async (all) => {
				const condition = { kind: 'rate', perMinute: 2, direction: 'up', window: window * second } as const;
				const b = bench({ condition }, { graceMs: grace * second });
				b.pass(grace * second);
				const began = b.clock.now();
				const reference = new Rate(2, window);
				for (const { state, seconds, next } of all) {
					// Of values that are closer than a thirtieth of the window not all are kept.
					const length = Math.max(2, seconds);
					await b.state(state);
					b.pass(length * second);
					reference.hold(state, length);
					if (next === 'nothing') continue;
					if (next === 'restart') b.restart();
					else await b.reach({ connected: false });
					b.pass(10 * second);
					reference.hold(null, 10);
					if (next === 'restart') {
						await b.state(state);
						reference.hold(state, 0);
					} else {
						// What is told next may have been so for as long as the gap was: it counts when it has stood.
						await b.reach({ connected: true });
						reference.hold(null, grace);
					}
					b.pass(grace * second);
					reference.hold(state, next === 'restart' ? grace : 0);
				}
				assert.deepEqual(linesOf(b, began), reference.told);
			}),
			{ numRuns: 300 },
		);
	});

	it('silence, also of what only does not change, with restarts', async () => {
		const condition = { kind: 'no_data', after: 50 * second, states: ['work*'] } satisfies AlertRuleInput['condition'];
		const steps = fc.array(
			fc.record({
				state: fc.constantFrom('working', 'works', 'idle'),
				isReached: fc.constantFrom(true, true, true, false),
				replayed: fc.boolean(),
				seconds: fc.oneof(fc.integer({ min: 0, max: 60 }), fc.constantFrom(0, 49, 50)),
				again: fc.boolean(),
			}),
			{ maxLength: 30 },
		);
		await fc.assert(
			fc.asyncProperty(steps, async (all) => {
				const b = bench({ condition });
				const began = b.clock.now();
				const reference = new Silence(50, limits.freshLeast / second);
				let last: string | null = null;
				for (const { state, isReached, replayed, seconds, again } of all) {
					const availability = { connected: true, fresh: isReached, present: true };
					const over = { state, replayed, availability, available: isReached };
					await b.change(last === null ? 'added' : 'changed', over);
					b.pass(seconds * second);
					reference.hear(state.startsWith('work'), last !== null && last !== state && !replayed, isReached, seconds);
					last = state;
					if (!again) continue;
					b.restart();
					await b.change('added', { ...over, replayed: true });
					reference.restart(isReached);
				}
				assert.deepEqual(linesOf(b, began), reference.told);
			}),
			{ numRuns: 500 },
		);
	});
});

describe('whatever many alerts do', () => {
	const ceiling = 3;
	const hour = 60 * minute;
	const repeatEvery = 7 * minute;
	const events = fc.array(
		fc.record({
			key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
			state: fc.constantFrom(null, 20, 20, 48, 60),
			ms: fc.integer({ min: 0, max: 25 * minute }),
			next: fc.constantFrom(
				'nothing' as const,
				'nothing' as const,
				'nothing' as const,
				'restart' as const,
				'acknowledge' as const,
			),
		}),
		{ maxLength: 80 },
	);

	it('the ceiling holds for what is new, reminders keep their distance, and what stands is told', async () => {
		await fc.assert(
			fc.asyncProperty(events, async (all) => {
				const b = new Bench([rule({ condition: hot, repeatEvery })], { ceilingPerHour: ceiling });
				const states = new Map<string, number | null>();
				for (const { key, state, ms, next } of all) {
					await b.state(state, { key });
					states.set(key, state);
					if (next === 'acknowledge') b.engine.acknowledge({ entity: `tower_system_${key}_cpu` });
					b.pass(ms);
					if (next !== 'restart') continue;
					b.restart();
					for (const [known, value] of states) await b.state(value, { key: known });
				}
				for (let i = 0; i < 4; i += 1) b.pass(hour);
				const times = (wanted: (change: Bench['told'][number]) => boolean) =>
					b.told.filter(wanted).map(({ at }) => Date.parse(at));
				for (const severity of ['warning', 'critical']) {
					const fresh = times(
						(one) => one.severity === severity && one.reminder === 0 && ['raised', 'changed'].includes(one.state),
					);
					fresh.forEach((at, index) => {
						assert.ok(at - (fresh[index - ceiling] ?? Number.NEGATIVE_INFINITY) >= hour, 'more than the ceiling');
					});
					const summaries = times((one) => one.severity === severity && one.state === 'summary');
					summaries.forEach((at, index) => {
						assert.ok(at - (summaries[index - 1] ?? Number.NEGATIVE_INFINITY) >= hour, 'summaries');
					});
				}
				for (const key of states.keys()) {
					const own = b.told.filter((one) => one.entity === `tower_system_${key}_cpu` && one.state !== 'summary');
					own.forEach((one, index) => {
						const before = own[index - 1];
						if (one.reminder === 0) {
							const isOn = before !== undefined && before.state !== 'cleared';
							assert.equal(one.state === 'raised', !isOn, 'raised once, changed and cleared only then');
							return;
						}
						assert.ok(before && Date.parse(one.at) - Date.parse(before.at) >= repeatEvery, 'too early');
						assert.ok(!one.acknowledged && !one.unknown && one.severity === before.severity);
					});
					const alert = b.engine.active().find(({ entity }) => entity === `tower_system_${key}_cpu`);
					const last = own.at(-1);
					if (alert) assert.ok(last?.state !== 'cleared' && last?.severity === alert.severity, 'lost');
					else assert.ok(!last || last.state === 'cleared', 'never cleared');
					if (alert && !alert.acknowledged && !alert.unknown) {
						const due = Date.parse(last?.at ?? '') + repeatEvery;
						assert.ok(due > b.clock.now(), 'no reminder');
					}
				}
			}),
			{ numRuns: 200 },
		);
	});
});
