import {
	type Command,
	type Parameter,
	type Parameters,
	type ParameterValue,
	type Risk,
	restPath,
} from '../../model/command';
import type { Request, World } from '../../model/description';
import { AgentStreamError } from '../../model/errors';
import { listed } from './entities/items';
import type { UnraidWorld } from './schemas';

// Everything that the agent can be told, with the method, path and body that it accepts: Home Assistant's own integration gets some wrong.

const containers = 'container_list_update';
const machines = 'vm_list_update';
const array = 'array_status_update';
const notifications = 'notifications_update';
const fans = 'fan_control_update';
/** What REST tells of plugins: the stream has only a summary, without a path of its own. */
const plugins = ['plugins', 'updates'];
const tuning = 'tuning_update';

const newest = (world: World) => world as UnraidWorld;

/** The agent takes 12 or 64 hex digits only, and the id changes whenever a container is made anew. */
function containerId(value: string, world: World): string | null {
	if (/^([0-9a-f]{12}|[0-9a-f]{64})$/.test(value)) return value;
	return listed(newest(world)[containers])?.find(({ name }) => name === value)?.id ?? null;
}

/** The agent finds a machine by its name, not by its id. */
function machineName(value: string, world: World): string | null {
	const list = listed(newest(world)[machines]) ?? [];
	return list.find(({ id, name }) => name === value || (id && id === value))?.name ?? null;
}

function fanId(value: string, world: World): string | null {
	const list = listed(newest(world)[fans]?.fans) ?? [];
	return list.find(({ id, name }) => id === value || name === value)?.id ?? null;
}

const container: Parameter = { name: 'container', about: 'name or id', type: 'text', resolve: containerId };
const vm: Parameter = { name: 'vm', about: 'name or id', type: 'text', resolve: machineName };
const fan: Parameter = { name: 'fan', about: 'id or name', type: 'text', resolve: fanId };
const name = (about: string): Parameter => ({ name: 'name', about, type: 'text' });
const id: Parameter = { name: 'id', about: 'its id', type: 'text' };
const enabled: Parameter = { name: 'enabled', about: 'true or false', type: 'boolean' };
const body = (about: string, required = true): Parameter => ({ name: 'body', about, type: 'object', required });

const kernelNumber = (each: string, required: boolean): Parameter => ({
	name: each,
	about: 'as the kernel counts it',
	type: 'integer',
	range: [0, 2_147_483_647],
	required,
});

const bodyOf = (parameters: Parameters): Pick<Request, 'body'> =>
	typeof parameters.body === 'object' ? { body: parameters.body as Record<string, unknown> } : {};

/** Only the parameters that were given. */
function given(parameters: Parameters, ...names: readonly string[]): Record<string, unknown> {
	return Object.fromEntries(
		names.flatMap((each) => (parameters[each] === undefined ? [] : [[each, parameters[each]]])),
	);
}

/** A call without parameters. */
const plain = (
	group: string,
	key: string,
	title: string,
	risk: Risk,
	path: string,
	changes: readonly string[] = [],
	more: Partial<Request> = {},
): Command<Request> => ({
	name: key,
	title,
	group,
	risk,
	parameters: [],
	request: () => ({ method: 'POST', path, changes, ...more }),
});

const ofContainer = (action: string, title: string, risk: Risk, word = action): Command<Request> => ({
	name: `container_${action}`,
	title,
	group: 'container',
	risk,
	parameters: [container],
	request: (p) => ({ method: 'POST', path: restPath`/docker/${p.container}/${word}`, changes: [containers] }),
});

const ofMachine = (action: string, title: string, risk: Risk, more: Partial<Request> = {}): Command<Request> => ({
	name: `vm_${action.replaceAll('-', '_')}`,
	title,
	group: 'vm',
	risk,
	parameters: [vm],
	request: (p) => ({ method: 'POST', path: restPath`/vm/${p.vm}/${action}`, changes: [machines], ...more }),
});

