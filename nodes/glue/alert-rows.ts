import { type Alert, type AlertRule, type Severity, severities } from '../../src/model/alert';
import type { Device, Entity, State } from '../../src/model/entity';

/** Alerts that the attributes of one entity list. */
const most = 20;

/** What is told of an endpoint. */
export interface About {
	readonly device: Device;
	/** Its device has not told its name yet. */
	readonly isNameless: boolean;
	readonly connected: boolean;
}

/** Whether a rule has alerts about an endpoint, and which. */
export function problemOf(
	rule: Pick<AlertRule, 'id' | 'name'>,
	source: string,
	server: About,
	alerts: readonly Alert[],
): Entity {
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
		...common(source, server, rule.id),
		platform: 'binary_sensor',
		name: rule.name,
		state: alerts.length > 0 ? 'on' : 'off',
		attributes,
		device_class: 'problem',
	};
}

/** How many alerts an endpoint has. */
export function summaryOf(source: string, server: About, alerts: readonly Alert[]): Entity {
	const count = (severity: Severity) => alerts.filter((alert) => alert.severity === severity).length;
	return {
		...common(source, server, null),
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

const rowOf = (rule: string | null): string => (rule === null ? 'summary' : 'problem');

/** The parts of an entity's path: of a rule's, or of the one that counts them all. Rule ids are topic-safe. */
const partsOf = (source: string, rule: string | null): string[] => [
	source,
	'alert',
	...(rule === null ? [] : [rule]),
	rowOf(rule),
];

/** The unique id of a rule's entity about an endpoint, or (null) of the one that counts them all. */
export const idOf = (source: string, rule: string | null): string => partsOf(source, rule).join('_');

/** What all of them have in common. */
function common(source: string, { device, connected, isNameless }: About, rule: string | null) {
	return {
		unique_id: idOf(source, rule),
		source,
		event_type: 'alert',
		subject: 'alert',
		key: rule,
		row: rowOf(rule),
		path: partsOf(source, rule).join('/'),
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
		...(isNameless && { provisional: true }),
		device,
	} as const satisfies Partial<Entity>;
}

function worst(alerts: readonly Alert[]): Severity | null {
	return severities.findLast((severity) => alerts.some((alert) => alert.severity === severity)) ?? null;
}
