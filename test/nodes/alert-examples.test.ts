import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { UnraidSimulator } from '../../demo/simulators/unraid';
import { alertRulesSchema } from '../../src/model/alert';
import { systemClock } from '../../src/model/clock';
import { type Broker, startAedes } from '../support/broker';
import { type NodeRed, startNodeRed } from '../support/node-red';

const folder = join(__dirname, '../../examples');
const environment = {
	TELEGRAM_TOKEN: '123:token',
	TELEGRAM_CHAT: '42',
	PUSHOVER_TOKEN: 'app',
	PUSHOVER_USER: 'me',
	NTFY_TOPIC: 'my-topic',
	HA_TOKEN: 'long-lived',
};

interface Node {
	readonly id: string;
	readonly type: string;
	readonly name?: string;
	readonly rules?: unknown;
}

/** What a notification service got. */
interface Request {
	readonly url: string;
	readonly headers: IncomingHttpHeaders;
	readonly body: Record<string, unknown>;
}

const title = 'Test: Critical: CPU temperature, Tower';
const isText = (text: unknown) => assert.match(String(text), /^CPU Temperature is \d+(\.\d)? °C, Tower/);

/** By file: what the service gets for a test. */
const expected: Readonly<Record<string, (request: Request) => void>> = {
	'alert-email': ({ body }) => {
		assert.deepEqual({ to: body.to, topic: body.topic }, { to: 'you@example.com', topic: title });
		isText(body.payload);
	},
	'alert-telegram': ({ url, body }) => {
		assert.equal(url, '/bot123:token/sendMessage');
		const [head, text] = String(body.text).split('\n');
		assert.deepEqual([head, body.chat_id, body.disable_notification], [title, '42', false]);
		isText(text);
	},
	'alert-pushover': ({ url, body }) => {
		const { message, ...rest } = body;
		assert.deepEqual([url, rest], ['/1/messages.json', { token: 'app', user: 'me', title, priority: 1 }]);
		isText(message);
	},
	'alert-ntfy': ({ url, body }) => {
		const { message, ...rest } = body;
		assert.deepEqual([url, rest], ['/', { topic: 'my-topic', title, priority: 5, tags: ['rotating_light'] }]);
		isText(message);
	},
	'alert-home-assistant': ({ url, headers, body }) => {
		const { message, ...rest } = body;
		assert.deepEqual(
			[url, headers.authorization, rest],
			['/api/services/notify/notify', 'Bearer long-lived', { title }],
		);
		isText(message);
	},
};

describe('examples of alerts, run in a real Node-RED with a simulated server', function () {
	this.timeout(60_000);
	let red: NodeRed;
	let agent: UnraidSimulator;
	let broker: Broker;
	let client: MqttClient;
	const topics = new Map<string, string>();
	const requests: Request[] = [];
	const service = createServer((request, response) => {
		const parts: Buffer[] = [];
		request.on('data', (part: Buffer) => parts.push(part));
		request.on('end', () => {
			const body = JSON.parse(Buffer.concat(parts).toString()) as Request['body'];
			requests.push({ url: request.url ?? '', headers: request.headers, body });
			response.end('{}');
		});
	});
	let local: string;

	before(async () => {
		Object.assign(process.env, environment);
		agent = new UnraidSimulator({ clock: systemClock, speed: 20 });
		service.listen(0, '127.0.0.1');
		await once(service, 'listening');
		local = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
		[red, broker] = await Promise.all([startNodeRed(), startAedes(), agent.start()]);
		client = await connectAsync(broker.url);
		client.on('message', (topic, payload) => topics.set(topic, payload.toString()));
		await client.subscribeAsync('#');
	});
	after(async () => {
		for (const name of Object.keys(environment)) delete process.env[name];
		await red.stop();
		await client.endAsync(true);
		await broker.stop();
		await agent.stop();
		service.close();
	});

	/** An example with its addresses replaced by those of this test; a service node stands where a user puts an e-mail node. */
	function example(name: string): Node[] {
		const text = readFileSync(join(folder, `${name}.json`), 'utf8')
			.replaceAll('ws://tower.local:8043/api/v1/ws', agent.url)
			.replaceAll('mqtt://localhost:1883', broker.url)
			.replaceAll('"protocolVersion": "5"', '"protocolVersion": "4"')
			.replaceAll(/https?:\/\/(api\.telegram\.org|api\.pushover\.net|ntfy\.sh|homeassistant\.local:8123)/g, local);
		const nodes = JSON.parse(text) as (Node & { rules: object[] })[];
		const mail = nodes.find((node) => node.name === 'mail');
		if (!mail) return nodes;
		const shape = nodes.find(({ type }) => type === 'change');
		shape?.rules.push({
			t: 'set',
			p: 'payload',
			pt: 'msg',
			to: '{"to": to, "topic": topic, "payload": payload}',
			tot: 'jsonata',
		});
		Object.assign(mail, { type: 'http request', method: 'POST', ret: 'txt', url: local, wires: [[]] });
		return nodes;
	}

	for (const [name, check] of Object.entries(expected)) {
		it(name, async () => {
			requests.length = 0;
			const flow = example(name);
			alertRulesSchema.parse(flow.find(({ type }) => type === 'agent-stream-alert')?.rules);
			const from = red.log().length;
			await red.deploy(flow);
			const test = flow.find((node) => node.type === 'inject' && node.name === 'test');
			// There is nothing to try before the first temperature came.
			while (requests.length === 0) {
				await red.inject(test?.id ?? '');
				await new Promise((next) => setTimeout(next, 200));
			}
			check(requests[0] as Request);
			if (name === 'alert-home-assistant') {
				const about = (path: string) => topics.get(`agent-stream/tower/alert/${path}`);
				while (about('cpu-temperature/problem') === undefined || about('summary') === undefined)
					await once(client as never, 'message');
				assert.deepEqual([about('cpu-temperature/problem'), about('summary')], ['off', '0']);
			}
			assert.doesNotMatch(
				red.log().slice(from),
				/TypeError|Uncaught|missing types|CONFIG_INVALID|123:token|long-lived/,
			);
			await red.deploy([]);
		});
	}

	it('a killed server is told as silent at once', async () => {
		requests.length = 0;
		const flow = example('alert-ntfy').map((node) =>
			node.type === 'agent-stream-alert' ? { ...node, graceSeconds: '2' } : node,
		);
		await red.deploy(flow);
		const test = flow.find((node) => node.type === 'inject' && node.name === 'test');
		while (requests.length === 0) {
			await red.inject(test?.id ?? '');
			await new Promise((next) => setTimeout(next, 200));
		}
		// The start-up grace: what is partial before is not judged.
		await new Promise((next) => setTimeout(next, 2_500));
		requests.length = 0;
		const killed = Date.now();
		await agent.stop();
		const isSilent = ({ body }: Request) => body.title === 'Critical: Agent silent, Tower';
		while (!requests.some(isSilent)) await new Promise((next) => setTimeout(next, 20));
		assert.ok(Date.now() - killed < 3_000, `${Date.now() - killed} ms`);
		assert.match(
			String(requests.find(isSilent)?.body.message),
			/^Nothing comes from Tower \(tower\) since .*: disconnected$/,
		);
		await red.deploy([]);
	});
});
