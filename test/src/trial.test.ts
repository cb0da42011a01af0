import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { limits } from '../../src/model/limits';
import { tryDefinition } from '../../src/trial';
import { FakeClock } from '../support/fake-clock';

const definition = {
	version: 1,
	title: 'Station',
	envelope: { type: 'kind', data: 'body' },
	types: [{ name: 'reading', interval: 10 }],
	rows: [
		{
			event: 'reading',
			subject: 'air',
			row: 'temp',
			name: 'Temperature',
			value: 't',
			unit: '°C',
			deviceClass: 'temperature',
		},
		{
			event: 'reading',
			subject: 'room',
			row: 'mean',
			name: '{label} mean',
			items: 'rooms',
			key: 'id',
			value: '$average(temps)',
		},
	],
};
const frame = JSON.stringify({ kind: 'reading', body: { t: 20.5, rooms: [{ id: 'hall', temps: [1, 3] }] } });

describe('tryDefinition', () => {
	it('shows the events and entities of a frame, and leaves no timer', async () => {
		const clock = new FakeClock();
		const { events, entities, error, warnings } = await tryDefinition(definition, frame, clock);
		assert.deepEqual(
			events.map(({ type, valid }) => [type, valid]),
			[['reading', true]],
		);
		assert.deepEqual(
			entities.map(({ path, name, state, unit_of_measurement }) => [path, name, state, unit_of_measurement]),
			[
				['test/air/temp', 'Temperature', 20.5, '°C'],
				['test/room/hall/mean', 'hall mean', 2, null],
			],
		);
		assert.deepEqual([error, warnings, clock.timers], [undefined, [], 0]);
		const text = await tryDefinition(JSON.stringify(definition), frame, clock);
		assert.deepEqual(text.entities, entities);
	});

	it('says what is wrong with the definition, the frame, or a row', async () => {
		assert.equal(
			(await tryDefinition({ ...definition, rules: 1 }, frame, new FakeClock())).error?.code,
			'CONFIG_INVALID',
		);
		const broken = await tryDefinition(definition, '{"kind"', new FakeClock());
		assert.deepEqual([broken.events[0]?.type, broken.entities, broken.error], ['invalid', [], undefined]);
		const rows = [{ event: 'reading', subject: 'air', row: 'temp', name: 'T', value: '$number("x")' }];
		const { warnings, entities } = await tryDefinition({ ...definition, rows }, frame, new FakeClock());
		assert.deepEqual(
			warnings.map(({ code }) => code),
			['ENTITY_INVALID'],
		);
		assert.equal(entities[0]?.state, null);
	});

	it('takes the fixture, and answers whatever it is given', async () => {
		const unraid = readFileSync(join(__dirname, '../fixtures/custom/unraid-1.1.0.json'), 'utf8');
		const frame = '{"event":"update","data":{"hostname":"Tower","cpu_usage_percent":7.25}}';
		const { entities } = await tryDefinition(unraid, frame, new FakeClock());
		assert.deepEqual(
			entities.map(({ state }) => state),
			[7.25, null],
		);
		await fc.assert(
			fc.asyncProperty(fc.anything(), fc.string(), async (given, text) => {
				assert.ok((await tryDefinition(given, text, new FakeClock())).error);
			}),
			{ numRuns: 300 },
		);
	});

	it('stays bounded: 10,000 keys of a list, plain or evaluated', async () => {
		const body = Array.from({ length: 10_000 }, (_, id) => ({ id: `k${id}`, v: id }));
		for (const value of ['v', 'v + 0']) {
			const rows = [{ event: 'reading', subject: 'thing', row: 'v', name: '{label}', items: '$', key: 'id', value }];
			const { entities, warnings } = await tryDefinition(
				{ ...definition, rows },
				JSON.stringify({ kind: 'reading', body }),
				new FakeClock(),
			);
			assert.equal(entities.length, limits.itemsPerSubject);
			assert.deepEqual(
				warnings.map(({ code }) => code),
				['LIMIT_REACHED'],
			);
		}
	});
});
