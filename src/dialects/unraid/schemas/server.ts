import { z } from 'zod';
import { sourceStatus } from './agent';
import { amount, bytes, count, flag, list, map, percent, text, timestamp, whole, word } from './fields';

// The server itself: load, hardware, cooling, licence, tuning.

/** Data of `system_update`. */
export const system = z.object({
	hostname: text(),
	/** Of Unraid; in the document, of the agent. */
	version: text(),
	agent_version: text().optional(),
	uptime_seconds: whole({ unit: 's', min: 0 }),
	cpu_usage_percent: percent(),
	cpu_model: text(),
	/** From 1 on in the document; 0 before the agent's first cycle, by REST. */
	cpu_cores: count(),
	cpu_threads: count(),
	cpu_mhz: amount({ unit: 'MHz', min: 0 }),
	cpu_per_core_usage: map(percent()).optional(),
	/** 0 = no sensor, here and below. */
	cpu_temp_celsius: amount({ unit: '°C', min: -273 }).nullable().optional(),
	cpu_power_watts: amount({ unit: 'W', min: 0 }).optional(),
	dram_power_watts: amount({ unit: 'W', min: 0 }).optional(),
	ram_usage_percent: percent(),
	ram_total_bytes: bytes(),
	ram_used_bytes: bytes(),
	ram_free_bytes: bytes(),
	ram_buffers_bytes: bytes(),
	ram_cached_bytes: bytes(),
	swap_usage_percent: percent().optional(),
	swap_total_bytes: bytes().optional(),
	swap_used_bytes: bytes().optional(),
	swap_free_bytes: bytes().optional(),
	/** -1 = not available. */
	swappiness: whole({ min: -1 }).optional(),
	server_model: text(),
	bios_version: text(),
	bios_date: text(),
	motherboard_temp_celsius: amount({ unit: '°C', min: -273 }).nullable().optional(),
	hvm_enabled: flag().optional(),
	iommu_enabled: flag().optional(),
	openssl_version: text().optional(),
	parity_check_speed: text().optional(),
	kernel_version: text().optional(),
	cpu_power_state: z
		.object({
			governor: text(),
			available_governors: list(text()),
			driver: text().optional(),
			min_freq_mhz: whole({ unit: 'MHz', min: 0 }).optional(),
			max_freq_mhz: whole({ unit: 'MHz', min: 0 }).optional(),
			current_freq_mhz: whole({ unit: 'MHz', min: 0 }).optional(),
		})
		.optional(),
	temperatures: list(
		z.object({
			name: text(),
			value_celsius: amount({ unit: '°C' }),
			sensor_type: word('cpu', 'motherboard', 'chipset', 'other'),
			source: text(),
		}),
	).optional(),
	ram_used_mb: amount({ unit: 'MiB', min: 0 }).optional(),
	ram_total_mb: amount({ unit: 'MiB', min: 0 }).optional(),
	fans: list(
		z.object({
			name: text(),
			rpm: whole({ unit: 'rpm', min: 0 }),
		}),
	).optional(),
	timestamp: timestamp(),
	source_status: sourceStatus.optional(),
});

/** Data of `hardware_update`. */
export const hardware = z.object({
	bios: z
		.object({
			vendor: text().optional(),
			version: text().optional(),
			release_date: text().optional(),
			address: text().optional(),
			runtime_size: text().optional(),
			rom_size: text().optional(),
			characteristics: list(text()).optional(),
			revision: text().optional(),
		})
		.optional(),
	baseboard: z
		.object({
			manufacturer: text().optional(),
			product_name: text().optional(),
			version: text().optional(),
			serial_number: text().optional(),
			asset_tag: text().optional(),
			features: list(text()).optional(),
			location_in_chassis: text().optional(),
			type: text().optional(),
		})
		.optional(),
	chassis: z
		.object({
			manufacturer: text().optional(),
			type: text().optional(),
			version: text().optional(),
			serial_number: text().optional(),
			asset_tag: text().optional(),
		})
		.optional(),
	cpu: z
		.object({
			socket_designation: text().optional(),
			family: text().optional(),
			manufacturer: text().optional(),
			signature: text().optional(),
			flags: list(text()).optional(),
			voltage: text().optional(),
			external_clock_mhz: whole({ unit: 'MHz', min: 0 }).optional(),
			max_speed_mhz: whole({ unit: 'MHz', min: 0 }).optional(),
			current_speed_mhz: whole({ unit: 'MHz', min: 0 }).optional(),
			status: text().optional(),
			upgrade: text().optional(),
			serial_number: text().optional(),
			asset_tag: text().optional(),
			part_number: text().optional(),
			core_enabled: count().optional(),
			thread_count: count().optional(),
			characteristics: list(text()).optional(),
		})
		.optional(),
	cache: list(
		z.object({
			level: count(),
			socket_designation: text().optional(),
			configuration: text().optional(),
			operational_mode: text().optional(),
			location: text().optional(),
			installed_size: text().optional(),
			maximum_size: text().optional(),
			supported_sram_types: list(text()).optional(),
			installed_sram_type: text().optional(),
			error_correction_type: text().optional(),
			system_type: text().optional(),
			associativity: text().optional(),
		}),
	).optional(),
	memory_array: z
		.object({
			location: text().optional(),
			use: text().optional(),
			error_correction_type: text().optional(),
			maximum_capacity: text().optional(),
			number_of_devices: count().optional(),
		})
		.optional(),
	memory_devices: list(
		z.object({
			locator: text().optional(),
			bank_locator: text().optional(),
			size: text().optional(),
			form_factor: text().optional(),
			type: text().optional(),
			type_detail: text().optional(),
			speed: text().optional(),
			manufacturer: text().optional(),
			serial_number: text().optional(),
			asset_tag: text().optional(),
			part_number: text().optional(),
			rank: count().optional(),
			configured_speed: text().optional(),
			minimum_voltage: text().optional(),
			maximum_voltage: text().optional(),
			configured_voltage: text().optional(),
			data_width: count().optional(),
			total_width: count().optional(),
		}),
	).optional(),
	tpm: z
		.object({
			present: flag(),
			version: text().optional(),
			manufacturer: text().optional(),
		})
		.optional(),
	boot: z
		.object({
			device_type: word('usb', 'internal', 'unknown'),
			device: text().optional(),
			filesystem: text().optional(),
			boot_pool: text().optional(),
			boot_pool_type: word('single', 'mirror').optional(),
		})
		.optional(),
	timestamp: timestamp(),
});

