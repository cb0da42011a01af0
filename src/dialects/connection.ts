import { type Connection, connectionType, type Subject, subject, type World } from '../model/description';

/**
 * Whether the endpoint is connected, for protocols that have no word of their own for it: the one entity that is there, and available, while the
 * server is not. Without it nobody could be told of a server that was away when this program started.
 * @param name the subject that it belongs to
 * @param sign the event type that the server certainly sends at an interval, if any: an open socket without it is silent too
 */
export function connection(name: string, sign?: string): Subject {
	return subject<World & { readonly [connectionType]?: Connection }, Connection>({
		subject: name,
		from: sign === undefined ? [connectionType] : [sign, connectionType],
		items: ({ [connectionType]: link }) => (link ? [link] : null),
		rows: [
			{
				key: 'connected',
				platform: 'binary_sensor',
				name: 'Connected',
				deviceClass: 'connectivity',
				category: 'diagnostic',
				always: true,
				from: ['open'],
				value: ({ open }) => (open ? 'on' : 'off'),
			},
		],
	});
}
