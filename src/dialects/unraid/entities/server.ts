import { subject } from '../../../model/description';
import type { AttributeValue, State } from '../../../model/entity';
import { binary, count, numeric, percent, power, round, temperature } from '../../../model/presets';
import { formatBytes, shareOf } from './format';
import type { DataOf, ItemOf, World } from './items';
import { listed } from './items';

type System = DataOf<'system_update'>;
type Disk = ItemOf<'disk_list_update'>;

/** The boot time may drift by this before it counts as another boot: the agent sends whole seconds of uptime, late by up to a cycle. */
const bootTolerance = 30_000;

function bootTime(system: System, at: number, previous: State | undefined): State {
	if (typeof system.uptime_seconds !== 'number') return null;
	const boot = Math.floor((at - system.uptime_seconds * 1000) / 1000) * 1000;
	if (boot < 0) return null;
	const before = typeof previous === 'string' ? Date.parse(previous) : Number.NaN;
	if (Math.abs(boot - before) <= bootTolerance) return previous ?? null;
	return new Date(boot).toISOString().replace('.000Z', 'Z');
}

function chipsetTemperature(system: System): State {
	// Their order is random: of several chipset sensors always the one whose name sorts first.
	const sensors = (system.temperatures ?? [])
		.filter(
			(sensor) =>
				sensor?.sensor_type === 'chipset' && typeof sensor.value_celsius === 'number' && sensor.value_celsius !== 0,
		)
		.sort((a, b) => String(a?.name).localeCompare(String(b?.name)));
	const value = sensors[0]?.value_celsius;
	return typeof value === 'number' ? round(value, 1) : null;
}

const uptimePart =
	(divisor: number, modulo: number) =>
	(system: System): AttributeValue | undefined =>
		typeof system.uptime_seconds === 'number' ? Math.floor(system.uptime_seconds / divisor) % modulo : undefined;

