import assert from 'node:assert/strict';
import { unraid } from '../../../../../src/dialects/unraid';
import { nut } from '../../../../../src/dialects/unraid/entities/nut';
import { ups } from '../../../../../src/dialects/unraid/entities/ups';
import { AlertRun } from '../../../../support/alert-run';
import { readRows } from '../../../../support/entity-rows';

const minute = 60_000;
const told = {
	connected: true,
	status: 'ONBATT',
	battery_charge_percent: 12,
	load_percent: 40,
	runtime_left_seconds: 180,
	power_watts: 200,
	nominal_power_watts: 500,
};
const readings = ['battery', 'load', 'runtime', 'power', 'on_battery'];

describe('readings of a UPS', () => {
	it('are none while it does not answer, by whichever word', () => {
		const states = (over: object) => {
			const rows = readRows([ups], { ups_status_update: { ...told, ...over } });
			return readings.map((key) => rows[key]?.state);
		};
		assert.deepEqual(states({}), [12, 40, 3, 200, 'on']);
		for (const status of ['COMMLOST', 'NOCOMM ONBATT']) {
			assert.deepEqual(states({ status }), [null, null, null, null, null]);
		}
	});

	it('are none of NUT while it does not answer', () => {
		const charge = (status: string) => {
			const world = { nut_status_update: { status: { connected: true, status, battery_charge_percent: 55 } } };
			return Object.values(readRows([nut], world)).filter(({ state }) => state === 55).length;
		};
		assert.equal(charge('OL'), 1);
		assert.equal(charge('WAIT'), 0);
	});

	it('that are none neither raise nor clear an alert', async () => {
		const run = new AlertRun(
			unraid,
			unraid.alerts?.filter(({ id }) => id === 'ups-runtime'),
		);
		const say = (over: object) =>
			run.take(
				JSON.stringify({ event: 'ups_status_update', timestamp: '2026-03-01T00:00:00Z', data: { ...told, ...over } }),
			);
		await run.connection(true);
		await say({ runtime_left_seconds: 3_600 });
		await run.pass(minute);
		await say({ status: 'COMMLOST', runtime_left_seconds: 0 });
		assert.deepEqual(run.said(), []);
		await say({});
		assert.deepEqual(run.said(), ['raised warning']);
		await say({ status: 'COMMLOST', runtime_left_seconds: 3_600 });
		await run.pass(minute);
		assert.deepEqual(run.said(), ['raised warning']);
		await say({ runtime_left_seconds: 3_600 });
		assert.deepEqual(run.said(), ['raised warning', 'cleared warning']);
		run.close();
	});
});
