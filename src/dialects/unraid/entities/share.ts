import { subject } from '../../../model/description';
import { bytes, round } from '../../../model/presets';
import { formatBytes, shareOf } from './format';
import { type ItemOf, listed, type World } from './items';

type Share = ItemOf<'share_list_update'>;

const totalOf = (share: Share) => share.total_bytes ?? share.size_bytes;

/** User shares. Natural key: the name. */
export const share = subject<World, Share>({
	subject: 'share',
	from: ['share_list_update'],
	items: (world) => listed(world.share_list_update),
	key: (item) => item.name ?? '',
	label: (item) => item.name ?? '',
	rows: [
		{
			key: 'usage',
			platform: 'sensor',
			name: 'Share {label} Usage',
			short: 'Usage',
			unit: '%',
			stateClass: 'measurement',
			precision: 1,
			icon: 'mdi:folder-network',
			from: [
				'usage_percent',
				'used_bytes',
				'free_bytes',
				'total_bytes',
				'size_bytes',
				'name',
				'use_cache',
				'cache_pool',
				'mover_action',
			],
			value: (item) =>
				typeof item.usage_percent === 'number' ? round(item.usage_percent, 1) : shareOf(item.used_bytes, totalOf(item)),
			attributes: {
				share_name: 'name',
				total_size: (item) => formatBytes(totalOf(item)),
				used_size: (item) => formatBytes(item.used_bytes),
				free_size: (item) => formatBytes(item.free_bytes),
				use_cache: 'use_cache',
				cache_pool: 'cache_pool',
				mover_action: 'mover_action',
			},
		},
		bytes({
			key: 'used',
			name: 'Share {label} Used',
			short: 'Used',
			icon: 'mdi:folder-network',
			enabled: false,
			field: 'used_bytes',
			reads: ['comment', 'storage', 'security', 'smb_export', 'nfs_export'],
			attributes: {
				comment: 'comment',
				storage: 'storage',
				security: 'security',
				smb_export: 'smb_export',
				nfs_export: 'nfs_export',
			},
		}),
		bytes({
			key: 'free',
			name: 'Share {label} Free',
			short: 'Free',
			icon: 'mdi:folder-network',
			enabled: false,
			field: 'free_bytes',
		}),
	],
});
