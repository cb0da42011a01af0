/**
 * How many MQTT messages the agent's own publisher sends: counted from its tables (state topics, discovery entities, command results), with
 * discovery for Home Assistant on, as its users have it. It publishes on every cycle of a collector, changed or not: each message of its
 * WebSocket stream is one such cycle.
 */

/** A frame of the stream, without its envelope. */
export interface Cycle {
	readonly event: string;
	readonly data: unknown;
}

type Item = Readonly<Record<string, unknown>>;

interface Collector {
	/** The things that have state topics and entities of their own. */
	readonly items?: (data: unknown) => readonly Item[];
	/** Whether such a thing has a topic of its own; else its state is read out of the list's. */
	readonly topics?: boolean;
	/** Discovery messages of one thing, sent again in every cycle. */
	readonly entities?: (item: Item) => number;
	/** Further messages of a cycle. */
	readonly more?: (data: unknown, before: unknown) => number;
}

const list = (value: unknown): readonly Item[] => (Array.isArray(value) ? value : []);
const field = (name: string) => (data: unknown) => list((data as Item | null)?.[name]);
const always = (count: number) => () => count;

/** Interfaces that get no entities. */
const inside = /^(veth|tun|tunl|virbr|docker0$|br-|br_|shim-|shim_|vhost)/;

/** Collectors by event type: those that are not here publish one message a cycle, or none (see `silent`). */
const collectors: Readonly<Record<string, Collector>> = {
	system_update: { items: field('fans'), topics: false, entities: always(1) },
	disk_list_update: { items: list, topics: true, entities: always(12) },
	share_list_update: { items: list, topics: true, entities: always(3) },
	container_list_update: { items: list, topics: true, entities: always(10) },
	vm_list_update: { items: list, topics: true, entities: always(11) },
	gpu_metrics_update: {
		items: (data) => list(data).filter(({ available }) => available === true),
		topics: true,
		entities: always(6),
	},
	network_list_update: {
		items: (data) => list(data).filter(({ name }) => !inside.test(String(name))),
		topics: true,
		entities: always(6),
	},
	zfs_pools_update: { items: list, topics: true, entities: always(7) },
	zfs_datasets_update: { items: list, topics: true, entities: always(4) },
	fan_control_update: { items: field('fans'), topics: false, entities: always(3) },
	unassigned_devices_update: {
		items: (data) => [...field('devices')(data), ...field('remote_shares')(data)],
		topics: true,
		// A remote share: mounted, usage, used, free, and a switch unless it is an image. A device: three, and three a partition.
		entities: (item) => ('source' in item ? (item.type === 'iso' ? 4 : 5) : 3 + 3 * list(item.partitions).length),
	},
	notifications_update: {
		more: (data, before) => {
			const known = new Set(field('notifications')(before).map(({ id }) => id));
			const fresh = field('notifications')(data).filter(({ id, type }) => !known.has(id) && type !== 'archive');
			return before === undefined ? 0 : fresh.length;
		},
	},
};

/** What its publisher does not forward. */
const silent =
	/^(tuning|docker_updates|docker_networks|plugin_updates|os_update|mover|source_status|collector)|^update$/;

/**
 * Entities of the server itself, announced once per connection: system 25, array 14, UPS 7, NUT 9, notifications 6, services 11, containers 2,
 * machines 2, ZFS 8, hardware 9, registration 4, fan control 1.
 */
const fixed = 98;
/** `availability` and the states of the services. */
const onConnect = 2;

/** Counts the messages for the cycles of one connection. */
export function agentMessages(cycles: Iterable<Cycle>): number {
	let count = onConnect + fixed;
	const before = new Map<string, unknown>();
	const names = new Map<string, ReadonlySet<unknown>>();
	for (const { event, data } of cycles) {
		if (silent.test(event)) continue;
		const { items, topics = false, entities = always(0), more = always(0) } = collectors[event] ?? {};
		count += 1 + more(data, before.get(event));
		const now = items?.(data) ?? [];
		for (const item of now) count += (topics ? 1 : 0) + entities(item);
		// What vanished loses the discovery of all its entities, on the topics of four platforms each.
		const present = new Set(now.map(({ name, id }) => name ?? id));
		const gone = [...(names.get(event) ?? [])].filter((name) => !present.has(name)).length;
		count += gone * 4 * entities({});
		names.set(event, present);
		before.set(event, data);
	}
	return count;
}
