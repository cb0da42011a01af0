import type { FlowNode } from '../node-red';

/** Makes nodes of one tab. Ids are given without the tab's prefix, which makes them unique in the flow file. */
export interface Sheet {
	/** The tab itself. */
	tab(label: string, info: string): FlowNode;
	/** A node of any type on the tab; `x` and `y` are its middle. */
	node(id: string, type: string, x: number, y: number, wires: readonly (readonly string[])[], fields: object): FlowNode;
	/** A comment whose left edge is where the nodes of its row begin. */
	comment(id: string, y: number, name: string, info: string): FlowNode;
	/** The id in the flow file. */
	id(id: string): string;
}

/** A tab to put nodes on. @param prefix of the ids of its nodes */
export function sheet(prefix: string): Sheet {
	const full = (id: string): string => `${prefix}-${id}`;
	const node: Sheet['node'] = (id, type, x, y, wires, fields) => ({
		id: full(id),
		type,
		z: full('tab'),
		x,
		y,
		wires: wires.map((port) => port.map(full)),
		...fields,
	});
	return {
		id: full,
		node,
		tab: (label, info) => ({ id: full('tab'), type: 'tab', label, disabled: false, info }),
		comment: (id, y, name, info) =>
			node(id, 'comment', 100 + Math.round((83 + name.length * 6.1) / 2), y, [], { name, info }),
	};
}

/** Fields that are left empty. */
export function blank(...names: readonly string[]): { [name: string]: string } {
	return Object.fromEntries(names.map((name) => [name, '']));
}

/** Fields of an entity mapper. @param source id of what it maps where no event says so */
export function mapper(source: string, name = ''): object {
	return {
		name,
		emit: 'changed',
		per: 'entity',
		...blank('subjects', 'entities', 'field', 'values', 'removeAfterHours', 'freshSeconds'),
		subDevices: false,
		source,
		dialect: 'auto',
		rows: [],
	};
}

/** Fields of an MQTT bridge. @param broker id of the broker's config node */
export function bridge(broker: string): object {
	return {
		name: '',
		broker,
		discovery: 'device',
		emitCommands: false,
		...blank('topicPrefix', 'discoveryPrefix', 'removeAfterHours', 'documentKilobytes'),
	};
}

/** A condition of a filter. */
export interface Condition {
	readonly path: string;
	readonly operator: string;
	readonly value: string;
}

/** Fields of a filter that lets entities of some subjects pass where the conditions hold. */
export function filter(name: string, subjects: string, conditions: readonly Condition[]): object {
	return {
		name,
		...blank('types', 'sources', 'windowFrom', 'windowTo', 'changedPath', 'deadband'),
		...blank('throttleSeconds', 'debounceSeconds', 'debounceLongestSeconds'),
		...blank('sampleEvery', 'batchSeconds', 'batchCount'),
		subjects,
		about: [],
		conditions,
		match: 'all',
		windowDays: [],
		onlyChanged: false,
		deadbandIn: 'value',
		throttlePass: 'first',
		batchPer: 'all',
	};
}

/** Fields of a function node. @param func its JavaScript */
export function functionFields(name: string, func: string, outputs = 1): object {
	return { name, func, outputs, timeout: 0, noerr: 0, ...blank('initialize', 'finalize'), libs: [] };
}

/** Fields of a debug node that shows whole messages. */
export function debug(name: string): object {
	return {
		name,
		active: true,
		tosidebar: true,
		console: false,
		tostatus: false,
		complete: 'true',
		targetType: 'full',
		statusVal: '',
		statusType: 'auto',
	};
}
