import { dialects } from '../../src/dialects';
import type { AlertRule } from '../../src/model/alert';
import type { Flow, FlowNode } from '../node-red';
import { activeTemplate, boardCode, pastTemplate } from './alerts-board';
import { group, page, templateWidget } from './dashboard';
import { functionFields, sheet } from './sheet';

const { id, node, comment, tab } = sheet('alerts');

const PAGE = 'alerts-page';

/** Streams whose entities one alert node watches. */
export interface Watched {
	/** What its nodes are called: `unraid`. */
	readonly name: string;
	readonly title: string;
	readonly servers: readonly {
		/** Name of the dialect, whose presets are the rules. */
		readonly dialect: string;
		readonly endpointId: string;
		/** How much faster than a real one it lives: what rules wait for is as much shorter. */
		readonly speed: number;
	}[];
	/** Link nodes that bring the entities. */
	readonly from: readonly string[];
	/** Link nodes that take the entities about alerts to the bridges. */
	readonly to: readonly string[];
}

/** Ids of the link nodes of an alert node: where entities come in, and where those about alerts go out. */
export const alertLinks = (name: string): { readonly entities: string; readonly problems: string } => ({
	entities: id(`${name}-entities`),
	problems: id(`${name}-problems`),
});

/** The tab of the alerts: an alert node for each of those, and one page for what all of them tell. */
export function alertsTab(all: readonly Watched[]): Flow {
	return {
		nodes: [
			tab('Alerts', 'What is wrong, and what was. `npm start` writes this anew.'),
			page(PAGE, 'Alerts', '/alerts', 'bell-alert-outline', 3),
			group(id('active-group'), PAGE, 'Now', 12, 1),
			group(id('past-group'), PAGE, 'Past', 12, 2),
			...all.flatMap((watched, index) => row(watched, 60 + index * 200)),
			...pageRow(all, 60 + all.length * 200),
		],
		credentials: {},
	};
}

/** The presets of the servers' dialects; where there are several servers, each for its own alone and with an id of its own. */
export function rulesFor(servers: Watched['servers']): readonly AlertRule[] {
	return servers.flatMap(({ dialect, endpointId, speed }) => {
		const presets = dialects.find(({ name }) => name === dialect)?.alerts ?? [];
		return presets.map((rule) => ({
			...rule,
			raiseFor: rule.raiseFor / speed,
			...(rule.clearFor !== undefined && { clearFor: rule.clearFor / speed }),
			...(servers.length > 1 && {
				id: `${dialect}-${rule.id}`,
				entities: { ...rule.entities, sources: [endpointId] },
			}),
		}));
	});
}

function row({ name, title, servers, from, to }: Watched, y: number): readonly FlowNode[] {
	const own = (part: string): string => `${name}-${part}`;
	return [
		comment(
			own('about'),
			y,
			`${title}: rules from the presets`,
			servers.some(({ speed }) => speed > 1)
				? 'Open the alert node to see how each rule stands. The simulated server lives faster than a real one, and so the rules wait for less.'
				: 'Open the alert node to see how each rule stands.',
		),
		node(own('entities'), 'link in', 115, y + 60, [[own('alert')]], { name: 'entities', links: from }),
		node(own('verbs'), 'link in', 115, y + 110, [[own('alert')]], {
			name: 'list, acknowledge, mute',
			links: [id('ask'), id(own('pressed'))],
		}),
		node(own('alert'), 'agent-stream-alert', 330, y + 60, [[own('whose')], [own('whose')], [own('each')]], {
			name: title,
			rules: rulesFor(servers),
			store: '',
			graceSeconds: '',
			ceilingPerHour: '',
			outputs: 3,
		}),
		node(own('whose'), 'change', 570, y + 60, [[own('said')]], {
			name: 'from here',
			rules: [{ t: 'set', p: 'from', pt: 'msg', to: name, tot: 'str' }],
		}),
		link(own('said'), 755, y + 60, 'alerts', [id('said')]),
		node(own('each'), 'function', 570, y + 120, [[own('problems')]], functionFields('one by one', eachCode)),
		link(own('problems'), 755, y + 120, 'entities about alerts', to),
	];
}

/** Runs in Node-RED's function node: a filter takes a message with several entities as a whole. */
const eachCode = `
msg.entity.forEach((entity, index) => {
	node.send({ topic: entity.path, payload: entity.state, entity, change: msg.change[index] });
});
`.trim();

function link(name: string, x: number, y: number, label: string, links: readonly string[]): FlowNode {
	return node(name, 'link out', x, y, [], { name: label, mode: 'link', links });
}

function pageRow(all: readonly Watched[], y: number): readonly FlowNode[] {
	const verbs = all.map(({ name }) => id(`${name}-verbs`));
	const widget = (name: string, template: string) => ({
		...templateWidget(id(`${name}-group`), name, template),
		// Out comes what was pressed, and nothing else.
		passthru: false,
		storeOutMessages: false,
	});
	return [
		comment(
			'about',
			y,
			'The page: it asks for the list whenever something changes',
			'And every ten seconds, for values that go on changing. Its buttons are sent to the node that told of the alert.',
		),
		node('said', 'link in', 115, y + 60, [['board']], {
			name: 'alerts',
			links: [...all.map(({ name }) => id(`${name}-said`)), id('noted')],
		}),
		node('board', 'function', 330, y + 60, [['active', 'past'], ['ask']], functionFields('lay out', boardCode, 2)),
		node('active', 'ui-template', 560, y + 60, [['whose-button', 'noted']], widget('active', activeTemplate)),
		node('past', 'ui-template', 560, y + 110, [[]], widget('past', pastTemplate)),
		node(
			'whose-button',
			'switch',
			770,
			y + 60,
			all.map(({ name }) => [`${name}-pressed`]),
			{
				name: 'whose?',
				property: 'from',
				propertyType: 'msg',
				rules: all.map(({ name }) => ({ t: 'eq', v: name, vt: 'str' })),
				checkall: 'true',
				repair: false,
				outputs: all.length,
			},
		),
		link('noted', 715, y + 110, 'alerts', [id('said')]),
		...all.map(({ name }, index) =>
			link(`${name}-pressed`, 915, y + 60 + index * 40, 'pressed', [id(`${name}-verbs`)]),
		),
		node('start', 'inject', 190, y + 160, [['ask']], {
			name: 'at start, every 10 s',
			props: [{ p: 'topic', vt: 'str' }],
			repeat: '10',
			crontab: '',
			once: true,
			onceDelay: 1,
			topic: 'list',
			payload: '',
			payloadType: 'date',
		}),
		link('ask', 515, y + 160, 'list', verbs),
	];
}
