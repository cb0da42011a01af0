import type { Json } from './unraid-source';

/** Agents of today name the topic in `event`; those of the 1.1.0 document wrote `update` and fewer fields. */
export type Generation = 'current' | '1.1.0';

/** Payload of today in, payload of the 1.1.0 document out: only its fields, names and types. */
type Older = (item: Json) => Json;

function pick(item: Json, names: readonly string[]): Json {
	return Object.fromEntries(names.map((name) => [name, item[name]]));
}

/** 0 is what an agent of today writes for no reading; the document says null. */
function nullable(value: unknown): unknown {
	return value === 0 || value === undefined ? null : value;
}

const onMains = (item: Json): boolean => String(item.status).startsWith('ONLINE');

/** The nine topics of the document (sections "Field Specifications"); nothing else was sent then. */
const older: Readonly<Record<string, Older>> = {
	system_update: (item) => ({
		...pick(item, [
			...[
				'hostname',
				'version',
				'uptime_seconds',
				'cpu_usage_percent',
				'cpu_model',
				'cpu_cores',
				'cpu_threads',
				'cpu_mhz',
			],
			...['ram_usage_percent', 'ram_total_bytes', 'ram_used_bytes', 'ram_free_bytes', 'ram_buffers_bytes'],
			...['ram_cached_bytes', 'server_model', 'bios_version', 'bios_date', 'fans', 'timestamp'],
		]),
		cpu_temp_celsius: nullable(item.cpu_temp_celsius),
		motherboard_temp_celsius: nullable(item.motherboard_temp_celsius),
	}),
	array_status_update: (item) => ({
		...pick(item, [
			'state',
			'num_disks',
			'num_data_disks',
			'num_parity_disks',
			'parity_valid',
			'parity_check_progress',
		]),
		sync_percent: item.parity_check_progress,
		parity_check_status: item.parity_check_status === '' ? 'idle' : item.parity_check_status,
		parity_check_running: item.parity_check_status === 'running',
		timestamp: item.timestamp,
	}),
	disk_list_update: (item) => ({
		...pick(item, ['id', 'device', 'name', 'status', 'size_bytes', 'used_bytes', 'free_bytes']),
		temperature_celsius: nullable(item.temperature_celsius),
		smart_status: item.smart_status === '' ? 'UNKNOWN' : item.smart_status,
		smart_errors: item.smart_errors,
		spindown_delay: Math.max(0, Number(item.spindown_delay)),
		filesystem: item.filesystem,
		mount_point: item.mount_point ?? '',
		...Object.fromEntries(
			[
				...[
					'usage_percent',
					'power_on_hours',
					'power_cycle_count',
					'read_bytes',
					'write_bytes',
					'read_ops',
					'write_ops',
				],
				'io_utilization_percent',
			].map((name) => [name, item[name] ?? 0]),
		),
		timestamp: item.timestamp,
	}),
	container_list_update: (item) => ({
		...pick(item, [
			'id',
			'name',
			'image',
			'state',
			'status',
			'cpu_percent',
			'memory_usage_bytes',
			'memory_limit_bytes',
		]),
		...pick(item, ['network_rx_bytes', 'network_tx_bytes']),
		ports: item.ports ?? [],
		timestamp: item.timestamp,
	}),
	vm_list_update: (item) => ({
		...pick(item, [
			'id',
			'name',
			'state',
			'memory_allocated_bytes',
			'memory_used_bytes',
			'disk_path',
			'disk_size_bytes',
		]),
		...pick(item, ['autostart', 'persistent', 'timestamp']),
		vcpus: item.cpu_count,
	}),
	ups_status_update: (item) => ({
		...pick(item, ['connected', 'model', 'battery_charge_percent', 'load_percent', 'power_watts', 'timestamp']),
		status: String(item.status).split(' ').at(-1),
		battery_runtime_seconds: item.runtime_left_seconds,
		input_voltage: onMains(item) ? 231.8 : 0,
		output_voltage: 230.1,
	}),
	gpu_metrics_update: (item) => ({
		...pick(item, ['available', 'name', 'driver_version', 'utilization_gpu_percent', 'utilization_memory_percent']),
		...pick(item, ['memory_total_bytes', 'memory_used_bytes', 'power_draw_watts', 'timestamp']),
		temperature_celsius: nullable(item.temperature_celsius),
		cpu_temperature_celsius: nullable(item.cpu_temperature_celsius),
	}),
	network_list_update: (item) => ({
		...pick(item, ['name', 'mac_address', 'ip_address', 'state', 'bytes_received', 'bytes_sent', 'packets_received']),
		...pick(item, ['packets_sent', 'errors_received', 'errors_sent', 'timestamp']),
		speed_mbps: Math.max(0, Number(item.speed_mbps)),
	}),
	share_list_update: (item) => ({
		...pick(item, ['name', 'used_bytes', 'free_bytes', 'usage_percent', 'timestamp']),
		path: `/mnt/user/${String(item.name)}`,
		size_bytes: item.total_bytes,
	}),
};

/** A topic's payload as the given generation has it; undefined where that generation does not know the topic. */
export function asGeneration(generation: Generation, topic: string, data: unknown): unknown {
	if (generation === 'current' || data === undefined) return data;
	const translate = older[topic];
	if (!translate) return undefined;
	return Array.isArray(data) ? data.map((item: Json) => translate(item)) : translate(data as Json);
}

/** The word in `event`. */
export function eventName(generation: Generation, topic: string): string {
	// The real agent has no name of its own for this topic.
	return generation === '1.1.0' || topic === 'collector_state_change' ? 'update' : topic;
}
