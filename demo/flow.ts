import type { Flow, FlowNode } from './node-red';

/** Where the flow's two ends are. */
export interface FlowOptions {
	readonly endpoint: string;
	readonly broker: string;
	/** Whether Home Assistant may switch things on that server. */
	readonly control: boolean;
}

const TAB = 'demo-tab';
const PAGE = 'demo-page';

/** The demo's flow: a server's stream to Home Assistant's broker and to a dashboard, and one bench to try *identify* on. */
export function demoFlow(options: FlowOptions): Flow {
	const broker = brokerNode(options.broker);
	return {
		nodes: [
			{
				id: TAB,
				type: 'tab',
				label: 'Unraid server',
				disabled: false,
				info: 'The demo of agent-stream. `npm start` writes it anew.',
			},
			...dashboard,
			{
				id: 'demo-endpoint',
				type: 'agent-stream-endpoint',
				name: 'Tower',
				endpointId: 'tower',
				url: options.endpoint,
				dialect: 'unraid',
				allowControl: options.control,
				snapshot: true,
				...words([
					'tls',
					'proxy',
					'restBase',
					'handshakeSeconds',
					'heartbeatSeconds',
					'backoffFirstSeconds',
					'backoffLongestSeconds',
				]),
				headers: [],
				strict: false,
			},
			broker.node,
			...stream,
			...temperatures,
			...ups,
			...bench,
		],
		credentials: broker.credentials,
	};
}

function brokerNode(url: string): { node: FlowNode; credentials: Flow['credentials'] } {
	const { username, password } = new URL(url);
	const bare = new URL(url);
	bare.username = '';
	bare.password = '';
	const secrets = { username: decodeURIComponent(username), password: decodeURIComponent(password) };
	return {
		node: {
			id: 'demo-broker',
			type: 'agent-stream-broker',
			name: 'Broker',
			url: bare.href,
			// What every broker speaks, the embedded one included.
			protocolVersion: '4',
			...words(['tls', 'clientId', 'keepaliveSeconds']),
			topicPrefix: 'agent-stream',
			discoveryPrefix: 'homeassistant',
		},
		credentials: username === '' ? {} : { 'demo-broker': secrets },
	};
}

function words(names: readonly string[]): { [name: string]: string } {
	return Object.fromEntries(names.map((name) => [name, '']));
}

/** A node on the tab. */
function node(
	id: string,
	type: string,
	x: number,
	y: number,
	wires: readonly (readonly string[])[],
	fields: object,
): FlowNode {
	return {
		id: `demo-${id}`,
		type,
		z: TAB,
		x,
		y,
		wires: wires.map((port) => port.map((to) => `demo-${to}`)),
		...fields,
	};
}

/** A comment whose left edge is where the nodes of its row begin; `x` is the middle of a node. */
function comment(id: string, y: number, name: string, info: string): FlowNode {
	return node(id, 'comment', 60 + Math.round((55 + name.length * 6.6) / 2), y, [], { name, info });
}

/** One end of a hidden wire, so that the rows below do not cross the first one. */
function link(
	id: string,
	type: 'link in' | 'link out',
	x: number,
	y: number,
	others: readonly string[],
	to: readonly string[],
): FlowNode {
	const mode = type === 'link out' ? { mode: 'link' } : {};
	return node(id, type, x, y, to.length > 0 ? [to] : [], {
		name: 'entities',
		links: others.map((other) => `demo-${other}`),
		...mode,
	});
}

interface Condition {
	readonly path: string;
	readonly operator: string;
	readonly value: string;
}

function filter(
	id: string,
	x: number,
	y: number,
	to: readonly string[],
	name: string,
	subjects: string,
	conditions: readonly Condition[],
): FlowNode {
	return node(id, 'agent-stream-filter', x, y, [to, []], {
		name,
		...words([
			'types',
			'sources',
			'windowFrom',
			'windowTo',
			'changedPath',
			'deadband',
			'throttleSeconds',
			'debounceSeconds',
		]),
		...words(['debounceLongestSeconds', 'sampleEvery', 'batchSeconds', 'batchCount']),
		subjects,
		conditions,
		match: 'all',
		windowDays: [],
		changed: false,
		deadbandIn: 'value',
		throttlePass: 'first',
		batchPer: 'all',
	});
}

/** Sends a message to the output of the word that a property holds. */
function router(
	id: string,
	x: number,
	y: number,
	property: string,
	cases: readonly (readonly [word: string, to: string])[],
): FlowNode {
	return node(
		id,
		'switch',
		x,
		y,
		cases.map(([, to]) => [to]),
		{
			name: 'which value?',
			property,
			propertyType: 'msg',
			rules: cases.map(([word]) => ({ t: 'eq', v: word, vt: 'str' })),
			checkall: 'true',
			repair: false,
			outputs: cases.length,
		},
	);
}

