import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { AlertEngine } from '../../../src/alert/engine';
import { kindOf, kinds, type Memory } from '../../../src/alert/kinds';
import { type AlertRuleInput, alertRuleSchema, conditionSchema } from '../../../src/model/alert';
import type { Entity } from '../../../src/model/entity';
import { Bench, bench, rule } from './harness';

const second = 1_000;
const minute = 60 * second;

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
	['decreases', { kind: 'decreases', by: 5 }, [50, 60, 56, 55], ['raised']],
];

describe('kinds of conditions', () => {
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

	it('has a row for each shape of the schema, and no other', () => {
		const shapes = conditionSchema.options.map(({ shape }) => shape.kind.value).sort();
		assert.deepEqual(Object.keys(kinds).sort(), shapes);
	});

	it('what happens and is over is cleared by time, and counted', async () => {
		const b = bench({ condition: { kind: 'happens', types: ['fail*'] }, clearFor: 10 * minute });
		await b.change('added', { platform: 'event', state: null });
		await b.change('fired', { platform: 'event', state: 'done' });
		await b.change('fired', { platform: 'event', state: 'failed' });
		b.pass(9 * minute);
		await b.change('fired', { platform: 'event', state: 'failed' });
		b.pass(9 * minute);
		assert.deepEqual(b.said(), ['raised warning']);
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
		const { judge } = kindOf(condition);
		let memory: Memory | undefined;
		for (let i = 0; i < 5_000; i += 1) {
			const sight = { value: i, fired: null, raised: null, now: i * 100, threshold: () => null, expressed: undefined };
			memory = judge({ ...sight, memory }).memory;
		}
		const kept = memory?.samples?.length ?? 0;
		assert.ok(kept > 10 && kept <= 62, `${kept}`);
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

	describe('silence', () => {
		const silent = (over: object = {}, raiseFor = 0) =>
			bench({ condition: { kind: 'no_data', ...over } as AlertRuleInput['condition'], raiseFor });

		it('of an entity: at once where the socket closed, else when it is overdue', async () => {
			const b = silent();
			await b.state(1);
			await b.reach({ connected: false });
			assert.equal(b.told[0]?.value, 'disconnected');
			await b.reach({ connected: true });
			await b.reach({ fresh: false });
			assert.equal(b.told[2]?.value, 'overdue');
			await b.reach({ fresh: true });
			assert.deepEqual(
				b.told.map(({ state }) => state),
				['raised', 'cleared', 'raised', 'cleared'],
			);
		});

		it('of an event type: one alert for all its entities', async () => {
			const b = silent({ per: 'type' });
			for (const key of ['a', 'b', 'c']) await b.state(1, { subject: 'disk', key, event_type: 'disks' });
			await b.state(1, { subject: 'ups', event_type: 'ups' });
			for (const key of ['a', 'b', 'c']) await b.reach({ fresh: false }, { subject: 'disk', key, event_type: 'disks' });
			assert.deepEqual(
				b.told.map(({ entity, name }) => [entity, name]),
				[['tower/disks', 'disks']],
			);
			await b.reach({ fresh: true }, { subject: 'disk', key: 'a', event_type: 'disks' });
			assert.deepEqual(b.said(), ['raised warning', 'cleared warning']);
		});

		it('of an endpoint: when all is overdue, or the socket is closed', async () => {
			const b = silent({ per: 'endpoint' });
			await b.state(1, { row: 'x', event_type: 'fast' });
			await b.state(1, { row: 'y', event_type: 'slow' });
			await b.reach({ fresh: false }, { row: 'x', event_type: 'fast' });
			assert.deepEqual(b.said(), []);
			await b.reach({ fresh: false }, { row: 'y', event_type: 'slow' });
			assert.deepEqual(b.said(), ['raised warning']);
			await b.reach({ fresh: true }, { row: 'x', event_type: 'fast' });
			assert.deepEqual(b.said(), ['cleared warning']);
			await b.reach({ connected: false }, { row: 'x', event_type: 'fast' });
			assert.deepEqual(b.said(), ['raised warning']);
			await b.change('removed', { row: 'x' });
			await b.change('removed', { row: 'y' });
			assert.deepEqual(b.said(), ['cleared warning']);
		});

		it('also where nothing changes for too long, while the state is one in which it should', async () => {
			const b = silent({ after: 10 * minute, states: ['working'] });
			await b.state('idle');
			b.pass(60 * minute);
			assert.deepEqual(b.said(), []);
			await b.state('working');
			b.pass(9 * minute);
			await b.state('working', { attributes: { tool: 'x' } });
			b.pass(9 * minute);
			assert.deepEqual(b.said(), []);
			b.pass(minute);
			assert.equal(b.told[0]?.value, 'quiet');
			await b.state('idle');
			assert.deepEqual(b.said(), ['raised warning', 'cleared warning']);
		});

		it('what is new here, replayed or as it was is no change', async () => {
			const b = silent({ per: 'type', after: 10 * minute });
			await b.state('working');
			b.pass(6 * minute);
			await b.state('working', { key: 'new' });
			await b.state('working', { replayed: true, attributes: { step: 1 } });
			await b.state('working', { replayed: false, attributes: { step: 1 } });
			b.pass(4 * minute);
			assert.equal(b.told[0]?.value, 'quiet');
		});

		it('a thing that begins to count has its whole time', async () => {
			const b = silent({ per: 'type', after: 10 * minute, states: ['working'] });
			await b.state('idle');
			b.pass(60 * minute);
			await b.state('working', { key: 'new' });
			b.pass(9 * minute);
			assert.deepEqual(b.said(), []);
			b.pass(minute);
			assert.deepEqual(b.said(), ['raised warning']);
		});

		it('of what does not change goes on over a restart, without the time in between', async () => {
			const b = silent({ after: 10 * minute });
			await b.state('working');
			for (let i = 0; i < 2; i += 1) {
				b.pass(4 * minute);
				const saved = JSON.parse(JSON.stringify(b.engine.save()));
				b.clock.jump(b.clock.now() + 60 * minute);
				b.engine = new AlertEngine({ rules: b.rules, clock: b.clock, graceMs: 0, saved });
				await b.change('added', { state: 'working', replayed: true });
				assert.deepEqual(b.said(), []);
			}
			b.pass(2 * minute);
			assert.deepEqual(b.said(), ['raised warning']);
			b.restart();
			await b.change('added', { state: 'working', replayed: true });
			b.pass(minute);
			assert.deepEqual(b.said(), [], 'it is still so');
		});

		it('is told of once over a restart', async () => {
			const b = silent();
			await b.state(1);
			await b.reach({ connected: false });
			b.restart();
			b.pass(minute);
			await b.state(1, { availability: { connected: true, fresh: true, present: true }, available: true });
			assert.deepEqual(b.said(), ['raised warning', 'cleared warning']);
		});
	});

	it('vanished: only while values come', async () => {
		const b = bench({ condition: { kind: 'vanished' } });
		await b.state(1);
		await b.reach({ connected: false, present: false });
		assert.deepEqual(b.said(), []);
		await b.reach({ connected: true });
		assert.deepEqual(b.said(), ['raised warning']);
		await b.reach({ connected: false });
		await b.reach({ connected: true, present: true });
		assert.deepEqual(b.said(), ['cleared warning']);
	});

	describe('an expression', () => {
		it('gives true, false, a severity or nothing', async () => {
			const expression = 'state > 90 ? "critical" : state > 80 ? true : state < 0 ? null : false';
			const b = bench({ condition: { kind: 'jsonata', expression } });
			for (const state of [10, 85, 95, -1, 10]) await b.state(state);
			assert.deepEqual(b.said(), ['raised warning', 'changed critical', 'cleared critical']);
		});

		it('knows the state before, and the whole entity', async () => {
			const b = bench({
				condition: { kind: 'jsonata', expression: '$previous - state > 5 and attributes.kind = "x"' },
			});
			for (const state of [50, 46, 40, 39]) await b.state(state, { attributes: { kind: 'x' } });
			assert.deepEqual(b.said(), ['raised warning', 'cleared warning']);
		});

		it('says nothing while the entity is unavailable, unless the rule wants it to', async () => {
			for (const unavailable of [false, true]) {
				const expression = 'availability.present and state <= 90 ? false : true';
				const b = bench({ condition: { kind: 'jsonata', expression, unavailable }, raiseFor: minute });
				await b.state(95);
				b.pass(1_000);
				await b.reach({ present: false });
				b.pass(60 * minute);
				assert.deepEqual(b.said(), unavailable ? ['raised warning'] : []);
			}
		});

		it('of the document does not fail at first', async () => {
			const errors: string[] = [];
			const report = ({ message }: { message: string }) => errors.push(message);
			const page = readFileSync('docs/alerts.md', 'utf8');
			const expression = /`(state > 90 [^`]*\$previous[^`]*)`/.exec(page)?.[1] ?? '';
			const b = bench({ condition: { kind: 'jsonata', expression } }, { report });
			for (const state of [50, 40, 95]) await b.state(state);
			assert.deepEqual(errors, []);
			assert.deepEqual(b.said(), ['raised warning', 'changed critical']);
		});

		it('that fails is reported once and judges nothing', async () => {
			const errors: string[] = [];
			const report = ({ code }: { code: string }) => errors.push(code);
			const b = bench({ condition: { kind: 'jsonata', expression: 'state.x + "a" * 2' } }, { report });
			for (const state of [1, 2, 3]) await b.state(state);
			assert.deepEqual(b.said(), []);
			assert.deepEqual(errors, ['CONFIG_INVALID']);
		});

		it('that cannot be read is refused', () => {
			assert.throws(() => bench({ condition: { kind: 'jsonata', expression: '((' } }), /CONFIG_INVALID|cannot be read/);
		});
	});

	it('an attribute can be judged instead; one that is missing is no word', async () => {
		const b = bench({ condition: { kind: 'is', states: ['unhealthy'] }, attribute: 'health' });
		await b.state('running', { attributes: { health: 'unhealthy' } });
		await b.state('running', { attributes: {} });
		assert.deepEqual(b.said(), ['raised warning', 'cleared warning']);
	});

	describe('a level', () => {
		const levels: AlertRuleInput['condition'] = {
			kind: 'above',
			levels: [
				{
					attribute: { name: 'limit', from: 'by' },
					entity: { subject: 'server', row: 'limit' },
					value: 60,
				},
			],
		};
		/** Whether each of the three sources is there, and what is then the level and its source. */
		const table = [
			[50, 55, 50, 'attribute:limit'],
			[50, null, 50, 'attribute:limit'],
			[undefined, 55, 55, 'entity:tower_server_limit'],
			[undefined, null, 60, 'rule'],
		] as const;
		for (const [own, global, level, source] of table) {
			it(`is the entity's own ${own}, else the server's ${global}, else the rule's: ${level}`, async () => {
				const b = new Bench([rule({ condition: levels, entities: { subjects: ['disk'] } })]);
				await b.state(global, { subject: 'server', row: 'limit' });
				const attributes = own === undefined ? {} : { limit: own };
				await b.state(level - 0.5, { subject: 'disk', key: 'a', attributes });
				assert.deepEqual(b.told, []);
				await b.state(level, { subject: 'disk', key: 'a', attributes });
				assert.deepEqual(
					b.told.map(({ threshold, threshold_source }) => [threshold, threshold_source]),
					[[level, source]],
				);
			});
		}

		it('says who set it, and moves with it', async () => {
			const b = new Bench([rule({ condition: levels, entities: { subjects: ['disk'] } })]);
			await b.state(50, { subject: 'disk', key: 'a', attributes: { limit: 45, by: 'hdd' } });
			assert.equal(b.told[0]?.threshold_source, 'hdd');
			await b.state(50, { subject: 'disk', key: 'a', attributes: {} });
			assert.deepEqual(b.said(), ['raised warning', 'cleared warning']);
			await b.state(45, { subject: 'server', row: 'limit' });
			assert.deepEqual(b.said(), ['raised warning'], "the server's level fell below the value");
			await b.state(55, { subject: 'server', row: 'limit' });
			assert.deepEqual(b.said(), ['cleared warning']);
		});

		it('that nobody knows judges nothing', async () => {
			const b = bench({ condition: { kind: 'above', levels: [{ attribute: { name: 'limit' } }] } });
			await b.state(99);
			assert.deepEqual(b.said(), []);
			assert.ok(alertRuleSchema.safeParse({ id: 'x', name: 'x', condition: levels }).success);
		});
	});

	it('a rule that cannot mean anything is refused, with the place', () => {
		const wrong: readonly (readonly [condition: unknown, path: string])[] = [
			[{ kind: 'above', levels: [] }, 'condition.levels'],
			[{ kind: 'above', levels: [{ severity: 'warning' }] }, 'condition.levels.0'],
			[{ kind: 'outside', low: 5, high: 5 }, 'condition.high'],
			[{ kind: 'is', states: [] }, 'condition.states'],
			[{ kind: 'rate', perMinute: 0 }, 'condition.perMinute'],
			[{ kind: 'happening' }, 'condition.kind'],
		];
		for (const [condition, path] of wrong) {
			const read = alertRuleSchema.safeParse({ id: 'r', name: 'Rule', condition });
			assert.equal(read.error?.issues[0]?.path.join('.'), path);
		}
	});
});
