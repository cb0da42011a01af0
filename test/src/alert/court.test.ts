import assert from 'node:assert/strict';
import type { AlertChange } from '../../../src/model/alert';
import { limits } from '../../../src/model/limits';
import { makeEntity } from '../../support/entities';
import { Bench, bench, hot, rule } from './harness';

const second = 1_000;
const minute = 60 * second;

describe('what is judged, and when', () => {
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

	it('tells nothing of states that there is no room for, and says so once', async () => {
		const reports: string[] = [];
		const rules = ['a', 'b', 'c'].map((id) => rule({ id, condition: hot }));
		const b = new Bench(rules, { report: ({ message }) => reports.push(message), ceilingPerHour: null });
		const told: AlertChange[] = [];
		const entities = Array.from({ length: limits.alertEntities }, (_, i) => makeEntity({ key: `d${i}`, state: 50 }));
		for (let i = 0; i < 2; i += 1) {
			for (const entity of entities) told.push(...b.engine.apply({ kind: 'changed', entity, previous: undefined }));
		}
		assert.equal(told.length, limits.alertStates);
		assert.equal(b.engine.active().length, limits.alertStates);
		assert.equal(reports.length, 1);
		assert.match(reports[0] ?? '', /states of entities/);
		const cleared = b.engine.apply({ kind: 'changed', entity: makeEntity({ key: 'd0', state: 20 }), previous: 50 });
		assert.equal(cleared.length, 3);
		assert.equal(b.engine.active().length, limits.alertStates - 3);
	});

	it('a picture that was live ends what history had to settle', async () => {
		const b = bench({ condition: hot }, { graceMs: 30 * second });
		b.pass(minute);
		await b.state(50, { replayed: true });
		b.pass(10 * second);
		await b.state(51, { replayed: false });
		assert.deepEqual(b.said(), ['raised warning']);
		await b.state(20, { replayed: true });
		b.pass(29 * second);
		assert.deepEqual(b.said(), []);
		b.pass(second);
		assert.deepEqual(b.said(), ['cleared warning']);
	});

	it('history settles from its first picture on, and anew when the connection was lost meanwhile', async () => {
		const b = bench({ condition: hot }, { graceMs: 30 * second });
		b.pass(minute);
		await b.state(50, { replayed: true });
		b.pass(20 * second);
		await b.reach({ connected: false });
		await b.reach({ connected: true });
		assert.deepEqual(b.said(), []);
		b.pass(29 * second);
		assert.deepEqual(b.said(), []);
		b.pass(second);
		assert.deepEqual(b.said(), ['raised warning']);
		await b.state(20, { replayed: false });
		await b.change('availability', { state: 50, replayed: true });
		assert.deepEqual(b.said(), ['cleared warning', 'raised warning']);
	});

	it('within the grace a live picture waits for its end, one that is replayed for its own', async () => {
		const b = bench({ condition: hot }, { graceMs: 30 * second });
		b.pass(20 * second);
		await b.state(50, { key: 'live' });
		await b.state(50, { key: 'old', replayed: true });
		b.pass(10 * second);
		assert.deepEqual(
			b.told.map(({ entity }) => entity),
			['tower_system_live_cpu'],
		);
		b.pass(19 * second);
		assert.equal(b.told.length, 1);
		b.pass(second);
		assert.equal(b.told.length, 2);
	});

	it('unknown is unknown at once, also of history', async () => {
		const b = bench({ condition: hot, clearFor: minute }, { graceMs: 30 * second });
		b.pass(minute);
		await b.state(50);
		await b.state(20);
		b.pass(10 * second);
		await b.state(null, { replayed: true });
		assert.equal(b.engine.active()[0]?.unknown, true);
		b.pass(60 * minute);
		assert.deepEqual(b.said(), ['raised warning']);
	});

	it('a thing that is missing is told once the grace is over, however it was heard', async () => {
		const b = bench({ condition: { kind: 'vanished' } }, { graceMs: 30 * second });
		const gone = { connected: true, fresh: true, present: false };
		await b.change('added', { availability: gone });
		assert.deepEqual(b.said(), []);
		b.pass(30 * second);
		assert.deepEqual(b.said(), ['raised warning']);
		await b.change('added', { key: 'b', availability: gone, replayed: true });
		assert.deepEqual(b.said(), ['raised warning']);
	});

	it('a removed entity begins anew', async () => {
		const b = bench({ condition: { kind: 'changes_to', states: ['bad'] } });
		await b.state('good');
		await b.change('removed', { state: 'good' });
		await b.change('added', { state: 'bad' });
		assert.deepEqual(b.said(), []);
		assert.equal(b.engine.matches('r').length, 1);
	});

	it('a first picture within the grace is where a change comes from, also where the mapper begins anew', async () => {
		const b = bench({ condition: { kind: 'changes_from', states: ['running'] } }, { graceMs: 30 * second });
		await b.change('added', { state: 'running' });
		await b.change('added', { state: 'exited' });
		b.pass(30 * second);
		assert.deepEqual(b.said(), ['raised warning']);
	});
});
