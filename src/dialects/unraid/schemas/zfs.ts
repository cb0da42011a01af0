import { z } from 'zod';
import { amount, bytes, count, flag, list, percent, text, timestamp, word } from './fields';

// ZFS pools, datasets, snapshots and cache.

/** Data of `zfs_pools_update`. */
export const zfsPools = z.array(
	z.object({
		name: text(),
		guid: text().optional(),
		version: text().optional(),
		health: word('ONLINE', 'DEGRADED', 'FAULTED', 'OFFLINE', 'UNAVAIL', 'REMOVED'),
		state: text(),
		size_bytes: bytes(),
		allocated_bytes: bytes(),
		free_bytes: bytes(),
		fragmentation_percent: percent(),
		capacity_percent: percent(),
		dedup_ratio: amount({ min: 0 }),
		compress_ratio: amount({ min: 0 }).optional(),
		altroot: text().optional(),
		readonly: flag(),
		autoexpand: flag(),
		autotrim: word('on', 'off').optional(),
		vdevs: list(
			z.object({
				name: text(),
				type: word('disk', 'mirror', 'raidz1', 'raidz2', 'raidz3', 'spare', 'cache', 'log'),
				state: text(),
				read_errors: count(),
				write_errors: count(),
				checksum_errors: count(),
				devices: list(
					z.object({
						name: text(),
						state: text(),
						read_errors: count(),
						write_errors: count(),
						checksum_errors: count(),
						physical_path: text().optional(),
					}),
				).optional(),
			}),
		),
		scan_status: word('in progress', 'scrub completed', 'resilver in progress', '').optional(),
		scan_state: word('scanning', 'finished', '').optional(),
		scan_errors: count(),
		scan_repaired_bytes: bytes(),
		scan_start_time: timestamp(),
		scan_end_time: timestamp(),
		scan_progress_percent: percent(),
		read_errors: count(),
		write_errors: count(),
		checksum_errors: count(),
		corrupted_files: list(text()).optional(),
		is_boot_pool: flag(),
		timestamp: timestamp(),
	}),
);

/** Data of `zfs_datasets_update`. */
export const zfsDatasets = z.array(
	z.object({
		name: text(),
		type: word('filesystem', 'volume'),
		used_bytes: bytes(),
		available_bytes: bytes(),
		referenced_bytes: bytes(),
		compress_ratio: amount({ min: 0 }),
		mountpoint: text().optional(),
		quota_bytes: bytes().optional(),
		reservation_bytes: bytes().optional(),
		compression: text(),
		readonly: flag(),
		timestamp: timestamp(),
	}),
);

/** Data of `zfs_snapshots_update`. */
export const zfsSnapshots = z.array(
	z.object({
		name: text(),
		dataset: text(),
		used_bytes: bytes(),
		referenced_bytes: bytes(),
		creation_time: timestamp(),
		timestamp: timestamp(),
	}),
);

/** Data of `zfs_arc_stats_update`. */
export const zfsArcStats = z.object({
	size_bytes: bytes(),
	size_mb: amount({ unit: 'MiB', min: 0 }),
	target_size_bytes: bytes(),
	min_size_bytes: bytes(),
	max_size_bytes: bytes(),
	configured_max_bytes: bytes(),
	usage_percent: amount({ unit: '%', min: 0 }),
	hit_ratio_percent: percent(),
	mru_hit_ratio_percent: percent(),
	mfu_hit_ratio_percent: percent(),
	hits: count(),
	misses: count(),
	l2_size_bytes: bytes().optional(),
	l2_hits: count().optional(),
	l2_misses: count().optional(),
	timestamp: timestamp(),
});
