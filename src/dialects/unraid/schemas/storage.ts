import { z } from 'zod';
import { sourceStatus } from './agent';
import { amount, bytes, count, flag, list, map, percent, text, timestamp, whole, word } from './fields';

// The array, its disks and shares, and disks outside of it.

/** Data of `array_status_update`. */
export const arrayStatus = z.object({
	state: word('STARTED', 'STOPPED', 'STARTING', 'STOPPING', 'unknown'),
	used_percent: percent().optional(),
	free_bytes: bytes().optional(),
	total_bytes: bytes().optional(),
	parity_valid: flag(),
	/** Idle is '' today, `idle` in the document. */
	parity_check_status: word('', 'idle', 'running', 'paused', 'completed', 'error', 'clearing', 'reconstructing'),
	parity_check_progress: percent(),
	num_disks: count(),
	num_data_disks: count(),
	num_parity_disks: whole({ min: 0, max: 2 }),
	timestamp: timestamp(),
	source_status: sourceStatus.optional(),
	sync_percent: percent().optional(),
	parity_check_running: flag().optional(),
});

/** Data of `disk_list_update`. */
export const diskList = z.array(
	z.object({
		id: text(),
		device: text(),
		name: text(),
		status: word('DISK_OK', 'DISK_NP', 'DISK_DSBL', 'DISK_NP_DSBL', 'DISK_INVALID'),
		size_bytes: bytes(),
		used_bytes: bytes(),
		free_bytes: bytes(),
		/** 0 in standby. */
		temperature_celsius: amount({ unit: '°C', min: 0 }).nullable().optional(),
		smart_status: word('PASSED', 'FAILED', 'FAILED!', 'UNKNOWN', ''),
		smart_errors: count(),
		/** -1 = the server's default. */
		spindown_delay: whole({ unit: 'min', min: -1 }),
		filesystem: text(),
		serial_number: text().optional(),
		model: text().optional(),
		role: word('parity', 'parity2', 'data', 'cache', 'pool', 'docker_vdisk', 'log', 'unknown').optional(),
		spin_state: word('active', 'standby', 'unknown').optional(),
		smart_attributes: map(
			z.object({
				id: count(),
				name: text(),
				value: count(),
				worst: count(),
				threshold: count(),
				raw_value: text(),
				when_failed: text().optional(),
			}),
		).optional(),
		power_on_hours: whole({ unit: 'h', min: 0 }).optional(),
		power_cycle_count: count().optional(),
		read_bytes: bytes().optional(),
		write_bytes: bytes().optional(),
		read_ops: count().optional(),
		write_ops: count().optional(),
		/** A sum over queues: a little above 100 under full load. */
		io_utilization_percent: amount({ unit: '%', min: 0 }).optional(),
		mount_point: text().optional(),
		usage_percent: percent().optional(),
		temp_warning_celsius: whole({ unit: '°C', min: 0 }).optional(),
		temp_critical_celsius: whole({ unit: '°C', min: 0 }).optional(),
		source_status: sourceStatus.optional(),
		timestamp: timestamp(),
	}),
);

/** Data of `share_list_update`. */
export const shareList = z.array(
	z.object({
		name: text(),
		path: text(),
		used_bytes: bytes(),
		free_bytes: bytes(),
		total_bytes: bytes().optional(),
		usage_percent: percent(),
		comment: text().optional(),
		smb_export: flag().optional(),
		nfs_export: flag().optional(),
		storage: word('array', 'cache', 'cache+array', 'unknown').optional(),
		use_cache: word('yes', 'no', 'only', 'prefer').optional(),
		security: word('public', 'private', 'secure').optional(),
		cache_pool: text().optional(),
		cache_pool2: text().optional(),
		mover_action: text().optional(),
		source_status: sourceStatus.optional(),
		timestamp: timestamp(),
		/** The document's name of `total_bytes`. */
		size_bytes: bytes().optional(),
	}),
);

/** Data of `unassigned_devices_update`. */
export const unassignedDevices = z.object({
	devices: list(
		z.object({
			device: text(),
			serial_number: text(),
			model: text(),
			identification: text(),
			partitions: list(
				z.object({
					partition_number: count(),
					label: text().optional(),
					filesystem: text(),
					mount_point: text().optional(),
					size_bytes: bytes(),
					used_bytes: bytes().optional(),
					free_bytes: bytes().optional(),
					usage_percent: percent().optional(),
					read_only: flag(),
					smb_share: flag(),
					nfs_share: flag(),
					status: word('mounted', 'unmounted'),
				}),
			),
			status: word('mounted', 'unmounted', 'mounting', 'error'),
			spin_state: word('active', 'standby', 'unknown'),
			temperature_celsius: amount({ unit: '°C' }).optional(),
			auto_mount: flag(),
			pass_through: flag(),
			disable_mount: flag(),
			script_enabled: flag(),
			script_path: text().optional(),
			reads: count().optional(),
			writes: count().optional(),
			timestamp: timestamp(),
		}),
	),
	remote_shares: list(
		z.object({
			type: word('smb', 'nfs', 'iso', 'root'),
			source: text(),
			mount_point: text(),
			status: word('mounted', 'unmounted', 'mounting', 'error'),
			size_bytes: bytes().optional(),
			used_bytes: bytes().optional(),
			free_bytes: bytes().optional(),
			usage_percent: percent().optional(),
			auto_mount: flag(),
			read_only: flag(),
			smb_server: text().optional(),
			smb_share: text().optional(),
			smb_domain: text().optional(),
			smb_user: text().optional(),
			nfs_server: text().optional(),
			nfs_export: text().optional(),
			nfs_options: text().optional(),
			timestamp: timestamp(),
		}),
	),
	timestamp: timestamp(),
});
