import { subject } from '../../../model/description';
import { numeric, total } from '../../../model/presets';
import type { AgentsApiWorld, Errors } from '../pictures';
import { moment } from './moment';

type Acknowledgment = NonNullable<AgentsApiWorld['heartbeat_ack']>;

/** Whether the server answers: goes unavailable when its acknowledgments stop. */
export const heartbeat = subject<AgentsApiWorld, Acknowledgment>({
	subject: 'heartbeat',
	from: ['heartbeat_ack'],
	items: (world) => (world.heartbeat_ack ? [world.heartbeat_ack] : null),
	rows: [
		numeric({
			key: 'latency',
			name: 'Heartbeat Latency',
			unit: 'ms',
			deviceClass: 'duration',
			category: 'diagnostic',
			icon: 'mdi:timer-outline',
			field: 'latency_ms',
			decimals: 0,
			deadband: 20,
		}),
	],
});

/** What the server could not do for us. */
export const errors = subject<AgentsApiWorld, Errors>({
	subject: 'errors',
	from: ['errors'],
	items: (world) => (world.errors ? [world.errors] : null),
	rows: [
		total({ key: 'total', name: 'Server Errors', icon: 'mdi:server-off', category: 'diagnostic', field: 'errors' }),
		{
			key: 'last_error',
			platform: 'sensor',
			name: 'Last Server Error',
			icon: 'mdi:message-alert',
			category: 'diagnostic',
			from: ['last'],
			value: ({ last }) => last?.message ?? null,
			attributes: { time: ({ last }) => moment(last?.at ?? null) },
		},
	],
});
