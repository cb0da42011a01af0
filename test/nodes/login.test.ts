import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NodeMessage } from 'node-red';
import { AutosdlcSimulator } from '../../demo/simulators/autosdlc';
import { ClaudeCodeSimulator } from '../../demo/simulators/claude-code';
import { loginOf } from '../../nodes/glue/login';
import { systemClock } from '../../src/model/clock';
import { jwt } from '../support/jwt';
import { type FlowNode, message, messages, node, start, status, stop } from './support/flow';

const password = 'S3cret-"word"';

describe('the login of an endpoint', () => {
	let gate: Server;
	let answer: (request: IncomingMessage, body: string, response: ServerResponse) => void;
	const asked: string[] = [];

	beforeEach(async () => {
		asked.length = 0;
		gate = createServer((request, response) => {
			let body = '';
			request.on('data', (part) => {
				body += part;
			});
			request.on('end', () => {
				asked.push(body);
				answer(request, body, response);
			});
		}).listen(0, '127.0.0.1');
		await once(gate, 'listening');
	});
	afterEach(async () => {
		await stop();
		gate.closeAllConnections();
		gate.close();
		await once(gate, 'close');
	});

	const loginUrl = () => `http://127.0.0.1:${(gate.address() as AddressInfo).port}/login`;
	const flow = (url: string, dialect: string, settings: object = {}): FlowNode[] => [
		{ id: 'end', type: 'agent-stream-endpoint', endpointId: 'here', url, dialect, loginUrl: loginUrl(), ...settings },
		{ id: 'con', type: 'agent-stream-connect', endpoint: 'end', wires: [['seen'], ['told']] },
		{ id: 'seen', type: 'helper' },
		{ id: 'told', type: 'helper' },
	];
	const credentials = { end: { loginUser: 'me', loginPassword: password } };
	const isOpen = ({ payload }: NodeMessage) => payload === 'open';
	const codeIn = ({ connection }: NodeMessage) => (connection as { code: string | null } | undefined)?.code;
	const json = (response: ServerResponse, code: number, body: object) =>
		response.writeHead(code, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));

	it('fetches the token, and renews it on the open connection before it expires', async function () {
		this.timeout(40_000);
		const tokens = [1, 2].map((number) => jwt({ number, exp: Math.floor(Date.now() / 1_000) + 15 * number }));
		const simulator = new AutosdlcSimulator({ clock: systemClock, token: tokens[0] ?? '', auth: 'awaited' });
		await simulator.start();
		answer = (_request, _body, response) => {
			const token = tokens[asked.length - 1] ?? null;
			simulator.setToken(token);
			json(response, 200, { data: { key: token } });
		};
		const settings = { loginTokenPath: 'data.key', subscription: '{"auth": "message"}' };
		await start(flow(simulator.url, 'autosdlc', settings), credentials);
		await message('told', isOpen);
		assert.deepEqual(JSON.parse(asked[0] ?? ''), { username: 'me', password });
		const accepted = () => messages('seen').filter(({ topic }) => topic === 'here/auth_success');
		await message('seen', () => accepted().length === 2);
		assert.ok(JSON.stringify(simulator.received).includes(tokens[1] ?? ''));
		assert.deepEqual([asked.length, simulator.connections], [2, 1]);
		assert.deepEqual(
			messages('told').filter((one) => codeIn(one)),
			[],
		);
		await stop();
		await simulator.stop();
	});

	it('says that it failed, and nothing of what it sent or was answered', async () => {
		answer = (_request, body, response) => json(response, 403, { reason: `S3cret answer to ${body}` });
		await start(flow('ws://127.0.0.1:9/', 'aios'), credentials);
		const told = await message('told', (one) => codeIn(one) === 'LOGIN_FAILED');
		assert.match(String((told.connection as { text: string }).text), /HTTP 403.*user name and password/);
		assert.equal((await status('con', (text) => text.endsWith('state.waiting'))).fill, 'red');
		node('con').receive({ topic: 'diagnose' });
		await message('told', ({ topic }) => topic === 'here/diagnosis');
		assert.doesNotMatch(JSON.stringify([messages('told'), messages('caught')]), /S3cret/);
	});

	it('takes another token by message where the server refused the first', async () => {
		const simulator = new ClaudeCodeSimulator({ clock: systemClock, token: 'right-one' });
		await simulator.start();
		await start(flow(simulator.url, 'claude-code', { loginUrl: '' }), { end: { token: 'wrong-one' } });
		await message('told', (one) => codeIn(one) === 'UNAUTHORIZED');
		node('con').receive({ topic: 'token', payload: 'right-one' });
		await message('told', isOpen);
		await stop();
		await simulator.stop();
	});
});

describe('what a login form describes', () => {
	const form = {
		url: 'https://host/login',
		method: 'POST',
		contentType: '',
		tokenPath: '',
		expiresPath: '',
		user: 'me',
		password: 'a"&{user}',
		body: '',
	} as const;
	const post = (given: object) => loginOf({ ...form, ...given });

	it('is nothing without a URL', () => {
		assert.equal(post({ url: '' }), null);
	});

	it('has user and password as JSON, as a form, or where the body wants them', () => {
		const { password: word } = form;
		assert.deepEqual(post({})?.body, { username: 'me', password: word });
		const contentType = 'application/x-www-form-urlencoded';
		assert.equal(post({ contentType })?.body, 'username=me&password=a%22%26%7Buser%7D');
		assert.deepEqual(post({ body: '{"login": {"name": "{user}", "key": "x{password}"}, "n": 1}' })?.body, {
			login: { name: 'me', key: `x${word}` },
			n: 1,
		});
		assert.equal(post({ body: 'u={user}&p={password}' })?.body, 'u=me&p=a%22%26%7Buser%7D');
		assert.equal(post({ body: 'raw {password}', contentType: 'text/plain' })?.body, `raw ${word}`);
		assert.deepEqual(post({ user: '', body: '' }), { url: form.url, method: 'POST' });
	});

	it('has them in the header of a GET, which has no body', () => {
		assert.deepEqual(post({ method: 'GET', body: '{"x": 1}', tokenPath: 'a.b', password: 'pass' }), {
			url: form.url,
			method: 'GET',
			tokenPath: 'a.b',
			headers: { Authorization: `Basic ${Buffer.from('me:pass').toString('base64')}` },
		});
	});
});
