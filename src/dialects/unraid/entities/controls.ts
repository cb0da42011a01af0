import { isDestructive, type ParameterValue } from '../../../model/command';
import { type CommandDescription, type Row, subject } from '../../../model/description';
import type { State } from '../../../model/entity';
import { onOff } from '../../../model/presets';
import { commandNamed, requestOf } from '../commands';
import { type DataOf, type ItemOf, listed, type World } from './items';
import { pluginsOf } from './upkeep';

// Buttons, switches, numbers and updates that act on the server and show nothing else. What they send stands in `../commands.ts`.

type Container = ItemOf<'container_list_update'>;
type Vm = ItemOf<'vm_list_update'>;
type RemoteShare = NonNullable<NonNullable<DataOf<'unassigned_devices_update'>['remote_shares']>[number]>;
type Plugin = NonNullable<ReturnType<typeof pluginsOf>>[number];

type UserScript = ItemOf<'user_scripts'>;

type ControllableFan = NonNullable<NonNullable<DataOf<'fan_control_update'>['fans']>[number]>;
type ControlledFan = ControllableFan & { readonly key: string };

type Values = { readonly [name: string]: ParameterValue | null | undefined };

/** What a button or update does: one command, with what its item knows as parameters. */
function runs<I>(action: 'press' | 'install', command: string, parameters: (item: I) => Values): CommandDescription<I> {
	return {
		actions: { [action]: (item: I) => requestOf(command, parameters(item)) },
		destructive: isDestructive(commandNamed(command)),
	};
}

type ButtonSpec<I> = Pick<Row<I, World>, 'key' | 'name'> & Partial<Pick<Row<I, World>, 'short' | 'icon'>>;

const button = <I>(
	spec: ButtonSpec<I> & Partial<Row<I, World>>,
	command: string,
	parameters: (item: I) => Values = () => ({}),
): Row<I, World> => ({
	platform: 'button',
	from: [],
	value: () => null,
	...spec,
	command: runs('press', command, parameters),
});

/** Of use to few, and where the settings are. */
const quiet = { category: 'config', enabled: false } as const;

/** The array's own buttons. */
const arrayControls = subject<World, DataOf<'array_status_update'>>({
	subject: 'array',
	from: ['array_status_update'],
	items: (world) => (world.array_status_update ? [world.array_status_update] : null),
	rows: [
		button({ key: 'start', name: 'Start Array', icon: 'mdi:harddisk' }, 'array_start'),
		button({ key: 'stop', name: 'Stop Array', icon: 'mdi:harddisk' }, 'array_stop'),
		button(
			{
				key: 'clear_disk_stats',
				name: 'Clear Array Disk Stats',
				icon: 'mdi:database-remove',
				category: 'config',
			},
			'array_clear_disk_stats',
		),
		button({ key: 'parity_check_start', name: 'Start Parity Check', icon: 'mdi:shield-check' }, 'parity_check_start'),
		button({ key: 'parity_check_stop', name: 'Stop Parity Check', icon: 'mdi:shield-check' }, 'parity_check_stop'),
		button({ key: 'parity_check_pause', name: 'Pause Parity Check', icon: 'mdi:pause-circle' }, 'parity_check_pause'),
		button({ key: 'parity_check_resume', name: 'Resume Parity Check', icon: 'mdi:play-circle' }, 'parity_check_resume'),
	],
});

/** Shutting down and rebooting the whole server. */
const serverControls = subject<World, DataOf<'system_update'>>({
	subject: 'server',
	from: ['system_update'],
	items: (world) => (world.system_update ? [world.system_update] : null),
	rows: [
		button({ key: 'shutdown', name: 'Shutdown System', icon: 'mdi:power' }, 'system_shutdown'),
		button({ key: 'reboot', name: 'Reboot System', icon: 'mdi:restart' }, 'system_reboot'),
	],
});

/** What can be done with all notifications. */
const notificationControls = subject<World, DataOf<'notifications_update'>>({
	subject: 'notifications',
	from: ['notifications_update'],
	items: (world) => (world.notifications_update ? [world.notifications_update] : null),
	rows: [
		button(
			{ key: 'archive_all', name: 'Archive All Notifications', icon: 'mdi:archive-arrow-down' },
			'notifications_archive_all',
		),
	],
});

