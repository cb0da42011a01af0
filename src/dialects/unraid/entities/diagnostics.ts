import { subject } from '../../../model/description';
import { binary, count } from '../../../model/presets';
import { parseTime } from '../../../model/time';
import { type DataOf, listed, type World } from './items';
import { timeState } from './times';

type Collector = NonNullable<NonNullable<DataOf<'collectors'>['collectors']>[number]>;
type Source = NonNullable<NonNullable<DataOf<'self_test'>['subsystems']>[number]>;

/** What the agent says of its own sources: the last self-test, and what changed since. */
interface SelfTest {
	readonly overall: string | null | undefined;
	readonly degraded: readonly Source[];
}

function selfTestOf(world: World): readonly SelfTest[] | null {
	const { self_test: test, source_status_changed: change } = world;
	if (!test) return null;
	const newer = change && (parseTime(change.last_checked) ?? 0) > (parseTime(test.timestamp) ?? 0) ? change : null;
	const sources = (listed(test.subsystems) ?? []).filter(({ subsystem }) => subsystem !== newer?.subsystem);
	const all = newer ? [...sources, newer] : sources;
	// What somebody has switched off is no fault.
	const degraded = all.filter(({ state }) => state !== 'healthy' && state !== 'disabled');
	return [{ overall: test.overall_state, degraded }];
}

/** The agent's own health. */
export const diagnostics = subject<World, SelfTest>({
	subject: 'diagnostics',
	from: ['self_test', 'source_status_changed'],
	items: selfTestOf,
	rows: [
		{
			key: 'degraded_subsystems',
			platform: 'sensor',
			name: 'Diagnostics Degraded Subsystems',
			stateClass: 'measurement',
			category: 'diagnostic',
			icon: 'mdi:stethoscope',
			from: ['overall', 'degraded'],
			value: ({ degraded }) => degraded.length,
			attributes: {
				overall_state: 'overall',
				degraded_subsystems: ({ degraded }) =>
					degraded.length === 0
						? undefined
						: degraded.map(({ subsystem, state, reason }) => ({
								subsystem: subsystem ?? null,
								state: state ?? null,
								reason: reason ?? null,
							})),
			},
		},
	],
});

/** Ports that several containers want. */
interface PortConflicts {
	readonly conflicts: readonly {
		readonly host_port: number | null;
		readonly protocol: string | null;
		readonly containers: readonly string[];
	}[];
}

/** What Docker cannot start together. */
export const portConflicts = subject<World, PortConflicts>({
	subject: 'docker',
	from: ['port_conflicts'],
	items: (world) => {
		const list = listed(world.port_conflicts);
		return (
			list && [
				{
					conflicts: list.map(({ host_port: port, protocol, containers }) => ({
						host_port: port ?? null,
						protocol: protocol ?? null,
						containers: containers ?? [],
					})),
				},
			]
		);
	},
	rows: [
		{
			key: 'port_conflicts',
			platform: 'sensor',
			name: 'Docker Port Conflicts',
			stateClass: 'measurement',
			category: 'diagnostic',
			icon: 'mdi:lan-disconnect',
			from: ['conflicts'],
			value: ({ conflicts }) => conflicts.length,
			attributes: { conflicts: ({ conflicts }) => (conflicts.length > 0 ? conflicts.slice(0, 50) : undefined) },
		},
	],
});

/** A collector as the last list has it, or as the stream told since. */
function collectorsOf(world: World): readonly Collector[] | null {
	const { collectors, collector_state_change: change } = world;
	const list = listed(collectors?.collectors);
	if (!list || !change) return list;
	const since = parseTime(change.timestamp) ?? 0;
	if (since <= (parseTime(collectors?.timestamp) ?? 0)) return list;
	return list.map((collector) =>
		collector.name === change.collector
			? { ...collector, enabled: change.enabled, status: change.status, interval_seconds: change.interval }
			: collector,
	);
}

/** The parts of the agent that collect data. Natural key: the name. */
export const collector = subject<World, Collector>({
	subject: 'collector',
	from: ['collectors', 'collector_state_change'],
	items: collectorsOf,
	key: (item) => item.name ?? '',
	label: (item) => item.name ?? '',
	rows: [
		binary({
			key: 'running',
			name: 'Collector {label}',
			short: 'Running',
			deviceClass: 'running',
			category: 'diagnostic',
			icon: 'mdi:database-sync',
			enabled: false,
			from: ['status', 'enabled', 'interval_seconds', 'required', 'last_run'],
			is: ({ status }) => (status ? status === 'running' : null),
			attributes: {
				enabled: 'enabled',
				status: 'status',
				interval_seconds: 'interval_seconds',
				required: 'required',
				last_run: (item) => timeState(item.last_run) ?? undefined,
			},
			ticking: ['last_run'],
		}),
		count({
			key: 'errors',
			name: 'Collector {label} Errors',
			short: 'Errors',
			stateClass: 'total_increasing',
			category: 'diagnostic',
			icon: 'mdi:alert-circle-outline',
			enabled: false,
			field: 'error_count',
		}),
	],
});
