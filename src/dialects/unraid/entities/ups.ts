import { type Row, subject } from '../../../model/description';
import { binary, numeric, percent, power } from '../../../model/presets';
import { energy } from './counters';
import type { DataOf, World } from './items';
import { upsFlags, upsState, upsStates } from './ups-status';

type Ups = DataOf<'ups_status_update'>;

const isConnected = (ups: Ups) => ups.connected === true;

const isLost = ({ status, connected }: Ups) => upsState(status, connected) === 'comm_lost';

/** A reading: a UPS that does not answer has none, whatever numbers the agent writes. */
const reading = (row: Row<Ups, World>): Row<Ups, World> => ({
	...row,
	from: [...new Set([...row.from, 'connected', 'status'] as const)],
	value: (item, context) => (isLost(item) ? null : row.value(item, context)),
	when: (item, world) => isConnected(item) && (row.when?.(item, world) ?? true),
});

/**
 * Seconds on battery. The field is never empty, and a UPS that makes no estimate says 0: with the mains it stands as the integration shows it,
 * on battery it is what is left, and where nobody says what feeds the UPS it is nothing.
 */
function runtimeOf(ups: Ups): number | null {
	const seconds = ups.runtime_left_seconds ?? ups.battery_runtime_seconds ?? null;
	const isFed = ['online', 'on_battery', 'low_battery'].includes(upsState(ups.status, ups.connected));
	return seconds === 0 && !isFed ? null : seconds;
}

const isEstimated = (ups: Ups) => runtimeOf(ups) !== 0 || upsState(ups.status, ups.connected) !== 'online';

/** The power is computed from the nominal power: without one it is no reading. */
const watts = (ups: Ups) => (isLost(ups) || ups.nominal_power_watts === 0 ? null : (ups.power_watts ?? null));

/** The uninterruptible power supply, by apcupsd or NUT. */
export const ups = subject<World, Ups>({
	subject: 'ups',
	ownDevice: true,
	label: () => 'UPS',
	from: ['ups_status_update'],
	items: (world) => (world.ups_status_update ? [world.ups_status_update] : null),
	rows: [
		reading(
			percent({
				key: 'battery',
				name: 'UPS Battery',
				short: 'Battery',
				deviceClass: 'battery',
				icon: 'mdi:battery',
				field: 'battery_charge_percent',
				reads: ['status', 'model'],
				attributes: { ups_status: 'status', ups_model: 'model' },
			}),
		),
		reading(
			percent({
				key: 'load',
				name: 'UPS Load',
				short: 'Load',
				icon: 'mdi:battery',
				field: 'load_percent',
				// Overload.
				plausible: [0, 1_000],
			}),
		),
		reading({
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
				const seconds = runtimeOf(item);
				// To one decimal and then down, as the integration does it.
				return seconds === null ? null : Math.trunc(Number((seconds / 60).toFixed(1)));
			},
			attributes: { estimated: isEstimated },
		}),
		reading({
			...power<Ups, World>({ key: 'power', name: 'UPS Power', short: 'Power', field: 'power_watts' }),
			from: ['power_watts', 'nominal_power_watts'],
			value: watts,
		}),
		reading({
			key: 'energy',
			platform: 'sensor',
			name: 'UPS Energy',
			short: 'Energy',
			unit: 'kWh',
			deadband: 0.01,
			deviceClass: 'energy',
			stateClass: 'total_increasing',
			precision: 3,
			icon: 'mdi:lightning-bolt',
			from: ['power_watts', 'nominal_power_watts'],
			value: () => null,
			fold: (item, memory, at) => energy(watts(item), memory, at),
			attributes: { current_power_watts: (item) => watts(item) ?? undefined },
			ticking: ['current_power_watts'],
		}),
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
		reading(
			binary({
				key: 'on_battery',
				name: 'UPS On Battery',
				short: 'On Battery',
				deviceClass: 'problem',
				icon: 'mdi:power-plug-off',
				from: ['status'],
				is: (item) => (item.status ? upsFlags(item.status).onBattery : null),
			}),
		),
		reading(
			binary({
				// Urgent only while on battery: the status says so then.
				key: 'low_battery',
				name: 'UPS Low Battery',
				short: 'Low Battery',
				deviceClass: 'battery',
				category: 'diagnostic',
				from: ['status'],
				is: (item) => (item.status ? upsFlags(item.status).lowBattery : null),
			}),
		),
		reading(
			binary({
				key: 'charging',
				name: 'UPS Charging',
				short: 'Charging',
				deviceClass: 'battery_charging',
				category: 'diagnostic',
				from: ['status'],
				is: (item) => upsFlags(item.status).charging,
				when: (item) => upsFlags(item.status).charging !== null,
			}),
		),
		reading(
			binary({
				key: 'replace_battery',
				name: 'UPS Replace Battery',
				short: 'Replace Battery',
				deviceClass: 'problem',
				category: 'diagnostic',
				icon: 'mdi:battery-alert',
				from: ['status'],
				is: (item) => (item.status ? upsFlags(item.status).replaceBattery : null),
			}),
		),
		reading(
			numeric({
				key: 'nominal_power',
				name: 'UPS Nominal Power',
				short: 'Nominal Power',
				unit: 'W',
				deviceClass: 'power',
				category: 'diagnostic',
				icon: 'mdi:flash',
				enabled: false,
				zeroIsNone: true,
				field: 'nominal_power_watts',
				when: (item) => (item.nominal_power_watts ?? 0) > 0,
			}),
		),
		reading(
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
				when: (item) => typeof item.input_voltage === 'number',
			}),
		),
		reading(
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
				when: (item) => typeof item.output_voltage === 'number',
			}),
		),
	],
});
