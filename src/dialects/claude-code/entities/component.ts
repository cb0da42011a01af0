import { subject } from '../../../model/description';
import { binary, count, numeric, percent, text } from '../../../model/presets';
import type { ComponentItem, HealthItem } from '../pictures';
import { timeOf, type World } from './items';

const healths = ['healthy', 'degraded', 'unhealthy', 'offline', 'other'] as const;
type Health = (typeof healths)[number];

/** The words of the document, and those that servers use in their place. */
const words: ReadonlyMap<string, Health> = new Map([
	['healthy', 'healthy'],
	['ok', 'healthy'],
	['up', 'healthy'],
	['degraded', 'degraded'],
	['warning', 'degraded'],
	['unhealthy', 'unhealthy'],
	['critical', 'unhealthy'],
	['error', 'unhealthy'],
	['failed', 'unhealthy'],
	['offline', 'offline'],
	['down', 'offline'],
	['stopped', 'offline'],
]);

/** A word of a server as one of ours; null where it does not know itself. */
export function healthOf(reported: string | null): Health | null {
	if (reported === null || reported.toLowerCase() === 'unknown') return null;
	return words.get(reported.toLowerCase()) ?? 'other';
}

/** The components of the heartbeats. Natural key: their name. As fresh as the heartbeats are. */
export const health = subject<World, HealthItem>({
	subject: 'component',
	from: ['heartbeat', 'health'],
	kept: true,
	ownDevice: true,
	items: (world) => world.health ?? null,
	key: (item) => item.name,
	label: (item) => item.name,
	rows: [
		{
			key: 'health',
			platform: 'sensor',
			name: '{label} Health',
			short: 'Health',
			deviceClass: 'enum',
			options: healths,
			icon: 'mdi:heart-pulse',
			from: ['reported', 'nextCheck'],
			value: ({ reported }) => healthOf(reported),
			attributes: { reported: 'reported', next_check: ({ nextCheck }) => timeOf(nextCheck) ?? undefined },
			ticking: ['next_check'],
		},
		binary({
			key: 'problem',
			name: '{label} Problem',
			short: 'Problem',
			deviceClass: 'problem',
			from: ['reported'],
			is: ({ reported }) => {
				const word = healthOf(reported);
				return word === null ? null : word !== 'healthy';
			},
		}),
	],
});

const measured = ({ measured: is }: ComponentItem): boolean => is;

/** What components say of themselves. Natural key: their name. */
export const component = subject<World, ComponentItem>({
	subject: 'component',
	from: ['components'],
	kept: true,
	ownDevice: true,
	items: (world) => world.components ?? null,
	key: (item) => item.name,
	label: (item) => item.name,
	rows: [
		binary({
			key: 'running',
			name: '{label} Running',
			short: 'Running',
			deviceClass: 'running',
			category: 'diagnostic',
			from: ['running', 'since', 'version', 'capabilities'],
			is: ({ running }) => running,
			when: ({ running }) => running !== null,
			attributes: { since: ({ since }) => timeOf(since), version: 'version', capabilities: 'capabilities' },
		}),
		text({
			key: 'check',
			name: '{label} Health Check',
			short: 'Health Check',
			icon: 'mdi:stethoscope',
			category: 'diagnostic',
			field: 'check',
			when: ({ check }) => check !== null,
		}),
		percent({
			// Several busy cores add up to more than 100 %.
			key: 'cpu',
			name: '{label} CPU',
			short: 'CPU',
			icon: 'mdi:chip',
			field: 'cpu',
			plausible: [0, 100_000],
			deadband: 1,
			when: measured,
		}),
		numeric({
			key: 'memory',
			name: '{label} Memory',
			short: 'Memory',
			unit: 'MB',
			deviceClass: 'data_size',
			precision: 0,
			decimals: 1,
			deadband: { share: 0.02 },
			icon: 'mdi:memory',
			field: 'memory',
			when: measured,
		}),
		count({
			key: 'connections',
			name: '{label} Connections',
			short: 'Connections',
			icon: 'mdi:lan-connect',
			field: 'connections',
			when: measured,
		}),
		count({
			key: 'queue',
			name: '{label} Event Queue',
			short: 'Event Queue',
			icon: 'mdi:tray-full',
			field: 'queue',
			when: measured,
		}),
		{
			key: 'alert',
			platform: 'sensor',
			name: '{label} Alert Level',
			short: 'Alert Level',
			deviceClass: 'enum',
			options: ['none', 'info', 'warning', 'critical', 'other'],
			icon: 'mdi:gauge',
			from: ['alert', 'alertReported', 'alertSince', 'message'],
			value: ({ alert }) => alert,
			when: ({ alert }) => alert !== null,
			attributes: {
				reported: 'alertReported',
				since: ({ alertSince }) => timeOf(alertSince),
				message: 'message',
			},
		},
	],
});