const stream: readonly FlowNode[] = [
	comment(
		'about-stream',
		60,
		'Unraid → Home Assistant: the shortest useful flow',
		'Events become entities, entities become devices in Home Assistant.',
	),
	node('connect', 'agent-stream-connect', 160, 120, [['entity'], ['connection']], {
		name: '',
		endpoint: 'demo-endpoint',
		types: '',
	}),
	node('entity', 'agent-stream-entity', 400, 120, [['mqtt', 'entities']], {
		name: '',
		emit: 'changed',
		per: 'entity',
		...words(['subjects', 'entities', 'field', 'values', 'removeAfterHours', 'freshSeconds']),
		source: 'tower',
		dialect: 'auto',
		rows: [],
	}),
	node('mqtt', 'agent-stream-mqtt', 660, 120, [['commands']], {
		name: '',
		broker: 'demo-broker',
		discovery: 'device',
		emitCommands: false,
		...words(['topicPrefix', 'discoveryPrefix', 'removeAfterHours', 'documentKilobytes']),
	}),
	node('commands', 'debug', 880, 120, [], debug('commands from Home Assistant')),
	link('entities', 'link out', 565, 180, ['to-temperatures', 'to-ups'], []),
	node('connection', 'ui-text', 420, 180, [], text('group-gauges', 3, 'Connection', '{{msg.payload}}')),
];

const temperatures: readonly FlowNode[] = [
	comment(
		'about-temperatures',
		260,
		'Temperatures, on the dashboard',
		'What is warm enough to draw: a sleeping disk has no temperature.',
	),
	link('to-temperatures', 'link in', 95, 320, ['entities'], ['is-temperature']),
	filter('is-temperature', 230, 320, ['label', 'temperature-of'], 'temperatures', '', [
		{ path: 'entity.device_class', operator: 'eq', value: 'temperature' },
		{ path: 'entity.state', operator: 'gt', value: '-100' },
	]),
	node('label', 'change', 440, 320, [['chart']], {
		name: 'name the line',
		rules: [
			{ t: 'set', p: 'topic', pt: 'msg', to: 'entity.name', tot: 'msg' },
			{ t: 'delete', p: 'entity', pt: 'msg' },
			{ t: 'delete', p: 'event', pt: 'msg' },
		],
	}),
	node('chart', 'ui-chart', 690, 320, [[]], {
		group: 'demo-group-chart',
		name: 'temperatures',
		label: '°C',
		order: 1,
		chartType: 'line',
		category: 'topic',
		categoryType: 'msg',
		xAxisLabel: '',
		xAxisProperty: '',
		xAxisPropertyType: 'timestamp',
		xAxisType: 'time',
		xAxisFormat: '',
		xAxisFormatType: 'auto',
		xmin: '',
		xmax: '',
		yAxisLabel: '°C',
		yAxisProperty: 'payload',
		yAxisPropertyType: 'msg',
		ymin: '20',
		ymax: '',
		bins: 10,
		action: 'append',
		stackSeries: false,
		pointShape: 'circle',
		pointRadius: 2,
		showLegend: true,
		removeOlder: '15',
		removeOlderUnit: '60',
		removeOlderPoints: '2000',
		colors: [
			'#0095ff',
			'#d62728',
			'#ff7f0e',
			'#2ca02c',
			'#a347e1',
			'#17becf',
			'#8c564b',
			'#e377c2',
			'#7f7f7f',
			'#bcbd22',
			'#1f3a93',
			'#006442',
		],
		textColor: ['#666666'],
		textColorDefault: true,
		gridColor: ['#e5e5e5'],
		gridColorDefault: true,
		width: '12',
		height: '8',
		className: '',
		interpolation: 'linear',
	}),
	router('temperature-of', 440, 380, 'entity.row', [
		['cpu_temperature', 'gauge-cpu'],
		['motherboard_temperature', 'gauge-board'],
	]),
	gauge('gauge-cpu', 690, 370, 'group-gauges', 1, 'CPU', '°C', 20, 100, [
		[20, '#5cd65c'],
		[65, '#ffc800'],
		[80, '#ea5353'],
	]),
	gauge('gauge-board', 690, 410, 'group-gauges', 2, 'Motherboard', '°C', 20, 80, [
		[20, '#5cd65c'],
		[50, '#ffc800'],
		[60, '#ea5353'],
	]),
];

const ups: readonly FlowNode[] = [
	comment('about-ups', 480, 'UPS, on the dashboard', 'The simulator goes on battery about every two minutes.'),
	link('to-ups', 'link in', 95, 540, ['entities'], ['is-ups']),
	filter('is-ups', 210, 540, ['ups-of'], 'UPS', 'ups', []),
	router('ups-of', 440, 540, 'entity.row', [
		['battery', 'gauge-battery'],
		['load', 'gauge-load'],
		['status', 'ups-status'],
		['runtime', 'ups-runtime'],
	]),
	gauge('gauge-battery', 690, 500, 'group-ups', 1, 'Battery', '%', 0, 100, [
		[0, '#ea5353'],
		[20, '#ffc800'],
		[50, '#5cd65c'],
	]),
	gauge('gauge-load', 690, 540, 'group-ups', 2, 'Load', '%', 0, 100, [
		[0, '#5cd65c'],
		[60, '#ffc800'],
		[85, '#ea5353'],
	]),
	node('ups-status', 'ui-text', 690, 580, [], text('group-ups', 4, 'Status', '{{msg.payload}}')),
	node(
		'ups-runtime',
		'ui-text',
		690,
		620,
		[],
		text('group-ups', 5, 'Runtime left', '{{msg.payload}} {{msg.entity.unit_of_measurement}}'),
	),
];

