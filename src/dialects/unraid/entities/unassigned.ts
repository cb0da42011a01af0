import { type Row, subject } from '../../../model/description';
import type { State } from '../../../model/entity';
import { binary, bytes, round, temperature } from '../../../model/presets';
import { formatBytes, shareOf } from './format';
import { type DataOf, listed, type World } from './items';

type Unassigned = DataOf<'unassigned_devices_update'>;
type Device = NonNullable<NonNullable<Unassigned['devices']>[number]>;
type Partition = NonNullable<NonNullable<Device['partitions']>[number]>;
type RemoteShare = NonNullable<NonNullable<Unassigned['remote_shares']>[number]>;

/** Go writes an empty list as null: both are null only while nothing came at all. */
const devicesOf = (world: World) =>
	world.unassigned_devices_update ? (listed(world.unassigned_devices_update.devices) ?? []) : null;
const sharesOf = (world: World) =>
	world.unassigned_devices_update ? (listed(world.unassigned_devices_update.remote_shares) ?? []).map(sized) : null;

const keyOf = (device: Device) => device.serial_number || device.identification || device.device || '';

const mounted = (status: string | null | undefined) => (status ? status === 'mounted' : null);

interface Sized {
	readonly usage_percent?: number | null | undefined;
	readonly used_bytes?: number | null | undefined;
	readonly free_bytes?: number | null | undefined;
	readonly size_bytes?: number | null | undefined;
	readonly status?: string | null | undefined;
}

const isMounted = (volume: Sized) => volume.status === 'mounted';

/** The agent leaves out what is 0: of a mounted volume a missing size is 0, of another one it is unknown. */
const sized = <V extends Sized>(volume: V): V =>
	isMounted(volume) ? { ...volume, used_bytes: volume.used_bytes ?? 0, free_bytes: volume.free_bytes ?? 0 } : volume;

function usageOf(volume: Sized): State {
	if (!isMounted(volume)) return null;
	if (typeof volume.usage_percent === 'number') return round(volume.usage_percent, 1);
	return shareOf(volume.used_bytes, volume.size_bytes);
}

const spinStates = ['active', 'standby', 'unknown'] as const;

/** Disks outside of the array. Natural key: the serial number; the kernel's name may change with every plug. */
export const unassignedDevice = subject<World, Device>({
	subject: 'unassigned_device',
	from: ['unassigned_devices_update'],
	items: devicesOf,
	key: keyOf,
	label: (device) => device.device || keyOf(device),
	rows: [
		{
			// The device itself has no size on the wire: its partitions have.
			key: 'size',
			platform: 'sensor',
			name: 'Unassigned Device {label} Size',
			short: 'Size',
			unit: 'B',
			deviceClass: 'data_size',
			stateClass: 'measurement',
			precision: 1,
			category: 'diagnostic',
			icon: 'mdi:harddisk',
			from: ['partitions', 'device', 'model', 'serial_number', 'status'],
			value: ({ partitions }) =>
				partitions ? (listed(partitions) ?? []).reduce((total, part) => total + (part.size_bytes ?? 0), 0) : null,
			attributes: {
				device_path: 'device',
				model: 'model',
				serial: 'serial_number',
				filesystem: ({ partitions }) => listed(partitions)?.[0]?.filesystem,
				mounted: ({ status }) => mounted(status) ?? undefined,
			},
		},
		binary({
			key: 'mounted',
			name: 'Unassigned Device {label} Mounted',
			short: 'Mounted',
			deviceClass: 'connectivity',
			icon: 'mdi:harddisk',
			from: ['status', 'device', 'partitions'],
			is: ({ status }) => mounted(status),
			attributes: {
				device_path: 'device',
				status: 'status',
				filesystem: ({ partitions }) => listed(partitions)?.[0]?.filesystem,
				size: ({ partitions }) =>
					formatBytes((listed(partitions) ?? []).reduce((total, part) => total + (part.size_bytes ?? 0), 0)),
			},
		}),
		temperature({
			// Left out, or 0, while the disk sleeps or cannot be read.
			key: 'temperature',
			name: 'Unassigned Device {label} Temperature',
			short: 'Temperature',
			enabled: false,
			field: 'temperature_celsius',
			zeroIsNone: true,
			when: ({ temperature_celsius: celsius }) => Boolean(celsius),
		}),
		{
			key: 'spin_state',
			platform: 'sensor',
			name: 'Unassigned Device {label} Spin State',
			short: 'Spin State',
			deviceClass: 'enum',
			options: spinStates,
			category: 'diagnostic',
			icon: 'mdi:harddisk',
			enabled: false,
			from: ['spin_state'],
			value: ({ spin_state: state }) => spinStates.find((word) => word === state) ?? null,
		},
	],
});

