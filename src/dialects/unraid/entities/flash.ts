import { subject } from '../../../model/description';
import { binary, numeric, round } from '../../../model/presets';
import { formatBytes, shareOf } from './format';
import type { DataOf, World } from './items';

type Flash = DataOf<'flash'>;

/** Fuller than this is a problem: Unraid writes its configuration there. */
const fullPercent = 90;

const usageOf = ({ usage_percent: usage, used_bytes: used, size_bytes: size }: Flash) =>
	typeof usage === 'number' ? usage : shareOf(used, size);

/** The flash drive that Unraid boots from. */
export const flash = subject<World, Flash>({
	subject: 'flash',
	from: ['flash'],
	items: (world) => (world.flash ? [world.flash] : null),
	rows: [
		{
			key: 'usage',
			platform: 'sensor',
			name: 'Flash Usage',
			unit: '%',
			stateClass: 'measurement',
			precision: 1,
			icon: 'mdi:usb-flash-drive',
			from: ['usage_percent', 'used_bytes', 'size_bytes', 'free_bytes', 'guid', 'vendor'],
			value: (item) => {
				const usage = usageOf(item);
				return usage === null ? null : round(usage, 1);
			},
			attributes: {
				total_size: (item) => formatBytes(item.size_bytes),
				used_size: (item) => formatBytes(item.used_bytes),
				free_size: (item) => formatBytes(item.free_bytes),
				guid: 'guid',
				vendor: 'vendor',
			},
		},
		numeric({
			key: 'free_space',
			name: 'Flash Free Space',
			unit: 'MB',
			deviceClass: 'data_size',
			precision: 1,
			divide: 1_000_000,
			decimals: 1,
			icon: 'mdi:usb-flash-drive-outline',
			field: 'free_bytes',
		}),
		binary({
			// As in the integration, on means that there is a problem: the class asks for it, whatever the name says.
			key: 'healthy',
			name: 'Flash Healthy',
			deviceClass: 'problem',
			category: 'diagnostic',
			icon: 'mdi:usb-flash-drive',
			from: ['usage_percent', 'used_bytes', 'size_bytes', 'smart_available', 'smart_status', 'model'],
			is: (item) => {
				const usage = usageOf(item);
				return usage === null ? null : usage >= fullPercent;
			},
			attributes: {
				usage_percent: (item) => usageOf(item) ?? undefined,
				smart_available: 'smart_available',
				smart_status: 'smart_status',
				model: 'model',
			},
		}),
	],
});
