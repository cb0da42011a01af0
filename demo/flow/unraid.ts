import type { Flow, FlowNode } from '../node-red';
import { alertLinks, type Watched } from './alerts';
import { brokerId, endpoint } from './config-nodes';
import { group, page } from './dashboard';
import { bridge, debug, filter, mapper, sheet } from './sheet';
import { gauge, groups, temperatureChart, text } from './unraid-widgets';

const { id, node, comment, tab } = sheet('demo');

const PAGE = 'demo-page';

const endpointId = 'tower';
const alerts = alertLinks('unraid');

/** Where the Unraid server is. */
export interface UnraidOptions {
	readonly url: string;
	/** Whether Home Assistant may switch things on it. */
	readonly control: boolean;
	/** How much faster than a real one it lives. */
	readonly speed: number;
}

/** What the alerts' tab has to know of this one. */
export function watchedUnraid({ speed }: UnraidOptions): Watched {
	return {
		name: 'unraid',
		title: 'Unraid server',
		servers: [{ dialect: 'unraid', endpointId, speed }],
		from: [id('entities')],
		to: [id('problems')],
	};
}

/** The tab of the Unraid server: its stream to Home Assistant's broker and to a page, and one bench to try *identify* on. */
export function unraidTab({ url, control }: UnraidOptions): Flow {
	const tower = endpoint({
		id: id('endpoint'),
		name: 'Tower',
		endpointId,
		url,
		dialect: 'unraid',
		allowControl: control,
	});
	return {
		nodes: [
			tab('Unraid server', 'The demo of agent-stream. `npm start` writes it anew.'),
			page(PAGE, 'Unraid server', '/server', 'server', 1),
			group(groups.chart, PAGE, 'Temperatures', 12, 1),
			group(groups.gauges, PAGE, 'Now', 6, 2),
			group(groups.ups, PAGE, 'UPS', 6, 3),
			tower.node,
			...stream,
			...temperatures,
			...ups,
			...bench,
		],
		credentials: tower.credentials,
	};
}

/** One end of a hidden wire, so that the rows below do not cross the first one. */
function link(
	name: string,
	type: 'link in' | 'link out',
	x: number,
	y: number,
	others: readonly string[],
	to: readonly string[],
): FlowNode {
	const mode = type === 'link out' ? { mode: 'link' } : {};
	return node(name, type, x, y, to.length > 0 ? [to] : [], {
		name: 'entities',
		links: others,
		...mode,
	});
}

/** Sends a message to the output of the word that a property holds. */
function router(
	name: string,
	x: number,
	y: number,
	property: string,
	cases: readonly (readonly [word: string, to: string])[],
): FlowNode {
	return node(
		name,
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
		endpoint: id('endpoint'),
		types: '',
	}),
	node('entity', 'agent-stream-entity', 400, 120, [['mqtt', 'entities']], mapper(endpointId)),
	node('mqtt', 'agent-stream-mqtt', 660, 120, [['commands']], bridge(brokerId)),
	node('commands', 'debug', 860, 120, [], debug('commands')),
	link('entities', 'link out', 565, 180, [id('to-temperatures'), id('to-ups'), alerts.entities], []),
	link('problems', 'link in', 565, 70, [alerts.problems], ['mqtt']),
	node('connection', 'ui-text', 420, 180, [], text('gauges', 3, 'Connection', '{{msg.payload}}')),
];

const temperatures: readonly FlowNode[] = [
	comment(
		'about-temperatures',
		260,
		'Temperatures, on the dashboard',
		'What is warm enough to draw: a sleeping disk has no temperature.',
	),
	link('to-temperatures', 'link in', 95, 320, [id('entities')], ['is-temperature']),
	node(
		'is-temperature',
		'agent-stream-filter',
		230,
		320,
		[['label', 'temperature-of'], []],
		filter('temperatures', 'server, disk, gpu', [
			{ path: 'entity.device_class', operator: 'eq', value: 'temperature' },
			{ path: 'entity.state', operator: 'gt', value: '-100' },
		]),
	),
	node('label', 'change', 440, 320, [['chart']], {
		name: 'name the line',
		rules: [
			{ t: 'set', p: 'topic', pt: 'msg', to: 'entity.name', tot: 'msg' },
			{ t: 'delete', p: 'entity', pt: 'msg' },
			{ t: 'delete', p: 'event', pt: 'msg' },
		],
	}),
	node('chart', 'ui-chart', 690, 320, [[]], temperatureChart),
	router('temperature-of', 440, 380, 'entity.row', [
		['cpu_temperature', 'gauge-cpu'],
		['motherboard_temperature', 'gauge-board'],
	]),
	gauge('gauge-cpu', 690, 370, 'gauges', 1, 'CPU', '°C', 20, 100, [
		[20, '#5cd65c'],
		[65, '#ffc800'],
		[80, '#ea5353'],
	]),
	gauge('gauge-board', 690, 410, 'gauges', 2, 'Motherboard', '°C', 20, 80, [
		[20, '#5cd65c'],
		[50, '#ffc800'],
		[60, '#ea5353'],
	]),
];

const ups: readonly FlowNode[] = [
	comment('about-ups', 480, 'UPS, on the dashboard', 'The simulator goes on battery about every two minutes.'),
	link('to-ups', 'link in', 95, 540, [id('entities')], ['is-ups']),
	node('is-ups', 'agent-stream-filter', 210, 540, [['ups-of'], []], filter('UPS', 'ups', [])),
	router('ups-of', 440, 540, 'entity.row', [
		['battery', 'gauge-battery'],
		['load', 'gauge-load'],
		['status', 'ups-status'],
		['runtime', 'ups-runtime'],
	]),
	gauge('gauge-battery', 690, 500, 'ups', 1, 'Battery', '%', 0, 100, [
		[0, '#ea5353'],
		[20, '#ffc800'],
		[50, '#5cd65c'],
	]),
	gauge('gauge-load', 690, 540, 'ups', 2, 'Load', '%', 0, 100, [
		[0, '#5cd65c'],
		[60, '#ffc800'],
		[85, '#ea5353'],
	]),
	node('ups-status', 'ui-text', 690, 580, [], text('ups', 4, 'Status', '{{msg.payload}}')),
	node('ups-runtime', 'ui-text', 690, 620, [], text('ups', 5, 'Runtime left, minutes', '{{msg.payload}}')),
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
