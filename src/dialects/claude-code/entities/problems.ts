import { subject } from '../../../model/description';
import { event, total } from '../../../model/presets';
import type { Problems } from '../pictures';
import { timeOf, type World } from './items';

const bad = { icon: 'mdi:alert-octagon', category: 'diagnostic' } as const;

/** Errors and resource alerts of the whole server. */
export const problems = subject<World, Problems>({
	subject: 'problem',
	from: ['problems'],
	kept: true,
	items: (world) => (world.problems ? [world.problems] : null),
	rows: [
		total({ ...bad, key: 'errors', name: 'Errors', field: 'errors' }),
		total({ ...bad, key: 'warning', name: 'Errors (Warning)', enabled: false, field: 'warning' }),
		total({ ...bad, key: 'error', name: 'Errors (Error)', enabled: false, field: 'error' }),
		total({ ...bad, key: 'critical', name: 'Errors (Critical)', enabled: false, field: 'critical' }),
		total({ ...bad, key: 'alerts', name: 'Resource Alerts', icon: 'mdi:gauge-full', field: 'alerts' }),
		{
			...bad,
			key: 'last_error',
			platform: 'sensor',
			name: 'Last Error',
			from: ['last'],
			value: ({ last }) => last?.code ?? null,
			attributes: {
				message: ({ last }) => last?.message,
				component: ({ last }) => last?.component,
				severity: ({ last }) => last?.severity,
				time: ({ last }) => timeOf(last?.at ?? null),
			},
		},
		event({
			key: 'error_event',
			name: 'Error',
			icon: 'mdi:alert-octagon',
			options: ['warning', 'error', 'critical'],
			from: ['errorEvents'],
			happenings: ({ errorEvents }) => errorEvents,
		}),
		event({
			key: 'alert_event',
			name: 'Resource Alert',
			icon: 'mdi:gauge-full',
			options: ['info', 'warning', 'critical', 'other'],
			from: ['alertEvents'],
			happenings: ({ alertEvents }) => alertEvents,
		}),
	],
});
