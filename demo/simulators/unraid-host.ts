import { shuffled } from './random';
import { ZERO_TIME } from './unraid-encoding';
import type { Interface } from './unraid-inventory';
import { type Json, rounded, type Source } from './unraid-source';

const GB = 1_073_741_824;
const RAM = 33_554_432_000;
const UPS_WATTS = 900;
/** Seconds that a full battery lasts, as the UPS itself reckons. */
const RUNTIME = 2_490;

/** The whole server. Temperatures and fans come in random order, as from a Go map. */
export function system({ tower, stamp, random }: Source): Json {
	const used = Math.round(RAM * (0.34 + tower.load / 400));
	const temperatures = [
		{
			name: 'coretemp-isa-0000_Package_id_0_temp1_input',
			value: tower.cpuTemperature,
			type: 'cpu',
			source: 'coretemp-isa-0000',
		},
		{
			name: 'coretemp-isa-0000_Core_0_temp2_input',
			value: tower.cpuTemperature - 2,
			type: 'cpu',
			source: 'coretemp-isa-0000',
		},
		{
			name: 'nct6798-isa-0290_MB_Temp_temp1_input',
			value: tower.boardTemperature,
			type: 'motherboard',
			source: 'nct6798-isa-0290',
		},
		{ name: 'pch_cannonlake-virtual-0_temp1_temp1_input', value: 51, type: 'chipset', source: 'pch' },
		// A fan that stands still shows up as a temperature of 0: the agent's own slip.
		...tower.fans
			.filter(({ rpm }) => rpm === 0)
			.map(({ name }) => ({
				name: `nct6798-isa-0290_${name}_${name}_input`,
				value: 0,
				type: 'other',
				source: 'nct6798-isa-0290',
			})),
	];
	return {
		hostname: tower.hostname,
		version: '7.2.3',
		agent_version: '2026.08.01',
		uptime_seconds: Math.floor(tower.uptime),
		cpu_usage_percent: tower.load,
		cpu_model: 'Intel(R) Core(TM) i3-9100 CPU @ 3.60GHz',
		cpu_cores: 4,
		cpu_threads: tower.cores.length,
		cpu_mhz: 3_600,
		cpu_per_core_usage: Object.fromEntries(tower.cores.map((core, index) => [`cpu${index}`, core])),
		cpu_temp_celsius: rounded(tower.cpuTemperature, 3),
		cpu_power_watts: 12 + tower.load * 0.55,
		dram_power_watts: 3.1 + tower.load * 0.01,
		ram_usage_percent: (used / RAM) * 100,
		ram_total_bytes: RAM,
		ram_used_bytes: used,
		ram_free_bytes: RAM - used,
		ram_buffers_bytes: 12_333_056,
		ram_cached_bytes: 11_776_000_000,
		swap_usage_percent: 0,
		swap_total_bytes: 0,
		swap_used_bytes: 0,
		swap_free_bytes: 0,
		swappiness: 60,
		server_model: 'E3C246D4U',
		bios_version: '1.4',
		bios_date: '12/25/2023',
		motherboard_temp_celsius: rounded(tower.boardTemperature, 1),
		hvm_enabled: true,
		iommu_enabled: true,
		openssl_version: 'OpenSSL 3.5.1 1 Jul 2025',
		kernel_version: '6.12.24-Unraid',
		parity_check_speed: tower.parity.status === 'running' ? '241.7 MB/sec' : undefined,
		cpu_power_state: {
			governor: 'powersave',
			available_governors: ['performance', 'powersave'],
			driver: 'intel_pstate',
			min_freq_mhz: 800,
			max_freq_mhz: 4_200,
			current_freq_mhz: 3_600,
		},
		temperatures: shuffled(temperatures, random).map(({ name, value, type, source }) => ({
			name,
			value_celsius: rounded(value, 3),
			sensor_type: type,
			source,
		})),
		ram_used_mb: used / 1_048_576,
		ram_total_mb: RAM / 1_048_576,
		fans: shuffled(tower.fans, random).map(({ name, rpm }) => ({ name: `nct6798_${name}`, rpm })),
		timestamp: stamp(),
	};
}

/** The UPS; nothing at all where there is none. */
export function ups({ tower, stamp }: Source): Json | undefined {
	const { power } = tower;
	if (!power.present) return undefined;
	const load = rounded(18 + tower.load * 0.35, 1);
	return {
		connected: true,
		status: power.status,
		load_percent: load,
		battery_charge_percent: rounded(power.charge, 1),
		runtime_left_seconds: Math.round((RUNTIME * power.charge) / 100),
		power_watts: rounded((UPS_WATTS * load) / 100, 1),
		nominal_power_watts: UPS_WATTS,
		model: 'Smart-UPS C 1500',
		timestamp: stamp(),
	};
}

