import assert from 'node:assert/strict';
import { judgeOf, type Memory } from '../../../src/alert/judges';
import { type AlertRuleInput, conditionSchema, type Severity } from '../../../src/model/alert';
import type { Entity } from '../../../src/model/entity';
import { bench } from './harness';

const minute = 60_000;

type Case = readonly [
	name: string,
	condition: AlertRuleInput['condition'],
	states: readonly Entity['state'][],
	said: readonly string[],
];

const cases: readonly Case[] = [
	['below', { kind: 'below', levels: [{ value: 10 }], hysteresis: 2 }, [11, 10, 12, 13], ['raised', 'cleared']],
	[
		'outside',
		{ kind: 'outside', low: 10, high: 20, hysteresis: 1 },
		[15, 9, 10, 11, 21, 19.5, 19],
		['raised', 'cleared', 'raised', 'cleared'],
	],
	['is', { kind: 'is', states: ['a', 'b'] }, ['c', 'a', 'b', null, 'c'], ['raised', 'cleared']],
	['is_not', { kind: 'is_not', states: ['a', 'b'] }, ['a', 'c', 'b'], ['raised', 'cleared']],
	['changes_to', { kind: 'changes_to', states: ['x'] }, ['x', 'y', 'x', null, 'x', 'y'], ['raised', 'cleared']],
	[
		'changes_from',
		{ kind: 'changes_from', states: ['run'] },
		['off', 'run', 'off', 'on', 'run', null, 'run'],
		['raised', 'cleared'],
	],
	['boolean on', { kind: 'boolean' }, ['off', 'on', 'off'], ['raised', 'cleared']],
	['boolean off', { kind: 'boolean', on: false }, ['on', 'odd', 'off', 'on'], ['raised', 'cleared']],
	['increases', { kind: 'increases', by: 2 }, [5, 6, 7, 0, 1, 1], ['raised']],
	['increases from 0', { kind: 'increases', from: 0 }, [5, 5], ['raised']],
	['above, with a word in between', { kind: 'above', levels: [{ value: 10 }] }, [11, '?', 12], ['raised']],
	['increases, with a word in between', { kind: 'increases' }, [5, '?', 6], ['raised']],
	['rate, with a word in between', { kind: 'rate', perMinute: 1, window: 1_000 }, [5, '?', 9], []],
	['decreases', { kind: 'decreases', by: 5 }, [50, 60, 56, 55], ['raised']],
];