/** The agent says nothing while it goes down: whoever asked is told, for the system's status. */
const ofSystem = (action: 'shutdown' | 'reboot', title: string): Command<Request> =>
	plain('system', `system_${action}`, title, 'destructive', `/system/${action}`, [], {
		announces: { type: 'action_requested', data: { action } },
	});

/** Every command of the agent, in the order in which people look for them. */
export const commands: readonly Command<Request>[] = [
	ofContainer('start', 'Start container', 'low'),
	ofContainer('stop', 'Stop container', 'medium'),
	ofContainer('restart', 'Restart container', 'medium'),
	ofContainer('pause', 'Pause container', 'low'),
	ofContainer('resume', 'Resume container', 'low', 'unpause'),
	{
		name: 'container_remove',
		title: 'Remove container',
		group: 'container',
		risk: 'destructive',
		parameters: [
			container,
			{ name: 'remove_image', about: 'its image too (default false)', type: 'boolean', required: false },
		],
		request: (p) => ({
			method: 'POST',
			path: restPath`/docker/${p.container}/remove`,
			body: { confirm: true, remove_image: p.remove_image ?? false },
			changes: [containers],
		}),
	},
	{
		name: 'container_set_autostart',
		title: 'Set container autostart',
		group: 'container',
		risk: 'low',
		parameters: [container, enabled],
		request: (p) => ({
			method: 'POST',
			path: restPath`/docker/${p.container}/autostart`,
			body: { enabled: p.enabled, confirm: true },
		}),
	},
	ofContainer('update', 'Update container (pull its image, make it anew)', 'high'),
	plain('container', 'container_update_all', 'Update all containers', 'high', '/docker/update-all', [containers]),
	plain('container', 'container_updates_refresh', 'Look for container updates', 'low', '/docker/updates/refresh', [
		containers,
	]),
	ofMachine('start', 'Start VM', 'low'),
	ofMachine('stop', 'Stop VM', 'medium'),
	ofMachine('restart', 'Restart VM', 'medium'),
	ofMachine('pause', 'Pause VM', 'low'),
	ofMachine('resume', 'Resume VM', 'low'),
	ofMachine('hibernate', 'Hibernate VM', 'medium'),
	ofMachine('force-stop', 'Force stop VM', 'high'),
	ofMachine('reset', 'Reset VM', 'high', { body: { confirm: true } }),
	{
		...ofMachine('clone', 'Clone VM', 'medium'),
		parameters: [vm, body('what the agent wants to know of the clone', false)],
		request: (p) => ({ method: 'POST', path: restPath`/vm/${p.vm}/clone`, ...bodyOf(p), changes: [machines] }),
	},
	{
		...ofMachine('snapshot', 'Take VM snapshot', 'low'),
		parameters: [vm, body('what the agent wants to know of the snapshot', false)],
		request: (p) => ({ method: 'POST', path: restPath`/vm/${p.vm}/snapshot`, ...bodyOf(p), changes: [machines] }),
	},
	{
		name: 'vm_snapshot_delete',
		title: 'Delete VM snapshot',
		group: 'vm',
		risk: 'high',
		parameters: [vm, { name: 'snapshot', about: 'its name', type: 'text' }],
		request: (p) => ({ method: 'DELETE', path: restPath`/vm/${p.vm}/snapshots/${p.snapshot}` }),
	},
	{
		name: 'vm_snapshot_restore',
		title: 'Restore VM snapshot',
		group: 'vm',
		risk: 'destructive',
		parameters: [vm, { name: 'snapshot', about: 'its name', type: 'text' }],
		request: (p) => ({
			method: 'POST',
			path: restPath`/vm/${p.vm}/snapshots/${p.snapshot}/restore`,
			changes: [machines],
		}),
	},
	plain('array', 'array_start', 'Start array', 'medium', '/array/start', [array]),
	plain('array', 'array_stop', 'Stop array', 'high', '/array/stop', [array]),
	plain('array', 'array_clear_disk_stats', 'Clear array disk stats', 'low', '/array/clear-disk-stats', [], {
		body: { confirm: true },
	}),
	{
		name: 'parity_check_start',
		title: 'Start parity check',
		group: 'array',
		risk: 'medium',
		parameters: [{ name: 'correcting', about: 'writes corrections (default false)', type: 'boolean', required: false }],
		request: (p) => ({
			method: 'POST',
			path: `/array/parity-check/start${p.correcting ? '?correcting=true' : ''}`,
			changes: [array],
		}),
	},
	plain('array', 'parity_check_stop', 'Stop parity check', 'medium', '/array/parity-check/stop', [array]),
	plain('array', 'parity_check_pause', 'Pause parity check', 'low', '/array/parity-check/pause', [array]),
	plain('array', 'parity_check_resume', 'Resume parity check', 'low', '/array/parity-check/resume', [array]),
	ofSystem('shutdown', 'Shut down the server'),
	ofSystem('reboot', 'Reboot the server'),
	{
		name: 'remote_share_mount',
		title: 'Mount remote share',
		group: 'share',
		risk: 'low',
		parameters: [{ name: 'source', about: 'as the agent lists it: //server/share', type: 'text' }],
		request: (p) => ({
			method: 'POST',
			path: '/unassigned/remote-shares/mount',
			body: { source: p.source },
			changes: ['unassigned_devices_update'],
		}),
	},
	{
		name: 'remote_share_unmount',
		title: 'Unmount remote share',
		group: 'share',
		risk: 'medium',
		parameters: [{ name: 'source', about: 'as the agent lists it: //server/share', type: 'text' }],
		request: (p) => ({
			method: 'POST',
			path: '/unassigned/remote-shares/unmount',
			body: { source: p.source },
			changes: ['unassigned_devices_update'],
		}),
	},
	{
		name: 'share_config',
		title: 'Change a share',
		group: 'share',
		risk: 'high',
		parameters: [name('the share'), body('its settings')],
		request: (p) => ({ method: 'POST', path: restPath`/shares/${p.name}/config`, ...bodyOf(p) }),
	},
	{
		name: 'user_script_execute',
		title: 'Run user script',
		group: 'user script',
		risk: 'high',
		parameters: [name('the script')],
		// In the background: the agent would answer only when the script has ended.
		request: (p) => ({
			method: 'POST',
			path: restPath`/user-scripts/${p.name}/execute`,
			body: { background: true, wait: false },
		}),
	},
	{
		name: 'notification_create',
		title: 'Create notification',
		group: 'notification',
		risk: 'low',
		parameters: [body('the notification: title, subject, description, importance')],
		request: (p) => ({ method: 'POST', path: '/notifications', ...bodyOf(p), changes: [notifications] }),
	},
	plain('notification', 'notifications_archive_all', 'Archive all notifications', 'low', '/notifications/archive/all', [
		notifications,
	]),
	{
		name: 'notification_archive',
		title: 'Archive notification',
		group: 'notification',
		risk: 'low',
		parameters: [id],
		request: (p) => ({ method: 'POST', path: restPath`/notifications/${p.id}/archive`, changes: [notifications] }),
	},
	{
		name: 'notification_unarchive',
		title: 'Take notification back from the archive',
		group: 'notification',
		risk: 'low',
		parameters: [id],
		request: (p) => ({ method: 'POST', path: restPath`/notifications/${p.id}/unarchive`, changes: [notifications] }),
	},
	{
		name: 'notification_delete',
		title: 'Delete notification',
		group: 'notification',
		risk: 'medium',
		parameters: [id],
		request: (p) => ({ method: 'DELETE', path: restPath`/notifications/${p.id}`, changes: [notifications] }),
	},
	{
		name: 'plugin_update',
		title: 'Update plugin',
		group: 'plugin',
		risk: 'high',
		parameters: [name('the plugin')],
		request: (p) => ({ method: 'POST', path: restPath`/plugins/${p.name}/update`, changes: plugins }),
	},
	plain('plugin', 'plugin_update_all', 'Update all plugins', 'high', '/plugins/update-all', plugins),
	plain('plugin', 'plugin_updates_refresh', 'Look for plugin updates', 'low', '/plugins/updates/refresh', plugins),
	{
		name: 'service_control',
		title: 'Start, stop or restart a service',
		group: 'system',
		risk: 'high',
		parameters: [
			{
				...name('the service'),
				options: ['docker', 'libvirt', 'smb', 'nfs', 'ftp', 'sshd', 'nginx', 'syslog', 'ntpd', 'avahi', 'wireguard'],
			},
			{ name: 'action', about: 'what to do', type: 'text', options: ['start', 'stop', 'restart'] },
		],
		request: (p) => ({
			method: 'POST',
			path: restPath`/services/${p.name}/${p.action}`,
			changes: ['services', 'network_services'],
		}),
	},
	{
		name: 'system_settings',
		title: 'Change system settings',
		group: 'system',
		risk: 'high',
		parameters: [body('the settings')],
		request: (p) => ({ method: 'POST', path: '/settings/system', ...bodyOf(p) }),
	},
	{
		name: 'fan_speed',
		title: 'Set fan speed',
		group: 'fan',
		risk: 'medium',
		parameters: [fan, { name: 'percent', about: 'of full power', type: 'integer', range: [0, 100] }],
		request: (p) => ({
			method: 'POST',
			path: '/fans/speed',
			body: { fan_id: p.fan, pwm_percent: p.percent },
			changes: [fans],
		}),
	},
	{
		name: 'fan_mode',
		title: 'Set fan mode',
		group: 'fan',
		risk: 'medium',
		parameters: [fan, { name: 'mode', about: 'who decides', type: 'text', options: ['automatic', 'manual'] }],
		request: (p) => ({ method: 'POST', path: '/fans/mode', body: { fan_id: p.fan, mode: p.mode }, changes: [fans] }),
	},
	{
		name: 'fan_profile',
		title: 'Set fan profile',
		group: 'fan',
		risk: 'medium',
		parameters: [
			fan,
			{ name: 'profile_name', about: 'the profile', type: 'text' },
			{ name: 'temp_sensor_path', about: 'the sensor that it follows', type: 'text', required: false },
			{ name: 'source', about: 'what it follows', type: 'object', required: false },
		],
		request: (p) => ({
			method: 'POST',
			path: '/fans/profile',
			body: { fan_id: p.fan, ...given(p, 'profile_name', 'temp_sensor_path', 'source') },
			changes: [fans],
		}),
	},
	{
		name: 'fan_profile_create',
		title: 'Create fan profile',
		group: 'fan',
		risk: 'low',
		parameters: [
			name('of the profile'),
			{ name: 'description', about: 'what it is for', type: 'text', required: false },
			{ name: 'curve_points', about: 'list of {temp_celsius, speed_percent}', type: 'list' },
		],
		request: (p) => ({
			method: 'POST',
			path: '/fans/profile/create',
			body: given(p, 'name', 'description', 'curve_points'),
			changes: [fans],
		}),
	},
	plain('fan', 'fan_defaults', 'Give all fans back to the board', 'medium', '/fans/defaults', [fans]),
	{
		name: 'fan_config',
		title: 'Change fan control',
		group: 'fan',
		risk: 'medium',
		parameters: [body('its settings')],
		request: (p) => ({ method: 'PUT', path: '/fans/config', ...bodyOf(p), changes: [fans] }),
	},
	{
		name: 'cpu_governor',
		title: 'Set CPU governor',
		group: 'tuning',
		risk: 'medium',
		parameters: [{ name: 'governor', about: 'one of those that the system lists', type: 'text' }],
		request: (p) => ({
			method: 'POST',
			path: '/cpu/governor',
			body: { governor: p.governor },
			changes: ['system_update', tuning],
		}),
	},
	{
		name: 'tuning_turbo',
		title: 'Set CPU turbo',
		group: 'tuning',
		risk: 'medium',
		parameters: [enabled],
		request: (p) => ({ method: 'POST', path: '/tuning/turbo', body: { enabled: p.enabled }, changes: [tuning] }),
	},
	{
		name: 'tuning_disk_cache',
		title: 'Tune the disk cache',
		group: 'tuning',
		risk: 'medium',
		parameters: ['dirty_background_ratio', 'dirty_ratio', 'dirty_writeback_centisecs', 'dirty_expire_centisecs'].map(
			(each) => kernelNumber(each, false),
		),
		request: (p) => ({ method: 'POST', path: '/tuning/disk-cache', body: { ...p }, changes: [tuning] }),
	},
	{
		name: 'tuning_inotify',
		title: 'Tune inotify',
		group: 'tuning',
		risk: 'medium',
		parameters: ['max_user_watches', 'max_user_instances', 'max_queued_events'].map((each) => kernelNumber(each, true)),
		request: (p) => ({ method: 'POST', path: '/tuning/inotify', body: { ...p }, changes: [tuning] }),
	},
	{
		name: 'collector_enable',
		title: 'Turn a collector on',
		group: 'agent',
		risk: 'low',
		parameters: [name('the collector')],
		request: (p) => ({ method: 'POST', path: restPath`/collectors/${p.name}/enable` }),
	},
	{
		name: 'collector_disable',
		title: 'Turn a collector off',
		group: 'agent',
		risk: 'low',
		parameters: [name('the collector; not system')],
		request: (p) => ({ method: 'POST', path: restPath`/collectors/${p.name}/disable` }),
	},
	{
		name: 'collector_interval',
		title: 'Set how often a collector runs',
		group: 'agent',
		risk: 'low',
		parameters: [name('the collector'), { name: 'interval', about: 'seconds', type: 'integer', range: [5, 86_400] }],
		request: (p) => ({
			method: 'PATCH',
			path: restPath`/collectors/${p.name}/interval`,
			body: { interval: p.interval },
		}),
	},
	{
		name: 'mqtt_publish',
		title: "Publish by the agent's own MQTT client",
		group: 'agent',
		risk: 'medium',
		parameters: [
			{ name: 'topic', about: 'below its prefix', type: 'text' },
			{ name: 'payload', about: 'what to publish', type: 'text' },
			{ name: 'qos', about: '0, 1 or 2', type: 'integer', range: [0, 2], required: false },
			{ name: 'retained', about: 'the agent may decide otherwise', type: 'boolean', required: false },
		],
		request: (p) => ({ method: 'POST', path: '/mqtt/publish', body: given(p, 'topic', 'payload', 'qos', 'retained') }),
	},
	plain('agent', 'mqtt_test', "Test the agent's own MQTT client", 'low', '/mqtt/test'),
];

const byName = new Map(commands.map((command) => [command.name, command]));

/**
 * The command that an entity row carries out, by name.
 * @throws Error where there is none: a fault of the row
 */
export function commandNamed(wanted: string): Command<Request> {
	const found = byName.get(wanted);
	if (!found) throw new Error(`The table of commands lacks ${wanted}.`);
	return found;
}

/**
 * The request of a command, with parameters that the server itself sent.
 * @throws AgentStreamError COMMAND_REFUSED where it did not send one of them
 */
export function requestOf(
	wanted: string,
	parameters: { readonly [name: string]: ParameterValue | null | undefined },
): Request {
	const values: { [name: string]: ParameterValue } = {};
	for (const [each, value] of Object.entries(parameters)) {
		if (value === null || value === undefined || value === '') {
			throw new AgentStreamError(
				'COMMAND_REFUSED',
				`The command ${wanted} is refused: the server did not say its ${each}.`,
			);
		}
		values[each] = value;
	}
	return commandNamed(wanted).request(values);
}
