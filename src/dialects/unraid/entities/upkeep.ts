import { type Row, subject } from '../../../model/description';
import { binary, bytes, count, numeric } from '../../../model/presets';
import { parseTime } from '../../../model/time';
import { nextRun } from './cron';
import { type DataOf, listed, type World } from './items';
import { offsetOf, timeOf, timeState } from './times';

type PluginList = DataOf<'plugins'>;
type Plugin = NonNullable<NonNullable<PluginList['plugins']>[number]>;
type ContainerUpdates = DataOf<'docker_updates_update'>;

/** The versions of Unraid itself. */
interface Release {
	readonly installed: string | null;
	readonly latest: string | null;
	readonly available: boolean | null;
	readonly plugins: number | null | undefined;
}

function releaseOf(world: World): readonly Release[] | null {
	const { os_update_update: os, updates, system_update: system } = world;
	if (!os && !updates) return null;
	const installed = os?.current_version || updates?.current_version || system?.version || null;
	const available = os?.update_available ?? updates?.os_update_available ?? null;
	const known = os?.latest_version || updates?.latest_version || null;
	// An agent that has looked and found nothing names no latest version: it is the installed one.
	const latest = known ?? (os?.status === 'up_to_date' ? installed : null);
	return [{ installed, latest, available, plugins: updates?.plugin_updates_count }];
}

/** Unraid's own updates. */
export const release = subject<World, Release>({
	subject: 'os',
	// Updates are told once in a while: whether the agent still tells anything shows in what it always sends.
	from: ['system_update', 'os_update_update', 'updates'],
	items: releaseOf,
	rows: [
		{
			key: 'update',
			platform: 'update',
			name: 'Unraid OS',
			deviceClass: 'firmware',
			category: 'diagnostic',
			icon: 'mdi:update',
			from: ['installed', 'latest'],
			value: ({ installed }) => installed,
			when: ({ installed }) => installed !== null,
			attributes: { installed_version: 'installed', latest_version: 'latest' },
		},
		{
			key: 'version',
			platform: 'sensor',
			name: 'Unraid Version',
			category: 'diagnostic',
			icon: 'mdi:update',
			from: ['installed', 'latest', 'available'],
			value: ({ installed, latest }) => latest ?? installed,
			attributes: { current_version: 'installed', latest_version: 'latest', update_available: 'available' },
		},
		binary({
			key: 'update_available',
			name: 'Update Available',
			deviceClass: 'update',
			category: 'diagnostic',
			icon: 'mdi:update',
			from: ['available', 'installed', 'plugins'],
			is: ({ available }) => available,
			attributes: { current_version: 'installed', plugin_updates_count: 'plugins' },
		}),
	],
});

/**
 * The installed plugins. The stream tells only of plugins that have an update, and only when that changes: what it told of a version
 * that is no longer installed is over.
 */
export function pluginsOf(world: World): readonly Plugin[] | null {
	const { plugins, plugin_updates_update: news } = world;
	if (!plugins) return null;
	const updates = new Map((listed(news?.plugins) ?? []).map((plugin) => [plugin.name, plugin]));
	return (listed(plugins.plugins) ?? []).map((plugin) => {
		const update = updates.get(plugin.name);
		if (plugin.update_available || !update?.update_available || update.version !== plugin.version) return plugin;
		return { ...plugin, update_available: true, latest_version: update.latest_version };
	});
}

/** All plugins together. */
interface Plugins {
	readonly names: readonly string[];
	readonly updates: readonly string[];
}

/** What is installed besides Unraid itself. */
export const plugins = subject<World, Plugins>({
	subject: 'plugins',
	from: ['plugins', 'plugin_updates_update'],
	items: (world) => {
		const list = pluginsOf(world);
		if (!list) return null;
		const namesOf = (some: readonly Plugin[]) => some.map(({ name }) => name ?? '').sort();
		return [{ names: namesOf(list), updates: namesOf(list.filter((plugin) => plugin.update_available)) }];
	},
	rows: [
		{
			key: 'installed',
			platform: 'sensor',
			name: 'Installed Plugins',
			stateClass: 'measurement',
			icon: 'mdi:puzzle',
			from: ['names', 'updates'],
			value: ({ names }) => names.length,
			attributes: {
				plugin_count: ({ names }) => names.length,
				plugin_names: 'names',
				updates_available: ({ updates }) => updates.length || undefined,
			},
		},
		{
			key: 'with_updates',
			platform: 'sensor',
			name: 'Plugins With Updates',
			stateClass: 'measurement',
			category: 'diagnostic',
			icon: 'mdi:puzzle-plus',
			from: ['updates'],
			value: ({ updates }) => updates.length,
			attributes: { plugins_needing_update: ({ updates }) => (updates.length > 0 ? updates : undefined) },
		},
	],
});