/** The server as a whole: processor, memory, board. */
export const server = subject<World, System>({
	subject: 'server',
	from: ['system_update'],
	items: (world) => (world.system_update ? [world.system_update] : null),
	rows: [
		percent({
			key: 'cpu_usage',
			name: 'CPU Usage',
			icon: 'mdi:cpu-64-bit',
			field: 'cpu_usage_percent',
			deadband: 1,
			reads: ['cpu_cores', 'cpu_threads', 'cpu_model', 'cpu_mhz', 'cpu_per_core_usage'],
			attributes: {
				cpu_cores: (system) => Math.max(system.cpu_cores ?? 0, Object.keys(system.cpu_per_core_usage ?? {}).length),
				cpu_threads: (system) => system.cpu_threads ?? 0,
				cpu_model: 'cpu_model',
				cpu_frequency: (system) => (system.cpu_mhz ? `${system.cpu_mhz.toFixed(0)} MHz` : undefined),
			},
			ticking: ['cpu_frequency'],
		}),
		percent({
			key: 'ram_usage',
			name: 'RAM Usage',
			icon: 'mdi:memory',
			field: 'ram_usage_percent',
			reads: [
				'ram_total_bytes',
				'ram_used_bytes',
				'ram_free_bytes',
				'ram_cached_bytes',
				'ram_buffers_bytes',
				'server_model',
			],
			attributes: {
				ram_total: (system) => formatBytes(system.ram_total_bytes),
				server_model: 'server_model',
				ram_used: (system) => formatBytes(system.ram_used_bytes),
				ram_free: (system) => formatBytes(system.ram_free_bytes),
				ram_cached: (system) => formatBytes(system.ram_cached_bytes),
				ram_buffers: (system) => formatBytes(system.ram_buffers_bytes),
				ram_available: ({ ram_free_bytes: free, ram_cached_bytes: cached, ram_buffers_bytes: buffers }) =>
					free && cached && buffers ? formatBytes(free + cached + buffers) : undefined,
			},
			ticking: ['ram_used', 'ram_free', 'ram_cached', 'ram_buffers', 'ram_available'],
		}),
		temperature({ key: 'cpu_temperature', name: 'CPU Temperature', field: 'cpu_temp_celsius', zeroIsNone: true }),
		temperature({
			key: 'motherboard_temperature',
			name: 'Motherboard Temperature',
			field: 'motherboard_temp_celsius',
			zeroIsNone: true,
			when: (system) => Boolean(system.motherboard_temp_celsius),
		}),
		power({
			key: 'cpu_power',
			name: 'CPU Power',
			precision: 1,
			decimals: 1,
			field: 'cpu_power_watts',
			when: (system) => typeof system.cpu_power_watts === 'number',
		}),
		power({
			key: 'dram_power',
			name: 'DRAM Power',
			precision: 1,
			decimals: 1,
			field: 'dram_power_watts',
			when: (system) => typeof system.dram_power_watts === 'number',
		}),
		{
			key: 'uptime',
			platform: 'sensor',
			name: 'Uptime',
			deviceClass: 'timestamp',
			category: 'diagnostic',
			icon: 'mdi:clock-outline',
			from: ['uptime_seconds', 'hostname', 'version'],
			value: (system, { at, previous }) => bootTime(system, at, previous),
			attributes: {
				hostname: 'hostname',
				version: 'version',
				uptime_days: uptimePart(86_400, Number.POSITIVE_INFINITY),
				uptime_hours: uptimePart(3600, 24),
				uptime_minutes: uptimePart(60, 60),
				uptime_total_seconds: 'uptime_seconds',
			},
			ticking: ['uptime_days', 'uptime_hours', 'uptime_minutes', 'uptime_total_seconds'],
		},
		{
			key: 'chipset_temperature',
			platform: 'sensor',
			name: 'Chipset Temperature',
			unit: '°C',
			deviceClass: 'temperature',
			stateClass: 'measurement',
			precision: 1,
			icon: 'mdi:thermometer',
			from: ['temperatures'],
			value: chipsetTemperature,
			when: (system) => chipsetTemperature(system) !== null,
		},
		{
			key: 'cpu_governor',
			platform: 'sensor',
			name: 'CPU Governor',
			category: 'diagnostic',
			icon: 'mdi:gauge',
			from: ['cpu_power_state'],
			value: (system) => system.cpu_power_state?.governor || null,
			when: (system) => Boolean(system.cpu_power_state?.governor),
			attributes: {
				available_governors: (system) => system.cpu_power_state?.available_governors?.join(', '),
				scaling_driver: (system) => system.cpu_power_state?.driver,
			},
		},
		{
			key: 'cpu_frequency',
			platform: 'sensor',
			name: 'CPU Frequency',
			unit: 'MHz',
			deviceClass: 'frequency',
			stateClass: 'measurement',
			precision: 0,
			icon: 'mdi:sine-wave',
			from: ['cpu_power_state'],
			value: (system) => system.cpu_power_state?.current_freq_mhz ?? null,
			when: (system) => typeof system.cpu_power_state?.current_freq_mhz === 'number',
			attributes: {
				min_frequency_mhz: (system) => system.cpu_power_state?.min_freq_mhz,
				max_frequency_mhz: (system) => system.cpu_power_state?.max_freq_mhz,
				governor: (system) => system.cpu_power_state?.governor,
				scaling_driver: (system) => system.cpu_power_state?.driver,
			},
		},
		percent({
			key: 'swap_usage',
			name: 'Swap Usage',
			category: 'diagnostic',
			icon: 'mdi:memory',
			field: 'swap_usage_percent',
			reads: ['swap_total_bytes', 'swap_used_bytes', 'swap_free_bytes', 'swappiness'],
			when: (system) => (system.swap_total_bytes ?? 0) > 0,
			attributes: {
				swap_total: (system) => formatBytes(system.swap_total_bytes),
				swap_used: (system) => formatBytes(system.swap_used_bytes),
				swap_free: (system) => formatBytes(system.swap_free_bytes),
				swappiness: 'swappiness',
			},
			ticking: ['swap_used', 'swap_free'],
		}),
		count({
			key: 'swappiness',
			name: 'Swappiness',
			category: 'diagnostic',
			icon: 'mdi:tune',
			field: 'swappiness',
			plausible: [0, 200],
			when: (system) => (system.swappiness ?? -1) >= 0,
		}),
	],
});