/** A partition with the disk that it lies on. */
interface Volume extends Partition {
	readonly key: string;
	readonly label: string;
}

const volume = (key: string, name: string, short: string) =>
	({ key, name: `Unassigned Partition {label} ${name}`, short, icon: 'mdi:harddisk', enabled: false }) as const;

/** Partitions of disks outside of the array. Natural key: the disk's, and the partition's number. */
export const unassignedPartition = subject<World, Volume>({
	subject: 'unassigned_partition',
	from: ['unassigned_devices_update'],
	items: (world) =>
		devicesOf(world)?.flatMap((device) =>
			(listed(device.partitions) ?? []).map((partition) => ({
				...sized(partition),
				key: `${keyOf(device)}-part${partition.partition_number ?? 0}`,
				label: partition.label || `${device.device ?? ''}${partition.partition_number ?? ''}`,
			})),
		) ?? null,
	key: (item) => item.key,
	label: (item) => item.label,
	rows: [
		{
			...volume('usage', 'Usage', 'Usage'),
			platform: 'sensor',
			unit: '%',
			stateClass: 'measurement',
			precision: 1,
			from: [
				'usage_percent',
				'used_bytes',
				'free_bytes',
				'size_bytes',
				'status',
				'filesystem',
				'mount_point',
				'read_only',
			],
			value: usageOf,
			when: ({ status }) => status === 'mounted',
			attributes: {
				filesystem: 'filesystem',
				mount_point: 'mount_point',
				read_only: 'read_only',
				total_size: (item) => formatBytes(item.size_bytes),
			},
		},
		bytes({
			...volume('used', 'Used', 'Used'),
			field: 'used_bytes',
			reads: ['status'],
			when: isMounted,
		}),
		bytes({
			...volume('free', 'Free', 'Free'),
			field: 'free_bytes',
			reads: ['status'],
			when: isMounted,
		}),
	],
});

const serverOf = (share: RemoteShare) => share.smb_server || share.nfs_server || undefined;

const remote = (row: Row<RemoteShare, World>): Row<RemoteShare, World> => ({ icon: 'mdi:folder-network', ...row });

/** Shares of other servers, and ISO files, that are mounted here. Natural key: the source. */
export const remoteShare = subject<World, RemoteShare>({
	subject: 'remote_share',
	from: ['unassigned_devices_update'],
	items: sharesOf,
	key: (share) => share.source ?? '',
	label: (share) => share.source ?? '',
	rows: [
		remote({
			key: 'usage',
			platform: 'sensor',
			name: 'Remote Share {label} Usage',
			short: 'Usage',
			unit: '%',
			stateClass: 'measurement',
			precision: 1,
			from: [
				'usage_percent',
				'used_bytes',
				'free_bytes',
				'size_bytes',
				'status',
				'source',
				'type',
				'smb_server',
				'nfs_server',
				'mount_point',
			],
			value: usageOf,
			attributes: {
				share_name: 'source',
				protocol: 'type',
				server: serverOf,
				mount_point: 'mount_point',
				total_size: (share) => formatBytes(share.size_bytes),
				used_size: (share) => formatBytes(share.used_bytes),
				free_size: (share) => formatBytes(share.free_bytes),
			},
		}),
		remote(
			binary({
				key: 'mounted',
				name: 'Remote Share {label} Mounted',
				short: 'Mounted',
				deviceClass: 'connectivity',
				from: ['status', 'type', 'smb_server', 'nfs_server', 'mount_point'],
				is: ({ status }) => mounted(status),
				attributes: { protocol: 'type', server: serverOf, mount_point: 'mount_point' },
			}),
		),
		remote(
			bytes({
				key: 'used',
				name: 'Remote Share {label} Used',
				short: 'Used',
				enabled: false,
				field: 'used_bytes',
				reads: ['status'],
				when: isMounted,
			}),
		),
		remote(
			bytes({
				key: 'free',
				name: 'Remote Share {label} Free',
				short: 'Free',
				enabled: false,
				field: 'free_bytes',
				reads: ['status'],
				when: isMounted,
			}),
		),
	],
});
