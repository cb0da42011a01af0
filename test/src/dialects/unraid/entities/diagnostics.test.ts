import assert from 'node:assert/strict';
import { collector, diagnostics, portConflicts } from '../../../../../src/dialects/unraid/entities/diagnostics';
import { readRows } from '../../../../support/entity-rows';

describe('diagnostics', () => {
	const test = {
		overall_state: 'degraded',
		subsystems: [
			{ subsystem: 'array', state: 'healthy' },
			{ subsystem: 'docker', state: 'unavailable', reason: 'no socket' },
			{ subsystem: 'vm', state: 'disabled' },
		],
		timestamp: '2026-09-14T10:00:00Z',
	};
	const read = (change?: object) =>
		readRows([diagnostics], { self_test: test, source_status_changed: change } as never).degraded_subsystems;

	it('count what is not well, but not what was switched off', () => {
		assert.equal(read()?.state, 1);
		assert.deepEqual(read()?.attributes, {
			overall_state: 'degraded',
			degraded_subsystems: [{ subsystem: 'docker', state: 'unavailable', reason: 'no socket' }],
		});
	});

	it('know what the stream told since', () => {
		const change = (subsystem: string, state: string, minute: string) =>
			read({ subsystem, state, last_checked: `2026-09-14T${minute}:00Z` })?.state;
		assert.equal(change('array', 'degraded', '10:05'), 2);
		assert.equal(change('docker', 'healthy', '10:05'), 0);
		assert.equal(change('docker', 'healthy', '09:55'), 1);
	});
});

describe('port conflicts', () => {
	it('are counted and listed', () => {
		const conflicts = [{ host_port: 80, protocol: 'tcp', containers: ['a', 'b'] }];
		const { state, attributes } = readRows([portConflicts], { port_conflicts: conflicts }).port_conflicts ?? {};
		assert.deepEqual([state, attributes], [1, { conflicts }]);
		assert.equal(readRows([portConflicts], { port_conflicts: [] }).port_conflicts?.state, 0);
		assert.deepEqual(readRows([portConflicts], {}), {});
	});
});

describe('collectors', () => {
	const list = [{ name: 'gpu', enabled: true, status: 'running', interval_seconds: 60, error_count: 2 }];
	const read = (change?: object) =>
		readRows([collector], {
			collectors: { collectors: list, timestamp: '2026-09-14T10:00:00Z' },
			collector_state_change: change,
		} as never);

	it('run or do not, as the stream told last', () => {
		assert.equal(read()['gpu.running']?.state, 'on');
		assert.equal(read()['gpu.errors']?.state, 2);
		const change = { collector: 'gpu', enabled: false, status: 'stopped', interval: 30 };
		const later = read({ ...change, timestamp: '2026-09-14T10:01:00Z' })['gpu.running'];
		assert.deepEqual([later?.state, later?.attributes.interval_seconds], ['off', 30]);
		assert.equal(read({ ...change, timestamp: '2026-09-14T09:59:00Z' })['gpu.running']?.state, 'on');
		assert.equal(read({ ...change, collector: 'ups', timestamp: '2026-09-14T10:01:00Z' })['gpu.running']?.state, 'on');
	});
});
