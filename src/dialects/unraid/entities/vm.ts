import { onOff, subject, text } from '../../../model/description';
import { formatBytes } from './format';
import { type ItemOf, listed, type World } from './items';

type Vm = ItemOf<'vm_list_update'>;

const isRunning = (vm: Vm) => vm.state?.toLowerCase() === 'running';
const percentText = (value: number | null | undefined) =>
	typeof value === 'number' ? `${value.toFixed(1)}%` : undefined;

/** The agent finds a machine by its name, not by its id. */
const named = (vm: Vm, action: string) =>
	({ method: 'POST', path: `/vm/${encodeURIComponent(vm.name ?? '')}/${action}` }) as const;

/** Virtual machines. Natural key: libvirt's id. */
export const vm = subject<World, Vm>({
	subject: 'vm',
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
			command: { actions: { on: (item) => named(item, 'start'), off: (item) => named(item, 'stop') } },
		},
	],
});
