import { subject } from '../../../model/description';
import { binary, bytes, count, onOff, percent, text } from '../../../model/presets';
import { requestOf } from '../commands';
import { formatBytes } from './format';
import { type ItemOf, listed, type World } from './items';

type Vm = ItemOf<'vm_list_update'>;

const isRunning = (vm: Vm) => vm.state?.toLowerCase() === 'running';
const percentText = (value: number | null | undefined) =>
	typeof value === 'number' ? `${value.toFixed(1)}%` : undefined;

const load = { icon: 'mdi:chip', enabled: false, plausible: [0, 100_000] } as const;
const memory = { icon: 'mdi:memory', enabled: false, zeroIsNone: true } as const;
const counter = { category: 'diagnostic', stateClass: 'total_increasing', enabled: false } as const;

/** Virtual machines. Natural key: libvirt's id. */
export const vm = subject<World, Vm>({
	subject: 'vm',
	ownDevice: true,
	from: ['vm_list_update'],
	items: (world) => listed(world.vm_list_update),
	key: (item) => item.id || item.name || '',
	label: (item) => item.name || item.id || '',
	rows: [
		text({ key: 'state', name: 'VM {label} State', short: 'State', icon: 'mdi:desktop-tower', field: 'state' }),
		{
			key: 'switch',
			platform: 'switch',
			name: 'VM {label}',
			short: 'VM',
			icon: 'mdi:desktop-tower',
			from: [
				'state',
				'cpu_count',
				'vcpus',
				'guest_cpu_percent',
				'host_cpu_percent',
				'memory_display',
				'disk_read_bytes',
				'disk_write_bytes',
				'name',
			],
			value: (item) => onOff(item.state ? isRunning(item) : null),
			attributes: {
				status: (item) => (isRunning(item) ? 'running' : 'stopped'),
				vm_vcpus: (item) => item.cpu_count ?? item.vcpus,
				guest_cpu: (item) => percentText(item.guest_cpu_percent),
				host_cpu: (item) => percentText(item.host_cpu_percent),
				vm_memory: (item) => item.memory_display || 'Unknown',
				disk_io: ({ disk_read_bytes: read, disk_write_bytes: written }) =>
					read == null ? undefined : `Rd: ${formatBytes(read) ?? '0.0 B'} Wr: ${formatBytes(written) ?? '0.0 B'}`,
			},
			ticking: ['guest_cpu', 'host_cpu', 'disk_io'],
			command: {
				actions: {
					on: (item) => requestOf('vm_start', { vm: item.name }),
					off: (item) => requestOf('vm_stop', { vm: item.name }),
				},
			},
		},
		percent({
			...load,
			key: 'guest_cpu',
			name: 'VM {label} Guest CPU',
			short: 'Guest CPU',
			field: 'guest_cpu_percent',
		}),
		percent({ ...load, key: 'host_cpu', name: 'VM {label} Host CPU', short: 'Host CPU', field: 'host_cpu_percent' }),
		bytes({
			// 0 while the machine is off.
			...memory,
			key: 'memory_used',
			name: 'VM {label} Memory Used',
			short: 'Memory Used',
			field: 'memory_used_bytes',
		}),
		bytes({
			...memory,
			key: 'memory_allocated',
			name: 'VM {label} Memory Allocated',
			short: 'Memory Allocated',
			category: 'diagnostic',
			field: 'memory_allocated_bytes',
		}),
		bytes({
			...counter,
			key: 'disk_read',
			name: 'VM {label} Disk Read',
			short: 'Disk Read',
			icon: 'mdi:harddisk',
			field: 'disk_read_bytes',
		}),
		bytes({
			...counter,
			key: 'disk_written',
			name: 'VM {label} Disk Written',
			short: 'Disk Written',
			icon: 'mdi:harddisk',
			field: 'disk_write_bytes',
		}),
		bytes({
			...counter,
			key: 'network_received',
			name: 'VM {label} Network Received',
			short: 'Network Received',
			icon: 'mdi:download-network',
			field: 'network_rx_bytes',
		}),
		bytes({
			...counter,
			key: 'network_sent',
			name: 'VM {label} Network Sent',
			short: 'Network Sent',
			icon: 'mdi:upload-network',
			field: 'network_tx_bytes',
		}),
		binary({
			key: 'autostart',
			name: 'VM {label} Autostart',
			short: 'Autostart',
			category: 'diagnostic',
			icon: 'mdi:rocket-launch',
			enabled: false,
			from: ['autostart'],
			is: (item) => item.autostart ?? null,
		}),
	],
});

/** All machines together. */
interface Totals {
	readonly total: number;
	readonly running: number;
}

/** How many machines there are. */
export const vms = subject<World, Totals>({
	subject: 'vms',
	from: ['vm_list_update'],
	items: (world) => {
		const list = listed(world.vm_list_update);
		return list && [{ total: list.length, running: list.filter(isRunning).length }];
	},
	rows: [
		count({
			key: 'running',
			name: 'VMs Running',
			icon: 'mdi:desktop-tower',
			enabled: false,
			field: 'running',
			reads: ['total'],
			attributes: { total: 'total' },
		}),
	],
});
