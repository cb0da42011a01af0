import { z } from 'zod';
import { sourceStatus } from './agent';
import { amount, bytes, count, flag, list, percent, text, timestamp, whole, word } from './fields';

// Virtual machines, graphics cards and network interfaces.

/** Data of `vm_list_update`. */
export const vmList = z.array(
	z.object({
		id: text(),
		name: text(),
		state: word(
			'running',
			'blocked',
			'paused',
			'shutdown',
			'shut off',
			'crashed',
			'suspended',
			'pmsuspended',
			'unknown',
		),
		cpu_count: count().optional(),
		guest_cpu_percent: amount({ unit: '%', min: 0 }).optional(),
		host_cpu_percent: amount({ unit: '%', min: 0 }).optional(),
		memory_allocated_bytes: bytes(),
		memory_used_bytes: bytes(),
		memory_display: text().optional(),
		disk_path: text(),
		disk_size_bytes: bytes(),
		disk_read_bytes: bytes().optional(),
		disk_write_bytes: bytes().optional(),
		network_rx_bytes: bytes().optional(),
		network_tx_bytes: bytes().optional(),
		autostart: flag(),
		persistent: flag(),
		timestamp: timestamp(),
		source_status: sourceStatus.optional(),
		/** The document's name of `cpu_count`. */
		vcpus: whole({ min: 1 }).optional(),
	}),
);

/** Data of `gpu_metrics_update`, and `gpu_update` as the 1.1.0 document calls it. */
export const gpuMetrics = z.array(
	z.object({
		available: flag(),
		index: count().optional(),
		pci_id: text().optional(),
		vendor: word('nvidia', 'intel', 'amd').optional(),
		uuid: text().optional(),
		name: text(),
		/** One line per card where there are several of NVIDIA. */
		driver_version: text(),
		/** 0 = no sensor. */
		temperature_celsius: amount({ unit: '°C', min: 0 }).nullable().optional(),
		cpu_temperature_celsius: amount({ unit: '°C', min: 0 }).nullable().optional(),
		utilization_gpu_percent: percent(),
		utilization_memory_percent: percent(),
		memory_total_bytes: bytes(),
		memory_used_bytes: bytes(),
		power_draw_watts: amount({ unit: 'W', min: 0 }),
		fan_speed_percent: percent().optional(),
		fan_rpm: whole({ unit: 'rpm', min: 0 }).optional(),
		fan_max_rpm: whole({ unit: 'rpm', min: 0 }).optional(),
		timestamp: timestamp(),
	}),
);

/** Data of `network_list_update`. */
export const networkList = z.array(
	z.object({
		name: text(),
		mac_address: text(),
		ip_address: text(),
		/** -1 = no link. */
		speed_mbps: whole({ unit: 'Mbit/s', min: -1 }),
		state: word('up', 'down', 'unknown'),
		bytes_received: bytes(),
		bytes_sent: bytes(),
		packets_received: count(),
		packets_sent: count(),
		errors_received: count(),
		errors_sent: count(),
		rx_bytes_per_sec: amount({ unit: 'B/s', min: 0 }).optional(),
		tx_bytes_per_sec: amount({ unit: 'B/s', min: 0 }).optional(),
		supported_ports: list(text()).optional(),
		supported_link_modes: list(text()).optional(),
		supported_pause_frame: text().optional(),
		supports_auto_negotiation: flag().optional(),
		supported_fec_modes: list(text()).optional(),
		advertised_link_modes: list(text()).optional(),
		advertised_pause_frame: text().optional(),
		advertised_auto_negotiation: flag().optional(),
		advertised_fec_modes: list(text()).optional(),
		duplex: text().optional(),
		auto_negotiation: text().optional(),
		port: text().optional(),
		phyad: whole().optional(),
		transceiver: text().optional(),
		mdix: text().optional(),
		supports_wake_on: list(text()).optional(),
		wake_on: text().optional(),
		message_level: text().optional(),
		link_detected: flag().optional(),
		mtu: count().optional(),
		timestamp: timestamp(),
	}),
);
