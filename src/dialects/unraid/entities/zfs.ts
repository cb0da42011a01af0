import { subject } from '../../../model/description';
import { binary, bytes, count, numeric, percent } from '../../../model/presets';
import { parseTime } from '../../../model/time';
import { formatBytes, shareOf } from './format';
import { type DataOf, type ItemOf, listed, type World } from './items';
import { timeOf, timeState } from './times';

type Pool = ItemOf<'zfs_pools_update'>;
type Dataset = ItemOf<'zfs_datasets_update'>;
type Arc = DataOf<'zfs_arc_stats_update'>;

const hasPools = (world: World) => (listed(world.zfs_pools_update)?.length ?? 0) > 0;

const errorsOf = ({ read_errors: read, write_errors: write, checksum_errors: checksum }: Pool) =>
	read == null && write == null && checksum == null ? null : (read ?? 0) + (write ?? 0) + (checksum ?? 0);

/** The disks of a pool that are not well, by name. */
function faulty({ vdevs }: Pool): readonly string[] | undefined {
	const devices = (listed(vdevs) ?? []).flatMap((vdev) => listed(vdev.devices) ?? [vdev]);
	const found = devices.filter((device) => (device.state && device.state !== 'ONLINE') || (errorsOf(device) ?? 0) > 0);
	return found.length === 0 ? undefined : found.map(({ name }) => name ?? '?');
}

/** ZFS pools. Natural key: the name. */
export const zfsPool = subject<World, Pool>({
	subject: 'zfs_pool',
	from: ['zfs_pools_update'],
	items: (world) => listed(world.zfs_pools_update),
	key: (pool) => pool.name ?? '',
	label: (pool) => pool.name ?? '',
	rows: [
		{
			key: 'usage',
			platform: 'sensor',
			name: 'ZFS Pool {label} Usage',
			short: 'Usage',
			unit: '%',
			stateClass: 'measurement',
			precision: 1,
			icon: 'mdi:database',
			from: ['allocated_bytes', 'size_bytes', 'capacity_percent', 'free_bytes', 'name'],
			value: (pool) => shareOf(pool.allocated_bytes, pool.size_bytes) ?? pool.capacity_percent ?? null,
			attributes: {
				pool_name: 'name',
				total_size: (pool) => formatBytes(pool.size_bytes),
				used_size: (pool) => formatBytes(pool.allocated_bytes),
				free_size: (pool) => formatBytes(pool.free_bytes),
			},
		},
		{
			key: 'health',
			platform: 'sensor',
			name: 'ZFS Pool {label} Health',
			short: 'Health',
			icon: 'mdi:database-check',
			from: ['health', 'state', 'name', 'read_errors', 'write_errors', 'checksum_errors', 'vdevs'],
			value: (pool) => pool.health || pool.state || null,
			attributes: {
				pool_name: 'name',
				errors: (pool) => errorsOf(pool) ?? undefined,
				faulty_devices: faulty,
			},
		},
		{
			// The agent leaves the list out when it is empty.
			key: 'corrupted_files',
			platform: 'sensor',
			name: '{label} Corrupted Files',
			short: 'Corrupted Files',
			stateClass: 'measurement',
			category: 'diagnostic',
			icon: 'mdi:file-alert',
			from: ['corrupted_files'],
			value: (pool) => pool.corrupted_files?.length ?? 0,
			attributes: { files: (pool) => (pool.corrupted_files?.length ? pool.corrupted_files.slice(0, 20) : undefined) },
		},
		{
			key: 'errors',
			platform: 'sensor',
			name: 'ZFS Pool {label} Errors',
			short: 'Errors',
			stateClass: 'total_increasing',
			category: 'diagnostic',
			icon: 'mdi:alert-circle-outline',
			from: ['read_errors', 'write_errors', 'checksum_errors'],
			value: errorsOf,
		},
		percent({
			key: 'fragmentation',
			name: 'ZFS Pool {label} Fragmentation',
			short: 'Fragmentation',
			category: 'diagnostic',
			icon: 'mdi:puzzle',
			enabled: false,
			field: 'fragmentation_percent',
		}),
		bytes({
			key: 'allocated',
			name: 'ZFS Pool {label} Used',
			short: 'Used',
			icon: 'mdi:database',
			enabled: false,
			field: 'allocated_bytes',
		}),
		bytes({
			key: 'free',
			name: 'ZFS Pool {label} Free',
			short: 'Free',
			icon: 'mdi:database-outline',
			enabled: false,
			field: 'free_bytes',
		}),
		numeric({
			key: 'compress_ratio',
			name: 'ZFS Pool {label} Compress Ratio',
			short: 'Compress Ratio',
			category: 'diagnostic',
			icon: 'mdi:zip-box',
			enabled: false,
			decimals: 2,
			field: 'compress_ratio',
			when: (pool) => typeof pool.compress_ratio === 'number',
		}),
		numeric({
			key: 'dedup_ratio',
			name: 'ZFS Pool {label} Dedup Ratio',
			short: 'Dedup Ratio',
			category: 'diagnostic',
			icon: 'mdi:content-duplicate',
			enabled: false,
			decimals: 2,
			field: 'dedup_ratio',
		}),
		binary({
			key: 'scanning',
			name: 'ZFS Pool {label} Scan Running',
			short: 'Scan Running',
			deviceClass: 'running',
			category: 'diagnostic',
			icon: 'mdi:database-search',
			enabled: false,
			from: [
				'scan_state',
				'scan_status',
				'scan_progress_percent',
				'scan_errors',
				'scan_repaired_bytes',
				'scan_start_time',
				'scan_end_time',
			],
			is: ({ scan_state: state }) => (state == null ? null : state === 'scanning'),
			when: ({ scan_state: state }) => Boolean(state),
			attributes: {
				scan_status: 'scan_status',
				progress_percent: (pool) => (pool.scan_state === 'scanning' ? pool.scan_progress_percent : undefined),
				scan_errors: 'scan_errors',
				repaired: (pool) => formatBytes(pool.scan_repaired_bytes),
				started: (pool) => timeState(pool.scan_start_time) ?? undefined,
				ended: (pool) => timeState(pool.scan_end_time) ?? undefined,
			},
			ticking: ['progress_percent'],
		}),
	],
});

