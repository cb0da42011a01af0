import type { Container, Machine } from './unraid-inventory';
import type { Json, Source } from './unraid-source';

const GB = 1_073_741_824;

/** One container. A stopped one has null for its ports and volumes. */
export function container(one: Container, { stamp, random }: Source): Json {
	const up = one.state !== 'exited';
	const running = one.state === 'running';
	const memory = up ? one.memory : 0;
	const gigabytes = (bytes: number): string => `${(bytes / GB).toFixed(2)} GB`;
	const hours = Math.floor(one.uptime / 3_600);
	const age =
		hours >= 48
			? `Up ${Math.floor(hours / 24)} days`
			: hours >= 1
				? `Up ${hours} hours`
				: `Up ${Math.floor(one.uptime / 60)} minutes`;
	return {
		id: one.id,
		name: one.name,
		image: one.image,
		version: one.image.includes(':5000/') ? '5000/pg/postgres' : one.version,
		state: one.state,
		status: up ? `${age}${one.state === 'paused' ? ' (Paused)' : ''}` : 'Exited (0) 2 minutes ago',
		network_mode: up ? one.network : '',
		ip_address: up ? one.ip : '',
		mac_address: up && one.ip !== '' ? `02:42:ac:11:00:${one.id.slice(0, 2)}` : undefined,
		cpu_percent: running ? one.load * (0.6 + 0.8 * random()) : 0,
		memory_usage_bytes: memory,
		memory_usage_mb: memory / 1_048_576,
		memory_limit_bytes: up ? one.memoryLimit : 0,
		memory_percent: up ? (memory / one.memoryLimit) * 100 : 0,
		memory_display: up ? `${gigabytes(memory)} / ${gigabytes(one.memoryLimit)}` : '',
		network_rx_bytes: up ? one.received : 0,
		network_tx_bytes: up ? one.sent : 0,
		network_rx_bytes_per_sec: running ? one.load * 3_000 : 0,
		network_tx_bytes_per_sec: running ? one.load * 1_700 : 0,
		ports: up ? (one.port === null ? [] : [{ private_port: one.port, public_port: one.port, type: 'tcp' }]) : null,
		port_mappings: up ? (one.port === null ? [] : [`${one.port}:${one.port}/tcp`]) : null,
		volume_mappings: up
			? [{ container_path: '/config', host_path: `/mnt/user/appdata/${one.name}`, mode: 'rw' }]
			: null,
		restart_policy: up ? one.policy : '',
		uptime: up ? `${Math.floor(hours / 24)}d ${hours % 24}h ${Math.floor(one.uptime / 60) % 60}m` : '',
		restart_count: one.restarts,
		update_status: '',
		timestamp: stamp(),
	};
}

/** One virtual machine. */
export function machine(one: Machine, { stamp, random }: Source): Json {
	const on = one.state === 'running' || one.state === 'paused';
	const used = on ? one.memory : 0;
	return {
		id: one.id,
		name: one.name,
		state: one.state,
		cpu_count: one.cpus,
		guest_cpu_percent: one.state === 'running' ? 5 + 20 * random() : 0,
		host_cpu_percent: 0,
		memory_allocated_bytes: one.memory,
		memory_used_bytes: used,
		memory_display: `${(used / GB).toFixed(2)} GB / ${(one.memory / GB).toFixed(2)} GB`,
		disk_path: '',
		disk_size_bytes: 0,
		disk_read_bytes: on ? one.read : 0,
		disk_write_bytes: on ? one.written : 0,
		network_rx_bytes: on ? Math.round(one.read / 14) : 0,
		network_tx_bytes: on ? Math.round(one.written / 15) : 0,
		autostart: one.autostart,
		persistent: true,
		timestamp: stamp(),
	};
}
