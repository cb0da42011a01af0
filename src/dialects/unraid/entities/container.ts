import { subject } from '../../../model/description';
import { bytes, count, numeric, onOff, percent, round, text } from '../../../model/presets';
import { requestOf } from '../commands';
import { formatBytes, shareOf } from './format';
import { type ItemOf, listed, type World } from './items';

type Container = ItemOf<'container_list_update'>;

const mebibyte = 1_048_576;
const isRunning = (container: Container) => container.state?.toLowerCase() === 'running';

/** How Docker's health check went, by Docker's text: `Up 2 hours (unhealthy)`. One that runs and has no check tells none, as in `Up 2 hours`. */
function healthOf({ status }: Container): string | undefined {
	const told = /\((?:health: )?(healthy|unhealthy|starting)\)/.exec(status ?? '')?.[1];
	return told ?? (/^Up [^(]+$/.test(status ?? '') ? 'none' : undefined);
}

const rate = {
	unit: 'B/s',
	deviceClass: 'data_rate',
	category: 'diagnostic',
	precision: 1,
	decimals: 1,
	plausible: [0, 1e12],
	deadband: { share: 0.1 },
	enabled: false,
} as const;

const total = { category: 'diagnostic', stateClass: 'total_increasing', enabled: false } as const;

/** Docker containers. Natural key: the name; the id changes whenever a container is made anew. */
export const container = subject<World, Container>({
	subject: 'container',
	ownDevice: true,
	from: ['container_list_update'],
	items: (world) => listed(world.container_list_update),
	key: (item) => item.name ?? '',
	label: (item) => item.name ?? '',
	rows: [
		text({
			key: 'state',
			name: '{label} State',
			short: 'State',
			icon: 'mdi:docker',
			field: 'state',
			reads: ['status', 'image'],
			attributes: { container_image: 'image', health: healthOf },
		}),
		{
			key: 'switch',
			platform: 'switch',
			name: 'Container {label}',
			short: 'Container',
			icon: 'mdi:docker',
			from: ['state', 'image', 'ports', 'id'],
			value: (item) => onOff(item.state ? isRunning(item) : null),
			attributes: {
				status: (item) => (isRunning(item) ? 'running' : 'stopped'),
				container_image: 'image',
				container_ports: portsOf,
			},
			command: {
				actions: {
					on: (item) => requestOf('container_start', { container: item.id }),
					off: (item) => requestOf('container_stop', { container: item.id }),
				},
			},
		},
		percent({
			// Several busy cores add up to more than 100 %.
			key: 'cpu',
			name: '{label} CPU',
			short: 'CPU',
			icon: 'mdi:chip',
			enabled: false,
			field: 'cpu_percent',
			deadband: 1,
			plausible: [0, 100_000],
		}),
		numeric({
			// Divided by 1024 squared and called MB, as the integration and Unraid itself do.
			key: 'memory',
			name: '{label} Memory',
			short: 'Memory',
			unit: 'MB',
			deviceClass: 'data_size',
			precision: 1,
			decimals: 1,
			icon: 'mdi:memory',
			enabled: false,
			field: 'memory_usage_bytes',
			reads: ['memory_display', 'memory_limit_bytes'],
			zeroIsNone: true,
			divide: mebibyte,
			attributes: { memory_display: 'memory_display', memory_limit: (item) => formatBytes(item.memory_limit_bytes) },
		}),
		{
			key: 'memory_percent',
			platform: 'sensor',
			name: '{label} Memory %',
			short: 'Memory %',
			unit: '%',
			stateClass: 'measurement',
			precision: 1,
			icon: 'mdi:memory',
			enabled: false,
			from: ['memory_usage_bytes', 'memory_limit_bytes'],
			value: (item) => (item.memory_usage_bytes ? shareOf(item.memory_usage_bytes, item.memory_limit_bytes) : null),
		},
		count({
			key: 'restart_count',
			name: '{label} Restart Count',
			short: 'Restart Count',
			stateClass: 'total',
			category: 'diagnostic',
			icon: 'mdi:restart',
			enabled: false,
			field: 'restart_count',
			when: (item) => typeof item.restart_count === 'number',
		}),
		numeric({
			...rate,
			key: 'network_rx_rate',
			name: '{label} Network RX',
			short: 'Network RX',
			icon: 'mdi:download-network',
			field: 'network_rx_bytes_per_sec',
			when: (item) => typeof item.network_rx_bytes_per_sec === 'number',
		}),
		numeric({
			...rate,
			key: 'network_tx_rate',
			name: '{label} Network TX',
			short: 'Network TX',
			icon: 'mdi:upload-network',
			field: 'network_tx_bytes_per_sec',
			when: (item) => typeof item.network_tx_bytes_per_sec === 'number',
		}),
		bytes({
			...total,
			key: 'network_received',
			name: '{label} Network Received',
			short: 'Network Received',
			icon: 'mdi:download-network',
			field: 'network_rx_bytes',
		}),
		bytes({
			...total,
			key: 'network_sent',
			name: '{label} Network Sent',
			short: 'Network Sent',
			icon: 'mdi:upload-network',
			field: 'network_tx_bytes',
		}),
	],
});

function portsOf(item: Container) {
	return (item.ports ?? []).flatMap((port) =>
		port
			? [{ public_port: port.public_port ?? null, private_port: port.private_port ?? null, type: port.type ?? null }]
			: [],
	);
}

/** All containers together. */
interface Totals {
	readonly cpu: number | null;
	readonly memory: number;
	readonly total: number;
	readonly running: number;
	readonly system: number | null | undefined;
}

function totalsOf(world: World): readonly Totals[] | null {
	const list = listed(world.container_list_update);
	if (!list) return null;
	const sum = (field: 'cpu_percent' | 'memory_usage_bytes') =>
		list.reduce((total, item) => total + (item[field] ?? 0), 0);
	return [
		{
			cpu: list.length === 0 ? null : sum('cpu_percent'),
			memory: sum('memory_usage_bytes'),
			total: list.length,
			running: list.filter(isRunning).length,
			system: world.system_update?.ram_total_bytes,
		},
	];
}

/** What Docker as a whole uses. */
export const docker = subject<World, Totals>({
	subject: 'docker',
	from: ['container_list_update'],
	items: totalsOf,
	rows: [
		percent({
			key: 'cpu_usage',
			name: 'Docker CPU Usage',
			icon: 'mdi:docker',
			field: 'cpu',
			deadband: 1,
			plausible: [0, 100_000],
			reads: ['total', 'running'],
			attributes: { total_containers: 'total', running_containers: 'running' },
		}),
		numeric({
			key: 'memory_usage',
			name: 'Docker Memory Usage',
			unit: 'MB',
			deviceClass: 'data_size',
			precision: 1,
			decimals: 1,
			icon: 'mdi:docker',
			field: 'memory',
			zeroIsNone: true,
			divide: mebibyte,
			reads: ['total', 'running', 'system'],
			attributes: {
				total_containers: 'total',
				running_containers: 'running',
				memory_percent_of_system: ({ memory, system }) => (system ? round((memory / system) * 100, 1) : undefined),
			},
			ticking: ['memory_percent_of_system'],
		}),
		count({
			key: 'running',
			name: 'Containers Running',
			icon: 'mdi:docker',
			enabled: false,
			field: 'running',
			reads: ['total'],
			attributes: { total: 'total' },
		}),
	],
});
