import { fixtureJson, payload, recording } from '../support/unraid-recordings';
import type { Shown } from './compare';

/** A call to the agent's REST interface; `path` is below its base, with names as people write them. */
export interface Call {
	readonly method: string;
	readonly path: string;
	readonly body: unknown;
}

/** One way to use a control of Home Assistant. */
export interface Use {
	readonly service: string;
	readonly data: object;
}

interface ReferenceCalls {
	readonly calls: readonly {
		readonly entity_id: string;
		readonly service: string;
		readonly data: object;
		readonly requests: readonly Call[];
	}[];
}

interface ReferenceEntities {
	readonly entities: readonly Shown[];
}

/** What a fan is set to: as in the recorded calls. */
const fanSpeed = { value: 100 };

/** Every use of a control, each once. An update can be installed where there is one. */
export function uses({ domain, state, supported_features: features }: Shown & { supported_features?: number }): Use[] {
	switch (domain) {
		case 'switch':
			return [
				{ service: 'switch.turn_on', data: {} },
				{ service: 'switch.turn_off', data: {} },
			];
		case 'button':
			return [{ service: 'button.press', data: {} }];
		case 'number':
			return [{ service: 'number.set_value', data: fanSpeed }];
		case 'update':
			return state === 'on' && ((features ?? 0) & 1) === 1 ? [{ service: 'update.install', data: {} }] : [];
		default:
			return [];
	}
}

/** Name of a use: platform, entity name, service. */
export const useName = ({ domain, original_name: name }: Shown, service: string): string =>
	`${domain}/${name} ${service}`;

/**
 * What the integration gets wrong, and what the agent accepts instead (`corrections_for_current_agent` of the facts on its services): path of
 * the recorded call, the right call, null where the agent has no route.
 */
const corrections: readonly (readonly [path: RegExp, right: (call: Call, found: RegExpExecArray) => Call | null])[] = [
	// It looks machines up by name.
	[
		/^\/vm\/([0-9a-f]{32})\/([a-z-]+)$/,
		(call, [, id = '', action = '']) => ({ ...call, path: `/vm/${machineName(id)}/${action}` }),
	],
	[
		/^\/fans\/speed$/,
		(call) => {
			const { fan_id: fan, speed_percent: percent } = call.body as { fan_id: string; speed_percent: number };
			return { ...call, body: { fan_id: fan, pwm_percent: percent } };
		},
	],
	[/^\/disks\/[^/]+\/spin(up|down)$/, () => null],
];

/** Calls of controls that only we have, by name of the use. */
const ours: readonly (readonly [use: RegExp, call: (name: string) => Call])[] = [
	[/^button\/Hibernate (.+) button\.press$/, (name) => post(`/vm/${name}/hibernate`)],
	[/^button\/Pause (.+) button\.press$/, (name) => post(`/docker/${containerId(name)}/pause`)],
	[/^button\/Resume (.+) button\.press$/, (name) => post(`/docker/${containerId(name)}/unpause`)],
	[/^update\/Plugin (.+) Update update\.install$/, (name) => post(`/plugins/${name}/update`)],
];

/** Every use of every control that the agent has a route for, with the one call that it must lead to. */
export function expectedCalls(): Map<string, Call> {
	const { calls } = fixtureJson('ha-reference-commands.json') as ReferenceCalls;
	const { entities } = fixtureJson('ha-reference-entities.json') as ReferenceEntities;
	const known = new Map(entities.map((entity) => [entity.entity_id, entity]));
	const expected = new Map<string, Call>();
	for (const { entity_id: id, service, requests } of calls) {
		const entity = known.get(id);
		const [request] = requests;
		if (!entity || !request || requests.length !== 1) throw new Error(`The recorded call of ${id} is not one call.`);
		const call = corrected(request);
		if (call) expected.set(useName(entity, service), call);
	}
	return expected;
}

/** The call of a control that only we have; null where nobody knows it. */
export function ourCall(use: string): Call | null {
	for (const [pattern, call] of ours) {
		const found = pattern.exec(use);
		if (found) return call(found[1] ?? '');
	}
	return null;
}

function corrected(call: Call): Call | null {
	for (const [pattern, right] of corrections) {
		const found = pattern.exec(call.path);
		if (found) return right(call, found);
	}
	return call;
}

const post = (path: string): Call => ({ method: 'POST', path, body: null });

interface Named {
	readonly id: string;
	readonly name: string;
}

/** The newest list of an event type in the recording that the calls were recorded with. */
function newest(event: string): readonly Named[] {
	const line = recording('live-60s.jsonl').findLast(({ raw }) => raw.startsWith(`{"event":"${event}"`));
	return (line ? payload(line) : []) as readonly Named[];
}

const machineName = (id: string): string => newest('vm_list_update').find((machine) => machine.id === id)?.name ?? id;
const containerId = (name: string): string =>
	newest('container_list_update').find((one) => one.name === name)?.id ?? name;