/** Graphics cards. */
export function gpu({ tower, stamp }: Source): Json[] {
	return [
		{
			available: true,
			index: 0,
			pci_id: '00000000:01:00.0',
			vendor: 'nvidia',
			uuid: 'GPU-3f1c5b7a-1234-5678-9abc-def012345678',
			name: 'NVIDIA GeForce RTX 3060',
			driver_version: '550.54.14',
			temperature_celsius: Math.round(tower.gpu.temperature),
			utilization_gpu_percent: tower.gpu.utilization,
			utilization_memory_percent: (GB / (12 * GB)) * 100,
			memory_total_bytes: 12 * GB,
			memory_used_bytes: GB,
			power_draw_watts: rounded(18 + tower.gpu.utilization * 1.4, 1),
			fan_speed_percent: 30,
			timestamp: stamp(),
		},
	];
}

/** One network interface. */
export function nic(one: Interface, { stamp, random }: Source): Json {
	const rate = one.up ? one.speed * 500 * (0.5 + random()) : 0;
	return {
		name: one.name,
		mac_address: one.mac,
		ip_address: one.up ? one.ip : '',
		speed_mbps: one.up ? one.speed : -1,
		state: one.name === 'vnet0' ? 'unknown' : one.up ? 'up' : 'down',
		bytes_received: one.received,
		bytes_sent: one.sent,
		packets_received: Math.round(one.received / 900),
		packets_sent: Math.round(one.sent / 800),
		errors_received: 0,
		errors_sent: 0,
		rx_bytes_per_sec: rate,
		tx_bytes_per_sec: rate * 0.24,
		...(one.physical
			? {
					supported_ports: ['[', 'TP', ']'],
					supported_link_modes: ['1000baseT/Full', '2500baseT/Full'],
					supports_auto_negotiation: true,
					duplex: one.up ? 'Full' : 'Unknown! (255)',
					auto_negotiation: 'on',
					port: 'Twisted Pair',
					wake_on: 'g',
				}
			: {}),
		link_detected: one.up,
		timestamp: stamp(),
	};
}

/** What the board says about itself. */
export function hardware({ stamp }: Source): Json {
	return {
		bios: { vendor: 'American Megatrends Inc.', version: '1.4', release_date: '12/25/2023', revision: '5.14' },
		baseboard: { manufacturer: 'ASRockRack', product_name: 'E3C246D4U', serial_number: 'M80-ABC12345' },
		cpu: {
			socket_designation: 'CPUSocket',
			family: 'Core i3',
			manufacturer: 'Intel(R) Corporation',
			max_speed_mhz: 4_200,
		},
		memory_array: { location: 'System Board', maximum_capacity: '128 GB', number_of_devices: 4 },
		memory_devices: [{ locator: 'DIMM_A2', size: '32 GB', type: 'DDR4', speed: '2666 MT/s' }],
		boot: { device_type: 'usb', device: 'sda1', filesystem: 'vfat' },
		timestamp: stamp(),
	};
}

/** The licence. */
export function registration({ tower, stamp }: Source): Json {
	return {
		type: 'lifetime',
		state: 'valid',
		expiration: ZERO_TIME,
		update_expiration: ZERO_TIME,
		server_name: tower.hostname,
		guid: '0781-5583-8355-81071A2B3C4D',
		timestamp: stamp(),
	};
}

/** Notifications and their counts. */
export function notifications({ tower, stamp, timeOf }: Source): Json {
	const counted = (archived: boolean): Json => {
		const some = tower.notices.filter((notice) => notice.archived === archived);
		const count = (importance: string): number => some.filter((notice) => notice.importance === importance).length;
		return { info: count('normal'), warning: count('warning'), alert: count('alert'), total: some.length };
	};
	return {
		overview: { unread: counted(false), archive: counted(true) },
		notifications: tower.notices.map((notice) => ({
			id: notice.id,
			title: notice.title,
			subject: notice.subject,
			description: notice.description || undefined,
			importance: notice.importance,
			link: '/Main',
			timestamp: timeOf(notice.at),
			formatted_timestamp: timeOf(notice.at),
			type: notice.archived ? 'archive' : 'unread',
		})),
		timestamp: stamp(),
	};
}

/** Fans and their control. */
export function fanControl({ tower, stamp }: Source): Json {
	return {
		fans: tower.fans.map(({ name, rpm, percent, mode }, index) => ({
			id: `hwmon1_${name}`,
			name: `Fan ${index + 1}`,
			rpm,
			pwm_value: Math.round(percent * 2.55),
			pwm_percent: percent,
			mode,
			controllable: true,
			hwmon_path: '/sys/class/hwmon/hwmon1',
			hwmon_index: index + 1,
		})),
		profiles: null,
		config: {
			enabled: true,
			control_enabled: false,
			control_method: 'hwmon',
			poll_interval_seconds: 0,
			safety: { min_speed_percent: 20, critical_temp_celsius: 0, failure_rpm_threshold: 0 },
		},
		summary: { total_fans: tower.fans.length, controllable_fans: tower.fans.length },
		external_control: { active: false },
		timestamp: stamp(),
	};
}
