import { type Row, subject } from '../../../model/description';
import { event, total } from '../../../model/presets';
import { roles, type Severity, severities } from '../facts';
import type { AgentsApiWorld, Alerts, Conversations } from '../pictures';
import { moment } from './moment';

/** What is said in the conversations whose rooms were named. */
export const conversations = subject<AgentsApiWorld, Conversations>({
	subject: 'conversations',
	from: ['conversations'],
	items: (world) => (world.conversations ? [world.conversations] : null),
	rows: [
		event({
			key: 'message',
			name: 'Conversation Message',
			icon: 'mdi:message-text',
			options: roles,
			from: ['happenings'],
			happenings: ({ happenings }) => happenings,
		}),
		{
			key: 'last_message',
			platform: 'sensor',
			name: 'Last Message',
			deviceClass: 'timestamp',
			from: ['last'],
			value: ({ last }) => moment(last?.at ?? null),
			attributes: { conversation_id: ({ last }) => last?.conversation, role: ({ last }) => last?.role },
		},
		total({ key: 'messages', name: 'Messages', icon: 'mdi:message-badge', field: 'messages' }),
	],
});

const counted = (severity: Severity, name: string): Row<Alerts, AgentsApiWorld> =>
	total({ key: severity, name, icon: 'mdi:bell-badge', category: 'diagnostic', field: severity });

/** What the system warns of. */
export const alerts = subject<AgentsApiWorld, Alerts>({
	subject: 'alerts',
	from: ['alerts'],
	items: (world) => (world.alerts ? [world.alerts] : null),
	rows: [
		event({
			key: 'alert',
			name: 'Alert',
			icon: 'mdi:bell-ring',
			options: severities,
			from: ['happenings'],
			happenings: ({ happenings }) => happenings,
		}),
		{
			key: 'last_alert',
			platform: 'sensor',
			name: 'Last Alert',
			icon: 'mdi:bell-alert',
			from: ['last'],
			value: ({ last }) => last?.message ?? null,
			attributes: { severity: ({ last }) => last?.severity, time: ({ last }) => moment(last?.at ?? null) },
		},
		counted('info', 'Alerts Info'),
		counted('warning', 'Alerts Warning'),
		counted('error', 'Alerts Error'),
		counted('critical', 'Alerts Critical'),
		counted('other', 'Alerts Other'),
	],
});
