import assert from 'node:assert/strict';
import { nut } from '../../../../../src/dialects/unraid/entities/nut';
import { readRows } from '../../../../support/entity-rows';
import { typical } from '../../../../support/unraid-recordings';

const data = typical('nut_status_update') as { readonly status: object };
const read = (more: object) => readRows([nut], { nut_status_update: { ...data, status: { ...data.status, ...more } } });

describe('NUT', () => {
	it('has one vocabulary with the other daemon, and its flags one by one', () => {
		const { state, attributes } = read({ status: 'OB DISCHRG LB RB', alarms: ['Replace battery!'] }).status ?? {};
		assert.equal(state, 'low_battery');
		assert.deepEqual(attributes, {
			raw_status: 'OB DISCHRG LB RB',
			on_battery: true,
			low_battery: true,
			charging: false,
			replace_battery: true,
			alarms: ['Replace battery!'],
			ups_name: 'ups',
			ups_model: '5P 1150',
			ups_manufacturer: 'EATON',
			ups_serial: 'G123A45678',
		});
	});

	it('shows what a device tells, and makes no entity of what it does not', () => {
		const rows = read({ input_current: 1.234, output_current: 0.5, output_frequency: 50.01, battery_status: 'Good' });
		assert.deepEqual(
			['input_current', 'output_current', 'output_frequency', 'battery_status'].map((key) => rows[key]?.state),
			[1.23, 0.5, 50, 'Good'],
		);
		const silent = read({ battery_voltage: 0, test_result: '' });
		assert.deepEqual(
			[
				silent.input_current,
				silent.output_current,
				silent.output_frequency,
				silent.battery_voltage,
				silent.test_result,
			],
			[undefined, undefined, undefined, undefined, undefined],
		);
	});

	it('has lost its communication when the daemon or the device is gone', () => {
		const world = (status?: object) => ({
			nut_status_update: { installed: true, running: status !== undefined, status },
		});
		const [row] = nut.rows.filter(({ key }) => key === 'status');
		for (const status of [undefined, { connected: false, status: 'OL' }]) {
			const [item] = nut.items(world(status)) ?? [];
			assert.ok(row && item);
			const reading = { world: world(status), at: 0, previous: undefined };
			assert.equal(row.value(item as never, reading as never), 'comm_lost');
			assert.deepEqual(readRows([nut], world(status)), {}, 'one that never was makes no entity');
		}
		assert.equal(nut.items({}), null);
	});
});
