import assert from 'node:assert/strict';
import { alertChangeSchema } from '../../../src/model/alert';
import { Bench, bench, hot, rule } from './harness';

const minute = 60_000;

describe('AlertEngine', () => {
	it('raises at a level, escalates within one alert, and clears beyond the hysteresis', async () => {
		const b = bench({ condition: hot });
		for (const state of [44, 45, 44, 54, 55, 54, 53, 52, 43, 42, 44]) await b.state(state);
		assert.deepEqual(b.said(), ['raised warning', 'changed critical', 'changed warning', 'cleared warning']);
	});

	it('never tells twice of noise within the band', async () => {
		const b = bench({ condition: hot });
		for (let i = 0; i < 500; i += 1) await b.state(45 + (i % 2 === 0 ? 0 : -2));
		assert.deepEqual(b.said(), ['raised warning']);
	});

	it('tells everything about an alert', async () => {
		const b = bench({ condition: hot, raiseFor: minute });
		await b.state(46, { unit_of_measurement: '°C', suggested_display_precision: 1 });
		b.pass(minute);
		await b.state(51.26);
		b.pass(2 * minute);
		await b.state(40);
		const [raised, cleared] = b.told;
		for (const change of b.told) alertChangeSchema.parse(change);
		assert.deepEqual(
			{ ...raised, since: '', raised: '', at: '' },
			{
				id: 'r/tower_system_cpu',
				rule: 'r',
				rule_name: 'Rule',
				severity: 'warning',
				entity: 'tower_system_cpu',
				name: 'Name of cpu',
				device: 'Tower',
				source: 'tower',
				value: 46,
				unit: '°C',
				threshold: 45,
				threshold_source: 'rule',
				peak: 46,
				count: 1,
				since: '',
				raised: '',
				cleared: null,
				acknowledged: false,
				unknown: false,
				state: 'raised',
				at: '',
				text: 'Name of cpu is 46 °C (limit 45 °C by the rule), Tower',
				reminder: 0,
				duration: 60,
				reason: null,
				test: false,
			},
		);
		assert.equal(Date.parse(raised?.raised ?? '') - Date.parse(raised?.since ?? ''), minute);
		assert.equal(cleared?.reason, 'fine');
		assert.equal(cleared?.duration, 180);
		assert.equal(cleared?.peak, 51.26);
		assert.equal(cleared?.text, 'Name of cpu is fine again: 40 °C after 3 min (worst 51.3 °C), Tower');
		assert.deepEqual(
			b.engine.past().map(({ id }) => id),
			['r/tower_system_cpu'],
		);
	});

	it('clears what is removed, with the reason', async () => {
		const b = bench({ condition: hot });
		await b.state(50);
		await b.change('removed', { state: 50 });
		assert.deepEqual(
			b.told.map(({ state, reason }) => [state, reason]),
			[
				['raised', null],
				['cleared', 'removed'],
			],
		);
		assert.equal(b.engine.nextTick(), null);
	});

	it('tries an alert without changing anything', async () => {
		const b = bench({ condition: hot, entities: { subjects: ['disk'] } });
		assert.throws(() => b.engine.test('r'), /INPUT_INVALID|matches no entity/);
		assert.throws(() => b.engine.test('x'), /no rule x/);
		await b.state(20, { subject: 'disk' });
		const change = b.engine.test('r');
		alertChangeSchema.parse(change);
		assert.equal(change.test, true);
		assert.equal(change.value, 20);
		assert.equal(change.severity, 'critical');
		assert.deepEqual(b.engine.active(), []);
	});

	it('tells how a rule stands and what it matches', async () => {
		const b = new Bench([rule({ condition: hot, raiseFor: minute, entities: { subjects: ['disk'] } })]);
		for (const [key, state] of Object.entries({ a: 20, b: 50, c: 60 })) await b.state(state, { subject: 'disk', key });
		await b.state(99, { subject: 'server' });
		assert.deepEqual(b.engine.status('r'), {
			rule: 'r',
			matches: 3,
			pending: 2,
			raised: 0,
			acknowledged: 0,
			unknown: 0,
			severity: null,
			mutedUntil: null,
		});
		b.pass(minute);
		b.engine.acknowledge({ entity: 'tower_disk_b_cpu' });
		await b.reach({ fresh: false }, { subject: 'disk', key: 'b' });
		const { raised, acknowledged, unknown, severity } = b.engine.status('r');
		assert.deepEqual([raised, acknowledged, unknown, severity], [2, 1, 1, 'critical']);
		assert.deepEqual(
			b.engine.matches('r').map(({ key }) => key),
			['a', 'b', 'c'],
		);
	});

	it('leaves rules out that are not enabled', async () => {
		const b = bench({ condition: hot, enabled: false });
		await b.state(99);
		assert.deepEqual(b.said(), []);
	});

	it('tells the mutes that stand, and what is told of each alert', async () => {
		const b = bench({ condition: hot, text: '{name} [{attribute.kind} ]{value} since {duration}' });
		await b.state(50, { key: 'a', attributes: { kind: 'hdd' } });
		await b.state(20, { key: 'b' });
		b.pass(minute);
		await b.state(51, { key: 'a', attributes: { kind: 'hdd' } });
		assert.deepEqual([...b.engine.texts()], [['r/tower_system_a_cpu', 'Name of cpu hdd 51 since 1 min']]);
		assert.deepEqual(b.engine.mutes(), []);
		b.mute({ rule: 'r' }, minute);
		b.mute({ entity: 'x' }, 2 * minute);
		const now = b.clock.now();
		assert.deepEqual(b.engine.mutes(), [
			{ rule: 'r', until: now + minute },
			{ entity: 'x', until: now + 2 * minute },
		]);
		b.clock.jump(now + minute);
		assert.deepEqual(b.engine.mutes(), [{ entity: 'x', until: now + 2 * minute }]);
	});
});
