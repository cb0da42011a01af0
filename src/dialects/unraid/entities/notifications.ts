import { type Happening, type Row, subject } from '../../../model/description';
import type { AttributeValue } from '../../../model/entity';
import { event } from '../../../model/presets';
import { parseTime } from '../../../model/time';
import { type DataOf, listed, type World } from './items';

type Notifications = DataOf<'notifications_update'>;
type Notification = NonNullable<NonNullable<Notifications['notifications']>[number]>;

const importances = ['info', 'warning', 'alert'] as const;

/** Unraid writes `normal` for what is merely of interest. */
const importanceOf = (notification: Notification) =>
	importances.find((word) => word === notification.importance) ?? 'info';

function happening(notification: Notification): Happening {
	const { id, title, subject: about, description, importance, link, timestamp } = notification;
	const shown = { id, title, subject: about, description, importance, link, timestamp };
	const attributes: { [name: string]: AttributeValue } = {};
	for (const [name, value] of Object.entries(shown)) if (value) attributes[name] = value;
	return { id: id ?? '', type: importanceOf(notification), at: parseTime(timestamp) ?? 0, attributes };
}

const unread = (word: (typeof importances)[number], icon: string): Row<Notifications, World> => ({
	key: `unread_${word}`,
	platform: 'sensor',
	name: `Notifications Unread ${word[0]?.toUpperCase()}${word.slice(1)}`,
	stateClass: 'measurement',
	category: 'diagnostic',
	icon,
	from: ['overview'],
	value: ({ overview }) => overview?.unread?.[word] ?? null,
});

/** What Unraid tells its owner. */
export const notifications = subject<World, Notifications>({
	subject: 'notifications',
	from: ['notifications_update'],
	items: (world) => (world.notifications_update ? [world.notifications_update] : null),
	rows: [
		{
			key: 'unread',
			platform: 'sensor',
			name: 'Notifications',
			stateClass: 'measurement',
			category: 'diagnostic',
			icon: 'mdi:bell',
			from: ['overview', 'notifications'],
			value: ({ overview, notifications: list }) => overview?.unread?.total ?? listed(list)?.length ?? null,
			attributes: {
				unread_count: ({ overview }) => overview?.unread?.total,
				total_count: ({ overview, notifications: list }) =>
					overview ? (overview.unread?.total ?? 0) + (overview.archive?.total ?? 0) : listed(list)?.length,
				recent_notifications: ({ notifications: list }) =>
					(listed(list) ?? [])
						.slice(0, 5)
						.map(({ subject: about, importance }) => ({ subject: about ?? null, importance: importance ?? null })),
			},
		},
		unread('info', 'mdi:information'),
		unread('warning', 'mdi:alert'),
		unread('alert', 'mdi:alert-circle'),
		event({
			key: 'event',
			name: 'Notification',
			icon: 'mdi:bell-ring',
			options: importances,
			from: ['notifications'],
			// What is archived when it is first seen was dealt with already.
			happenings: ({ notifications: list }) =>
				(listed(list) ?? []).filter(({ id, type }) => id && type !== 'archive').map(happening),
		}),
	],
});