const containerId = (item: Container) => ({ container: item.id });

/** What can be done with a container besides starting and stopping it. */
const containerControls = subject<World, Container>({
	subject: 'container',
	ownDevice: true,
	from: ['container_list_update'],
	items: (world) => listed(world.container_list_update),
	key: (item) => item.name ?? '',
	label: (item) => item.name ?? '',
	rows: [
		button(
			{ key: 'restart', name: 'Restart {label}', short: 'Restart', icon: 'mdi:restart', ...quiet },
			'container_restart',
			containerId,
		),
		button(
			{ key: 'pause', name: 'Pause {label}', short: 'Pause', icon: 'mdi:pause', ...quiet },
			'container_pause',
			containerId,
		),
		button(
			{ key: 'resume', name: 'Resume {label}', short: 'Resume', icon: 'mdi:play', ...quiet },
			'container_resume',
			containerId,
		),
		{
			// The agent takes the setting and does not tell it: unknown, not off.
			key: 'autostart',
			platform: 'switch',
			name: 'Container {label} Autostart',
			short: 'Autostart',
			icon: 'mdi:rocket-launch',
			enabled: false,
			from: [],
			value: () => null,
			command: {
				actions: {
					on: (item) => requestOf('container_set_autostart', { container: item.id, enabled: true }),
					off: (item) => requestOf('container_set_autostart', { container: item.id, enabled: false }),
				},
			},
		},
		{
			key: 'update',
			platform: 'update',
			name: 'Container {label} Update',
			short: 'Update',
			icon: 'mdi:package-up',
			from: ['update_available', 'version', 'image'],
			when: (item) => typeof item.update_available === 'boolean',
			value: (item) => onOff(item.update_available),
			// Images have tags and digests, no versions that follow each other: it is enough to tell them apart.
			attributes: {
				installed_version: installedImage,
				latest_version: (item) => (item.update_available ? 'newer image' : installedImage(item)),
				title: 'image',
			},
			command: runs('install', 'container_update', containerId),
		},
	],
});

function installedImage(item: Container): string {
	return item.version || 'installed image';
}

const machineName = (item: Vm) => ({ vm: item.name });

/** What can be done with a machine besides starting it and shutting it down. */
const vmControls = subject<World, Vm>({
	subject: 'vm',
	ownDevice: true,
	from: ['vm_list_update'],
	items: (world) => listed(world.vm_list_update),
	key: (item) => item.id || item.name || '',
	label: (item) => item.name || item.id || '',
	rows: [
		button(
			{ key: 'force_stop', name: 'Force Stop {label}', short: 'Force Stop', icon: 'mdi:stop', ...quiet },
			'vm_force_stop',
			machineName,
		),
		button(
			{ key: 'restart', name: 'Restart {label}', short: 'Restart', icon: 'mdi:restart', ...quiet },
			'vm_restart',
			machineName,
		),
		button(
			{ key: 'pause', name: 'Pause {label}', short: 'Pause', icon: 'mdi:pause', ...quiet },
			'vm_pause',
			machineName,
		),
		button(
			{ key: 'resume', name: 'Resume {label}', short: 'Resume', icon: 'mdi:play', ...quiet },
			'vm_resume',
			machineName,
		),
		button(
			{ key: 'hibernate', name: 'Hibernate {label}', short: 'Hibernate', icon: 'mdi:power-sleep', ...quiet },
			'vm_hibernate',
			machineName,
		),
		button(
			{ key: 'reset', name: 'Reset {label}', short: 'Reset', icon: 'mdi:backup-restore', ...quiet },
			'vm_reset',
			machineName,
		),
	],
});

