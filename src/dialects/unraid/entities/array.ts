import { subject } from '../../../model/description';
import { binary, bytes, percent, round } from '../../../model/presets';
import { formatBytes, shareOf } from './format';
import type { DataOf, World } from './items';

type ArrayStatus = DataOf<'array_status_update'>;

/** Words of the parity status under which the array works on its parity; the others, and the empty word, mean idle. */
const busy = new Set(['running', 'checking', 'in progress', 'paused', 'clearing', 'reconstructing']);

const hasParity = (array: ArrayStatus) => (array.num_parity_disks ?? 0) > 0;
const usedOf = ({ total_bytes: total, free_bytes: free }: ArrayStatus) =>
	typeof total === 'number' && typeof free === 'number' ? total - free : null;
const stateOf = (array: ArrayStatus) => array.state?.toLowerCase() ?? null;

function parityBusy(array: ArrayStatus): boolean | null {
	const status = array.parity_check_status?.toLowerCase();
	if (status === undefined) return array.parity_check_running ?? null;
	return busy.has(status) || array.parity_check_running === true;
}

const size = { icon: 'mdi:harddisk', enabled: false } as const;

/** The disk array with its parity. */
export const array = subject<World, ArrayStatus>({
	subject: 'array',
	from: ['array_status_update'],
	items: (world) => (world.array_status_update ? [world.array_status_update] : null),
	rows: [
		{
			key: 'usage',
			platform: 'sensor',
			name: 'Array Usage',
			unit: '%',
			stateClass: 'measurement',
			precision: 1,
			icon: 'mdi:harddisk',
			from: ['used_percent', 'total_bytes', 'free_bytes', 'state', 'num_disks', 'num_data_disks', 'num_parity_disks'],
			value: (item) =>
				typeof item.used_percent === 'number' ? round(item.used_percent, 1) : shareOf(usedOf(item), item.total_bytes),
			when: (item) => typeof item.used_percent === 'number' || typeof item.total_bytes === 'number',
			attributes: {
				array_state: 'state',
				num_disks: 'num_disks',
				num_data_disks: 'num_data_disks',
				num_parity_disks: 'num_parity_disks',
				total_capacity: (item) => formatBytes(item.total_bytes),
				used_space: (item) => formatBytes(usedOf(item)),
				free_space: (item) => formatBytes(item.free_bytes),
			},
		},
		percent({
			key: 'parity_progress',
			name: 'Parity Check Progress',
			category: 'diagnostic',
			icon: 'mdi:sync',
			field: ['parity_check_progress', 'sync_percent'],
		}),
		binary({
			key: 'started',
			name: 'Array Started',
			deviceClass: 'running',
			category: 'diagnostic',
			icon: 'mdi:harddisk',
			from: ['state'],
			is: (item) => (stateOf(item) === null ? null : stateOf(item) === 'started'),
		}),
		binary({
			key: 'parity_check_running',
			name: 'Parity Check Running',
			deviceClass: 'running',
			category: 'diagnostic',
			icon: 'mdi:shield-check',
			from: ['parity_check_status', 'parity_check_running', 'num_parity_disks'],
			is: parityBusy,
			when: hasParity,
			attributes: {
				parity_check_status: (item) => (item.parity_check_status === '' ? 'idle' : item.parity_check_status),
				is_paused: (item) => item.parity_check_status?.toLowerCase() === 'paused',
			},
		}),
		binary({
			// As in the integration, on means that there is a problem: the class asks for it, whatever the name says.
			key: 'parity_valid',
			name: 'Parity Valid',
			deviceClass: 'problem',
			category: 'diagnostic',
			icon: 'mdi:shield-check',
			from: ['parity_valid', 'num_parity_disks'],
			is: (item) => (typeof item.parity_valid === 'boolean' ? !item.parity_valid : null),
			when: hasParity,
		}),
		bytes({ ...size, key: 'free', name: 'Array Free', field: 'free_bytes' }),
		bytes({ ...size, key: 'total', name: 'Array Total', category: 'diagnostic', field: 'total_bytes' }),
	],
});
