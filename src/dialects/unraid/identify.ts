import { isFields } from '../../model/fields';
import type { Identified, Item } from '../dialect';
import { topics } from './topics';

/** One structural rule: the type whose data (for a list: its first element) has all of these fields, and one of `any` if given. */
interface Rule {
	readonly type: string;
	readonly all?: readonly string[];
	readonly any?: readonly string[];
	/** Restricts the rule to a list or an object; the document's rules hold for both. */
	readonly shape?: 'list' | 'object';
}

/** The nine ordered rules of the 1.1.0 document (section "Identification Rules"), with its own type names. */
const documentRules: readonly Rule[] = [
	{ type: 'system_update', all: ['hostname', 'cpu_usage_percent'] },
	{ type: 'array_status_update', all: ['state', 'parity_check_status', 'num_disks'] },
	{ type: 'ups_status_update', all: ['connected', 'battery_charge_percent'] },
	{ type: 'gpu_update', all: ['available', 'driver_version', 'utilization_gpu_percent'] },
	{ type: 'network_list_update', all: ['mac_address', 'bytes_received'] },
	{ type: 'container_list_update', all: ['image', 'ports'] },
	{ type: 'vm_list_update', all: ['state', 'vcpus'] },
	{ type: 'disk_list_update', all: ['device', 'mount_point'] },
	{ type: 'share_list_update', all: ['name', 'path', 'size_bytes'] },
];

/** What the document's rules leave unknown: the structures of the current agent's topics, in an order that keeps them apart. */
const fallbackRules: readonly Rule[] = [
	{ type: 'system_update', shape: 'object', all: ['hostname', 'cpu_usage_percent'] },
	{ type: 'array_status_update', shape: 'object', all: ['state', 'num_disks', 'parity_check_status'] },
	{ type: 'ups_status_update', shape: 'object', all: ['connected', 'battery_charge_percent'] },
	{ type: 'nut_status_update', shape: 'object', all: ['installed', 'running'] },
	{ type: 'zfs_arc_stats_update', shape: 'object', all: ['hit_ratio_percent', 'target_size_bytes'] },
	{ type: 'notifications_update', shape: 'object', all: ['overview', 'notifications'] },
	{ type: 'unassigned_devices_update', shape: 'object', all: ['devices', 'remote_shares'] },
	{ type: 'fan_control_update', shape: 'object', all: ['fans', 'config', 'summary'] },
	{ type: 'collector_state_change', shape: 'object', all: ['collector', 'enabled', 'interval'] },
	{ type: 'source_status_changed', shape: 'object', all: ['subsystem', 'state', 'last_checked'] },
	{ type: 'registration_update', shape: 'object', all: ['type', 'state', 'expiration'] },
	{ type: 'mover_update', shape: 'object', all: ['active', 'last_run_files_moved'] },
	{ type: 'os_update_update', shape: 'object', all: ['current_version', 'update_available', 'status'] },
	{ type: 'plugin_updates_update', shape: 'object', all: ['plugins', 'total_count'] },
	{ type: 'docker_updates_update', shape: 'object', all: ['containers', 'updates_available'] },
	{ type: 'docker_networks_update', shape: 'object', all: ['networks', 'count'] },
	{ type: 'hardware_update', shape: 'object', any: ['bios', 'baseboard', 'memory_devices', 'memory_array'] },
	{ type: 'tuning_update', shape: 'object', any: ['turbo_boost', 'disk_cache', 'inotify'] },
	{ type: 'container_list_update', shape: 'list', all: ['image', 'ports'] },
	{ type: 'vm_list_update', shape: 'list', all: ['state', 'memory_allocated_bytes'], any: ['cpu_count', 'vcpus'] },
	{ type: 'gpu_metrics_update', shape: 'list', all: ['driver_version', 'utilization_gpu_percent'] },
	{ type: 'network_list_update', shape: 'list', all: ['mac_address', 'bytes_received'] },
	{ type: 'zfs_pools_update', shape: 'list', all: ['health', 'vdevs'] },
	{ type: 'zfs_snapshots_update', shape: 'list', all: ['dataset', 'referenced_bytes'] },
	{ type: 'zfs_datasets_update', shape: 'list', all: ['available_bytes', 'compression'] },
	{ type: 'disk_list_update', shape: 'list', all: ['device', 'smart_status'] },
	{ type: 'share_list_update', shape: 'list', all: ['name', 'path'], any: ['total_bytes', 'size_bytes'] },
];

const has = (data: object, field: string) => Object.hasOwn(data, field);

function fits(rule: Rule, shape: 'list' | 'object', sample: object): boolean {
	return (
		(rule.shape === undefined || rule.shape === shape) &&
		(rule.all ?? []).every((field) => has(sample, field)) &&
		(rule.any === undefined || rule.any.some((field) => has(sample, field)))
	);
}

/**
 * The type that the structure of the data shows: `empty_list` for a list without elements, `unknown` where no rule fits.
 * Order as in the 1.1.0 document; the fallback only judges what that leaves unknown.
 */
export function identifyByStructure(data: unknown): string {
	const shape = Array.isArray(data) ? 'list' : 'object';
	if (Array.isArray(data) && data.length === 0) return 'empty_list';
	const sample: unknown = Array.isArray(data) ? data[0] : data;
	if (!isFields(sample)) return 'unknown';
	for (const rules of [documentRules, fallbackRules]) {
		const rule = rules.find((candidate) => fits(candidate, shape, sample));
		if (rule) return rule.type;
	}
	return 'unknown';
}

/** Names that an agent may give an event: not those that only we say, nor those of REST answers. */
const streamed: ReadonlySet<string> = new Set(
	Object.entries(topics).flatMap(([name, { own, poll }]) => (own || poll ? [] : [name])),
);
const isTopic = (name: string) => streamed.has(name);

/**
 * Names an item: by the name in its envelope (the current agent), by the name inside the data (`collector_state_change`, which the
 * current agent sends as `update`), else by structure (agents of the 1.1.0 document, whose envelope always says `update`).
 * A name that no topic has stays `unknown`: it says that this is none of the types that a structural rule could confuse it with.
 */
export function identify(item: Item): Identified {
	const { name, data } = item;
	if (name !== null && name !== 'update') {
		if (isTopic(name)) return { type: name, by: 'name' };
		const message = `No event of the Unraid agent is called "${name.slice(0, 40)}".`;
		return {
			type: 'unknown',
			by: 'name',
			issues: [{ path: 'event', code: 'unknown_name', severity: 'notice', message }],
		};
	}
	if (name === 'update' && isFields(data) && 'event' in data && typeof data.event === 'string' && isTopic(data.event)) {
		return { type: data.event, by: 'name' };
	}
	return { type: identifyByStructure(data), by: 'structure' };
}
