import assert from 'node:assert/strict';
import { CustomRows } from '../../../src/entities/custom';
import { Mapper, type MapperTables } from '../../../src/entities/mapper';
import { customRowSchema, groupRows } from '../../../src/model/custom-row';
import type { AgentStreamError } from '../../../src/model/errors';
import type { StreamEvent } from '../../../src/model/event';
import { limits } from '../../../src/model/limits';
import { FakeClock } from '../../support/fake-clock';

const row = (spec: object) =>
	customRowSchema.parse({ event: 'status', subject: 'mine', row: 'load', name: 'Load', value: 'load', ...spec });

const event = (data: unknown, type = 'status'): StreamEvent => ({
	source: 'tower',
	dialect: null,
	type,
	by: 'name',
	time: null,
	at: 1,
	received: 1,
	replayed: false,
	via: 'stream',
	data,
	valid: true,
	rejected: false,
	issues: [],
});

/** Rows and the mapper behind them; `made` are the events that reached it. */
function mapped(specs: readonly object[], own: MapperTables | null = null) {
	const errors: AgentStreamError[] = [];
	const made: StreamEvent[] = [];
	const rows = new CustomRows(specs.map(row), own, (error) => errors.push(error));
	const mapper = new Mapper({ source: 'tower', dialect: rows.tables, clock: new FakeClock() });
	const pass = (given: StreamEvent) =>
		rows.pass(given, (ready) => {
			made.push(ready);
			mapper.apply(ready);
		});
	const states = () =>
		Object.fromEntries(mapper.entities().map(({ path, state }) => [path.replace('tower/', ''), state] as const));
	return { rows, mapper, pass, states, errors, made };
}

async function states(specs: readonly object[], data: unknown): Promise<Record<string, unknown>> {
	const { rows, pass, states, errors } = mapped(specs);
	pass(event(data));
	await rows.idle();
	return { ...states(), errors: errors.map(({ code }) => code) };
}

/** A dialect with an entity of its own, made from events of type `status`. */
const dialect: MapperTables = {
	types: { status: { interval: 60, list: false }, old: { interval: null, list: false, feeds: 'status' } },
	subjects: [{ subject: 'server', from: ['status'], items: (world) => [{ world }], rows: [] }],
	deviceFrom: [],
	device: () => ({ name: 'Server' }),
};

