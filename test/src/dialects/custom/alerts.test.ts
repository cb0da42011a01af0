import assert from 'node:assert/strict';
import { define } from '../../../../src/dialects/custom';
import { limits } from '../../../../src/model/limits';
import { AlertRun } from '../../../support/alert-run';

const station = define({
	version: 1,
	title: 'Weather Station',
	types: [{ name: 'air' }],
	rows: [{ event: 'air', subject: 'air', row: 'heat', name: 'Heat', value: 'heat' }],
});

describe('alert presets of a described stream', () => {
	it('tell of a server that is away, once, and when it is back', async () => {
		const run = new AlertRun(station);
		await run.connection(false);
		await run.pass(limits.alertGrace + 1_000);
		assert.equal(run.told[0]?.text.split(' since ')[0], 'Weather Station (hub) is not connected');
		await run.connection(true);
		await run.pass(limits.alertGrace);
		await run.connection(false);
		await run.pass(1_000);
		await run.connection(true);
		await run.pass(120_000);
		assert.deepEqual(run.said(), ['raised critical', 'cleared critical']);
		run.close();
	});

	it('leave the rows the only ones that make entities of events', async () => {
		const run = new AlertRun(station);
		await run.connection(true);
		await run.pass(limits.alertGrace + 1_000);
		assert.deepEqual(
			run.engine.matches('stream-silent').map(({ unique_id: id, name }) => [id, name]),
			[['hub_stream_connected', 'Connected']],
		);
		run.close();
	});
});