/** Fans that the agent can control. Natural key: the name that fan control gives them, made different where two have one. */
const fanControls = subject<World, ControlledFan>({
	subject: 'fan_control',
	from: ['fan_control_update'],
	items: (world) => (world.fan_control_update ? (listed(world.fan_control_update.fans) ?? []).map(named) : null),
	key: (item) => item.key.toLowerCase().replaceAll(' ', '-'),
	label: (item) => item.key,
	rows: [
		{
			key: 'speed',
			platform: 'number',
			name: 'Fan {label} Speed',
			short: 'Speed',
			unit: '%',
			category: 'config',
			icon: 'mdi:fan',
			range: { min: 0, max: 100, step: 1 },
			from: ['pwm_percent', 'id', 'rpm', 'pwm_value', 'controllable'],
			when: ({ id, controllable }) => Boolean(id) && controllable !== false,
			value: ({ pwm_percent: percent }): State => percent ?? null,
			attributes: { fan_id: 'id', rpm: 'rpm', pwm_value: 'pwm_value' },
			ticking: ['rpm'],
			command: { actions: { set: ({ id }, percent) => requestOf('fan_speed', { fan: id, percent }) } },
		},
	],
});

/** A fan's name, with its id where another one has the same. */
function named(fan: ControllableFan, _index: number, fans: readonly ControllableFan[]): ControlledFan {
	const name = fan.name || fan.id || '';
	const alone = fans.filter((other) => other.name === fan.name).length === 1;
	return { ...fan, key: alone ? name : `${name} ${fan.id ?? ''}`.trim() };
}

/** Shares of other servers: on = mounted. Images are listed with them, and the agent refuses to mount those. */
const remoteShareControls = subject<World, RemoteShare>({
	subject: 'remote_share',
	from: ['unassigned_devices_update'],
	items: (world) =>
		world.unassigned_devices_update
			? (listed(world.unassigned_devices_update.remote_shares) ?? []).filter(({ type }) => type !== 'iso')
			: null,
	key: (item) => item.source ?? '',
	label: (item) => item.source ?? '',
	rows: [
		{
			key: 'switch',
			platform: 'switch',
			name: 'Remote Share {label}',
			short: 'Mounted',
			icon: 'mdi:folder-network',
			from: ['status', 'type', 'smb_server', 'nfs_server', 'mount_point'],
			value: ({ status }) => onOff(status ? status === 'mounted' : null),
			attributes: {
				protocol: 'type',
				server: (item) => item.smb_server || item.nfs_server || undefined,
				mount_point: 'mount_point',
			},
			command: {
				actions: {
					on: (item) => requestOf('remote_share_mount', { source: item.source }),
					off: (item) => requestOf('remote_share_unmount', { source: item.source }),
				},
			},
		},
	],
});

/** Scripts of the User Scripts plugin. */
const userScriptControls = subject<World, UserScript>({
	subject: 'user_script',
	from: ['user_scripts'],
	items: (world) => listed(world.user_scripts),
	key: (item) => item.name ?? '',
	label: (item) => item.name ?? '',
	rows: [
		button<UserScript>(
			{
				key: 'run',
				name: 'User Script {label}',
				short: 'Run',
				icon: 'mdi:script-text',
				...quiet,
				from: ['name', 'description'],
				attributes: { script_name: 'name', description: (item) => item.description || 'No description' },
			},
			'user_script_execute',
			(item) => ({ name: item.name }),
		),
	],
});

/** Plugins: newer versions of them. */
const pluginControls = subject<World, Plugin>({
	subject: 'plugin',
	from: ['plugins', 'plugin_updates_update'],
	items: pluginsOf,
	key: (item) => item.name ?? '',
	label: (item) => item.name ?? '',
	rows: [
		{
			key: 'update',
			platform: 'update',
			name: 'Plugin {label} Update',
			short: 'Update',
			icon: 'mdi:puzzle',
			from: ['version', 'latest_version', 'update_available', 'name'],
			value: (item) => onOff(item.update_available),
			attributes: {
				installed_version: 'version',
				latest_version: (item) => (item.update_available ? item.latest_version || 'newer version' : item.version),
				title: 'name',
			},
			command: runs('install', 'plugin_update', (item) => ({ name: item.name })),
		},
	],
});

/** All of them, in the order of the subjects that they belong to. */
export const controls = [
	serverControls,
	arrayControls,
	fanControls,
	notificationControls,
	containerControls,
	vmControls,
	remoteShareControls,
	pluginControls,
	userScriptControls,
] as const;
