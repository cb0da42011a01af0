import { ZERO_TIME } from './unraid-encoding';
import type { Disk, Share } from './unraid-inventory';
import type { Json, Source } from './unraid-source';

const GB = 1_073_741_824;

/** The array. */
export function array({ tower, stamp }: Source): Json {
	const started = tower.array === 'STARTED';
	const data = tower.disks.filter(({ role }) => role === 'data');
	const parity = tower.disks.filter(({ role, status }) => role.startsWith('parity') && status !== 'DISK_DSBL');
	const total = started ? data.reduce((sum, { size }) => sum + size, 0) : 0;
	const used = started ? data.reduce((sum, one) => sum + one.used, 0) : 0;
	return {
		state: tower.array,
		used_percent: total === 0 ? 0 : (used / total) * 100,
		free_bytes: total - used,
		total_bytes: total,
		parity_valid: true,
		parity_check_status: tower.parity.status,
		parity_check_progress: tower.parity.progress,
		num_disks: data.length + 2,
		num_data_disks: data.length,
		num_parity_disks: parity.length,
		timestamp: stamp(),
	};
}

/** One disk. What sleeps has temperature 0, no SMART and no hours. */
export function disk(one: Disk, { stamp }: Source): Json {
	const real = one.rest !== null;
	const awake = real && !one.standby;
	const temperature = awake ? Math.round(one.temperature) : 0;
	const pseudo = one.serial === '';
	return {
		id: one.id,
		device: one.device,
		name: one.name,
		status: one.status,
		size_bytes: one.size,
		used_bytes: one.used,
		free_bytes: one.role.startsWith('parity') ? 0 : one.size - one.used,
		temperature_celsius: temperature,
		smart_status: real && one.standby ? 'UNKNOWN' : one.smart,
		smart_errors: one.smartErrors,
		spindown_delay: pseudo ? 0 : one.name === 'parity2' ? -1 : 30,
		filesystem: one.filesystem,
		serial_number: one.serial || undefined,
		model: one.model || undefined,
		role: one.role,
		spin_state: pseudo ? undefined : one.standby ? 'standby' : 'active',
		smart_attributes: awake ? smartAttributes(one, temperature) : undefined,
		power_on_hours: awake ? one.hours : undefined,
		power_cycle_count: awake ? 118 : undefined,
		// The agent leaves out what is zero.
		read_bytes: one.readBytes || undefined,
		write_bytes: one.writeBytes || undefined,
		read_ops: Math.round(one.readBytes / 409_600) || undefined,
		write_ops: Math.round(one.writeBytes / 409_600) || undefined,
		io_utilization_percent: awake ? 2.0068 : undefined,
		mount_point: one.mount || undefined,
		usage_percent: one.mount === '' ? undefined : (one.used / one.size) * 100,
		timestamp: stamp(),
	};
}

function smartAttributes(one: Disk, temperature: number): Json {
	const rows: [number, string, string][] = [
		[1, 'Raw_Read_Error_Rate', '0'],
		[5, 'Reallocated_Sector_Ct', String(one.smartErrors)],
		[9, 'Power_On_Hours', String(one.hours)],
		[12, 'Power_Cycle_Count', '118'],
		[194, 'Temperature_Celsius', `${temperature} (Min/Max 19/56)`],
		[197, 'Current_Pending_Sector', '0'],
		[199, 'UDMA_CRC_Error_Count', '0'],
	];
	return Object.fromEntries(
		rows.map(([id, name, raw]) => [
			String(id),
			{ id, name, value: 100, worst: 100, threshold: 0, raw_value: raw, when_failed: '-' },
		]),
	);
}

/** One share. */
export function share(one: Share, { stamp }: Source): Json {
	const total = one.used + one.free;
	return {
		name: one.name,
		path: '',
		used_bytes: one.used,
		free_bytes: one.free,
		total_bytes: total,
		usage_percent: (one.used / total) * 100,
		comment: one.comment || undefined,
		smb_export: true,
		nfs_export: false,
		storage: one.storage,
		use_cache: one.useCache,
		security: 'private',
		cache_pool: one.storage === 'array' ? undefined : 'cache',
		mover_action: one.storage === 'cache+array' ? 'cache->array' : undefined,
		timestamp: stamp(),
	};
}

/** The cache pool. */
export function zfsPools({ tower, stamp }: Source): Json[] {
	const { size, used } = tower.disk('cache');
	return [
		{
			name: 'cache',
			guid: '12045678901234567890',
			health: 'ONLINE',
			state: 'ONLINE',
			size_bytes: size,
			allocated_bytes: used,
			free_bytes: size - used,
			fragmentation_percent: 7,
			capacity_percent: Math.round((used / size) * 100),
			dedup_ratio: 1,
			readonly: false,
			autoexpand: true,
			autotrim: 'on',
			vdevs: [
				{
					name: 'nvme0n1p1',
					type: 'disk',
					state: 'ONLINE',
					read_errors: 0,
					write_errors: 0,
					checksum_errors: 0,
					devices: null,
				},
			],
			scan_status: 'scrub completed',
			scan_state: 'finished',
			scan_errors: 0,
			scan_repaired_bytes: 0,
			scan_start_time: ZERO_TIME,
			scan_end_time: ZERO_TIME,
			scan_progress_percent: 0,
			read_errors: 0,
			write_errors: 0,
			checksum_errors: 0,
			is_boot_pool: false,
			timestamp: stamp(),
		},
	];
}

/** ZFS read cache. */
export function zfsArc({ tower, stamp }: Source): Json {
	const hits = Math.round(tower.uptime * 300);
	return {
		size_bytes: 4 * GB,
		size_mb: 4_096,
		target_size_bytes: 8 * GB,
		min_size_bytes: 1_048_576_000,
		max_size_bytes: 16_777_216_000,
		configured_max_bytes: 0,
		usage_percent: ((4 * GB) / 16_777_216_000) * 100,
		hit_ratio_percent: 95.4545462557146,
		mru_hit_ratio_percent: 93.02,
		mfu_hit_ratio_percent: 97.56,
		hits,
		misses: Math.round(hits / 21),
		timestamp: stamp(),
	};
}
