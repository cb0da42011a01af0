import { uniqueId } from '../../src/entities/identity';
import { createEntity } from '../../src/entities/registry';
import { type Alert, type AlertRule, type Severity, severities } from '../../src/model/alert';
import type { Row, World } from '../../src/model/description';
import type { Attributes, Device, Entity, State } from '../../src/model/entity';

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
	return { ...entityOf(source, server, rule.id, alerts.length > 0 ? 'on' : 'off', attributes), name: rule.name };
}

/** How many alerts an endpoint has. */
export function summaryOf(source: string, server: About, alerts: readonly Alert[]): Entity {
	const count = (severity: Severity) => alerts.filter((alert) => alert.severity === severity).length;
	const attributes = {
		...Object.fromEntries(severities.map((severity) => [severity, count(severity)])),
		acknowledged: alerts.filter(({ acknowledged }) => acknowledged).length,
		severity: worst(alerts),
	};
	return entityOf(source, server, null, alerts.length, attributes);
}

/** They tell of the alerts, and so are there while the endpoint is not. */
const shared = { category: 'diagnostic', always: true, from: [], value: () => null } as const;
const problem: Row<object, World> = {
	...shared,
	key: 'problem',
	platform: 'binary_sensor',
	name: 'Problem',
	deviceClass: 'problem',
};
const summary: Row<object, World> = {
	...shared,
	key: 'summary',
	platform: 'sensor',
	name: 'Alerts',
	stateClass: 'measurement',
	icon: 'mdi:alert-circle-outline',
};

const subject = 'alert';
const rowOf = (rule: string | null): Row<object, World> => (rule === null ? summary : problem);

/** The unique id of a rule's entity about an endpoint, or (null) of the one that counts them all. */
export const idOf = (source: string, rule: string | null): string => uniqueId(source, subject, rule, rowOf(rule).key);

function entityOf(source: string, server: About, key: string | null, state: State, attributes: Attributes): Entity {
	const { device, connected, isNameless } = server;
	const row = rowOf(key);
	// As connected as the endpoint is: the bridge tells of the endpoint by every entity's word.
	const parts = { source, subject, key, label: '', eventType: subject, row, connected, fresh: true, replayed: false };
	// A rule does not come and go by itself.
	const entity = { ...createEntity({ ...parts, state, attributes, device }), transient: false };
	return isNameless ? { ...entity, provisional: true } : entity;
}

function worst(alerts: readonly Alert[]): Severity | null {
	return severities.findLast((severity) => alerts.some((alert) => alert.severity === severity)) ?? null;
}