/** A part of the server that the agent lists among the disks. */
interface Filesystem {
	readonly vdisk: Disk | undefined;
	readonly log: Disk | undefined;
}

const usageOf = (disk: Disk | undefined): State => {
	if (!disk) return null;
	if (typeof disk.usage_percent === 'number') return round(disk.usage_percent, 1);
	return shareOf(disk.used_bytes, disk.size_bytes);
};

const sizesOf = (part: 'vdisk' | 'log') => ({
	total_size: (parts: Filesystem) => formatBytes(parts[part]?.size_bytes),
	used_size: (parts: Filesystem) => formatBytes(parts[part]?.used_bytes),
	free_size: (parts: Filesystem) => formatBytes(parts[part]?.free_bytes),
});

const usage = { platform: 'sensor', unit: '%', stateClass: 'measurement', precision: 1 } as const;

/** The two virtual disks of the list that are no disks: the image that Docker lives in, and the log's memory disk. */
export const filesystems = subject<World, Filesystem>({
	subject: 'server',
	from: ['disk_list_update'],
	items: (world) => {
		const disks = listed(world.disk_list_update);
		const withRole = (role: string, id: string) => disks?.find((disk) => disk.role === role || disk.id === id);
		return disks && [{ vdisk: withRole('docker_vdisk', 'docker_vdisk'), log: withRole('log', 'log_filesystem') }];
	},
	rows: [
		{
			...usage,
			key: 'docker_vdisk_usage',
			name: 'Docker vDisk Usage',
			icon: 'mdi:docker',
			from: ['vdisk'],
			value: ({ vdisk }) => usageOf(vdisk),
			when: ({ vdisk }) => vdisk !== undefined,
			attributes: sizesOf('vdisk'),
		},
		{
			...usage,
			key: 'log_filesystem_usage',
			name: 'Log Filesystem Usage',
			icon: 'mdi:file-document',
			from: ['log'],
			value: ({ log }) => usageOf(log),
			when: ({ log }) => log !== undefined,
			attributes: sizesOf('log'),
		},
	],
});

/** A fan of the board, with what the fan control knows of it. */
interface Fan {
	readonly key: string;
	readonly label: string;
	readonly original: string;
	readonly rpm: number | null | undefined;
	readonly control: NonNullable<NonNullable<DataOf<'fan_control_update'>['fans']>[number]> | undefined;
	readonly failed: boolean | undefined;
}