/** Data of `registration_update`. */
export const registration = z.object({
	type: word('trial', 'basic', 'plus', 'pro', 'lifetime', 'unleashed', 'unknown'),
	state: word('valid', 'expired', 'invalid', 'trial'),
	expiration: timestamp(),
	update_expiration: timestamp(),
	server_name: text().optional(),
	guid: text().optional(),
	timestamp: timestamp(),
});

/** Data of `fan_control_update`. */
export const fanControl = z.object({
	fans: list(
		z.object({
			id: text(),
			name: text(),
			rpm: whole({ unit: 'rpm', min: 0 }),
			pwm_value: count(),
			pwm_percent: whole({ unit: '%', min: 0 }),
			mode: word('automatic', 'manual', 'off'),
			controllable: flag(),
			hwmon_path: text().optional(),
			hwmon_index: count().optional(),
			active_profile: text().optional(),
			temp_sensor_path: text().optional(),
			temp_source: z
				.object({
					type: word('hwmon', 'drives'),
					sensor_path: text().optional(),
					drive_ids: list(text()).optional(),
					fallback_sensor_path: text().optional(),
				})
				.optional(),
		}),
	),
	profiles: list(
		z.object({
			name: text(),
			description: text(),
			curve_points: list(
				z.object({
					temp_celsius: amount({ unit: '°C' }),
					speed_percent: whole({ unit: '%', min: 0 }),
				}),
			),
			built_in: flag(),
		}),
	),
	config: z.object({
		enabled: flag(),
		control_enabled: flag(),
		control_method: word('hwmon', 'ipmi'),
		poll_interval_seconds: whole({ unit: 's', min: 0 }),
		safety: z.object({
			min_speed_percent: whole({ unit: '%', min: 0 }),
			critical_temp_celsius: amount({ unit: '°C' }),
			failure_rpm_threshold: count(),
		}),
	}),
	summary: z.object({
		total_fans: count(),
		controllable_fans: count(),
		failed_fans: list(text()).optional(),
	}),
	external_control: z
		.object({
			active: flag(),
			controllers: list(text()).optional(),
		})
		.optional(),
	timestamp: timestamp(),
});

/** Data of `tuning_update`. */
export const tuning = z.object({
	turbo_boost: z
		.object({
			available: flag(),
			enabled: flag(),
			vendor: word('intel', 'amd'),
		})
		.optional(),
	disk_cache: z
		.object({
			dirty_background_ratio: count(),
			dirty_ratio: count(),
			dirty_writeback_centisecs: whole({ unit: 'cs', min: 0 }),
			dirty_expire_centisecs: whole({ unit: 'cs', min: 0 }),
		})
		.optional(),
	inotify: z
		.object({
			max_user_watches: count(),
			max_user_instances: count(),
			max_queued_events: count(),
		})
		.optional(),
	nic_offloads: map(
		z.object({
			rx_checksumming: text(),
			tx_checksumming: text(),
			scatter_gather: text(),
			tcp_segmentation_offload: text(),
			generic_segmentation_offload: text(),
			generic_receive_offload: text(),
			large_receive_offload: text(),
			rx_vlan_offload: text(),
			tx_vlan_offload: text(),
		}),
	).optional(),
	nic_ring_buffers: map(
		z.object({
			rx_max: count(),
			rx_current: count(),
			tx_max: count(),
			tx_current: count(),
		}),
	).optional(),
	timestamp: timestamp(),
});
