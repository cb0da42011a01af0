import { z } from 'zod';
import { amount, flag, list, map, percent, text, timestamp, whole, word, words } from './fields';

// The UPS, as seen by apcupsd or NUT.

/** Flags of NUT's `ups.status`; several stand side by side. */
const nutFlags = [
	'OL',
	'OB',
	'LB',
	'HB',
	'RB',
	'CHRG',
	'DISCHRG',
	'BYPASS',
	'CAL',
	'OFF',
	'OVER',
	'TRIM',
	'BOOST',
	'FSD',
] as const;

/** Data of `ups_status_update`. */
export const upsStatus = z.object({
	connected: flag(),
	/** Words of apcupsd or flags of NUT. */
	status: words('ONLINE', 'ONBATT', 'LOWBATT', 'REPLACEBATT', 'COMMLOST', ...nutFlags),
	/** Above 100 where it is overloaded, which the 1.1.0 document does not foresee. */
	load_percent: amount({ unit: '%', min: 0 }),
	battery_charge_percent: percent(),
	runtime_left_seconds: whole({ unit: 's', min: 0 }).optional(),
	power_watts: amount({ unit: 'W', min: 0 }),
	nominal_power_watts: amount({ unit: 'W', min: 0 }).optional(),
	model: text(),
	timestamp: timestamp(),
	/** The document's name of `runtime_left_seconds`. */
	battery_runtime_seconds: whole({ unit: 's', min: 0 }).optional(),
	input_voltage: amount({ unit: 'V', min: 0 }).optional(),
	output_voltage: amount({ unit: 'V', min: 0 }).optional(),
});

/** Data of `nut_status_update`. */
export const nutStatus = z.object({
	installed: flag(),
	running: flag(),
	config: z
		.object({
			service_enabled: flag(),
			mode: word('standalone', 'netserver', 'netclient'),
			ups_name: text(),
			driver: text(),
			port: text(),
			ip_address: text(),
			poll_interval: whole({ unit: 's' }),
			shutdown_mode: text(),
			battery_level: whole(),
			runtime_value: whole(),
			timeout: whole(),
		})
		.optional(),
	devices: list(
		z.object({
			name: text(),
			description: text(),
			available: flag(),
		}),
	).optional(),
	status: z
		.object({
			connected: flag(),
			device_name: text(),
			host: text(),
			driver: text(),
			driver_state: text(),
			manufacturer: text(),
			model: text(),
			serial: text(),
			type: text(),
			status: words(...nutFlags),
			/** Words for a single flag, the flags themselves for several. */
			status_text: text(),
			alarms: list(text()),
			beeper_status: text(),
			test_result: text(),
			test_result_date: text(),
			battery_charge_percent: percent(),
			battery_charge_low_percent: percent(),
			battery_charge_warning_percent: percent(),
			battery_runtime_seconds: whole({ unit: 's' }),
			battery_runtime_low_seconds: whole({ unit: 's' }),
			battery_voltage: amount({ unit: 'V' }),
			battery_voltage_nominal: amount({ unit: 'V' }),
			battery_type: text(),
			battery_status: text(),
			battery_mfr_date: text(),
			input_voltage: amount({ unit: 'V' }),
			input_voltage_nominal: amount({ unit: 'V' }),
			input_frequency: amount({ unit: 'Hz' }),
			input_transfer_high: amount({ unit: 'V' }),
			input_transfer_low: amount({ unit: 'V' }),
			input_current: amount({ unit: 'A' }),
			output_voltage: amount({ unit: 'V' }),
			output_frequency: amount({ unit: 'Hz' }),
			output_current: amount({ unit: 'A' }),
			load_percent: amount({ unit: '%' }),
			realpower_watts: amount({ unit: 'W' }),
			realpower_nominal_watts: amount({ unit: 'W' }),
			apparent_power_va: amount({ unit: 'VA' }),
			apparent_power_nominal_va: amount({ unit: 'VA' }),
			delay_shutdown_seconds: whole({ unit: 's' }),
			delay_start_seconds: whole({ unit: 's' }),
			timer_shutdown: whole({ unit: 's' }),
			timer_start: whole({ unit: 's' }),
			driver_version: text(),
			driver_version_data: text(),
			driver_version_usb: text(),
			product_id: text(),
			vendor_id: text(),
			raw_variables: map(text()).optional(),
			timestamp: timestamp(),
		})
		.optional(),
	timestamp: timestamp(),
});
