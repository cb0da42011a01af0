import { type Row, subject } from '../../../model/description';
import { binary, numeric, percent, power, text } from '../../../model/presets';
import type { DataOf, World } from './items';
import { upsFlags, upsState, upsStates } from './ups-status';

/** What NUT says of its UPS. Without one nothing is connected. */
type Nut = NonNullable<DataOf<'nut_status_update'>['status']>;

const isConnected = (nut: Nut) => nut.connected === true;

const off = { enabled: false } as const;
const diagnostic = { category: 'diagnostic', enabled: false } as const;

const isLost = ({ status, connected }: Nut) => connected !== true || upsState(status, connected) === 'comm_lost';

/** A reading: a UPS that does not answer has none. NUT's zero for what a device does not tell makes no entity. */
const reading = (row: Row<Nut, World>): Row<Nut, World> => ({
	...row,
	from: [...new Set([...row.from, 'connected', 'status'] as const)],
	value: (item, context) => (isLost(item) ? null : row.value(item, context)),
	when: (item, world) =>
		isConnected(item) &&
		Boolean(row.value(item, { world, at: 0, previous: undefined })) &&
		(row.when?.(item, world) ?? true),
});

const volts = (key: string, name: string, field: keyof Nut & string): Row<Nut, World> =>
	reading(
		numeric({
			...off,
			key,
			name: `NUT ${name}`,
			short: name,
			unit: 'V',
			deviceClass: 'voltage',
			precision: 1,
			decimals: 1,
			icon: 'mdi:sine-wave',
			field,
			plausible: [0, 1000],
		}),
	);

const amperes = (key: string, name: string, field: keyof Nut & string): Row<Nut, World> =>
	reading(
		numeric({
			...off,
			key,
			name: `NUT ${name}`,
			short: name,
			unit: 'A',
			deviceClass: 'current',
			precision: 2,
			decimals: 2,
			icon: 'mdi:current-ac',
			field,
			plausible: [0, 1000],
		}),
	);

const hertz = (key: string, name: string, field: keyof Nut & string): Row<Nut, World> =>
	reading(
		numeric({
			...off,
			key,
			name: `NUT ${name}`,
			short: name,
			unit: 'Hz',
			deviceClass: 'frequency',
			precision: 1,
			decimals: 1,
			icon: 'mdi:sine-wave',
			field,
			plausible: [0, 1000],
		}),
	);

const says = (key: string, name: string, field: keyof Nut & string, icon: string): Row<Nut, World> =>
	reading(text({ ...diagnostic, key, name: `NUT ${name}`, short: name, icon, field }));

/** The UPS as NUT sees it: what apcupsd does not tell. What the subject `ups` has too is off by default. */
export const nut = subject<World, Nut>({
	subject: 'nut',
	from: ['nut_status_update'],
	items: (world) => (world.nut_status_update ? [world.nut_status_update.status ?? { connected: false }] : null),
	rows: [
		{
			key: 'status',
			platform: 'sensor',
			name: 'NUT Status',
			short: 'Status',
			deviceClass: 'enum',
			options: upsStates,
			icon: 'mdi:power-plug-battery',
			from: ['status', 'connected', 'alarms', 'device_name', 'model', 'manufacturer', 'serial'],
			value: (item) => upsState(item.status, item.connected ?? false),
			when: isConnected,
			attributes: {
				raw_status: 'status',
				on_battery: (item) => upsFlags(item.status).onBattery,
				low_battery: (item) => upsFlags(item.status).lowBattery,
				charging: (item) => upsFlags(item.status).charging ?? undefined,
				replace_battery: (item) => upsFlags(item.status).replaceBattery,
				alarms: ({ alarms }) => (alarms?.length ? alarms : undefined),
				ups_name: 'device_name',
				ups_model: 'model',
				ups_manufacturer: 'manufacturer',
				ups_serial: 'serial',
			},
		},
		binary({
			key: 'connected',
			name: 'NUT Connected',
			short: 'Connected',
			deviceClass: 'connectivity',
			category: 'diagnostic',
			icon: 'mdi:battery',
			from: ['connected', 'status', 'driver', 'driver_state', 'driver_version'],
			is: (item) => upsState(item.status, item.connected ?? false) !== 'comm_lost',
			when: isConnected,
			attributes: { driver: 'driver', driver_state: 'driver_state', driver_version: 'driver_version' },
		}),
		reading(
			percent({
				...off,
				key: 'battery',
				name: 'NUT Battery',
				short: 'Battery',
				deviceClass: 'battery',
				icon: 'mdi:battery',
				field: 'battery_charge_percent',
				reads: ['battery_charge_low_percent', 'battery_charge_warning_percent', 'battery_type', 'battery_mfr_date'],
				attributes: {
					low_percent: ({ battery_charge_low_percent: low }) => low || undefined,
					warning_percent: ({ battery_charge_warning_percent: warning }) => warning || undefined,
					battery_type: 'battery_type',
					battery_date: 'battery_mfr_date',
				},
			}),
		),
		reading(
			numeric({
				...off,
				key: 'runtime',
				name: 'NUT Runtime',
				short: 'Runtime',
				unit: 'min',
				deviceClass: 'duration',
				precision: 0,
				divide: 60,
				decimals: 1,
				icon: 'mdi:timer',
				field: 'battery_runtime_seconds',
				reads: ['battery_runtime_low_seconds'],
				attributes: { low_seconds: ({ battery_runtime_low_seconds: low }) => low || undefined },
			}),
		),
		reading(
			percent({
				...off,
				key: 'load',
				name: 'NUT Load',
				short: 'Load',
				icon: 'mdi:gauge',
				field: 'load_percent',
				plausible: [0, 1_000],
			}),
		),
		reading(power({ ...off, key: 'power', name: 'NUT Power', short: 'Power', field: 'realpower_watts' })),
		reading(
			power({
				...diagnostic,
				key: 'nominal_power',
				name: 'NUT Nominal Power',
				short: 'Nominal Power',
				field: 'realpower_nominal_watts',
			}),
		),
		reading(
			numeric({
				...off,
				key: 'apparent_power',
				name: 'NUT Apparent Power',
				short: 'Apparent Power',
				unit: 'VA',
				deviceClass: 'apparent_power',
				icon: 'mdi:flash',
				field: 'apparent_power_va',
				reads: ['apparent_power_nominal_va'],
				plausible: [0, 100_000],
				attributes: { nominal: ({ apparent_power_nominal_va: nominal }) => nominal || undefined },
			}),
		),
		volts('battery_voltage', 'Battery Voltage', 'battery_voltage'),
		volts('input_voltage', 'Input Voltage', 'input_voltage'),
		volts('output_voltage', 'Output Voltage', 'output_voltage'),
		amperes('input_current', 'Input Current', 'input_current'),
		amperes('output_current', 'Output Current', 'output_current'),
		hertz('input_frequency', 'Input Frequency', 'input_frequency'),
		hertz('output_frequency', 'Output Frequency', 'output_frequency'),
		says('battery_status', 'Battery Status', 'battery_status', 'mdi:battery-heart'),
		says('beeper', 'Beeper', 'beeper_status', 'mdi:volume-high'),
		says('test_result', 'Test Result', 'test_result', 'mdi:clipboard-check'),
	],
});
