import assert from 'node:assert/strict';
import { CustomRows, customRowSchema } from '../../../src/entities/custom';
import { Mapper } from '../../../src/entities/mapper';
import type { AgentStreamError } from '../../../src/model/errors';
import type { StreamEvent } from '../../../src/model/event';
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

async function states(specs: readonly object[], data: unknown): Promise<Record<string, unknown>> {
	const errors: AgentStreamError[] = [];
	const custom = new CustomRows(specs.map(row), (error) => errors.push(error));
	const mapper = new Mapper({ source: 'tower', dialect: custom.tables(null), clock: new FakeClock() });
	const derived = await custom.derive(event(data));
	assert.ok(derived);
	mapper.apply(derived);
	const found = mapper.entities().map(({ path, state }) => [path.replace('tower/', ''), state] as const);
	return { ...Object.fromEntries(found), errors: errors.map(({ code }) => code) };
}

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

	it('leave events of other types and rejected ones alone', async () => {
		const custom = new CustomRows([row({})], () => {});
		assert.equal(await custom.derive(event({}, 'other')), null);
		assert.equal(await custom.derive({ ...event({}), rejected: true }), null);
	});

	it('refuse what cannot be', () => {
		const make =
			(...specs: object[]) =>
			() =>
				new CustomRows(specs.map(row), () => {});
		const invalid = { code: 'CONFIG_INVALID' };
		assert.throws(make({ value: '((' }), invalid);
		assert.throws(make({}, {}), invalid);
		assert.throws(make({}, { row: 'b', event: 'other' }), invalid);
		assert.throws(make({ items: 'list' }), invalid);
		for (const subject of ['__proto__', 'A', '1', 'a-b', ''])
			assert.equal(customRowSchema.safeParse({ subject }).success, false);
	});
});