/** Docker on ZFS makes one dataset for every layer of an image, named by its hash. */
const isLayer = (dataset: Dataset) => /\/[0-9a-f]{64}(-init)?(@.*)?$/.test(dataset.name ?? '');

/** ZFS datasets and volumes. Natural key: the name. */
export const zfsDataset = subject<World, Dataset>({
	subject: 'zfs_dataset',
	from: ['zfs_datasets_update'],
	items: (world) => listed(world.zfs_datasets_update)?.filter((dataset) => !isLayer(dataset)) ?? null,
	key: (dataset) => dataset.name ?? '',
	label: (dataset) => dataset.name ?? '',
	rows: [
		bytes({
			key: 'used',
			name: 'ZFS Dataset {label} Used',
			short: 'Used',
			icon: 'mdi:database',
			enabled: false,
			field: 'used_bytes',
			reads: ['type', 'mountpoint', 'quota_bytes', 'reservation_bytes', 'referenced_bytes', 'compression'],
			attributes: {
				dataset_type: 'type',
				mountpoint: 'mountpoint',
				compression: 'compression',
				quota: (dataset) => formatBytes(dataset.quota_bytes),
				reservation: (dataset) => formatBytes(dataset.reservation_bytes),
				referenced: (dataset) => formatBytes(dataset.referenced_bytes),
			},
		}),
		bytes({
			key: 'available',
			name: 'ZFS Dataset {label} Available',
			short: 'Available',
			icon: 'mdi:database-outline',
			enabled: false,
			field: 'available_bytes',
		}),
		{
			key: 'quota_usage',
			platform: 'sensor',
			name: 'ZFS Dataset {label} Quota Usage',
			short: 'Quota Usage',
			unit: '%',
			stateClass: 'measurement',
			precision: 1,
			icon: 'mdi:gauge',
			enabled: false,
			from: ['used_bytes', 'quota_bytes'],
			value: (dataset) => shareOf(dataset.used_bytes, dataset.quota_bytes),
			when: (dataset) => (dataset.quota_bytes ?? 0) > 0,
		},
		numeric({
			key: 'compress_ratio',
			name: 'ZFS Dataset {label} Compress Ratio',
			short: 'Compress Ratio',
			category: 'diagnostic',
			icon: 'mdi:zip-box',
			enabled: false,
			decimals: 2,
			field: 'compress_ratio',
		}),
		binary({
			key: 'readonly',
			name: 'ZFS Dataset {label} Read Only',
			short: 'Read Only',
			category: 'diagnostic',
			icon: 'mdi:pencil-off',
			enabled: false,
			from: ['readonly'],
			is: (dataset) => dataset.readonly ?? null,
		}),
	],
});