const OLD_FRAME = {
	event: 'update',
	timestamp: '2026-09-14T10:30:00.001779411+02:00',
	data: {
		connected: true,
		model: 'Smart-UPS C 1500',
		status: 'ONLINE',
		battery_charge_percent: 'full',
		load_percent: 24.9,
	},
};

const bench: readonly FlowNode[] = [
	comment(
		'about-bench',
		700,
		'Try identify: a frame of an older agent, with a field that is wrong',
		'Press the button and look at the debug sidebar.',
	),
	node('frame', 'inject', 170, 760, [['identify']], {
		name: 'a frame',
		props: [{ p: 'payload' }],
		repeat: '',
		crontab: '',
		once: false,
		onceDelay: 0.1,
		topic: '',
		payload: JSON.stringify(OLD_FRAME),
		payloadType: 'json',
	}),
	node('identify', 'agent-stream-identify', 400, 760, [['identified'], ['reported']], {
		name: '',
		source: 'bench',
		dialect: 'auto',
		strict: false,
	}),
	node('identified', 'debug', 660, 740, [], debug('identified')),
	node('reported', 'debug', 660, 780, [], debug('what was wrong')),
];

const dashboard: readonly FlowNode[] = [
	{
		id: 'demo-ui',
		type: 'ui-base',
		name: 'Demo',
		path: '/dashboard',
		includeClientData: true,
		acceptsClientConfig: ['ui-notification', 'ui-control'],
		showPathInSidebar: false,
		headerContent: 'page',
		navigationStyle: 'default',
		titleBarStyle: 'default',
	},
	{
		id: 'demo-theme',
		type: 'ui-theme',
		name: 'Demo',
		colors: { surface: '#ffffff', primary: '#0094ce', bgPage: '#eeeeee', groupBg: '#ffffff', groupOutline: '#cccccc' },
		sizes: { density: 'default', pagePadding: '12px', groupGap: '12px', groupBorderRadius: '4px', widgetGap: '12px' },
	},
	{
		id: PAGE,
		type: 'ui-page',
		name: 'Unraid server',
		ui: 'demo-ui',
		path: '/server',
		icon: 'server',
		layout: 'grid',
		theme: 'demo-theme',
		breakpoints: [
			{ name: 'Default', px: '0', cols: '3' },
			{ name: 'Tablet', px: '576', cols: '6' },
			{ name: 'Small Desktop', px: '768', cols: '9' },
			{ name: 'Desktop', px: '1024', cols: '12' },
		],
		order: 1,
		className: '',
		visible: 'true',
		disabled: 'false',
	},
	group('group-chart', 'Temperatures', '12', 1),
	group('group-gauges', 'Now', '6', 2),
	group('group-ups', 'UPS', '6', 3),
];

function group(id: string, name: string, width: string, order: number): FlowNode {
	return {
		id: `demo-${id}`,
		type: 'ui-group',
		name,
		page: PAGE,
		width,
		height: '1',
		order,
		showTitle: true,
		className: '',
		visible: 'true',
		disabled: 'false',
		groupType: 'default',
	};
}

function debug(name: string): object {
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

function text(inGroup: string, order: number, label: string, format: string): object {
	return {
		group: `demo-${inGroup}`,
		order,
		width: '6',
		height: '1',
		name: '',
		label,
		format,
		layout: 'row-spread',
		style: false,
		font: '',
		fontSize: 16,
		color: '#717171',
		wrapText: false,
		className: '',
	};
}

function gauge(
	id: string,
	x: number,
	y: number,
	inGroup: string,
	order: number,
	title: string,
	units: string,
	min: number,
	max: number,
	segments: readonly (readonly [from: number, color: string])[],
): FlowNode {
	return node(id, 'ui-gauge', x, y, [[]], {
		name: '',
		group: `demo-${inGroup}`,
		order,
		value: 'payload',
		valueType: 'msg',
		width: '3',
		height: '3',
		gtype: 'gauge-half',
		gstyle: 'needle',
		title,
		alwaysShowTitle: false,
		floatingTitlePosition: 'top-left',
		units,
		icon: '',
		prefix: '',
		suffix: '',
		segments: segments.map(([from, color]) => ({ from: String(from), color })),
		min,
		max,
		sizeThickness: 16,
		sizeGap: 4,
		sizeKeyThickness: 8,
		styleRounded: true,
		styleGlow: false,
		className: '',
	});
}
