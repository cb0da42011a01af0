import { type Happening, type Row, subject } from '../../../model/description';
import { event } from '../../../model/presets';
import type { AutosdlcWorld } from '../tracker';
import { type Bulletins, logLevels, phaseEvents, workflowEvents } from '../tracker/bulletins';
import { severities } from '../tracker/part';

type World = AutosdlcWorld;

/** The newest alert or notification: its title, or else its sentence. */
const last = (
	field: 'lastAlert' | 'lastNotification',
	row: Pick<Row<Bulletins, World>, 'key' | 'name' | 'icon'>,
): Row<Bulletins, World> => {
	const shown = (happening: Happening | null) => happening?.attributes ?? {};
	return {
		...row,
		platform: 'sensor',
		from: [field],
		when: (item) => item[field] !== null,
		value: (item) => {
			const { title, message } = shown(item[field]);
			const text = title ?? message;
			return typeof text === 'string' ? text : null;
		},
		attributes: {
			severity: (item) => item[field]?.type,
			message: (item) => shown(item[field]).message,
			component: (item) => shown(item[field]).component,
			time: (item) => (item[field] ? new Date(item[field].at).toISOString() : undefined),
		},
	};
};

/** What people should hear of. */
export const system = subject<World, Bulletins>({
	subject: 'system',
	from: ['bulletins'],
	items: ({ bulletins }) => (bulletins ? [bulletins] : null),
	rows: [
		last('lastAlert', { key: 'last_alert', name: 'Last Alert', icon: 'mdi:alert-outline' }),
		last('lastNotification', { key: 'last_notification', name: 'Last Notification', icon: 'mdi:bell-outline' }),
		event({
			key: 'alert',
			name: 'Alert',
			icon: 'mdi:alert',
			options: severities,
			from: ['alerts'],
			happenings: ({ alerts }) => alerts,
		}),
		event({
			key: 'notification',
			name: 'Notification',
			icon: 'mdi:bell-ring',
			options: severities,
			from: ['notifications'],
			happenings: ({ notifications }) => notifications,
		}),
		event({
			key: 'agent_error',
			name: 'Agent Error',
			icon: 'mdi:robot-dead',
			options: severities,
			from: ['errors'],
			happenings: ({ errors }) => errors,
		}),
		event({
			key: 'workflow',
			name: 'Workflow',
			icon: 'mdi:sitemap',
			options: workflowEvents,
			from: ['workflows'],
			happenings: ({ workflows }) => workflows,
		}),
		event({
			key: 'tdd_phase',
			name: 'TDD Phase',
			icon: 'mdi:traffic-light',
			options: phaseEvents,
			from: ['phases'],
			happenings: ({ phases }) => phases,
		}),
		event({
			key: 'agent_log',
			name: 'Agent Log',
			icon: 'mdi:text-box-outline',
			options: logLevels,
			enabled: false,
			from: ['logs'],
			happenings: ({ logs }) => logs,
		}),
	],
});