/** The pools together. */
interface Pools {
	readonly count: number;
}

/** Whether there is ZFS at all. */
export const zfs = subject<World, Pools>({
	subject: 'zfs',
	from: ['zfs_pools_update'],
	items: (world) => {
		const pools = listed(world.zfs_pools_update);
		return pools && [{ count: pools.length }];
	},
	rows: [
		binary({
			key: 'available',
			name: 'ZFS Available',
			deviceClass: 'running',
			category: 'diagnostic',
			icon: 'mdi:database',
			from: ['count'],
			is: (pools) => pools.count > 0,
			when: (pools) => pools.count > 0,
			attributes: { pool_count: 'count' },
		}),
	],
});

/** The snapshots together. */
interface Snapshots {
	readonly count: number;
	readonly size: number;
	readonly newest: number | null;
}

/** What all snapshots hold. */
export const zfsSnapshots = subject<World, Snapshots>({
	subject: 'zfs',
	from: ['zfs_snapshots_update'],
	items: (world) => {
		const list = listed(world.zfs_snapshots_update);
		if (!list) return null;
		const times = list.flatMap(({ creation_time: time }) => parseTime(time) ?? []);
		return [
			{
				count: list.length,
				size: list.reduce((total, snapshot) => total + (snapshot.used_bytes ?? 0), 0),
				newest: times.length === 0 ? null : times.reduce((a, b) => Math.max(a, b)),
			},
		];
	},
	rows: [
		count({
			key: 'snapshot_count',
			name: 'ZFS Snapshots',
			category: 'diagnostic',
			icon: 'mdi:camera-burst',
			field: 'count',
			when: (item, world) => item.count > 0 || hasPools(world),
		}),
		bytes({
			key: 'snapshot_size',
			name: 'ZFS Snapshots Size',
			category: 'diagnostic',
			icon: 'mdi:camera-burst',
			field: 'size',
			reads: ['count'],
			when: (item, world) => item.count > 0 || hasPools(world),
		}),
		{
			key: 'last_snapshot',
			platform: 'sensor',
			name: 'ZFS Last Snapshot',
			deviceClass: 'timestamp',
			category: 'diagnostic',
			icon: 'mdi:camera-timer',
			from: ['newest'],
			value: ({ newest }) => (newest === null ? null : timeOf(newest)),
			when: ({ newest }) => newest !== null,
		},
	],
});

/** A server without ZFS has a cache of size 0. */
const hasArc = (arc: Arc) => (arc.size_bytes ?? 0) > 0;

/** The agent leaves out what is 0. */
const level2HitRatio = ({ l2_hits: hits, l2_misses: misses }: Arc) => shareOf(hits ?? 0, (hits ?? 0) + (misses ?? 0));

