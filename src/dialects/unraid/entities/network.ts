import { type Row, subject } from '../../../model/description';
import { binary, bytes, count, numeric, round } from '../../../model/presets';
import { rate } from './counters';
import { type ItemOf, listed, type World } from './items';

type Nic = ItemOf<'network_list_update'>;

/** Interfaces that Docker, libvirt and tunnels make by the dozen. */
const virtual = /^(lo|veth.*|tun.*|virbr.*|docker0|br[-_].*|shim[-_].*|vhost.*|vnet.*)$/;

/** The rate that the agent computed, or else one from its byte counter (the older generation). */
function traffic(
	direction: 'rx' | 'tx',
	counter: 'bytes_received' | 'bytes_sent',
	speed: 'rx_bytes_per_sec' | 'tx_bytes_per_sec',
	icon: string,
): Row<Nic, World> {
	return {
		key: direction,
		platform: 'sensor',
		name: `Network {LABEL} ${direction.toUpperCase()}`,
		short: direction.toUpperCase(),
		unit: 'kbit/s',
		deviceClass: 'data_rate',
		stateClass: 'measurement',
		icon,
		deadband: { share: 0.1 },
		from: [counter, speed, 'state', 'mac_address', 'ip_address', 'speed_mbps'],
		value: () => null,
		fold: (nic, memory, at) => {
			const bytes = nic[speed];
			const counted = rate(nic[counter], memory, at);
			return typeof bytes === 'number' ? { ...counted, state: round((bytes * 8) / 1000, 1) } : counted;
		},
		when: (nic) => nic.state === 'up',
		attributes: {
			network_mac: 'mac_address',
			network_ip: 'ip_address',
			network_speed: (nic) => (nic.speed_mbps && nic.speed_mbps > 0 ? nic.speed_mbps : undefined),
		},
	};
}

const counter = { category: 'diagnostic', stateClass: 'total_increasing', enabled: false } as const;

/** Network interfaces that carry the server's own traffic. Natural key: the name. */
export const network = subject<World, Nic>({
	subject: 'network',
	from: ['network_list_update'],
	items: (world) => listed(world.network_list_update)?.filter((nic) => !virtual.test(nic.name ?? '')) ?? null,
	key: (nic) => nic.name ?? '',
	label: (nic) => nic.name ?? '',
	rows: [
		traffic('rx', 'bytes_received', 'rx_bytes_per_sec', 'mdi:download-network'),
		traffic('tx', 'bytes_sent', 'tx_bytes_per_sec', 'mdi:upload-network'),
		binary({
			key: 'link',
			name: 'Network {label}',
			short: 'Link',
			deviceClass: 'connectivity',
			category: 'diagnostic',
			icon: 'mdi:ethernet',
			from: ['state'],
			// `unknown` is what the kernel says of an interface without a link of its own.
			is: (nic) => (!nic.state || nic.state === 'unknown' ? null : nic.state === 'up'),
		}),
		numeric({
			// -1 = no link.
			key: 'speed',
			name: 'Network {LABEL} Speed',
			short: 'Speed',
			unit: 'Mbit/s',
			deviceClass: 'data_rate',
			category: 'diagnostic',
			icon: 'mdi:speedometer',
			enabled: false,
			field: 'speed_mbps',
			zeroIsNone: true,
			plausible: [1, 10_000_000],
			reads: ['duplex', 'mtu', 'port', 'auto_negotiation'],
			attributes: { duplex: 'duplex', mtu: 'mtu', port_type: 'port', auto_negotiation: 'auto_negotiation' },
		}),
		bytes({
			...counter,
			key: 'received',
			name: 'Network {LABEL} Received',
			short: 'Received',
			icon: 'mdi:download-network',
			field: 'bytes_received',
			reads: ['packets_received'],
			attributes: { packets: 'packets_received' },
			ticking: ['packets'],
		}),
		bytes({
			...counter,
			key: 'sent',
			name: 'Network {LABEL} Sent',
			short: 'Sent',
			icon: 'mdi:upload-network',
			field: 'bytes_sent',
			reads: ['packets_sent'],
			attributes: { packets: 'packets_sent' },
			ticking: ['packets'],
		}),
		count({
			...counter,
			key: 'errors_received',
			name: 'Network {LABEL} Errors Received',
			short: 'Errors Received',
			icon: 'mdi:alert-circle-outline',
			field: 'errors_received',
		}),
		count({
			...counter,
			key: 'errors_sent',
			name: 'Network {LABEL} Errors Sent',
			short: 'Errors Sent',
			icon: 'mdi:alert-circle-outline',
			field: 'errors_sent',
		}),
	],
});
