import { subject } from '../../../model/description';
import { bytes, numeric, percent, power, round } from '../../../model/presets';
import { energy } from './counters';
import { formatBytes } from './format';
import { type ItemOf, listed, type World } from './items';

type Gpu = ItemOf<'gpu_metrics_update'>;

/** With several NVIDIA cards the agent joins one driver version a card by line feeds. */
const driver = (gpu: Gpu) => gpu.driver_version?.split('\n')[0];

/** Graphics processors. Natural key: uuid, else PCI address, else name; the older generation sends only the name. */
export const gpu = subject<World, Gpu>({
	subject: 'gpu',
	ownDevice: true,
	from: ['gpu_metrics_update'],
	items: (world) => listed(world.gpu_metrics_update)?.filter((item) => item.available !== false) ?? null,
	key: (item) => item.uuid || item.pci_id || item.name || '',
	label: (item) => item.name ?? '',
	rows: [
		percent({
			key: 'utilization',
			name: 'GPU {label} Utilization',
			short: 'Utilization',
			icon: 'mdi:expansion-card',
			field: 'utilization_gpu_percent',
			reads: ['name', 'driver_version'],
			attributes: { gpu_name: 'name', gpu_driver_version: driver },
		}),
		{
			key: 'temperature',
			platform: 'sensor',
			name: 'GPU {label} Temperature',
			short: 'Temperature',
			unit: '°C',
			deviceClass: 'temperature',
			stateClass: 'measurement',
			precision: 1,
			icon: 'mdi:thermometer',
			from: ['temperature_celsius', 'cpu_temperature_celsius'],
			// 0 stands for "no sensor": a processor's own graphics then has the processor's temperature.
			value: (item) => {
				const celsius = item.temperature_celsius || item.cpu_temperature_celsius;
				return celsius && celsius <= 125 ? round(celsius, 1) : null;
			},
		},
		power({
			key: 'power',
			name: 'GPU {label} Power',
			short: 'Power',
			icon: 'mdi:power',
			precision: 1,
			field: 'power_draw_watts',
		}),
		{
			key: 'energy',
			platform: 'sensor',
			name: 'GPU {label} Energy',
			short: 'Energy',
			unit: 'kWh',
			deadband: 0.01,
			deviceClass: 'energy',
			stateClass: 'total_increasing',
			precision: 3,
			icon: 'mdi:expansion-card',
			from: ['power_draw_watts', 'name', 'driver_version'],
			value: () => null,
			fold: (item, memory, at) => energy(item.power_draw_watts, memory, at),
			attributes: {
				current_power_watts: 'power_draw_watts',
				gpu_name: 'name',
				gpu_driver_version: driver,
			},
			ticking: ['current_power_watts'],
		},
		percent({
			key: 'memory_utilization',
			name: 'GPU {label} Memory Utilization',
			short: 'Memory Utilization',
			icon: 'mdi:expansion-card',
			enabled: false,
			field: 'utilization_memory_percent',
			reads: ['memory_total_bytes'],
			when: (item) => (item.memory_total_bytes ?? 0) > 0,
		}),
		bytes({
			// Processor graphics have no memory of their own.
			key: 'memory_used',
			name: 'GPU {label} Memory Used',
			short: 'Memory Used',
			icon: 'mdi:expansion-card',
			enabled: false,
			field: 'memory_used_bytes',
			reads: ['memory_total_bytes'],
			when: (item) => (item.memory_total_bytes ?? 0) > 0,
			attributes: { memory_total: (item) => formatBytes(item.memory_total_bytes) },
		}),
		percent({
			key: 'fan_percent',
			name: 'GPU {label} Fan',
			short: 'Fan',
			icon: 'mdi:fan',
			enabled: false,
			field: 'fan_speed_percent',
			absentIsZero: true,
			when: (item) => typeof item.fan_speed_percent === 'number',
		}),
		numeric({
			key: 'fan_speed',
			name: 'GPU {label} Fan Speed',
			short: 'Fan Speed',
			unit: 'RPM',
			icon: 'mdi:fan',
			enabled: false,
			field: 'fan_rpm',
			absentIsZero: true,
			plausible: [0, 100_000],
			reads: ['fan_max_rpm'],
			when: (item) => typeof item.fan_rpm === 'number',
			attributes: { max_rpm: (item) => item.fan_max_rpm || undefined },
		}),
	],
});