/** What registries have newer than what runs. */
export const containerUpdates = subject<World, ContainerUpdates>({
	subject: 'docker',
	from: ['docker_updates_update'],
	items: (world) => (world.docker_updates_update ? [world.docker_updates_update] : null),
	rows: [
		binary({
			key: 'updates_available',
			name: 'Container Updates Available',
			deviceClass: 'update',
			category: 'diagnostic',
			icon: 'mdi:update',
			from: ['updates_available', 'total_count'],
			is: ({ updates_available: updates }) => (typeof updates === 'number' ? updates > 0 : null),
			attributes: { updates_available: 'updates_available', total_containers: 'total_count' },
		}),
		count({
			key: 'containers_with_updates',
			name: 'Containers With Updates',
			category: 'diagnostic',
			icon: 'mdi:update',
			field: 'updates_available',
			reads: ['containers'],
			attributes: {
				containers_needing_update: ({ containers }) => {
					const names = (listed(containers) ?? []).flatMap((container) =>
						container.update_available ? (container.container_name ?? []) : [],
					);
					return names.length > 0 ? names.sort() : undefined;
				},
			},
		}),
	],
});

/** The mover, with its settings where REST told them. */
interface Mover {
	readonly active: boolean | null | undefined;
	readonly schedule: string | null | undefined;
	readonly logging: boolean | null | undefined;
	readonly started: string | null | undefined;
	readonly finished: string | null | undefined;
	readonly duration: number | null | undefined;
	readonly files: number | null | undefined;
	readonly moved: number | null | undefined;
	readonly next: number | null;
}

function moverOf(world: World): readonly Mover[] | null {
	const { mover_update: run, mover_settings: settings } = world;
	if (!run) return null;
	const now = parseTime(run.timestamp);
	const offset = offsetOf(run.timestamp);
	const schedule = run.schedule || settings?.schedule;
	return [
		{
			active: run.active,
			schedule,
			logging: settings?.logging,
			started: run.last_run_start,
			finished: run.last_run_finish,
			duration: run.last_run_duration_seconds,
			files: run.last_run_files_moved,
			moved: run.last_run_bytes_moved,
			next: schedule && now !== null && offset !== null ? nextRun(schedule, now, offset) : null,
		},
	];
}

/** What the last run did is only known when there was one. */
const ran = (item: Mover) => timeState(item.finished) !== null || timeState(item.started) !== null;

const lastRun = (row: Row<Mover, World>): Row<Mover, World> => ({
	...row,
	category: 'diagnostic',
	icon: 'mdi:transfer',
	from: [...row.from, 'started', 'finished'],
	value: (item, reading) => (ran(item) ? row.value(item, reading) : null),
	when: ran,
});

/** The mover, which carries files from the pools to the array. */
export const mover = subject<World, Mover>({
	subject: 'mover',
	from: ['mover_update', 'mover_settings'],
	items: moverOf,
	rows: [
		binary({
			key: 'running',
			name: 'Mover Running',
			deviceClass: 'running',
			category: 'diagnostic',
			icon: 'mdi:transfer',
			from: ['active', 'schedule', 'logging'],
			is: ({ active }) => active ?? null,
			attributes: { schedule: 'schedule', logging: 'logging' },
		}),
		{
			key: 'next_run',
			platform: 'sensor',
			name: 'Mover Next Run',
			deviceClass: 'timestamp',
			category: 'diagnostic',
			icon: 'mdi:calendar-clock',
			enabled: false,
			from: ['next', 'schedule'],
			value: ({ next }) => (next === null ? null : timeOf(next)),
			when: ({ next }) => next !== null,
			attributes: { schedule: 'schedule' },
		},
		lastRun({
			key: 'last_run',
			platform: 'sensor',
			name: 'Mover Last Run',
			deviceClass: 'timestamp',
			from: [],
			value: ({ started, finished }) => timeState(finished) ?? timeState(started),
			attributes: { started: ({ started }) => timeState(started) ?? undefined },
		}),
		lastRun(
			numeric({
				key: 'last_duration',
				name: 'Mover Last Duration',
				unit: 'min',
				deviceClass: 'duration',
				precision: 1,
				divide: 60,
				decimals: 1,
				enabled: false,
				field: 'duration',
			}),
		),
		lastRun(count({ key: 'last_files', name: 'Mover Last Files Moved', enabled: false, field: 'files' })),
		lastRun(bytes({ key: 'last_moved', name: 'Mover Last Data Moved', enabled: false, field: 'moved' })),
	],
});
