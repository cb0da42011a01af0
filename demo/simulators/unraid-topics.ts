import { shuffled } from './random';
import { ZERO_TIME } from './unraid-encoding';
import { container, machine } from './unraid-guests';
import { fanControl, gpu, hardware, nic, notifications, registration, system, ups } from './unraid-host';
import type { Source } from './unraid-source';
import { array, disk, share, zfsArc, zfsPools } from './unraid-storage';

/** One topic of the agent. */
export interface Topic {
	/** Seconds between two messages by default; null where it comes on change only. */
	readonly interval: number | null;
	/** REST path with the same data. */
	readonly rest: string | null;
	/** The payload; undefined where the agent stays silent. */
	readonly data: (source: Source) => unknown;
}

/** Topics by name, with their default intervals, as in the agent's own tables. */
export const topics: Readonly<Record<string, Topic>> = {
	system_update: { interval: 15, rest: '/system', data: system },
	array_status_update: { interval: 60, rest: '/array', data: array },
	disk_list_update: {
		interval: 300,
		rest: '/disks',
		data: (source) => source.tower.disks.map((one) => disk(one, source)),
	},
	share_list_update: {
		interval: 60,
		rest: '/shares',
		data: (source) => source.tower.shares.map((one) => share(one, source)),
	},
	container_list_update: {
		interval: 30,
		rest: '/docker',
		data: (source) => source.tower.containers.map((one) => container(one, source)),
	},
	vm_list_update: {
		interval: 60,
		rest: '/vm',
		data: (source) => source.tower.machines.map((one) => machine(one, source)),
	},
	ups_status_update: { interval: 60, rest: '/ups', data: ups },
	gpu_metrics_update: { interval: 60, rest: '/gpu', data: gpu },
	network_list_update: {
		interval: 60,
		rest: '/network',
		data: (source) => shuffled(source.tower.interfaces, source.random).map((one) => nic(one, source)),
	},
	hardware_update: { interval: 600, rest: '/hardware/full', data: hardware },
	registration_update: { interval: 600, rest: '/registration', data: registration },
	notifications_update: { interval: 30, rest: '/notifications', data: notifications },
	unassigned_devices_update: {
		interval: 60,
		rest: '/unassigned',
		data: ({ stamp }) => ({ devices: [], remote_shares: null, timestamp: stamp() }),
	},
	zfs_pools_update: { interval: 300, rest: '/zfs/pools', data: zfsPools },
	zfs_arc_stats_update: { interval: 300, rest: '/zfs/arc', data: zfsArc },
	fan_control_update: { interval: 5, rest: '/fans', data: fanControl },
	docker_updates_update: {
		interval: null,
		rest: '/docker/updates',
		data: () => ({ containers: null, total_count: 0, updates_available: 0, timestamp: ZERO_TIME }),
	},
	os_update_update: {
		interval: null,
		rest: '/os/update',
		data: ({ stamp }) => ({ current_version: '7.2.3', update_available: false, status: 'unknown', timestamp: stamp() }),
	},
	mover_update: {
		interval: null,
		rest: '/mover',
		data: ({ stamp }) => ({
			active: false,
			schedule: '40 3 * * *',
			last_run_duration_seconds: 0,
			last_run_files_moved: 0,
			last_run_bytes_moved: 0,
			current_throughput_mbs: 0,
			timestamp: stamp(),
		}),
	},
	collector_state_change: {
		interval: null,
		rest: null,
		data: ({ stamp }) => ({
			event: 'collector_state_change',
			collector: 'gpu',
			enabled: true,
			status: 'running',
			interval: 60,
			timestamp: stamp(),
		}),
	},
};
