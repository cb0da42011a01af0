import assert from 'node:assert/strict';
import { zfs, zfsArc, zfsDataset, zfsPool, zfsSnapshots } from '../../../../../src/dialects/unraid/entities/zfs';
import { readRows } from '../../../../support/entity-rows';

const pool = { name: 'tank', health: 'ONLINE', size_bytes: 1000, allocated_bytes: 414, free_bytes: 586 };

describe('ZFS pools', () => {
	const read = (more: object) => readRows([zfsPool], { zfs_pools_update: [{ ...pool, ...more }] });

	it('are as full as what is allocated, else as the agent says', () => {
		assert.equal(read({})['tank.usage']?.state, 41.4);
		assert.equal(read({ size_bytes: 0, capacity_percent: 40 })['tank.usage']?.state, 40);
	});

	it('count their corrupted files, 0 where the list is left out', () => {
		assert.equal(read({})['tank.corrupted_files']?.state, 0);
		const { state, attributes } = read({ corrupted_files: ['/a', '/b'] })['tank.corrupted_files'] ?? {};
		assert.deepEqual([state, attributes], [2, { files: ['/a', '/b'] }]);
	});

	it('add their errors up and name the disks that are not well', () => {
		const vdevs = [
			{
				name: 'mirror-0',
				state: 'ONLINE',
				devices: [
					{ name: 'nvme0', state: 'ONLINE', read_errors: 0 },
					{ name: 'nvme1', state: 'ONLINE', checksum_errors: 3 },
				],
			},
			{ name: 'sdx', state: 'FAULTED' },
		];
		const rows = read({ vdevs, read_errors: 1, write_errors: 2, checksum_errors: 3 });
		assert.equal(rows['tank.errors']?.state, 6);
		assert.deepEqual(rows['tank.health']?.attributes, {
			pool_name: 'tank',
			errors: 6,
			faulty_devices: ['nvme1', 'sdx'],
		});
	});

	it('tell whether a scan runs, and how far it is', () => {
		assert.equal(read({})['tank.scanning'], undefined);
		const { state, attributes } =
			read({ scan_state: 'scanning', scan_progress_percent: 12, scan_end_time: '0001-01-01T00:00:00Z' })[
				'tank.scanning'
			] ?? {};
		assert.deepEqual([state, attributes], ['on', { progress_percent: 12 }]);
	});
});

describe('ZFS as a whole', () => {
	it('is available while there is a pool, and is no entity where there never was one', () => {
		assert.equal(readRows([zfs], { zfs_pools_update: [pool] }).available?.state, 'on');
		assert.deepEqual(readRows([zfs], { zfs_pools_update: [] }), {});
		assert.deepEqual(readRows([zfs], {}), {});
	});

	it('adds its snapshots up', () => {
		const snapshots = [
			{ name: 'tank@1', used_bytes: 2 ** 30, creation_time: '2026-09-13T02:00:00+02:00' },
			{ name: 'tank@2', used_bytes: 2 ** 29, creation_time: '2026-09-14T02:00:00+02:00' },
		];
		const rows = readRows([zfsSnapshots], { zfs_snapshots_update: snapshots });
		assert.deepEqual(
			[rows.snapshot_count?.state, rows.snapshot_size?.state, rows.last_snapshot?.state],
			[2, 1.5, '2026-09-14T00:00:00Z'],
		);
		assert.deepEqual(readRows([zfsSnapshots], { zfs_snapshots_update: [] }), {});
		const none = readRows([zfsSnapshots], { zfs_snapshots_update: [], zfs_pools_update: [pool] });
		assert.equal(none.snapshot_count?.state, 0);
	});

	it('leaves out the datasets that Docker makes for its layers', () => {
		const layer = 'a'.repeat(64);
		const names = ['tank', 'tank/apps', `tank/docker/${layer}`, `tank/docker/${layer}-init`];
		const items = zfsDataset.items({ zfs_datasets_update: names.map((name) => ({ name })) });
		assert.deepEqual(
			items?.map((item) => zfsDataset.key?.(item)),
			['tank', 'tank/apps'],
		);
	});

	it('shows a quota where there is one', () => {
		const sets = [
			{ name: 'a', used_bytes: 30, quota_bytes: 120 },
			{ name: 'b', used_bytes: 30, quota_bytes: 0 },
		];
		const rows = readRows([zfsDataset], { zfs_datasets_update: sets });
		assert.equal(rows['a.quota_usage']?.state, 25);
		assert.equal(rows['b.quota_usage'], undefined);
	});
});

describe('ZFS cache', () => {
	it('is none without ZFS', () => {
		assert.deepEqual(readRows([zfsArc], { zfs_arc_stats_update: { size_bytes: 0, hit_ratio_percent: 0 } }), {});
	});

	it('on disk has a size and a hit ratio', () => {
		const arc = { size_bytes: 2 ** 32, l2_size_bytes: 2 ** 33, l2_hits: 30, l2_misses: 10 };
		const rows = readRows([zfsArc], { zfs_arc_stats_update: arc });
		assert.deepEqual([rows.arc_size?.state, rows.arc_l2_size?.state, rows.arc_l2_hit_ratio?.state], [4, 8, 75]);
		const without = readRows([zfsArc], { zfs_arc_stats_update: { size_bytes: 2 ** 32 } });
		assert.deepEqual([without.arc_l2_size, without.arc_l2_hit_ratio], [undefined, undefined]);
	});

	it('says that its configured size is automatic', () => {
		const automatic = (configured_max_bytes: number) =>
			readRows([zfsArc], { zfs_arc_stats_update: { size_bytes: 1, configured_max_bytes } }).arc_configured_max
				?.attributes;
		assert.deepEqual([automatic(0), automatic(2 ** 30)], [{ automatic: true }, { automatic: false }]);
	});
});