const cacheSize = { category: 'diagnostic', icon: 'mdi:memory', enabled: false, when: hasArc } as const;
const cacheRatio = { category: 'diagnostic', icon: 'mdi:memory', enabled: false, when: hasArc } as const;
const cacheCount = { ...cacheRatio, stateClass: 'total_increasing' } as const;

/** The cache of ZFS in memory (ARC), and on disk (L2ARC). */
export const zfsArc = subject<World, Arc>({
	subject: 'zfs',
	from: ['zfs_arc_stats_update'],
	items: (world) => (world.zfs_arc_stats_update ? [world.zfs_arc_stats_update] : null),
	rows: [
		percent({
			key: 'arc_hit_ratio',
			name: 'ZFS ARC Hit Ratio',
			icon: 'mdi:memory',
			field: 'hit_ratio_percent',
			reads: ['size_bytes', 'target_size_bytes', 'hits', 'misses'],
			when: hasArc,
			attributes: {
				arc_size: (arc) => formatBytes(arc.size_bytes),
				target_size: (arc) => formatBytes(arc.target_size_bytes),
				hits: 'hits',
				misses: 'misses',
			},
			ticking: ['arc_size', 'target_size', 'hits', 'misses'],
		}),
		bytes({
			// 0 is what was configured: the size is chosen by ZFS.
			key: 'arc_configured_max',
			name: 'ZFS ARC Configured Max',
			category: 'diagnostic',
			icon: 'mdi:memory',
			field: 'configured_max_bytes',
			reads: ['size_bytes'],
			when: hasArc,
			attributes: { automatic: (arc) => arc.configured_max_bytes === 0 },
		}),
		bytes({ ...cacheSize, key: 'arc_size', name: 'ZFS ARC Size', field: 'size_bytes' }),
		bytes({
			...cacheSize,
			key: 'arc_target_size',
			name: 'ZFS ARC Target Size',
			field: 'target_size_bytes',
			reads: ['size_bytes'],
		}),
		bytes({
			...cacheSize,
			key: 'arc_max_size',
			name: 'ZFS ARC Max Size',
			field: 'max_size_bytes',
			reads: ['size_bytes'],
		}),
		percent({ ...cacheRatio, key: 'arc_usage', name: 'ZFS ARC Usage', field: 'usage_percent', reads: ['size_bytes'] }),
		percent({
			...cacheRatio,
			key: 'arc_mru_hit_ratio',
			name: 'ZFS ARC MRU Hit Ratio',
			field: 'mru_hit_ratio_percent',
			reads: ['size_bytes'],
		}),
		percent({
			...cacheRatio,
			key: 'arc_mfu_hit_ratio',
			name: 'ZFS ARC MFU Hit Ratio',
			field: 'mfu_hit_ratio_percent',
			reads: ['size_bytes'],
		}),
		count({ ...cacheCount, key: 'arc_hits', name: 'ZFS ARC Hits', field: 'hits', reads: ['size_bytes'] }),
		count({ ...cacheCount, key: 'arc_misses', name: 'ZFS ARC Misses', field: 'misses', reads: ['size_bytes'] }),
		bytes({
			...cacheSize,
			key: 'arc_l2_size',
			name: 'ZFS L2ARC Size',
			field: 'l2_size_bytes',
			when: (arc) => (arc.l2_size_bytes ?? 0) > 0,
		}),
		{
			...cacheRatio,
			key: 'arc_l2_hit_ratio',
			platform: 'sensor',
			name: 'ZFS L2ARC Hit Ratio',
			unit: '%',
			stateClass: 'measurement',
			precision: 1,
			from: ['l2_hits', 'l2_misses', 'l2_size_bytes'],
			value: level2HitRatio,
			when: (arc) => (arc.l2_size_bytes ?? 0) > 0,
		},
	],
});
