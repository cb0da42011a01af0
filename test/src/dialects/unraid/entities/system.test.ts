import assert from 'node:assert/strict';
import { system, temperatures } from '../../../../../src/dialects/unraid/entities/system';
import { readRows } from '../../../../support/entity-rows';

const sensor = (name: string, value_celsius: number, source = 'nct6798-isa-0290') => ({
	name: `${source}_${name}`,
	value_celsius,
	sensor_type: 'other',
	source,
});

describe('temperature sensors', () => {
	const list = [
		sensor('MB_Temp_temp1_input', 35),
		sensor('fan3_fan3_input', 0),
		sensor('Core_0_temp2_input', 41.863, 'coretemp-isa-0000'),
		sensor('AUX_temp4_input', 127.5),
		sensor('Off_temp5_input', 0),
	];
	const read = (temperatures_: object[]) =>
		readRows([temperatures], { system_update: { temperatures: temperatures_ } });

	it('are called as a person would, and are no fans', () => {
		const rows = Object.values(read(list)).map(({ name, state }) => [name, state]);
		assert.deepEqual(rows, [
			['Sensor MB Temp Temperature', 35],
			['Sensor Core 0 Temperature', 41.9],
			['Sensor AUX Temperature', null],
			['Sensor Off Temperature', null],
		]);
	});

	it('are the same in any order', () => {
		const sorted = (rows: object) => Object.entries(rows).sort(([a], [b]) => a.localeCompare(b));
		assert.deepEqual(sorted(read([...list].reverse())), sorted(read(list)));
	});
});

describe('memory', () => {
	it('is in GiB, and there is no swap where there is none', () => {
		const data = {
			ram_total_bytes: 32 * 2 ** 30,
			ram_used_bytes: 12.5 * 2 ** 30,
			swap_total_bytes: 0,
			swap_used_bytes: 0,
		};
		const rows = readRows([system], { system_update: data });
		assert.deepEqual([rows.ram_total?.state, rows.ram_used?.state, rows.swap_used], [32, 12.5, undefined]);
	});
});