describe('custom rows', () => {
	it('read a path, an expression and a truth', async () => {
		const specs = [
			{ value: 'cpu.cores[1].load' },
			{ row: 'sum', name: 'Sum', value: '$sum(cpu.cores.load)' },
			{ row: 'hot', name: 'Hot', value: 'cpu.hot', platform: 'binary_sensor' },
		];
		const data = { cpu: { cores: [{ load: 1 }, { load: 2.5 }], hot: true } };
		assert.deepEqual(await states(specs, data), { 'mine/load': 2.5, 'mine/sum': 3.5, 'mine/hot': 'on', errors: [] });
	});

	it('are unknown where the data has nothing that is a state', async () => {
		for (const load of [undefined, null, {}, [], '', Number.NaN]) {
			assert.deepEqual(await states([{}], { load }), { 'mine/load': null, errors: [] });
		}
	});

	it('make one thing of each element of a list, by its key', async () => {
		const specs = [{ items: 'disks', key: 'serial' }];
		const disks = [{ serial: 'a', load: 1 }, { serial: 2, load: 2 }, { load: 3 }];
		assert.deepEqual(await states(specs, { disks }), { 'mine/a/load': 1, 'mine/2/load': 2, errors: [] });
		assert.deepEqual(await states(specs, {}), { errors: [] });
	});

	it('report an expression that fails, once, and go on', async () => {
		const specs = [{ value: '$number(load)' }, { row: 'ok', name: 'Ok', value: 'ok' }];
		const result = await states(specs, { load: 'x', ok: 1 });
		assert.deepEqual(result, { 'mine/load': null, 'mine/ok': 1, errors: ['ENTITY_INVALID'] });
	});

	it('stop an expression that never ends', async () => {
		const result = await states([{ value: '($f := function() { $f() }; $f())' }], {});
		assert.deepEqual(result, { 'mine/load': null, errors: ['ENTITY_INVALID'] });
	});

	it('stop a regular expression that would search for years, and try it no more after three times', async function () {
		this.timeout(3 * limits.expressionTime + 5_000);
		const { rows, pass, errors } = mapped([{ value: '$match(load, /^(a+)+$/)' }]);
		for (let n = 0; n < 10; n += 1) pass(event({ load: `${'a'.repeat(50)}b` }));
		const start = performance.now();
		await rows.idle();
		const took = performance.now() - start;
		assert.ok(took < (limits.expressionStops + 1) * limits.expressionTime, `${took} ms`);
		assert.deepEqual(
			errors.map(({ code }) => code),
			['ENTITY_INVALID'],
		);
	});

	it('leave events of other types and rejected ones alone', () => {
		const { pass, made, states } = mapped([{}]);
		const other = event({}, 'other');
		const rejected = { ...event({ load: 1 }), rejected: true };
		pass(other);
		pass(rejected);
		assert.deepEqual(made, [other]);
		assert.deepEqual(states(), {});
	});

	it('are read at once where they are plain paths, in turn where they are not', async () => {
		const plain = mapped([{}]);
		plain.pass(event({ load: 1 }));
		assert.deepEqual(plain.states(), { 'mine/load': 1 });
		const slow = mapped([{ value: 'load + 1' }]);
		for (const load of [1, 2, 3]) slow.pass(event({ load }));
		assert.deepEqual(slow.states(), {});
		await slow.rows.idle();
		assert.deepEqual(slow.states(), { 'mine/load': 4 });
		assert.equal(slow.made.length, 3);
	});

	it('stand beside the events of a dialect that has entities of its own, as fresh as those', () => {
		const { pass, made, rows, mapper } = mapped([{}], dialect);
		pass(event({ load: 1 }, 'old'));
		assert.deepEqual(
			made.map(({ type }) => type),
			['old', 'custom_status'],
		);
		assert.equal(rows.tables.types.custom_status?.interval, 60);
		assert.equal(mapper.entities()[0]?.event_type, 'custom_status');
		assert.throws(() => mapped([{ subject: 'server' }], dialect), { code: 'CONFIG_INVALID' });
	});

	it('leave the oldest events out where they cannot keep up, count them and say so once', async () => {
		const { rows, pass, states, errors, made } = mapped([{ value: 'load + 0' }]);
		const more = 50;
		for (let load = 0; load <= limits.rowsWaiting + more; load += 1) pass(event({ load }));
		await rows.idle();
		assert.equal(rows.dropped, more);
		assert.equal(made.length, limits.rowsWaiting + 1);
		assert.deepEqual(states(), { 'mine/load': limits.rowsWaiting + more });
		assert.deepEqual(
			errors.map(({ code }) => code),
			['LIMIT_REACHED'],
		);
	});

	it('make at most as many things of a list as a subject may have', async () => {
		const list = Array.from({ length: 10_000 }, (_, id) => ({ id, load: id }));
		for (const value of ['load', 'load + 0']) {
			const { rows, pass, errors, mapper } = mapped([{ value, items: 'list', key: 'id' }]);
			pass(event({ list }));
			await rows.idle();
			assert.equal(mapper.entities().length, limits.itemsPerSubject);
			assert.deepEqual(
				errors.map(({ code }) => code),
				['LIMIT_REACHED'],
			);
		}
	});

	it('stay bounded where new keys come without end, and take new ones when old ones have long gone', () => {
		const { pass, errors, mapper, rows } = mapped([{ items: 'list', key: 'id' }]);
		const hour = 3_600_000;
		for (let n = 0; n < 10_000; n += 1)
			pass({ ...event({ list: [{ id: `job ${n}`, load: n }] }), received: n * 1_000 });
		assert.equal(mapper.entities().length, limits.itemsPerSubject);
		assert.deepEqual(
			errors.map(({ code }) => code),
			['LIMIT_REACHED'],
		);
		const later: StreamEvent[] = [];
		const late = { ...event({ list: [{ id: 'late', load: 1 }] }), received: 25 * hour };
		rows.pass(late, (ready) => later.push(ready));
		assert.deepEqual(later[0]?.data, { mine: [{ key: 'late', values: { load: 1 } }] });
	});

	it('give nothing any more once they are closed', async () => {
		const { rows, pass, made } = mapped([{ value: 'load + 1' }]);
		for (const load of [1, 2]) pass(event({ load }));
		rows.close();
		pass(event({ load: 3 }));
		await rows.idle();
		assert.deepEqual(made, []);
	});

	it('refuse what cannot be', () => {
		const make =
			(...specs: object[]) =>
			() =>
				groupRows(specs.map(row));
		const invalid = { code: 'CONFIG_INVALID' };
		assert.throws(make({ value: '((' }), invalid);
		assert.throws(make({}, {}), invalid);
		assert.throws(make({}, { row: 'b', event: 'other' }), invalid);
		assert.throws(make({ items: 'list' }), invalid);
		for (const subject of ['__proto__', 'A', '1', 'a-b', ''])
			assert.equal(customRowSchema.safeParse({ subject }).success, false);
	});
});
