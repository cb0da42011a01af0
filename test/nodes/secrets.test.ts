import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { AgentsApiSimulator } from '../../demo/simulators/agents-api';
import { AutosdlcSimulator } from '../../demo/simulators/autosdlc';
import { CustomSimulator } from '../../demo/simulators/custom';
import { systemClock } from '../../src/model/clock';
import { type NodeRed, startNodeRed } from '../support/node-red';

const station = readFileSync(join(__dirname, '../fixtures/custom/weather-station.json'), 'utf8');
const tab = { id: 'tab', type: 'tab', label: 'secrets' };
const at = { z: 'tab', x: 100, y: 100 };

/** One endpoint with a connect and a mapper behind it; whatever they say is printed to the log. */
const branch = (id: string, settings: object, credentials: object) => [
	{ id: `${id}-end`, type: 'agent-stream-endpoint', endpointId: id, ...settings, credentials },
	{
		...at,
		id: `${id}-ask`,
		type: 'inject',
		props: [{ p: 'topic', vt: 'str' }],
		topic: 'diagnose',
		wires: [[`${id}-con`]],
	},
	{
		...at,
		id: `${id}-con`,
		type: 'agent-stream-connect',
		endpoint: `${id}-end`,
		wires: [[`${id}-map`, 'print'], ['print']],
	},
	{ ...at, id: `${id}-map`, type: 'agent-stream-entity', wires: [['print']] },
];

const printed = [
	{ ...at, id: 'catch', type: 'catch', scope: null, uncaught: false, wires: [['print']] },
	{ ...at, id: 'status', type: 'status', scope: null, wires: [['print']] },
	{
		...at,
		id: 'print',
		type: 'debug',
		active: true,
		tosidebar: false,
		console: true,
		complete: 'true',
		targetType: 'full',
		wires: [],
	},
];

describe('secrets in a real Node-RED', function () {
	this.timeout(60_000);
	let red: NodeRed;
	let gate: Server;
	const simulators = [
		new AutosdlcSimulator({ clock: systemClock, token: 'S3cret-of-the-server' }),
		new AgentsApiSimulator({ clock: systemClock, token: 'S3cret-of-the-server' }),
		new CustomSimulator({ clock: systemClock, token: 'S3cret-of-the-server' }),
	] as const;

	before(async () => {
		gate = createServer((request, response) => {
			request.resume();
			if (request.url === '/refuses') response.writeHead(401).end('{"you": "S3cret-body"}');
			else response.writeHead(200).end('{"token": "S3cret-granted"}');
		}).listen(0, '127.0.0.1');
		await once(gate, 'listening');
		[red] = await Promise.all([startNodeRed(), ...simulators.map((simulator) => simulator.start())]);
	});
	after(async () => {
		await red.stop();
		await Promise.all(simulators.map((simulator) => simulator.stop()));
		gate.closeAllConnections();
		gate.close();
	});

	const saw = async (pattern: RegExp) => {
		while (!pattern.test(red.log())) await new Promise((next) => setTimeout(next, 50));
	};

	it('are in no log, message, status, diagnosis or flow, whatever goes wrong', async () => {
		const [autosdlc, agents, custom] = simulators;
		const login = (path: string) => ({ loginUrl: `http://127.0.0.1:${(gate.address() as AddressInfo).port}/${path}` });
		const secrets = {
			loginUser: 'S3cret-user',
			loginPassword: 'S3cret-password',
			loginBody: '{"S3cret-key": "{password}"}',
		};
		await red.deploy([
			tab,
			...printed,
			...branch('sdlc', { url: autosdlc.url, dialect: 'autosdlc', ...login('refuses') }, secrets),
			...branch('granted', { url: autosdlc.url, dialect: 'autosdlc', ...login('grants') }, secrets),
			...branch('query', { url: autosdlc.url, dialect: 'autosdlc', tokenIn: 'query' }, { token: 'S3cret-query' }),
			...branch('cookie', { url: autosdlc.url, dialect: 'autosdlc', tokenIn: 'cookie' }, { token: 'S3cret-cookie' }),
			...branch('agents', { url: agents.url, dialect: 'agents-api' }, { token: 'S3cret-handshake' }),
			...branch('sky', { url: custom.url, dialect: 'custom', definition: station }, { token: 'S3cret-message' }),
		]);
		await saw(/sdlc\/connection[\s\S]*LOGIN_FAILED/);
		for (const id of ['granted', 'query', 'cookie', 'agents', 'sky']) {
			await saw(new RegExp(`${id}/connection[\\s\\S]*UNAUTHORIZED`));
			await red.inject(`${id}-ask`);
			await saw(new RegExp(`${id}/diagnosis`));
		}
		assert.doesNotMatch(red.log(), /S3cret/);
		assert.doesNotMatch(JSON.stringify(await red.get('flows')), /S3cret/);
		assert.doesNotMatch(readFileSync(join(red.userDir, 'flows.json'), 'utf8'), /S3cret/);
	});
});
