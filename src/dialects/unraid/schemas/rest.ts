import { z } from 'zod';
import { sourceStatus } from './agent';
import { amount, bytes, count, flag, list, map, percent, text, timestamp, whole, word } from './fields';
import { pluginUpdates } from './upkeep';

// What only the REST interface has, and what this program tells of itself.

/** Data of `action_requested`: a shutdown or reboot that was asked for through this program. */
export const actionRequested = z.object({
	action: word('shutdown', 'reboot'),
	/** The server's answer. */
	message: text().optional(),
	/** When it was asked for. */
	at: timestamp(),
});

/** Data of `flash`, from `/system/flash`. */
export const flash = z.object({
	device: text(),
	model: text(),
	vendor: text(),
	guid: text(),
	size_bytes: bytes(),
	used_bytes: bytes(),
	free_bytes: bytes(),
	usage_percent: percent(),
	smart_available: flag(),
	smart_status: text().optional(),
	timestamp: timestamp(),
});

/** Data of `updates`, from `/updates`. */
export const updates = z.object({
	current_version: text(),
	latest_version: text().optional(),
	os_update_available: flag(),
	plugins_with_updates: pluginUpdates.shape.plugins.optional(),
	total_plugins: count(),
	plugin_updates_count: count(),
	timestamp: timestamp(),
});

/** Data of `parity_schedule`, from `/array/parity-check/schedule`. */
export const paritySchedule = z.object({
	mode: word('manual', 'disabled', 'daily', 'weekly', 'monthly', 'yearly', 'custom'),
	/** As in a cron entry, 0 = Sunday. */
	day: count(),
	hour: count(),
	day_of_month: count(),
	month: count(),
	frequency: count(),
	duration_hours: whole({ unit: 'h', min: 0 }),
	cumulative: flag(),
	correcting: flag(),
	cron: text().optional(),
	/** The cron entry that Unraid itself runs. */
	check_cron: text().optional(),
	pause_hour: count().optional(),
	resume_hour: count().optional(),
	timestamp: timestamp(),
});

/** Data of `parity_history`, from `/array/parity-check/history`. */
export const parityHistory = z.object({
	records: list(
		z.object({
			action: text(),
			date: timestamp(),
			duration_seconds: whole({ unit: 's', min: 0 }),
			speed_mbps: amount({ unit: 'MB/s', min: 0 }),
			/** `OK`, `Canceled` or a number of errors in words. */
			status: text(),
			errors: count(),
			size_bytes: bytes(),
		}),
	),
	timestamp: timestamp(),
});

/** Data of `disk_thresholds`, from `/settings/disk-thresholds`. */
export const diskThresholds = z.object({
	spindown_delay_minutes: whole({ unit: 'min' }),
	start_array: flag(),
	spinup_groups: flag(),
	shutdown_timeout_seconds: whole({ unit: 's' }).optional(),
	default_filesystem: text().optional(),
	/** 0 = none, here and below. */
	hdd_temp_warning_celsius: whole({ unit: '°C' }),
	hdd_temp_critical_celsius: whole({ unit: '°C' }),
	ssd_temp_warning_celsius: whole({ unit: '°C' }),
	ssd_temp_critical_celsius: whole({ unit: '°C' }),
	warning_utilization_percent: whole({ unit: '%' }),
	critical_utilization_percent: whole({ unit: '%' }),
	nvme_power_monitoring: flag(),
	timestamp: timestamp(),
});

/** Data of `mover_settings`, from `/settings/mover`. */
export const moverSettings = z.object({
	active: flag(),
	schedule: text(),
	logging: flag(),
	cache_floor_kb: whole({ unit: 'KiB' }),
	timestamp: timestamp(),
});

/** Data of `docker_settings`, from `/settings/docker`. */
export const dockerSettings = z.object({
	enabled: flag(),
	image_path: text().optional(),
	default_network: text().optional(),
	custom_networks: list(text()).optional(),
	timestamp: timestamp(),
});

/** Data of `vm_settings`, from `/settings/vm`. */
export const vmSettings = z.object({
	enabled: flag(),
	pci_devices: list(text()).optional(),
	usb_devices: list(text()).optional(),
	default_settings: map(text()).optional(),
	timestamp: timestamp(),
});

const networkService = () =>
	z
		.object({
			name: text(),
			enabled: flag(),
			running: flag(),
			port: count().optional(),
			description: text().optional(),
		})
		.optional();

/** Data of `network_services`, from `/settings/network-services`. */
export const networkServices = z.object({
	smb: networkService(),
	nfs: networkService(),
	afp: networkService(),
	ftp: networkService(),
	ssh: networkService(),
	telnet: networkService(),
	avahi: networkService(),
	netbios: networkService(),
	wsd: networkService(),
	wireguard: networkService(),
	upnp: networkService(),
	ntp: networkService(),
	syslog_server: networkService(),
	total_services: count(),
	enabled_services: count(),
	running_services: count(),
	timestamp: timestamp(),
});

/** Data of `services`, from `/services`: what can be started and stopped. */
export const services = z.object({
	count: count(),
	services: list(z.object({ name: text(), running: flag() })),
	timestamp: timestamp(),
});

/** Data of `user_scripts`, from `/user-scripts`. */
export const userScripts = z.array(
	z.object({
		name: text(),
		description: text(),
		path: text(),
		executable: flag(),
		last_modified: timestamp(),
	}),
);

/** Data of `collectors`, from `/collectors/status`: the parts of the agent. */
export const collectors = z.object({
	collectors: list(
		z.object({
			name: text(),
			enabled: flag(),
			interval_seconds: whole({ unit: 's', min: 0 }),
			status: word('running', 'stopped', 'disabled', 'registered'),
			last_run: timestamp().optional(),
			error_count: count(),
			required: flag(),
		}),
	),
	total: count(),
	enabled_count: count(),
	disabled_count: count(),
	timestamp: timestamp(),
});

/** Data of `self_test`, from `/diagnostics/self-test`. */
export const selfTest = z.object({
	unraid_version: text(),
	overall_state: word('healthy', 'degraded', 'unavailable', 'disabled'),
	capabilities: z.object({
		unraid_version: text(),
		items: list(z.object({ name: text(), available: flag(), target: text().optional(), detail: text().optional() })),
	}),
	subsystems: list(sourceStatus),
	timestamp: timestamp(),
});

/** Data of `port_conflicts`, from `/docker/port-conflicts`. */
export const portConflicts = z.array(
	z.object({
		host_port: count(),
		protocol: text(),
		containers: list(text()),
	}),
);