/** A fan's name without the chip that it hangs on (`nct6798/`, `hwmon3_`, `it8688_`), as the integration shows it. */
function fanLabel(name: string): string {
	return name.replace(/^.*\//, '').replace(/^(hwmon\d+|it\d+)_/i, '');
}

const fanKey = (name: string) => name.toLowerCase().replaceAll(' ', '_');
const fanNumber = (name: string) => /(\d+)\D*$/.exec(name)?.[1];

function fansOf(world: World): readonly Fan[] | null {
	const fans = listed(world.system_update?.fans);
	if (!fans) return null;
	const controls = listed(world.fan_control_update?.fans) ?? [];
	const failed = world.fan_control_update?.summary?.failed_fans;
	const named = fans.map((fan) => {
		const name = fan.name ?? '';
		const label = fanLabel(name);
		return { fan, name, label, key: fanKey(label) };
	});
	const names = named.map(({ name }) => name);
	const times = new Map<string, number>();
	for (const { key } of named) times.set(key, (times.get(key) ?? 0) + 1);
	return named.map(({ fan, name, label, key }) => {
		// Two fans of different chips may have one short name: both then keep their full name, which no reorder changes.
		const unique = times.get(key) === 1;
		const control = controls.find((candidate) => candidate.name === name) ?? numbered(controls, names, fanNumber(name));
		return {
			key: unique ? key : fanKey(name),
			label: unique ? label : name,
			original: name,
			rpm: control?.rpm ?? fan.rpm,
			control,
			failed: control?.id && failed?.includes(control.id) ? true : undefined,
		};
	});
}

/** The control of the fan with this number on its chip, where only one chip has a fan of that number. */
function numbered(
	controls: readonly NonNullable<Fan['control']>[],
	names: readonly string[],
	number: string | undefined,
): Fan['control'] {
	const [control, ...others] = controls.filter(({ hwmon_index: index }) => index != null && String(index) === number);
	const sameNumber = names.filter((name) => fanNumber(name) === number);
	return others.length === 0 && sameNumber.length === 1 ? control : undefined;
}

const fanModes = ['automatic', 'manual', 'off'] as const;

/** The fans that the sensors list. */
export const fan = subject<World, Fan>({
	subject: 'fan',
	from: ['system_update', 'fan_control_update'],
	items: fansOf,
	key: (item) => item.key,
	label: (item) => item.label,
	rows: [
		numeric({
			key: 'speed',
			name: 'Fan {label}',
			short: 'Speed',
			unit: 'RPM',
			deadband: 25,
			icon: 'mdi:fan',
			field: 'rpm',
			plausible: [0, 100_000],
			reads: ['control', 'failed', 'original', 'label'],
			attributes: {
				original_name: (item) => (item.original === item.label ? undefined : item.original),
				pwm_percent: (item) => item.control?.pwm_percent ?? undefined,
				mode: (item) => item.control?.mode ?? undefined,
				controllable: (item) => item.control?.controllable ?? undefined,
				fan_id: (item) => item.control?.id ?? undefined,
				failed: 'failed',
			},
		}),
		{
			key: 'pwm',
			platform: 'sensor',
			name: 'Fan {label} PWM',
			short: 'PWM',
			unit: '%',
			stateClass: 'measurement',
			category: 'diagnostic',
			icon: 'mdi:fan',
			enabled: false,
			from: ['control'],
			value: ({ control }) => control?.pwm_percent ?? null,
			when: ({ control }) => typeof control?.pwm_percent === 'number',
		},
		{
			key: 'mode',
			platform: 'sensor',
			name: 'Fan {label} Mode',
			short: 'Mode',
			deviceClass: 'enum',
			options: fanModes,
			category: 'diagnostic',
			icon: 'mdi:fan-auto',
			enabled: false,
			from: ['control'],
			value: ({ control }) => fanModes.find((mode) => mode === control?.mode) ?? null,
			when: ({ control }) => Boolean(control?.mode),
			attributes: { active_profile: ({ control }) => control?.active_profile },
		},
	],
});

type FanControl = DataOf<'fan_control_update'>;

/** The agent's own control of the fans. */
export const fanControl = subject<World, FanControl>({
	subject: 'fans',
	from: ['fan_control_update'],
	items: (world) => (world.fan_control_update ? [world.fan_control_update] : null),
	rows: [
		binary({
			// Whether the agent may set speeds is only in its REST answer, so it is no attribute.
			key: 'external',
			name: 'Fan Control External',
			category: 'diagnostic',
			icon: 'mdi:fan-alert',
			enabled: false,
			from: ['external_control', 'config'],
			is: ({ external_control: external }) => external?.active ?? null,
			when: ({ external_control: external }) => typeof external?.active === 'boolean',
			attributes: {
				controllers: ({ external_control: external }) =>
					external?.controllers?.length ? external.controllers : undefined,
				control_method: ({ config }) => config?.control_method,
			},
		}),
	],
});
