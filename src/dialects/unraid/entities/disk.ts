import { type Reading, type Row, subject } from '../../../model/description';
import type { State } from '../../../model/entity';
import { binary, bytes, count, numeric, percent, round, temperature } from '../../../model/presets';
import { formatBytes, shareOf } from './format';
import { type ItemOf, listed, type World } from './items';

import { type DiskKind, kindOf, type Thresholds, thresholdsOf } from './thresholds';

type RawDisk = ItemOf<'disk_list_update'>;

/** A disk with the temperatures at which its owner wants to be told. */
interface Disk extends RawDisk {
	readonly thresholds: Thresholds;
	readonly kind: DiskKind;
}

const virtual = new Set(['docker_vdisk', 'log', 'log_filesystem']);
const gib = 1_073_741_824;

/** Disks that a person could take out: not the flash drive, not the two virtual ones. */
const isPhysical = (disk: RawDisk) =>
	disk.name !== 'flash' && !virtual.has(disk.role ?? '') && !virtual.has(disk.id ?? '');

const isParity = (disk: Disk) => /^parity2?$/.test(disk.role ?? disk.name ?? '');

/** SMART verdict, else the array's word. A sleeping disk is not asked, so the last verdict stands. */
function health(disk: Disk, { previous }: Pick<Reading, 'previous'>): State {
	const verdict = disk.smart_status || disk.status || null;
	const asleep = disk.spin_state === 'standby' && (verdict === null || verdict === 'UNKNOWN');
	return asleep && typeof previous === 'string' ? previous : verdict;
}

const celsius = (value: number | null | undefined) => (value ? `${value.toFixed(1)} °C` : undefined);

const transferred = {
	unit: 'GiB',
	deviceClass: 'data_size',
	stateClass: 'total_increasing',
	category: 'diagnostic',
	precision: 2,
	decimals: 2,
	divide: gib,
	enabled: false,
	icon: 'mdi:harddisk-plus',
} as const;

/** A temperature that was read before the disk fell asleep is none of now. */
const awake = (row: Row<Disk, World>): Row<Disk, World> => ({
	...row,
	from: [...row.from, 'spin_state'],
	value: (item, reading) => (item.spin_state === 'standby' ? null : row.value(item, reading)),
});

/** A count that a sleeping disk is not asked for: it stands as it was, also over a restart. */
const lasting = (row: Row<Disk, World>): Row<Disk, World> => ({
	...row,
	from: [...row.from, 'spin_state'],
	fold: (item, memory, at) => {
		const told = row.value(item, { world: {}, at, previous: undefined });
		const last = typeof memory?.last === 'number' ? memory.last : null;
		const state = told ?? (item.spin_state === 'standby' ? last : null);
		return { state, memory: typeof state === 'number' ? { last: state } : (memory ?? {}) };
	},
});

