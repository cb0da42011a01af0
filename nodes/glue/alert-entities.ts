import { matcher } from '../../src/alert/match';
import { type Alert, type AlertRule, type Severity, severities } from '../../src/model/alert';
import type { Device, Entity, EntityChange, State } from '../../src/model/entity';
import { sameJson } from '../../src/model/json';

/** Alerts that the attributes of one entity list. */
const most = 20;

/** What is known of one endpoint. */
interface Server {
	device: Device;
	connected: boolean;
	/** Ids of the rules that watch something of it. */
	readonly rules: Set<string>;
}

/**
 * Entities about alerts, for the bridge: per endpoint and rule that watches anything of it a binary sensor `problem`, and one sensor that
 * counts. They tell of the alerts, and so are available while the endpoint is not.
 */
export class AlertEntities {
	private readonly rules: readonly { readonly rule: AlertRule; readonly matches: (entity: Entity) => boolean }[];
	private readonly servers = new Map<string, Server>();
	private readonly shown = new Map<string, Entity>();

	/** @param claim whether this node may have a unique id */
	constructor(
		rules: readonly AlertRule[],
		private readonly claim: (uniqueId: string) => boolean,
	) {
		this.rules = rules.filter(({ enabled }) => enabled).map((rule) => ({ rule, matches: matcher(rule.entities) }));
	}

	/** Learns of an entity; whether that may change any of ours. */
	learn(entity: Entity, isNew: boolean): boolean {
		const { source, device, availability } = entity;
		const { connected } = availability;
		const known = this.servers.get(source);
		const server = known ?? { device: serverOf(entity), connected, rules: new Set<string>() };
		this.servers.set(source, server);
		let changed = !known;
		if (device.via_device === undefined && !sameJson(server.device, device)) {
			server.device = device;
			changed = true;
		}
		if (server.connected !== connected) {
			server.connected = connected;
			changed = true;
		}
		if (!isNew) return changed;
		for (const { rule, matches } of this.rules) {
			if (server.rules.has(rule.id) || !matches(entity)) continue;
			server.rules.add(rule.id);
			changed = true;
		}
		return changed;
	}

	/** What of our entities changed since the last time. */
	changes(active: readonly Alert[]): EntityChange[] {
		return this.entities(active).flatMap((entity) => {
			const before = this.shown.get(entity.unique_id);
			if (before && sameJson(before, entity)) return [];
			if (!before && !this.claim(entity.unique_id)) return [];
			this.shown.set(entity.unique_id, entity);
			return [{ kind: before ? 'changed' : 'added', entity, previous: before?.state }];
		});
	}

	private entities(active: readonly Alert[]): Entity[] {
		return [...this.servers].flatMap(([source, server]) => {
			const own = active.filter((alert) => alert.source === source);
			const problems = this.rules
				.filter(({ rule }) => server.rules.has(rule.id))
				.map(({ rule }) =>
					problemOf(
						rule,
						source,
						server,
						own.filter((alert) => alert.rule === rule.id),
					),
				);
			return problems.length === 0 ? [] : [...problems, summaryOf(source, server, own)];
		});
	}
}

function problemOf(rule: AlertRule, source: string, server: Server, alerts: readonly Alert[]): Entity {
	const attributes = {
		severity: worst(alerts),
		count: alerts.length,
		acknowledged: alerts.length > 0 && alerts.every(({ acknowledged }) => acknowledged),
		alerts: alerts.slice(0, most).map(({ name, severity, value, unit, since }) => ({
			name,
			severity,
			value,
			unit,
			since,
		})),
	};
	return {
		...common(source, server, rule.id, 'problem'),
		platform: 'binary_sensor',
		name: rule.name,
		state: alerts.length > 0 ? 'on' : 'off',
		attributes,
		device_class: 'problem',
	};
}

function summaryOf(source: string, server: Server, alerts: readonly Alert[]): Entity {
	const count = (severity: Severity) => alerts.filter((alert) => alert.severity === severity).length;
	return {
		...common(source, server, null, 'summary'),
		platform: 'sensor',
		name: 'Alerts',
		state: alerts.length as State,
		attributes: {
			...Object.fromEntries(severities.map((severity) => [severity, count(severity)])),
			acknowledged: alerts.filter(({ acknowledged }) => acknowledged).length,
			severity: worst(alerts),
		},
		device_class: null,
		state_class: 'measurement',
		icon: 'mdi:alert-circle-outline',
	};
}

/** What all of them have in common. Rule ids are topic-safe. */
function common(source: string, { device, connected }: Server, key: string | null, row: string) {
	const parts = [source, 'alert', ...(key === null ? [] : [key]), row];
	return {
		unique_id: parts.join('_'),
		source,
		event_type: 'alert',
		subject: 'alert',
		key,
		row,
		path: parts.join('/'),
		unit_of_measurement: null,
		state_class: null,
		entity_category: 'diagnostic',
		options: null,
		suggested_display_precision: null,
		icon: null,
		enabled_by_default: true,
		command: null,
		range: null,
		deadband: 0,
		ticking: [],
		available: true,
		// As the endpoint is: the bridge tells of the endpoint by every entity's word.
		availability: { connected, fresh: true, present: true },
		transient: false,
		always_available: true,
		replayed: false,
		device,
	} as const satisfies Partial<Entity>;
}

/** The server's device, as far as one of its entities tells. */
function serverOf({ device, source }: Entity): Device {
	return device.via_device === undefined ? device : { identifiers: [device.via_device], name: source };
}

function worst(alerts: readonly Alert[]): Severity | null {
	return severities.findLast((severity) => alerts.some((alert) => alert.severity === severity)) ?? null;
}
