import { type Row, subject } from '../../../model/description';
import type { State } from '../../../model/entity';
import { binary } from '../../../model/presets';
import { type DataOf, listed, type World } from './items';

type Hardware = DataOf<'hardware_update'>;

/** What is printed on the hardware hardly changes and is of use to few. */
const printed = (
	key: string,
	name: string,
	icon: string,
	from: readonly (keyof Hardware & string)[],
	read: (hardware: Hardware) => State | undefined,
	more: Partial<Row<Hardware, World>> = {},
): Row<Hardware, World> => ({
	key,
	platform: 'sensor',
	name,
	category: 'diagnostic',
	icon,
	enabled: false,
	from,
	value: (hardware) => read(hardware) || null,
	when: (hardware) => Boolean(read(hardware)),
	...more,
});

/** Board, firmware, memory. */
export const hardware = subject<World, Hardware>({
	subject: 'hardware',
	from: ['hardware_update'],
	items: (world) => (world.hardware_update ? [world.hardware_update] : null),
	rows: [
		printed('bios_version', 'BIOS Version', 'mdi:chip', ['bios'], ({ bios }) => bios?.version, {
			attributes: { vendor: ({ bios }) => bios?.vendor, revision: ({ bios }) => bios?.revision },
		}),
		printed('bios_date', 'BIOS Date', 'mdi:calendar', ['bios'], ({ bios }) => bios?.release_date),
		printed(
			'board_manufacturer',
			'Board Manufacturer',
			'mdi:developer-board',
			['baseboard'],
			({ baseboard }) => baseboard?.manufacturer,
		),
		printed(
			'board_model',
			'Board Model',
			'mdi:developer-board',
			['baseboard'],
			({ baseboard }) => baseboard?.product_name,
			{
				attributes: {
					version: ({ baseboard }) => baseboard?.version,
					serial_number: ({ baseboard }) => baseboard?.serial_number,
				},
			},
		),
		printed('chassis', 'Chassis', 'mdi:server', ['chassis'], ({ chassis }) => chassis?.type, {
			attributes: {
				manufacturer: ({ chassis }) => chassis?.manufacturer,
				serial_number: ({ chassis }) => chassis?.serial_number,
			},
		}),
		printed(
			'cpu_socket',
			'CPU Socket',
			'mdi:cpu-64-bit',
			['cpu'],
			({ cpu }) => cpu?.upgrade || cpu?.socket_designation,
		),
		printed('cpu_max_speed', 'CPU Max Speed', 'mdi:speedometer', ['cpu'], ({ cpu }) => cpu?.max_speed_mhz, {
			unit: 'MHz',
			deviceClass: 'frequency',
			precision: 0,
		}),
		printed(
			'memory_slots',
			'Memory Slots',
			'mdi:memory',
			['memory_array', 'memory_devices'],
			({ memory_array: memory }) => memory?.number_of_devices,
			{
				attributes: {
					used_slots: ({ memory_devices: devices }) => listed(devices)?.length,
					modules: ({ memory_devices: devices }) =>
						(listed(devices) ?? []).map(({ locator, size, type, speed }) =>
							[locator, size, type, speed].filter(Boolean).join(' '),
						),
				},
			},
		),
		printed(
			'memory_max_capacity',
			'Memory Max Capacity',
			'mdi:memory',
			['memory_array'],
			({ memory_array: memory }) => memory?.maximum_capacity,
			{ attributes: { error_correction: ({ memory_array: memory }) => memory?.error_correction_type } },
		),
		printed('boot_device', 'Boot Device', 'mdi:usb-flash-drive', ['boot'], ({ boot }) => boot?.device_type, {
			attributes: {
				device: ({ boot }) => boot?.device,
				filesystem: ({ boot }) => boot?.filesystem,
				boot_pool: ({ boot }) => boot?.boot_pool,
			},
		}),
		binary({
			key: 'tpm',
			name: 'TPM Present',
			category: 'diagnostic',
			icon: 'mdi:chip',
			enabled: false,
			from: ['tpm'],
			is: ({ tpm }) => tpm?.present ?? null,
			when: ({ tpm }) => typeof tpm?.present === 'boolean',
			attributes: { version: ({ tpm }) => tpm?.version, manufacturer: ({ tpm }) => tpm?.manufacturer },
		}),
	],
});
