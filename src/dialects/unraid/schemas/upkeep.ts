import { z } from 'zod';
import { amount, bytes, count, flag, list, text, timestamp, whole, word } from './fields';

// What keeps the server going: notifications, updates, the mover.

/** Data of `notifications_update`. */
export const notifications = z.object({
	overview: z.object({
		unread: z.object({
			info: count(),
			warning: count(),
			alert: count(),
			total: count(),
		}),
		archive: z.object({
			info: count(),
			warning: count(),
			alert: count(),
			total: count(),
		}),
	}),
	notifications: list(
		z.object({
			id: text(),
			title: text().optional(),
			subject: text().optional(),
			description: text().optional(),
			importance: word('alert', 'warning', 'info', 'normal'),
			link: text().optional(),
			timestamp: timestamp(),
			formatted_timestamp: text(),
			type: word('unread', 'archive'),
		}),
	),
	timestamp: timestamp(),
});

/** Data of `plugin_updates_update`. */
export const pluginUpdates = z.object({
	plugins: list(
		z.object({
			name: text(),
			version: text(),
			author: text(),
			enabled: flag(),
			url: text().optional(),
			support_url: text().optional(),
			icon: text().optional(),
			update_available: flag(),
			latest_version: text().optional(),
		}),
	),
	total_count: count(),
	updates_available: count(),
	timestamp: timestamp(),
});

/** Data of `os_update_update`. */
export const osUpdate = z.object({
	current_version: text(),
	latest_version: text().optional(),
	update_available: flag(),
	status: word('up_to_date', 'update_available', 'unknown'),
	timestamp: timestamp(),
});

/** Data of `mover_update`. */
export const mover = z.object({
	active: flag(),
	schedule: text().optional(),
	last_run_start: text().optional(),
	last_run_finish: text().optional(),
	last_run_duration_seconds: whole({ unit: 's', min: 0 }),
	last_run_files_moved: count(),
	last_run_bytes_moved: bytes(),
	current_throughput_mbs: amount({ unit: 'MB/s', min: 0 }),
	timestamp: timestamp(),
});
