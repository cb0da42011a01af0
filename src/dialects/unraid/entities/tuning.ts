import { subject } from '../../../model/description';
import { binary, numeric } from '../../../model/presets';
import type { DataOf, World } from './items';

type Tuning = DataOf<'tuning_update'>;

/** What the kernel is set to, flat. */
interface Settings {
	readonly turbo: Tuning['turbo_boost'];
	readonly dirty: number | null | undefined;
	readonly background: number | null | undefined;
	readonly writeback: number | null | undefined;
	readonly expire: number | null | undefined;
	readonly watches: number | null | undefined;
	readonly instances: number | null | undefined;
	readonly queued: number | null | undefined;
}

function settingsOf({ tuning_update: tuning }: World): readonly Settings[] | null {
	if (!tuning) return null;
	const { turbo_boost: turbo, disk_cache: cache, inotify } = tuning;
	return [
		{
			turbo,
			dirty: cache?.dirty_ratio,
			background: cache?.dirty_background_ratio,
			writeback: cache?.dirty_writeback_centisecs,
			expire: cache?.dirty_expire_centisecs,
			watches: inotify?.max_user_watches,
			instances: inotify?.max_user_instances,
			queued: inotify?.max_queued_events,
		},
	];
}

const setting = { category: 'diagnostic', icon: 'mdi:tune', enabled: false } as const;
const seconds = { ...setting, unit: 's', deviceClass: 'duration', divide: 100, decimals: 2 } as const;

/** What the kernel is tuned to. */
export const tuning = subject<World, Settings>({
	subject: 'tuning',
	from: ['tuning_update'],
	items: settingsOf,
	rows: [
		binary({
			...setting,
			key: 'turbo_boost',
			name: 'Turbo Boost',
			icon: 'mdi:rocket-launch',
			from: ['turbo'],
			is: ({ turbo }) => turbo?.enabled ?? null,
			when: ({ turbo }) => turbo?.available === true,
			attributes: { vendor: ({ turbo }) => turbo?.vendor },
		}),
		numeric({ ...setting, key: 'dirty_ratio', name: 'Disk Cache Dirty Ratio', unit: '%', field: 'dirty' }),
		numeric({
			...setting,
			key: 'dirty_background_ratio',
			name: 'Disk Cache Dirty Background Ratio',
			unit: '%',
			field: 'background',
		}),
		numeric({ ...seconds, key: 'dirty_writeback', name: 'Disk Cache Writeback Interval', field: 'writeback' }),
		numeric({ ...seconds, key: 'dirty_expire', name: 'Disk Cache Expire Time', field: 'expire' }),
		numeric({
			...setting,
			key: 'inotify_watches',
			name: 'Inotify Max Watches',
			field: 'watches',
			reads: ['instances', 'queued'],
			attributes: { max_user_instances: 'instances', max_queued_events: 'queued' },
		}),
	],
});
