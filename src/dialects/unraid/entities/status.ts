import { subject } from '../../../model/description';
import type { State } from '../../../model/entity';
import { parseTime } from '../../../model/time';
import type { DataOf, World } from './items';
import { timeState } from './times';

type Action = DataOf<'action_requested'>;

/** A server that was asked to go down and still answers after this time has not obeyed. */
const obeysWithin = 15 * 60_000;

const states = [
	'online',
	'offline',
	'starting_array',
	'stopping_array',
	'array_stopped',
	'shutdown_requested',
	'shutting_down',
	'server_shutdown',
	'reboot_requested',
	'server_rebooting',
] as const;

/** What is known of the server's going up and down. */
interface Status {
	readonly open: boolean;
	/** Whether the stream is up: else what is known was polled. */
	readonly streaming: boolean;
	readonly array: string | null | undefined;
	/** What it was asked for and has not done yet. */
	readonly pending: Action | null;
}

/** A request is pending until the server came back, or did not go away in good time. */
function pendingOf({ action_requested: action, array_status_update: array, $connection: link }: World): Action | null {
	const asked = parseTime(action?.at);
	if (!action || asked === null) return null;
	if (link && link.opened > asked) return null;
	const seen = link?.open === false ? null : parseTime(array?.timestamp);
	return seen !== null && seen - asked > obeysWithin ? null : action;
}

function stateOf({ open, array, pending }: Status): State {
	const word = array?.toLowerCase();
	switch (pending?.action) {
		case 'shutdown':
			if (!open) return 'server_shutdown';
			if (word === 'stopping') return 'stopping_array';
			return word === 'stopped' ? 'shutting_down' : 'shutdown_requested';
		case 'reboot':
			if (!open || word === 'stopped') return 'server_rebooting';
			return word === 'stopping' ? 'stopping_array' : 'reboot_requested';
		default:
			if (!open) return 'offline';
	}
	if (word === 'starting') return 'starting_array';
	if (word === 'stopping') return 'stopping_array';
	return word === 'stopped' ? 'array_stopped' : 'online';
}

/** Whether the server is there: the one entity that stays available while it is not. */
export const status = subject<World, Status>({
	subject: 'server',
	from: ['array_status_update', 'action_requested', '$connection'],
	items: (world) => [
		{
			open: world.$connection?.open ?? true,
			streaming: (world.$connection?.open ?? true) && !world.$connection?.polling,
			array: world.array_status_update?.state,
			pending: pendingOf(world),
		},
	],
	rows: [
		{
			key: 'system_status',
			platform: 'sensor',
			name: 'System Status',
			deviceClass: 'enum',
			options: states,
			category: 'diagnostic',
			icon: 'mdi:server',
			always: true,
			from: ['open', 'streaming', 'array', 'pending'],
			value: stateOf,
			attributes: {
				websocket_connected: 'streaming',
				pending_action: ({ pending }) => pending?.action,
				action_message: ({ pending }) => pending?.message,
				action_requested_at: ({ pending }) => timeState(pending?.at) ?? undefined,
				array_state: 'array',
			},
		},
	],
});