/** The disks of the array and the pools. Natural key: the disk's id (model and serial number). */
export const disk = subject<World, Disk>({
	subject: 'disk',
	ownDevice: true,
	from: ['disk_list_update', 'disk_thresholds'],
	items: (world) =>
		listed(world.disk_list_update)
			?.filter(isPhysical)
			.map((disk) => ({ ...disk, thresholds: thresholdsOf(disk, world.disk_thresholds), kind: kindOf(disk) })) ?? null,
	key: (item) => item.id ?? '',
	label: (item) => item.name || item.id || '',
	rows: [
		{
			key: 'usage',
			platform: 'sensor',
			name: 'Disk {label} Usage',
			short: 'Usage',
			unit: '%',
			stateClass: 'measurement',
			precision: 1,
			icon: 'mdi:harddisk',
			from: ['usage_percent', 'used_bytes', 'size_bytes', 'free_bytes', 'name', 'role', 'status'],
			value: ({ usage_percent: usage, used_bytes: used, size_bytes: size }) =>
				typeof usage === 'number' ? round(usage, 1) : shareOf(used, size),
			when: (item) => !isParity(item),
			attributes: {
				disk_name: 'name',
				role: 'role',
				status: 'status',
				total_size: (item) => formatBytes(item.size_bytes),
				used_size: (item) => formatBytes(item.used_bytes),
				free_size: (item) => formatBytes(item.free_bytes),
			},
		},
		{
			key: 'health',
			platform: 'sensor',
			name: 'Disk {label} Health',
			short: 'Health',
			category: 'diagnostic',
			icon: 'mdi:harddisk',
			from: ['smart_status', 'status', 'spin_state', 'name', 'device', 'model', 'serial_number', 'temperature_celsius'],
			value: health,
			attributes: {
				disk_name: 'name',
				device: 'device',
				model: 'model',
				serial: 'serial_number',
				spin_state: 'spin_state',
				temperature: (item) => celsius(item.temperature_celsius),
			},
			ticking: ['temperature'],
		},
		awake(
			temperature({
				// The agent writes 0 for a disk that sleeps or cannot be read.
				key: 'temperature',
				name: 'Disk {label} Temperature',
				short: 'Temperature',
				field: 'temperature_celsius',
				reads: ['name', 'device', 'model', 'role', 'thresholds', 'kind'],
				zeroIsNone: true,
				enabled: false,
				attributes: {
					disk_name: 'name',
					device: 'device',
					model: 'model',
					role: 'role',
					kind: 'kind',
					warning_celsius: ({ thresholds }) => thresholds.warning?.celsius,
					warning_source: ({ thresholds }) => thresholds.warning?.source,
					critical_celsius: ({ thresholds }) => thresholds.critical?.celsius,
					critical_source: ({ thresholds }) => thresholds.critical?.source,
				},
			}),
		),
		count({
			key: 'smart_errors',
			name: 'Disk {label} SMART Errors',
			short: 'SMART Errors',
			stateClass: 'total',
			category: 'diagnostic',
			icon: 'mdi:alert-circle-outline',
			enabled: false,
			field: 'smart_errors',
			reads: ['name', 'device', 'smart_status', 'power_on_hours'],
			attributes: {
				disk_name: 'name',
				device: 'device',
				smart_status: 'smart_status',
				power_on_hours: 'power_on_hours',
			},
			ticking: ['power_on_hours'],
		}),
		numeric({
			...transferred,
			key: 'read_bytes',
			name: 'Disk {label} Read',
			short: 'Read',
			field: 'read_bytes',
			reads: ['name', 'device', 'read_ops'],
			attributes: { disk_name: 'name', device: 'device', read_ops: 'read_ops' },
			ticking: ['read_ops'],
		}),
		numeric({
			...transferred,
			key: 'write_bytes',
			name: 'Disk {label} Write',
			short: 'Write',
			field: 'write_bytes',
			reads: ['name', 'device', 'write_ops'],
			attributes: { disk_name: 'name', device: 'device', write_ops: 'write_ops' },
			ticking: ['write_ops'],
		}),
		binary({
			// The agent has no route that spins a disk, so its state is shown and no switch offered.
			key: 'spin',
			name: 'Disk {label} Spin',
			short: 'Spin',
			deviceClass: 'running',
			enabled: false,
			icon: 'mdi:harddisk',
			from: ['spin_state'],
			is: ({ spin_state: spin }) => (spin === 'active' ? true : spin === 'standby' ? false : null),
			when: (item) => Boolean(item.spin_state),
		}),
		bytes({
			key: 'used',
			name: 'Disk {label} Used',
			short: 'Used',
			icon: 'mdi:harddisk',
			enabled: false,
			field: 'used_bytes',
			reads: ['role', 'name'],
			when: (item) => !isParity(item),
		}),
		bytes({
			key: 'free',
			name: 'Disk {label} Free',
			short: 'Free',
			icon: 'mdi:harddisk',
			enabled: false,
			field: 'free_bytes',
			reads: ['role', 'name'],
			when: (item) => !isParity(item),
		}),
		percent({
			key: 'io_utilization',
			name: 'Disk {label} IO Utilization',
			short: 'IO Utilization',
			category: 'diagnostic',
			icon: 'mdi:gauge',
			enabled: false,
			field: 'io_utilization_percent',
			absentIsZero: true,
			most: 100,
		}),
		lasting(
			numeric({
				key: 'power_on_hours',
				name: 'Disk {label} Power On Hours',
				short: 'Power On Hours',
				unit: 'h',
				deviceClass: 'duration',
				stateClass: 'total_increasing',
				category: 'diagnostic',
				icon: 'mdi:clock-outline',
				enabled: false,
				field: 'power_on_hours',
				zeroIsNone: true,
				when: (item) => Boolean(item.power_on_hours),
			}),
		),
		lasting(
			count({
				key: 'power_cycles',
				name: 'Disk {label} Power Cycles',
				short: 'Power Cycles',
				stateClass: 'total_increasing',
				category: 'diagnostic',
				icon: 'mdi:power-cycle',
				enabled: false,
				field: 'power_cycle_count',
				zeroIsNone: true,
				when: (item) => Boolean(item.power_cycle_count),
			}),
		),
		{
			key: 'status',
			platform: 'sensor',
			name: 'Disk {label} Status',
			short: 'Status',
			category: 'diagnostic',
			icon: 'mdi:harddisk',
			enabled: false,
			from: ['status', 'filesystem', 'mount_point', 'spindown_delay'],
			value: (item) => item.status || null,
			attributes: { filesystem: 'filesystem', mount_point: 'mount_point', spindown_delay_minutes: 'spindown_delay' },
		},
	],
});
