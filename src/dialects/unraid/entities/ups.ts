import { binary, numeric, percent, power, round, subject } from '../../../model/description';
import { energy } from './counters';
import type { DataOf, World } from './items';
import { upsState, upsStates } from './ups-status';

type Ups = DataOf<'ups_status_update'>;

/** A UPS that is not there has no readings, whatever numbers the agent writes. */
const isConnected = (ups: Ups) => ups.connected === true;

/** The power is computed from the nominal power: without one it is no reading. */
const watts = (ups: Ups) => (ups.nominal_power_watts === 0 ? null : (ups.power_watts ?? null));

/** The uninterruptible power supply, by apcupsd or NUT. */
export const ups = subject<World, Ups>({
	subject: 'ups',
	from: ['ups_status_update'],
	items: (world) => (world.ups_status_update ? [world.ups_status_update] : null),
	rows: [
		percent({
			key: 'battery',
			name: 'UPS Battery',
			short: 'Battery',
			deviceClass: 'battery',
			icon: 'mdi:battery',
			field: 'battery_charge_percent',
			reads: ['status', 'model', 'connected'],
			when: isConnected,
			attributes: { ups_status: 'status', ups_model: 'model' },
		}),
		percent({
			key: 'load',
			name: 'UPS Load',
			short: 'Load',
			icon: 'mdi:battery',
			field: 'load_percent',
			when: isConnected,
		}),
		{
			key: 'runtime',
			platform: 'sensor',
			name: 'UPS Runtime',
			short: 'Runtime',
			unit: 'min',
			deviceClass: 'duration',
			stateClass: 'measurement',
			icon: 'mdi:timer',
			from: ['runtime_left_seconds', 'battery_runtime_seconds'],
			value: (item) => {
				const seconds = item.runtime_left_seconds ?? item.battery_runtime_seconds;
				return typeof seconds === 'number' ? Math.trunc(round(seconds / 60, 1)) : null;
			},
			when: isConnected,
		},
		{
			...power<Ups, World>({
				key: 'power',
				name: 'UPS Power',
				short: 'Power',
				field: 'power_watts',
				when: isConnected,
			}),
			from: ['power_watts', 'nominal_power_watts'],
			value: watts,
		},
		{
			key: 'energy',
			platform: 'sensor',
			name: 'UPS Energy',
			short: 'Energy',
			unit: 'kWh',
			deviceClass: 'energy',
			stateClass: 'total_increasing',
			precision: 3,
			icon: 'mdi:lightning-bolt',
			from: ['power_watts', 'nominal_power_watts'],
			value: () => null,
			fold: (item, memory, at) => energy(watts(item), memory, at),
			when: isConnected,
			attributes: { current_power_watts: (item) => watts(item) ?? undefined },
			ticking: ['current_power_watts'],
		},
		{
			key: 'status',
			platform: 'sensor',
			name: 'UPS Status',
			short: 'Status',
			deviceClass: 'enum',
			options: upsStates,
			icon: 'mdi:power-plug-battery',
			from: ['status', 'connected'],
			value: (item) => upsState(item.status, item.connected),
			when: isConnected,
			attributes: { raw_status: 'status' },
		},
		binary({
			key: 'connected',
			name: 'UPS Connected',
			short: 'Connected',
			deviceClass: 'connectivity',
			category: 'diagnostic',
			icon: 'mdi:battery',
			from: ['connected', 'status'],
			is: (item) =>
				typeof item.connected === 'boolean' ? upsState(item.status, item.connected) !== 'comm_lost' : null,
			when: isConnected,
		}),
		numeric({
			key: 'input_voltage',
			name: 'UPS Input Voltage',
			short: 'Input Voltage',
			unit: 'V',
			deviceClass: 'voltage',
			decimals: 1,
			enabled: false,
			field: 'input_voltage',
			plausible: [0, 1000],
			when: (item) => isConnected(item) && typeof item.input_voltage === 'number',
		}),
		numeric({
			key: 'output_voltage',
			name: 'UPS Output Voltage',
			short: 'Output Voltage',
			unit: 'V',
			deviceClass: 'voltage',
			decimals: 1,
			enabled: false,
			field: 'output_voltage',
			plausible: [0, 1000],
			when: (item) => isConnected(item) && typeof item.output_voltage === 'number',
		}),
	],
});
