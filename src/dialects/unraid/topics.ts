import { isFields } from '../../model/fields';
import type { EventType } from '../dialect';

/** Whether an answer has these values: what an agent says before its collector ran for the first time. */
const says = (values: object) => (data: unknown) =>
	isFields(data) && Object.entries(values).every(([name, value]) => data[name] === value);

/** A first list without notifications would make news of all that the next one has. */
const noneYet = (data: unknown, first: boolean) =>
	first &&
	typeof data === 'object' &&
	data !== null &&
	'notifications' in data &&
	Array.isArray(data.notifications) &&
	data.notifications.length === 0;

/**
 * Every event type of the Unraid agent with the interval at which its collector sends by default (seconds, null = only on change)
 * and the REST path that answers with the same data from the agent's cache.
 * From the agent's own tables, except `poll`: only REST has it; `gpu_update` and `empty_list` are names of the 1.1.0 document.
 */
export const topics: Readonly<Record<string, EventType>> = {
	system_update: { title: 'System', interval: 15, list: false, rest: '/system', blank: says({ hostname: 'unknown' }) },
	array_status_update: {
		title: 'Array status',
		interval: 60,
		list: false,
		rest: '/array',
		blank: says({ state: 'unknown' }),
	},
	disk_list_update: { title: 'Disks', interval: 300, list: true, rest: '/disks' },
	share_list_update: { title: 'Shares', interval: 60, list: true, rest: '/shares' },
	container_list_update: { title: 'Docker containers', interval: 30, list: true, rest: '/docker' },
	vm_list_update: { title: 'Virtual machines', interval: 60, list: true, rest: '/vm' },
	ups_status_update: {
		title: 'UPS',
		interval: 60,
		list: false,
		rest: '/ups',
		blank: says({ connected: false, status: '' }),
	},
	nut_status_update: { title: 'NUT', interval: 60, list: false, rest: '/nut' },
	gpu_metrics_update: { title: 'GPUs', interval: 60, list: true, rest: '/gpu' },
	gpu_update: { title: 'GPUs (1.1.0)', interval: 60, list: true, feeds: 'gpu_metrics_update' },
	network_list_update: { title: 'Network interfaces', interval: 60, list: true, rest: '/network' },
	hardware_update: { title: 'Hardware', interval: 600, list: false, rest: '/hardware/full' },
	registration_update: {
		title: 'Registration',
		interval: 600,
		list: false,
		rest: '/registration',
		blank: says({ type: 'unknown', state: 'invalid' }),
	},
	notifications_update: { title: 'Notifications', interval: 30, list: false, rest: '/notifications', blank: noneYet },
	unassigned_devices_update: { title: 'Unassigned devices', interval: 60, list: false, rest: '/unassigned' },
	zfs_pools_update: { title: 'ZFS pools', interval: 300, list: true, rest: '/zfs/pools' },
	zfs_datasets_update: { title: 'ZFS datasets', interval: 300, list: true, rest: '/zfs/datasets' },
	zfs_snapshots_update: { title: 'ZFS snapshots', interval: 300, list: true, rest: '/zfs/snapshots' },
	zfs_arc_stats_update: {
		title: 'ZFS ARC',
		interval: 300,
		list: false,
		rest: '/zfs/arc',
		blank: says({ size_bytes: 0, hits: 0, misses: 0 }),
	},
	fan_control_update: { title: 'Fan control', interval: 5, list: false, rest: '/fans' },
	tuning_update: { title: 'Tuning', interval: 120, list: false, rest: '/tuning' },
	docker_updates_update: { title: 'Container updates', interval: null, list: false },
	docker_networks_update: { title: 'Docker networks', interval: null, list: false, rest: '/docker/networks' },
	plugin_updates_update: { title: 'Plugin updates', interval: null, list: false },
	os_update_update: { title: 'OS update', interval: null, list: false, rest: '/os/update' },
	mover_update: { title: 'Mover', interval: null, list: false, rest: '/mover' },
	source_status_changed: { title: 'Source status', interval: null, list: false },
	collector_state_change: { title: 'Collector state', interval: null, list: false },
	agent_stream: { title: 'AI agent', interval: null, list: false },
	empty_list: { title: 'Empty list (1.1.0)', interval: null, list: true, own: true },
	action_requested: { title: 'Requested action', interval: null, list: false, own: true },
	flash: { title: 'Flash drive', interval: null, list: false, rest: '/system/flash', poll: true },
	plugins: { title: 'Plugins', interval: null, list: false, rest: '/plugins', poll: true },
	updates: { title: 'Updates', interval: null, list: false, rest: '/updates', poll: true },
	parity_schedule: {
		title: 'Parity check schedule',
		interval: null,
		list: false,
		rest: '/array/parity-check/schedule',
		poll: true,
	},
	parity_history: {
		title: 'Parity check history',
		interval: null,
		list: false,
		rest: '/array/parity-check/history',
		poll: true,
	},
	disk_thresholds: {
		title: 'Disk thresholds',
		interval: null,
		list: false,
		rest: '/settings/disk-thresholds',
		poll: true,
	},
	mover_settings: { title: 'Mover settings', interval: null, list: false, rest: '/settings/mover', poll: true },
	docker_settings: { title: 'Docker settings', interval: null, list: false, rest: '/settings/docker', poll: true },
	vm_settings: { title: 'VM settings', interval: null, list: false, rest: '/settings/vm', poll: true },
	network_services: {
		title: 'Network services',
		interval: null,
		list: false,
		rest: '/settings/network-services',
		poll: true,
	},
	services: { title: 'Services', interval: null, list: false, rest: '/services', poll: true },
	user_scripts: { title: 'User scripts', interval: null, list: true, rest: '/user-scripts', poll: true },
	collectors: { title: 'Collectors', interval: null, list: false, rest: '/collectors/status', poll: true },
	self_test: { title: 'Diagnostics', interval: null, list: false, rest: '/diagnostics/self-test', poll: true },
	port_conflicts: {
		title: 'Docker port conflicts',
		interval: null,
		list: true,
		rest: '/docker/port-conflicts',
		poll: true,
	},
};
