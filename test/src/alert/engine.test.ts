import assert from 'node:assert/strict';
import { alertChangeSchema } from '../../../src/model/alert';
import { limits } from '../../../src/model/limits';
import { makeEntity } from '../../support/entities';
import { Bench, bench, hot, rule } from './harness';

const second = 1_000;
const minute = 60 * second;

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

	it('judges nothing before the grace is over, and then what is so', async () => {
		const b = bench({ condition: hot }, { graceMs: 30 * second });
		await b.state(70);
		b.pass(29 * second);
		assert.deepEqual(b.said(), []);
		b.pass(second);
		assert.deepEqual(b.said(), ['raised critical']);
	});

	it('lets history pass, but not a problem that stands', async () => {
		const b = bench({ condition: hot }, { graceMs: 30 * second });
		b.pass(10 * minute);
		for (const state of [70, 80, 20]) await b.state(state, { replayed: true });
		b.pass(10 * minute);
		assert.deepEqual(b.said(), []);
		await b.state(70, { replayed: true });
		for (let i = 0; i < 10; i += 1) {
			b.pass(10 * second);
			await b.state(70 + i, { replayed: true });
		}
		assert.deepEqual(b.said(), ['raised critical']);
	});

	describe('a change of a state', () => {
		const stopped = (graceMs = 30 * second) =>
			bench({ condition: { kind: 'changes_from', states: ['running'] } }, { graceMs });

		it('counts also while the first picture is not judged yet', async () => {
			for (const replayed of [true, false]) {
				const b = stopped();
				await b.state('running', { replayed });
				b.pass(10 * second);
				await b.state('exited', { replayed: false });
				b.pass(minute);
				assert.deepEqual(b.said(), ['raised warning'], `replayed: ${replayed}`);
			}
		});

		it('is none where history tells it, or the first picture', async () => {
			const b = stopped();
			await b.state('running', { replayed: true });
			await b.state('exited', { replayed: true });
			b.pass(minute);
			await b.state('created', { replayed: false });
			assert.deepEqual(b.said(), []);
		});

		it('is one where it happened during a restart', async () => {
			const b = stopped();
			await b.state('running');
			b.pass(minute);
			b.restart();
			await b.state('exited', { replayed: true });
			b.pass(minute);
			assert.deepEqual(b.said(), ['raised warning']);
			b.restart();
			await b.state('exited', { replayed: true });
			b.pass(minute);
			assert.deepEqual(b.said(), []);
			await b.state('running', { replayed: false });
			assert.deepEqual(b.said(), ['cleared warning']);
		});
	});

	it('takes what an event entity fires at once, also within the grace', async () => {
		const b = bench({ condition: { kind: 'happens' } }, { graceMs: 30 * second });
		await b.change('added', { platform: 'event', state: null, replayed: true });
		await b.change('fired', { platform: 'event', state: 'failed' });
		assert.deepEqual(b.said(), ['raised warning']);
	});

	it('ends an alert whose entity is renamed so that no rule fits', async () => {
		const b = bench({ condition: hot, entities: { entities: ['Disk*'] } });
		await b.state(50, { name: 'Disk 1' });
		await b.state(50, { name: 'Other' });
		assert.deepEqual(
			b.told.map(({ state, reason }) => [state, reason]),
			[
				['raised', null],
				['cleared', 'rule'],
			],
		);
	});

	it('reports once that there are too many entities', async () => {
		const reports: string[] = [];
		const b = bench({ condition: hot }, { report: ({ code }) => reports.push(code) });
		for (let i = 0; i <= limits.alertEntities + 5; i += 1) {
			b.engine.apply({ kind: 'added', entity: makeEntity({ subject: 'disk', key: `d${i}` }), previous: undefined });
		}
		assert.deepEqual(reports, ['LIMIT_REACHED']);
		assert.equal(b.engine.matches('r').length, limits.alertEntities);
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
	});

	it('defers within the cool-down, and drops nothing', async () => {
		const b = bench({ condition: hot, coolDown: 10 * minute });
		await b.state(50);
		await b.state(40);
		assert.deepEqual(b.said(), ['raised warning', 'cleared warning']);
		b.pass(minute);
		await b.state(50);
		b.pass(8 * minute);
		assert.deepEqual(b.said(), []);
		b.pass(minute);
		assert.deepEqual(b.said(), ['raised warning'], 'it still stands');
		await b.state(40);
		for (let i = 0; i < 3; i += 1) {
			b.pass(minute);
			await b.state(50 + i);
			b.pass(minute);
			await b.state(40);
		}
		assert.deepEqual(b.said(), ['cleared warning']);
		b.pass(4 * minute);
		assert.equal(b.told[0]?.count, 3);
		assert.deepEqual(b.said(), ['raised warning', 'cleared warning'], 'it came and went meanwhile, three times');
		b.pass(60 * minute);
		assert.deepEqual(b.said(), []);
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

	it('judges only while the attribute fits', async () => {
		const b = bench({ condition: hot, entities: { attribute: { name: 'kind', values: ['hdd'] } } });
		await b.state(50, { attributes: { kind: 'ssd' } });
		assert.deepEqual(b.said(), []);
		await b.state(50, { attributes: { kind: 'hdd' } });
		assert.deepEqual(b.said(), ['raised warning']);
	});

	it('leaves rules out that are not enabled', async () => {
		const b = bench({ condition: hot, enabled: false });
		await b.state(99);
		assert.deepEqual(b.said(), []);
	});

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
			b.engine = new (b.engine.constructor as typeof import('../../../src/alert/engine').AlertEngine)({
				rules: b.rules,
				clock: b.clock,
				saved: { ...saved, machines, gate: 5 },
			});
			assert.deepEqual(
				b.engine.active().map(({ entity }) => entity),
				['tower_disk_b_cpu'],
			);
		});
	});

	describe('a clock that is set', () => {
		for (const [name, by] of [
			['forward', 365 * 24 * 60 * minute],
			['back', -365 * 24 * 60 * minute],
		] as const) {
			it(`${name} neither raises, clears nor repeats before its time`, async () => {
				const b = bench({ condition: hot, raiseFor: minute, clearFor: minute, repeatEvery: 60 * minute });
				await b.state(50);
				b.pass(30 * second);
				b.clock.jump(b.clock.now() + by);
				b.pass(29 * second);
				assert.deepEqual(b.said(), []);
				// What passed since the engine was last asked does not count.
				b.pass(31 * second);
				b.pass(minute);
				assert.deepEqual(b.said(), ['raised warning']);
				await b.state(40);
				b.clock.jump(b.clock.now() + by);
				b.pass(59 * second);
				assert.deepEqual(b.said(), []);
				b.pass(2 * minute);
				assert.deepEqual(b.said(), ['cleared warning']);
				await b.state(50);
				b.pass(minute);
				assert.deepEqual(b.said(), ['raised warning']);
				b.pass(50 * minute);
				b.clock.jump(b.clock.now() + by);
				b.pass(9 * minute);
				assert.deepEqual(b.said(), []);
				b.pass(3 * minute);
				assert.deepEqual(b.said(), ['raised warning again']);
			});

			it(`${name} during a restart does no harm`, async () => {
				const b = bench({ condition: hot, clearFor: minute });
				await b.state(50);
				await b.state(40);
				b.clock.jump(b.clock.now() + by);
				b.restart();
				await b.state(40);
				b.pass(2 * minute);
				assert.deepEqual(b.said(), ['raised warning', 'cleared warning']);
			});
		}
	});
});
