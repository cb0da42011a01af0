import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Flow, FlowNode } from '../node-red';
import { alertLinks, type Watched } from './alerts';
import { board, boardSubflow, boardWidget } from './board';
import { brokerId, endpoint } from './config-nodes';
import { group, page } from './dashboard';
import { layouts } from './layouts';
import { newsRow } from './news';
import { bridge, filter, mapper, sheet } from './sheet';

const agents = sheet('agents');
const { id, node, comment, tab } = agents;

const PAGE = 'agents-page';

const alerts = alertLinks('agents');

/** A server of the agents tab. */
export interface AgentsOptions {
	/** Name of its dialect. */
	readonly name: string;
	readonly url: string;
	readonly token: string | undefined;
}

/** How a protocol is presented. */
interface Words {
	readonly title: string;
	/** None that an example flow has: people import those beside it. */
	readonly endpointId: string;
	readonly comment: string;
	readonly info: string;
}

const words: { readonly [dialect: string]: Words } = {
	'claude-code': {
		title: 'Claude Code',
		endpointId: 'demo-claude',
		comment: 'Claude Code: who works, who waits for me, what failed',
		info: 'Sessions stand in slots of their app. Prompts, tool inputs and outputs are left out.',
	},
	autosdlc: {
		title: 'AutoSDLC',
		endpointId: 'demo-sdlc',
		comment: 'AutoSDLC: agents, tests and workflows, from the first failing test to staging',
		info: 'Every so often an agent fails and is restarted.',
	},
	'agents-api': {
		title: 'Agents API',
		endpointId: 'demo-agents',
		comment: 'Agents API, on Socket.IO: agents and their tasks',
		info: 'The server wants a JSON Web Token: it stands in the endpoint’s credentials, made anew at every start.',
	},
	aios: {
		title: 'AIOS',
		endpointId: 'demo-aios',
		comment: 'AIOS: jobs, agents, knowledge and DAG runs',
		info: 'Two files are processed in every round; one of them fails, and succeeds when it is tried again.',
	},
	custom: {
		title: 'Weather station',
		endpointId: 'demo-skyline',
		comment: 'A protocol of nobody’s, described in the endpoint’s definition: a weather station',
		info: 'Open the endpoint to see and change the definition. docs/custom.md explains it.',
	},
};

/** Pixels from one server's row to the next one's. */
const rowHeight = 180;

/** The tab of the agents: one row for each server, from its stream to Home Assistant's broker and to the page of all. */
export function agentsTab(servers: readonly AgentsOptions[]): Flow {
	const rows = servers.map((server, index) => row(server, index));
	const links = servers.map(({ name }) => `${name}-link`);
	return {
		nodes: [
			tab('Agents', 'Five streams with nothing in common but JSON over a socket. `npm start` writes this anew.'),
			page(PAGE, 'Agents', '/agents', 'robot', 2),
			...boardSubflow,
			...rows.flatMap(({ nodes }) => nodes),
			...newsRow(agents, PAGE, 60 + rows.length * rowHeight, rows.length + 1, links),
		],
		credentials: Object.assign({}, ...rows.map(({ credentials }) => credentials)) as Flow['credentials'],
	};
}

/** What the alerts' tab has to know of this one. */
export function watchedAgents(servers: readonly AgentsOptions[]): Watched {
	return {
		name: 'agents',
		title: 'Agents',
		servers: servers.map(({ name }) => ({
			dialect: name,
			endpointId: (words[name] ?? missing(name)).endpointId,
			speed: 1,
		})),
		from: servers.map(({ name }) => id(`${name}-link`)),
		to: servers.map(({ name }) => id(`${name}-problems`)),
	};
}

function row({ name, url, token }: AgentsOptions, index: number): Flow {
	const { title, endpointId, comment: text, info } = words[name] ?? missing(name);
	const y = 60 + index * rowHeight;
	const own = (part: string): string => `${name}-${part}`;
	const { type, fields } = board('lay out', layouts[name] ?? missing(name));
	const config = endpoint({
		id: id(own('endpoint')),
		name: title,
		endpointId,
		url,
		dialect: name,
		...(name === 'custom' && { definition: weatherStation() }),
		...(token !== undefined && { token }),
	});
	const nodes: readonly FlowNode[] = [
		group(id(own('group')), PAGE, title, 6, index + 1),
		config.node,
		comment(own('about'), y, text, info),
		node(own('connect'), 'agent-stream-connect', 160, y + 60, [[own('entity')], []], {
			name: '',
			endpoint: config.node.id,
			types: '',
		}),
		node(
			own('entity'),
			'agent-stream-entity',
			400,
			y + 60,
			[[own('mqtt'), own('board'), own('link')]],
			mapper(endpointId),
		),
		node(own('mqtt'), 'agent-stream-mqtt', 660, y + 60, [[]], bridge(brokerId)),
		node(own('board'), type, 620, y + 120, [[own('widget')]], fields),
		node(own('widget'), 'ui-template', 840, y + 120, [[]], boardWidget(id(own('group')), title)),
		node(own('link'), 'link out', 515, y + 120, [], {
			name: 'entities',
			mode: 'link',
			links: [id('news-in'), alerts.entities],
		}),
		node(own('problems'), 'link in', 115, y + 120, [[own('problems-of')]], {
			name: 'entities about alerts',
			links: [alerts.problems],
		}),
		node(own('problems-of'), 'agent-stream-filter', 280, y + 120, [[own('mqtt')], []], {
			...filter('alerts of this server', '', []),
			sources: endpointId,
		}),
	];
	return { nodes, credentials: config.credentials };
}

/** The definition that the example flow *custom* has. */
function weatherStation(): string {
	const file = join(__dirname, '../../examples/custom.json');
	const nodes = JSON.parse(readFileSync(file, 'utf8')) as readonly { type: string; definition?: string }[];
	return nodes.find(({ type }) => type === 'agent-stream-endpoint')?.definition ?? missing('custom');
}

function missing(name: string): never {
	throw new Error(`The demo does not know how to show ${name}`);
}
