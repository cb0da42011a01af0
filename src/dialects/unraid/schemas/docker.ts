import { z } from 'zod';
import { sourceStatus } from './agent';
import { amount, bytes, count, flag, list, map, text, timestamp, word } from './fields';

// Docker containers, their updates and networks.

/** Data of `container_list_update`. */
export const containerList = z.array(
	z.object({
		id: text(),
		name: text(),
		image: text(),
		version: text().optional(),
		state: word('created', 'running', 'paused', 'restarting', 'exited', 'dead', 'stopped'),
		status: text(),
		network_mode: text().optional(),
		ip_address: text().optional(),
		mac_address: text().optional(),
		/** 100 = one core. */
		cpu_percent: amount({ unit: '%', min: 0 }),
		memory_usage_bytes: bytes(),
		memory_usage_mb: amount({ unit: 'MiB', min: 0 }).optional(),
		memory_limit_bytes: bytes(),
		memory_percent: amount({ unit: '%', min: 0 }).optional(),
		memory_display: text().optional(),
		network_rx_bytes: bytes(),
		network_tx_bytes: bytes(),
		network_rx_bytes_per_sec: amount({ unit: 'B/s', min: 0 }).optional(),
		network_tx_bytes_per_sec: amount({ unit: 'B/s', min: 0 }).optional(),
		ports: list(
			z.object({
				private_port: count().optional(),
				public_port: count().optional(),
				type: word('tcp', 'udp').optional(),
				/** Older names of the three above. */
				container_port: count().optional(),
				host_port: count().optional(),
				protocol: word('tcp', 'udp').optional(),
			}),
		),
		port_mappings: list(text()).optional(),
		volume_mappings: list(
			z.object({
				container_path: text(),
				host_path: text(),
				mode: text(),
			}),
		).optional(),
		restart_policy: text().optional(),
		uptime: text().optional(),
		restart_count: count().optional(),
		update_status: word('up_to_date', 'update_available', 'unknown', '').optional(),
		update_available: flag().optional(),
		update_checked: timestamp().optional(),
		timestamp: timestamp(),
		source_status: sourceStatus.optional(),
	}),
);

/** Data of `docker_updates_update`. */
export const dockerUpdates = z.object({
	containers: list(
		z.object({
			container_id: text(),
			container_name: text(),
			image: text(),
			current_digest: text().optional(),
			latest_digest: text().optional(),
			update_available: flag(),
			timestamp: timestamp(),
		}),
	),
	total_count: count(),
	updates_available: count(),
	timestamp: timestamp(),
});

/** Data of `docker_networks_update`. */
export const dockerNetworks = z.object({
	networks: list(
		z.object({
			id: text(),
			name: text(),
			driver: text(),
			scope: text(),
			internal: flag(),
			attachable: flag(),
			subnet: text().optional(),
			gateway: text().optional(),
			container_names: list(text()),
			created: text().optional(),
			labels: map(text()).optional(),
			timestamp: timestamp(),
		}),
	),
	count: count(),
	timestamp: timestamp(),
});
