import assert from 'node:assert/strict';
import { judgeOf } from '../../../src/alert/judges';
import { numberOf, wordOf, worstOf } from '../../../src/alert/levels';
import { type AlertRuleInput, alertRuleSchema, conditionSchema, type Severity } from '../../../src/model/alert';
import { Bench, bench, rule } from './harness';

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

	it('of another entity counts only while that is available, and is a number', async () => {
		const b = new Bench([rule({ condition: levels, entities: { subjects: ['disk'] } })]);
		const other = { subject: 'server', row: 'limit' };
		await b.state(45, other);
		await b.reach({ fresh: false }, other);
		await b.state(50, { subject: 'disk', key: 'a' });
		assert.deepEqual(b.said(), [], "the rule's own is 60");
		await b.reach({ fresh: true }, other);
		assert.deepEqual(b.said(), ['raised warning']);
		await b.state('high', other);
		assert.deepEqual(b.said(), ['cleared warning']);
		await b.state('49', other);
		assert.deepEqual(b.said(), ['raised warning'], 'a number that is spelled');
		await b.change('removed', { ...other, state: '49' });
		assert.deepEqual(b.said(), ['cleared warning']);
		await b.state(40, { ...other, source: 'nas' });
		assert.deepEqual(b.said(), [], 'another server');
	});

	it('may be an attribute of the other, of the same thing', async () => {
		const condition: AlertRuleInput['condition'] = {
			kind: 'below',
			levels: [{ entity: { subject: 'disk', row: 'limits', attribute: 'low' } }],
		};
		const b = new Bench([rule({ condition, entities: { rows: ['free'] } })]);
		for (const [key, low] of [
			['a', 10],
			['b', 20],
		] as const) {
			await b.state(0, { subject: 'disk', key, row: 'limits', attributes: { low } });
			await b.state(15, { subject: 'disk', key, row: 'free' });
		}
		assert.deepEqual(
			b.told.map(({ entity, threshold }) => [entity, threshold]),
			[['tower_disk_b_free', 20]],
		);
		await b.state(15, { subject: 'pool', key: 'b', row: 'free' });
		assert.equal(b.told.length, 1, 'what is of another kind needs a key');
	});

	it('is known by its severity, the worst that is met', () => {
		const judge = judgeOf(
			conditionSchema.parse({
				kind: 'above',
				hysteresis: 2,
				levels: [
					{ severity: 'critical', value: 30 },
					{ severity: 'info', value: 10 },
					{ severity: 'warning', value: 20 },
				],
			}),
		);
		const look = (value: number, raised: Severity | null) => {
			const threshold = ({ value: level }: { value?: number | undefined }) =>
				level === undefined ? null : { value: level, source: 'rule' };
			return judge({ value, raised, fired: null, memory: undefined, now: 0, threshold, expressed: undefined }).severity;
		};
		for (const [value, raised, found] of [
			[9, null, null],
			[10, null, 'info'],
			[19, null, 'info'],
			[20, null, 'warning'],
			[30, null, 'critical'],
			[8, 'info', 'info'],
			[7, 'info', null],
			[18, 'info', 'info'],
			[18, 'warning', 'warning'],
			[17, 'warning', 'info'],
			[28, 'warning', 'warning'],
			[28, 'critical', 'critical'],
			[18, 'critical', 'warning'],
			[8, 'critical', 'info'],
		] as const) {
			assert.equal(look(value, raised), found, `${value}, raised ${raised}`);
		}
	});

	it('a number is one, or spells one', () => {
		for (const [value, number] of [
			[1, 1],
			['-1.5', -1.5],
			['', null],
			[' ', null],
			['x', null],
			[Number.NaN, null],
			[Number.POSITIVE_INFINITY, null],
			[true, null],
			[null, null],
			[undefined, null],
		] as const) {
			assert.equal(numberOf(value), number);
		}
		const odd: { self?: object } = {};
		odd.self = odd;
		assert.deepEqual([undefined, null, 1, 'x', false, { a: 1 }, odd].map(wordOf), [
			'',
			'',
			'1',
			'x',
			'false',
			'{"a":1}',
			'',
		]);
		assert.equal(worstOf('more', null, 1, 'x', 3, 2), 3);
		assert.equal(worstOf('less', 1, 3), 1);
		assert.equal(worstOf('more', null), null);
		assert.equal(worstOf(undefined, 1), null);
	});
});
