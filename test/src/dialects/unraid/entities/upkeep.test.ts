import assert from 'node:assert/strict';
import { containerUpdates, mover, plugins, release } from '../../../../../src/dialects/unraid/entities/upkeep';
import { readRows } from '../../../../support/entity-rows';
import { typical } from '../../../../support/unraid-recordings';

describe("Unraid's own updates", () => {
	const read = (world: object) => readRows([release], world as never);

	it('have both versions', () => {
		const rows = read({ os_update_update: typical('os_update_update') });
		assert.deepEqual(rows.update?.attributes, { installed_version: '7.2.3', latest_version: '7.2.4' });
		assert.equal(rows.version?.state, '7.2.4');
		assert.equal(rows.update_available?.state, 'on');
	});

	it('take what runs for the latest where the agent looked and found nothing, and nothing where it did not look', () => {
		const os = { current_version: '7.2.3', update_available: false };
		const latest = (status: string) => read({ os_update_update: { ...os, status } }).update?.attributes.latest_version;
		assert.deepEqual([latest('up_to_date'), latest('unknown')], ['7.2.3', undefined]);
	});

	it('fall back to what else tells of the version', () => {
		const os_update_update = { current_version: '', update_available: false, status: 'unknown' };
		const updates = { current_version: '7.2.2', os_update_available: true, plugin_updates_count: 3 };
		assert.equal(read({ os_update_update, system_update: { version: '7.2.3' } }).version?.state, '7.2.3');
		assert.equal(read({ os_update_update, updates }).version?.state, '7.2.2');
		assert.equal(read({ updates }).update_available?.state, 'on');
		assert.equal(read({ updates }).update_available?.attributes.plugin_updates_count, 3);
		assert.deepEqual(read({ system_update: { version: '7.2.3' } }), {});
	});
});

describe('plugins', () => {
	const installed = [
		{ name: 'b', version: '1', update_available: false },
		{ name: 'a', version: '1', update_available: true, latest_version: '2' },
	];
	const updates = (news?: object) =>
		readRows([plugins], { plugins: { plugins: installed }, plugin_updates_update: news } as never).with_updates;

	it('are counted, whatever their order', () => {
		const rows = readRows([plugins], { plugins: { plugins: installed } });
		assert.equal(rows.installed?.state, 2);
		assert.deepEqual(rows.installed?.attributes, { plugin_count: 2, plugin_names: ['a', 'b'], updates_available: 1 });
		assert.deepEqual(rows.with_updates?.attributes, { plugins_needing_update: ['a'] });
	});

	it('have the updates that the stream told of since, unless they were made', () => {
		const news = (version: string) => ({
			plugins: [{ name: 'b', version, update_available: true, latest_version: '3' }],
		});
		assert.equal(updates(news('1'))?.state, 2);
		assert.equal(updates(news('0'))?.state, 1);
		assert.equal(updates({ plugins: null })?.state, 1);
	});
});

describe('container updates', () => {
	it('are counted and named', () => {
		const rows = readRows([containerUpdates], { docker_updates_update: typical('docker_updates_update') });
		assert.equal(rows.updates_available?.state, 'on');
		assert.deepEqual(rows.updates_available?.attributes, { updates_available: 1, total_containers: 2 });
		assert.deepEqual(rows.containers_with_updates?.attributes, { containers_needing_update: ['sonarr'] });
	});
});

describe('mover', () => {
	it('tells of its last run and its next one, by the clock of the server', () => {
		const rows = readRows([mover], {
			mover_update: typical('mover_update'),
			mover_settings: { logging: true },
		});
		assert.deepEqual(
			[
				rows.running?.state,
				rows.last_run?.state,
				rows.last_duration?.state,
				rows.last_files?.state,
				rows.last_moved?.state,
			],
			['off', '2026-09-14T03:52:00Z', 12, 1024, 5],
		);
		assert.deepEqual(rows.running?.attributes, { schedule: '40 3 * * *', logging: true });
		// 10:30 at +02:00: 03:40 of the next day is 01:40 UTC.
		assert.equal(rows.next_run?.state, '2026-09-15T01:40:00Z');
	});

	it('that never ran tells of no run', () => {
		const run = { active: false, last_run_duration_seconds: 0, last_run_files_moved: 0, last_run_bytes_moved: 0 };
		assert.deepEqual(Object.keys(readRows([mover], { mover_update: run })), ['running']);
	});
});
