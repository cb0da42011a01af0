import assert from 'node:assert/strict';
import { AlertEngine } from '../../../src/alert/engine';
import type { AlertRuleInput } from '../../../src/model/alert';
import { Bench, bench, rule } from './harness';

const minute = 60_000;

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

	it('is judged when the grace is over', async () => {
		const b = bench({ condition: { kind: 'no_data' } }, { graceMs: minute });
		await b.state(1);
		await b.reach({ connected: false });
		b.pass(minute - 1);
		assert.deepEqual(b.said(), []);
		b.pass(1);
		assert.deepEqual(b.said(), ['raised warning']);
		await b.reach({ connected: true });
		assert.deepEqual(b.said(), ['cleared warning']);
	});

	it('is of those that are left', async () => {
		const b = silent({ per: 'endpoint', after: 10 * minute, states: ['working'] });
		await b.state('working', { key: 'a' });
		await b.state('working', { key: 'b' });
		await b.reach({ fresh: false }, { key: 'a' });
		assert.deepEqual(b.said(), []);
		await b.change('removed', { key: 'b' });
		assert.deepEqual(b.said(), ['raised warning']);
		await b.state('idle', { key: 'c' });
		assert.deepEqual(b.said(), ['cleared warning'], 'one of it is fresh');
		await b.change('removed', { key: 'a' });
		b.pass(60 * minute);
		assert.deepEqual(b.said(), [], 'none that is left counts');
		await b.state('working', { key: 'c' });
		b.pass(10 * minute - 1);
		assert.deepEqual(b.said(), []);
		b.pass(1);
		assert.deepEqual(b.said(), ['raised warning']);
	});

	it('is no more of what is removed', async () => {
		const b = silent({ after: 10 * minute });
		await b.state(1);
		b.pass(5 * minute);
		await b.change('removed', { state: 1 });
		b.pass(60 * minute);
		assert.deepEqual(b.said(), []);
		assert.equal(b.engine.nextTick(), null);
		await b.change('removed', { state: 1 });
		assert.deepEqual(b.engine.save().changes, []);
		await b.change('added', { state: 1, name: 'Another' });
		await b.reach({ connected: false });
		assert.equal(b.told[0]?.name, 'Another');
	});

	it('remembers when something changed only where that counts', async () => {
		const quick = silent();
		await quick.state(1);
		assert.deepEqual(quick.engine.save().changes, []);
		const slow = silent({ after: minute });
		await slow.state(1);
		const at = slow.clock.now();
		slow.pass(10_000);
		assert.deepEqual(slow.engine.save().changes, [{ id: 'r/tower_system_cpu', at }]);
		slow.restart();
		assert.deepEqual(slow.engine.save().changes, [{ id: 'r/tower_system_cpu', at }], 'also before it was seen again');
	});

	it('waits for raise-for and clear-for', async () => {
		const b = bench({ condition: { kind: 'no_data', severity: 'critical' }, raiseFor: minute, clearFor: minute });
		await b.state(1);
		await b.reach({ connected: false });
		b.pass(minute - 1);
		assert.deepEqual(b.said(), []);
		b.pass(1);
		await b.reach({ connected: true });
		b.pass(minute - 1);
		assert.deepEqual(b.said(), ['raised critical']);
		b.pass(1);
		assert.equal(b.told[0]?.value, 'heard');
		assert.deepEqual(b.said(), ['cleared critical']);
	});

	it('what an event entity fires is a sign of life', async () => {
		const b = silent({ after: 10 * minute });
		await b.change('added', { platform: 'event', state: 'x' });
		b.pass(9 * minute);
		await b.change('fired', { platform: 'event', state: 'x' });
		b.pass(9 * minute);
		await b.change('fired', { platform: 'event', state: 'x', replayed: true });
		b.pass(minute - 1);
		assert.deepEqual(b.said(), []);
		b.pass(1);
		assert.deepEqual(b.said(), ['raised warning']);
	});

	it('goes on where one of several is removed', async () => {
		const b = silent({ per: 'type', after: 10 * minute });
		await b.state(1, { key: 'a' });
		await b.state(1, { key: 'b' });
		b.pass(5 * minute);
		await b.change('removed', { key: 'a' });
		b.pass(5 * minute - 1);
		assert.deepEqual(b.said(), []);
		b.pass(1);
		assert.deepEqual(b.said(), ['raised warning']);
	});

	describe('begins when it fell silent, not when that was judged', () => {
		const since = (b: Bench, at: number) => {
			assert.equal(b.told[0]?.since, new Date(at).toISOString());
			assert.equal(b.told[0]?.duration, (b.clock.now() - at) / 1_000);
		};

		it('where the socket closed: then, also within the grace', async () => {
			const b = bench({ condition: { kind: 'no_data' } }, { graceMs: minute });
			await b.state(1);
			b.pass(10_000);
			const at = b.clock.now();
			await b.reach({ connected: false });
			b.pass(minute);
			b.told.length = 1;
			assert.equal(b.told[0]?.since, new Date(at).toISOString());
			assert.equal(b.told[0]?.duration, 50);
		});

		it('where it is overdue: when it was last heard', async () => {
			const b = silent({ per: 'endpoint' });
			await b.state(1);
			await b.state(1, { row: 'other' });
			b.pass(minute);
			const at = b.clock.now();
			await b.state(2);
			b.pass(minute);
			await b.reach({ fresh: false }, { row: 'other' });
			b.pass(minute);
			await b.reach({ fresh: false });
			since(b, at);
		});

		it('where nothing changes: with the last change, also over a restart', async () => {
			const b = silent({ after: 10 * minute });
			await b.state('working');
			b.pass(minute);
			await b.state('still working');
			const at = b.clock.now();
			b.pass(10 * minute);
			since(b, at);
			b.restart();
			await b.change('added', { state: 'still working', replayed: true });
			b.pass(minute);
			assert.equal(b.engine.active()[0]?.since, new Date(at).toISOString());
		});

		it('and waits for raise-for from when it is judged', async () => {
			const b = silent({ after: 10 * minute }, minute);
			await b.state('working');
			const at = b.clock.now();
			b.pass(11 * minute - 1);
			assert.deepEqual(b.said(), []);
			b.pass(1);
			since(b, at);
		});

		it('and is moved where the clock is set', async () => {
			const b = silent();
			await b.state(1);
			b.clock.jump(b.clock.now() - 60 * minute);
			b.told.push(...b.engine.tick());
			b.arm();
			const at = b.clock.now();
			b.pass(minute);
			await b.reach({ fresh: false });
			since(b, at);
		});
	});

	describe('of entities that have an attribute', () => {
		const parity = () =>
			bench({
				condition: { kind: 'no_data' },
				entities: { attribute: { name: 'role', values: ['parity'] } },
			});
		const role = (role: string) => ({ attributes: { role } });

		it('is of no others', async () => {
			const b = parity();
			await b.state(1, role('data'));
			await b.reach({ connected: false });
			assert.deepEqual(b.said(), []);
			assert.deepEqual(b.engine.save().machines, []);
		});

		it('ends where one ceases to fit, and not where the attribute is gone with the values', async () => {
			const b = parity();
			await b.state(1, role('parity'));
			await b.reach({ connected: false }, {});
			assert.deepEqual(b.said(), ['raised warning']);
			const away = { availability: { connected: false, fresh: true, present: true } };
			await b.state(null, { attributes: {}, ...away });
			assert.deepEqual(b.said(), []);
			b.restart();
			await b.state(null, { attributes: {}, ...away });
			assert.deepEqual(b.said(), [], 'nobody knows yet');
			assert.equal(b.engine.active().length, 1);
			await b.state(null, { ...role('data'), ...away });
			assert.equal(b.told[0]?.reason, 'rule');
			assert.deepEqual(b.said(), ['cleared warning']);
			assert.equal(b.engine.nextTick(), null);
		});

		it('is of those that still fit', async () => {
			const b = bench({
				condition: { kind: 'no_data', per: 'endpoint' },
				entities: { attribute: { name: 'role', values: ['parity'] } },
			});
			await b.state(1, { key: 'a', ...role('parity') });
			await b.state(1, { key: 'b', ...role('parity') });
			await b.reach({ fresh: false }, { key: 'a' });
			assert.deepEqual(b.said(), []);
			await b.state(1, { key: 'b', ...role('data') });
			assert.deepEqual(b.said(), ['raised warning']);
			await b.state(1, { key: 'b', ...role('parity') });
			assert.deepEqual(b.said(), ['cleared warning']);
		});
	});

	describe('of what the rule watches no more', () => {
		it('ends with an entity that has another name now', async () => {
			const b = bench({ condition: { kind: 'no_data' }, entities: { entities: ['cpu*'] } });
			await b.state(1, { name: 'cpu' });
			await b.reach({ connected: false });
			assert.deepEqual(b.said(), ['raised warning']);
			await b.change('changed', { name: 'other' });
			assert.equal(b.told[0]?.reason, 'rule');
			assert.deepEqual(b.said(), ['cleared warning']);
			await b.reach({ connected: false }, { name: 'other' });
			assert.deepEqual(b.said(), []);
		});

		it('is of those that are left', async () => {
			const b = bench({ condition: { kind: 'no_data', per: 'endpoint' }, entities: { entities: ['cpu*'] } });
			await b.state(1, { row: 'a', name: 'cpu a' });
			await b.state(1, { row: 'b', name: 'cpu b' });
			await b.reach({ fresh: false }, { row: 'b' });
			assert.deepEqual(b.said(), []);
			await b.change('changed', { row: 'a', name: 'other' });
			assert.deepEqual(b.said(), ['raised warning']);
			await b.change('changed', { row: 'b', name: 'other' });
			assert.equal(b.told[0]?.reason, 'rule');
			assert.deepEqual(b.said(), ['cleared warning']);
		});

		it('goes with an entity to another event type', async () => {
			const b = silent({ per: 'type' });
			await b.state(1);
			await b.reach({ fresh: false });
			await b.state(1, { event_type: 'another', availability: { connected: true, fresh: false, present: true } });
			assert.deepEqual(
				b.told.map(({ entity, state, reason }) => [entity, state, reason]),
				[
					['tower/system_update', 'raised', null],
					['tower/system_update', 'cleared', 'rule'],
				],
			);
			b.pass(2 * minute);
			assert.equal(b.told[2]?.entity, 'tower/another');
		});

		const per = { entity: 'tower_system_cpu', type: 'tower/system_update', endpoint: 'tower' } as const;
		const words = Object.keys(per) as (keyof typeof per)[];
		const about = (per: string, over: object = {}) =>
			rule({ condition: { kind: 'no_data', per } as AlertRuleInput['condition'], ...over });
		for (const before of words) {
			for (const after of words.filter((word) => word !== before)) {
				it(`ends where the rule was about each ${before}, and is about each ${after} now`, async () => {
					const b = new Bench([about(before)]);
					await b.state(1);
					await b.reach({ fresh: false });
					assert.equal(b.told[0]?.entity, per[before]);
					b.restart([about(after)]);
					b.told.length = 0;
					await b.state(1, { availability: { connected: true, fresh: true, present: true } });
					assert.deepEqual(
						b.told.map(({ entity, state, reason }) => [entity, state, reason]),
						[[per[before], 'cleared', 'rule']],
					);
					assert.deepEqual(b.engine.active(), []);
				});
			}
		}

		for (const [what, entities] of [
			['rows', { rows: ['b'] }],
			['endpoints', { sources: ['attic'] }],
		] as const) {
			it(`ends where the rule is about other ${what} now`, async () => {
				const b = new Bench([about('entity')]);
				await b.state(1);
				await b.reach({ fresh: false });
				b.restart([about('entity', { entities })]);
				b.told.length = 0;
				await b.reach({ fresh: true });
				assert.equal(b.told[0]?.reason, 'rule');
				assert.deepEqual(b.said(), ['cleared warning']);
			});
		}

		it('stands where it still is about the same', async () => {
			for (const word of words) {
				const b = new Bench([about(word)]);
				await b.state(1, { row: 'z' });
				await b.state(1);
				await b.reach({ connected: false });
				b.restart();
				await b.reach({ connected: false }, { subject: 'other', event_type: 'other' });
				assert.equal(
					b.engine.active().some(({ entity }) => entity === per[word]),
					true,
					word,
				);
			}
		});
	});

	it('is tried out with the name and the value that it would have', async () => {
		const b = silent({ per: 'endpoint', severity: 'critical' });
		await b.state(20);
		const { entity, name, value, severity, test, text } = b.engine.test('r');
		assert.deepEqual([entity, name, value, severity, test], ['tower', 'tower', 'disconnected', 'critical', true]);
		assert.match(text, /^No data from tower since .*: disconnected, Tower$/);
		const own = bench({
			condition: { kind: 'no_data' },
			text: '{attribute.role} {value}',
		});
		await own.state(20, { attributes: { role: 'parity' } });
		assert.equal(own.engine.test('r').text, 'parity disconnected');
	});
});