describe('judges of conditions', () => {
	for (const [name, condition, states, said] of cases) {
		it(name, async () => {
			const b = bench({ condition });
			for (const state of states) await b.state(state);
			assert.deepEqual(
				b.told.map(({ state }) => state),
				said,
			);
		});
	}

	it('what happens and is over is cleared by time, and counted', async () => {
		const b = bench({ condition: { kind: 'happens', types: ['fail*'] }, clearFor: 10 * minute });
		await b.change('added', { platform: 'event', state: null });
		await b.change('fired', { platform: 'event', state: 'done' });
		await b.change('fired', { platform: 'event', state: 'failed' });
		b.pass(9 * minute);
		await b.change('fired', { platform: 'event', state: 'failed' });
		b.pass(9 * minute);
		assert.equal(b.told[1]?.count, 2);
		assert.deepEqual(b.said(), ['raised warning', 'changed warning']);
		b.pass(minute);
		assert.equal(b.told[0]?.count, 2);
		assert.deepEqual(b.said(), ['cleared warning']);
	});

	it('a rate is taken over its window, and is over when the window has moved on', async () => {
		const b = bench({
			condition: { kind: 'rate', perMinute: 2, direction: 'up', window: 5 * minute },
			entities: {},
		});
		await b.state(40, { unit_of_measurement: '°C' });
		b.pass(60 * minute);
		await b.state(45);
		b.pass(minute);
		assert.deepEqual(b.said(), []);
		await b.state(50);
		assert.equal(b.told[0]?.value, 2);
		assert.equal(b.told[0]?.unit, '°C/min');
		assert.deepEqual(b.said(), ['raised warning']);
		b.pass(4 * minute);
		assert.deepEqual(b.said(), ['cleared warning']);
		await b.state(20);
		assert.deepEqual(b.said(), [], 'down is another direction');
	});

	it('keeps few samples of a value that never rests', () => {
		const condition = conditionSchema.parse({ kind: 'rate', perMinute: 1_000 });
		const judge = judgeOf(condition);
		let memory: Memory | undefined;
		for (let i = 0; i < 5_000; i += 1) {
			const sight = { value: i, fired: null, raised: null, now: i * 100, threshold: () => null, expressed: undefined };
			memory = judge({ ...sight, memory }).memory;
		}
		const kept = memory?.samples?.length ?? 0;
		assert.ok(kept > 10 && kept <= 63, `${kept}`);
	});

	describe('a rate begins its window anew', () => {
		const rising = () => bench({ condition: { kind: 'rate', perMinute: 2, direction: 'up', window: 5 * minute } });

		it('after a gap: what rose unseen rose slowly', async () => {
			const gaps: ((b: ReturnType<typeof rising>) => Promise<void>)[] = [
				async (b) => {
					await b.state(null);
					b.pass(480 * minute);
				},
				async (b) => {
					await b.reach({ connected: false });
					b.pass(480 * minute);
					await b.reach({ connected: true });
				},
				async (b) => {
					b.clock.jump(b.clock.now() + 480 * minute);
					b.restart();
				},
			];
			for (const gap of gaps) {
				const b = rising();
				await b.state(30);
				b.pass(10 * minute);
				await gap(b);
				await b.state(45);
				b.pass(minute);
				assert.deepEqual(b.said(), []);
			}
		});

		it('and what was raised stays so until the window is known again', async () => {
			const b = rising();
			await b.state(30);
			b.pass(minute);
			await b.state(45);
			assert.deepEqual(b.said(), ['raised warning']);
			b.restart();
			await b.state(46);
			b.pass(4 * minute);
			assert.deepEqual(b.said(), []);
			b.pass(minute);
			assert.deepEqual(b.said(), ['cleared warning']);
		});
	});

	it('words that say nothing neither raise nor clear', async () => {
		const told = async (condition: AlertRuleInput['condition'], states: readonly string[]) => {
			const b = bench({ condition });
			for (const state of states) await b.state(state);
			return b.said();
		};
		const is = { kind: 'is', states: ['bad'], unknown: ['?'] } satisfies AlertRuleInput['condition'];
		assert.deepEqual(await told({ ...is }, ['bad', '?']), ['raised warning']);
		assert.deepEqual(await told({ ...is }, ['bad', '?', 'good', '?']), ['raised warning', 'cleared warning']);
		const isNot = { kind: 'is_not', states: ['good'], unknown: ['?'] } satisfies AlertRuleInput['condition'];
		assert.deepEqual(await told({ ...isNot }, ['?', 'bad', '?']), ['raised warning']);
		const to = { kind: 'changes_to', states: ['bad'], unknown: ['?'] } satisfies AlertRuleInput['condition'];
		assert.deepEqual(await told({ ...to }, ['good', '?', 'bad', '?']), ['raised warning']);
		assert.deepEqual(await told({ ...to }, ['bad', '?', 'bad']), [], 'it was so before');
		const from = { kind: 'changes_from', states: ['good'], unknown: ['?'] } satisfies AlertRuleInput['condition'];
		assert.deepEqual(await told({ ...from }, ['good', '?', 'good']), []);
		assert.deepEqual(await told({ ...from }, ['good', '?', 'bad', '?']), ['raised warning']);
	});

	it('a rate knows the value that held since, also where it came soon after another', async () => {
		const b = bench({ condition: { kind: 'rate', perMinute: 4.1, direction: 'up', window: 5 * minute } });
		await b.state(40);
		b.pass(1_000);
		await b.state(50);
		b.pass(1_000);
		await b.state(60);
		b.pass(60 * minute);
		await b.state(61);
		assert.deepEqual(b.said(), []);
	});

	it('what happened is shown as it was, whatever the entity says since', async () => {
		const b = bench({ condition: { kind: 'happens' }, clearFor: minute });
		const event = { platform: 'event', name: 'Job' } as const;
		await b.change('fired', { ...event, state: 'failed' });
		await b.change('availability', { ...event, state: 'queued' });
		b.pass(minute);
		assert.deepEqual(
			b.told.map(({ state, value }) => [state, value]),
			[
				['raised', 'failed'],
				['cleared', 'failed'],
			],
		);
	});

	it('a range is left at its ends, and found again only inside by the hysteresis', () => {
		const judge = judgeOf(conditionSchema.parse({ kind: 'outside', low: 10, high: 20, hysteresis: 1 }));
		const look = (value: unknown, raised: Severity | null) =>
			judge({ value, raised, fired: null, memory: undefined, now: 0, threshold: () => null, expressed: undefined });
		for (const [value, isMet, isKept] of [
			[9, 10, 10],
			[10, null, 10],
			[10.9, null, 10],
			[11, null, null],
			[19, null, null],
			[19.1, null, 20],
			[20, null, 20],
			[21, 20, 20],
		] as const) {
			assert.equal(look(value, null).thresholds?.warning?.value ?? null, isMet, `${value}`);
			assert.equal(look(value, 'warning').thresholds?.warning?.value ?? null, isKept, `${value} when raised`);
			assert.equal(look(value, null).severity, isMet === null ? null : 'warning');
		}
		assert.equal(look('?', null).severity, undefined);
	});

	it('an expression gives truth or a severity; all else is unknown', () => {
		const judge = judgeOf(conditionSchema.parse({ kind: 'jsonata', severity: 'info', expression: 'x' }));
		const look = (expressed: unknown) =>
			judge({ value: 1, raised: null, fired: null, memory: undefined, now: 0, threshold: () => null, expressed })
				.severity;
		assert.deepEqual([true, false, 'info', 'warning', 'critical'].map(look), [
			'info',
			null,
			'info',
			'warning',
			'critical',
		]);
		for (const odd of [undefined, null, 'odd', 1, 0, '', {}, 'true']) assert.equal(look(odd), undefined);
	});
});
