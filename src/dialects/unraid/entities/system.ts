import { type Row, subject } from '../../../model/description';
import { binary, bytes, numeric, slow, temperature, text } from '../../../model/presets';
import { type DataOf, listed, type World } from './items';

type System = DataOf<'system_update'>;
type Sensor = NonNullable<NonNullable<System['temperatures']>[number]>;

const memory = { icon: 'mdi:memory', enabled: false } as const;
const whole = { ...memory, category: 'diagnostic' } as const;
const hasSwap = (system: System) => (system.swap_total_bytes ?? 0) > 0;

const version = (key: string, name: string, field: keyof System & string, icon: string): Row<System, World> =>
	text({ key, name, category: 'diagnostic', icon, enabled: false, field, when: (system) => Boolean(system[field]) });

const support = (key: string, name: string, field: 'hvm_enabled' | 'iommu_enabled'): Row<System, World> =>
	binary({
		key,
		name,
		category: 'diagnostic',
		icon: 'mdi:expansion-card-variant',
		enabled: false,
		from: [field],
		is: (system) => system[field] ?? null,
		when: (system) => typeof system[field] === 'boolean',
	});

/** What the server also says of itself: of use to few, so off by default. */
export const system = subject<World, System>({
	subject: 'server',
	from: ['system_update'],
	items: (world) => (world.system_update ? [world.system_update] : null),
	rows: [
		bytes({ ...memory, key: 'ram_used', name: 'RAM Used', field: 'ram_used_bytes' }),
		bytes({ ...memory, key: 'ram_free', name: 'RAM Free', field: 'ram_free_bytes' }),
		bytes({ ...memory, key: 'ram_cached', name: 'RAM Cached', field: 'ram_cached_bytes' }),
		bytes({ ...memory, key: 'ram_buffers', name: 'RAM Buffers', field: 'ram_buffers_bytes' }),
		bytes({ ...whole, key: 'ram_total', name: 'RAM Total', field: 'ram_total_bytes', zeroIsNone: true }),
		bytes({
			...memory,
			key: 'swap_used',
			name: 'Swap Used',
			field: 'swap_used_bytes',
			reads: ['swap_total_bytes'],
			when: hasSwap,
		}),
		bytes({
			...memory,
			key: 'swap_free',
			name: 'Swap Free',
			field: 'swap_free_bytes',
			reads: ['swap_total_bytes'],
			when: hasSwap,
		}),
		bytes({ ...whole, key: 'swap_total', name: 'Swap Total', field: 'swap_total_bytes', when: hasSwap }),
		numeric({
			key: 'cpu_threads',
			name: 'CPU Threads',
			category: 'diagnostic',
			icon: 'mdi:cpu-64-bit',
			enabled: false,
			zeroIsNone: true,
			field: 'cpu_threads',
			reads: ['cpu_model', 'cpu_cores'],
			attributes: { cpu_model: 'cpu_model', cpu_cores: 'cpu_cores' },
		}),
		version('kernel_version', 'Kernel Version', 'kernel_version', 'mdi:penguin'),
		version('agent_version', 'Agent Version', 'agent_version', 'mdi:robot-outline'),
		version('openssl_version', 'OpenSSL Version', 'openssl_version', 'mdi:lock'),
		support('hvm', 'HVM Enabled', 'hvm_enabled'),
		support('iommu', 'IOMMU Enabled', 'iommu_enabled'),
	],
});

/** The agent takes the speed of a fan that hangs on a sensor chip for a temperature as well: a stopped one "measures" 0. */
const isFan = ({ name }: Sensor) => /_fan\d+_input$/.test(name ?? '');

/** `coretemp-isa-0000_Core_0_temp2_input` is what lm-sensors call it; a person would say `Core 0`. */
function sensorLabel({ name, source }: Sensor): string {
	const full = name ?? '';
	const start = source && full.startsWith(source) ? source.length + 1 : 0;
	const end = full.lastIndexOf('_temp');
	return full.slice(start, end > start ? end : undefined).replaceAll('_', ' ') || full;
}

/** Each temperature sensor of the boards. Natural key: the sensor's name; the agent lists them in random order. */
export const temperatures = subject<World, Sensor>({
	subject: 'temperature',
	from: ['system_update'],
	items: (world) => listed(world.system_update?.temperatures)?.filter((sensor) => !isFan(sensor)) ?? null,
	key: (sensor) => sensor.name ?? '',
	label: sensorLabel,
	rows: [
		temperature({
			key: 'celsius',
			name: 'Sensor {label} Temperature',
			short: 'Temperature',
			category: 'diagnostic',
			enabled: false,
			deadband: slow,
			field: 'value_celsius',
			zeroIsNone: true,
			reads: ['name', 'sensor_type', 'source'],
			attributes: { sensor: 'name', sensor_type: 'sensor_type', chip: 'source' },
		}),
	],
});
