import assert from 'node:assert/strict';
import { once } from 'node:events';
import WebSocket from 'ws';
import { ClaudeCodeSimulator, type ClaudeCodeSimulatorOptions } from '../../../demo/simulators/claude-code';
import { eventTypes } from '../../../demo/simulators/claude-code-events';
import { roundLength } from '../../../demo/simulators/claude-code-story';
import { claudeCode } from '../../../src/dialects/claude-code';
import { EventReader } from '../../../src/dialects/reader';
import { Mapper } from '../../../src/entities/mapper';
import { FakeClock } from '../../support/fake-clock';

interface Message {
	readonly type: string;
	readonly data: { readonly [name: string]: unknown };
	readonly metadata?: { readonly server_time: number; readonly message_id: string };
}

const registration = { type: 'register', data: { component: 'wall', version: '1', capabilities: ['display'] } };
const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/;

describe('the Claude Code simulator', () => {
	let clock: FakeClock;
	let simulator: ClaudeCodeSimulator;
	const sockets: WebSocket[] = [];

	async function start(options: Partial<ClaudeCodeSimulatorOptions> = {}): Promise<void> {
		clock = new FakeClock();
		simulator = new ClaudeCodeSimulator({ clock, ...options });
		await simulator.start();
	}

	/** A bare client, with all it gets; resolves once the history is there. */
	async function client(url = simulator.url, options: WebSocket.ClientOptions = {}) {
		const socket = new WebSocket(url, options);
		sockets.push(socket);
		const texts: string[] = [];
		socket.on('message', (data) => texts.push(String(data)));
		socket.on('error', () => undefined);
		await once(socket, 'message');
		const messages = () => texts.map((text) => JSON.parse(text) as Message);
		return { socket, texts, messages, last: () => messages().at(-1) };
	}

	/** Waits until the other side has handled what this side sent: a ping comes back behind it. */
	async function settled(socket: WebSocket): Promise<void> {
		socket.ping();
		await once(socket, 'pong');
	}

	async function said(socket: WebSocket, message: unknown): Promise<void> {
		socket.send(typeof message === 'string' ? message : JSON.stringify(message));
		await settled(socket);
	}

	async function refusal(path: string, headers = {}): Promise<number> {
		const socket = new WebSocket(`ws://127.0.0.1:${simulator.port}${path}`, { headers });
		sockets.push(socket);
		const [, response] = await once(socket, 'unexpected-response');
		socket.on('error', () => undefined);
		socket.terminate();
		return (response as { statusCode: number }).statusCode;
	}

	afterEach(async () => {
		for (const socket of sockets.splice(0)) socket.terminate();
		await simulator.stop();
		assert.equal(clock.timers, 0);
	});

	it('sends history first, then events as the document writes them', async () => {
		await start();
		simulator.past('Stop');
		const { socket, messages, last } = await client();
		assert.match(simulator.url, /\/events$/);
		const [initial] = messages();
		assert.equal(initial?.type, 'initial');
		assert.ok(Array.isArray(initial?.data) && initial.data.length === 1);
		simulator.emit('PreToolUse', { source_app: 'a', payload: { tool_name: 'Bash' } });
		await settled(socket);
		const { data, metadata } = last() ?? {};
		assert.match(String(data?.id), uuidForm);
		assert.match(String(metadata?.message_id), uuidForm);
		const { id: _id, ...rest } = data ?? {};
		assert.deepEqual(rest, {
			timestamp: clock.now(),
			source: 'claude-flow',
			session_id: 'sess_abc123',
			event_type: 'PreToolUse',
			version: '1.0',
			source_app: 'a',
			hook_event_type: 'PreToolUse',
			payload: { tool_name: 'Bash' },
		});
	});

	it('sends what real servers send: numbers as ids, no metadata, 300 events of the past', async () => {
		await start({ generation: 'server' });
		for (let index = 0; index < 310; index += 1) simulator.past('Stop');
		const { socket, messages, last } = await client();
		assert.match(simulator.url, /\/stream$/);
		const history = messages()[0]?.data as unknown as readonly { id: number }[];
		assert.deepEqual([history.length, history[0]?.id, history.at(-1)?.id], [300, 11, 310]);
		simulator.emit('SessionStart');
		await settled(socket);
		const { data, metadata } = last() ?? {};
		assert.deepEqual([data?.id, data?.hook_event_type, metadata], [311, 'SessionStart', undefined]);
		assert.ok(!('event_type' in (data ?? {})) && !('version' in (data ?? {})) && !('source' in (data ?? {})));
		clock.advance(120_000);
		await said(socket, 'not json');
		assert.equal(messages().length, 2, 'no heartbeats, no answers');
	});

	it('sends heartbeats with everyone who is registered', async () => {
		await start();
		const { socket, messages, last } = await client();
		await said(socket, registration);
		assert.deepEqual(simulator.components, ['wall']);
		clock.advance(30_000);
		await settled(socket);
		const { type, data } = last() ?? {};
		assert.deepEqual(
			[type, data],
			[
				'heartbeat',
				{
					components: { 'claude-router': 'healthy', 'claude-flow': 'healthy', wall: 'healthy' },
					timestamp: clock.now(),
					next_check: clock.now() + 30_000,
				},
			],
		);
		clock.advance(60_000);
		await settled(socket);
		assert.equal(messages().filter((message) => message.type === 'heartbeat').length, 3);
		socket.close();
		await once(socket, 'close');
		assert.deepEqual(simulator.components, []);
	});

	it('checks what clients owe: JSON, a registration, valid events', async () => {
		await start();
		const { socket, last, messages } = await client();
		const event = { id: 'x', timestamp: 1, source: 's', event_type: 'bus.message', version: '1.0', payload: {} };
		await said(socket, 'not json');
		assert.deepEqual([last()?.type, last()?.data.error_code], ['error', 'WS002']);
		await said(socket, { type: 'event', data: event });
		assert.match(String(last()?.data.error_message), /not registered/);
		await said(socket, { type: 'register', data: { component: 'x' } });
		assert.match(String(last()?.data.error_message), /registration/);
		await said(socket, registration);
		for (const wrong of [{ id: '' }, { timestamp: -1 }, { version: '2.0' }, { source: undefined }]) {
			await said(socket, { type: 'event', data: { ...event, ...wrong } });
			assert.match(String(last()?.data.error_message), /not valid/);
		}
		const before = messages().length;
		await said(socket, { type: 'event', data: event });
		assert.equal(messages().length, before + 1);
		assert.deepEqual(last()?.data, event);
		assert.ok(simulator.received.length >= 8);
	});

	it('refuses other paths, wrong tokens, and everyone when told so', async () => {
		await start({ token: 'good' });
		assert.equal(await refusal('/'), 404);
		assert.equal(await refusal('/events'), 401);
		const headers = { authorization: 'Bearer good' };
		const { socket } = await client(simulator.url, { headers });
		simulator.expireToken();
		const [code] = await once(socket, 'close');
		assert.equal(code, 1008);
		assert.equal(await refusal('/stream', headers), 401);
		simulator.setToken(null);
		await client();
		simulator.refuse(503);
		assert.equal(await refusal('/events'), 503);
	});

	it('bursts, batches, breaks, drops and freezes', async () => {
		await start();
		const { socket, texts } = await client();
		simulator.burst('Stop', 50);
		simulator.batch([
			['PreToolUse', {}],
			['Stop', {}],
		]);
		simulator.malformed('truncated');
		await settled(socket);
		assert.equal(texts.length, 53);
		assert.ok(!texts.at(-1)?.endsWith('}'));
		simulator.emit('error', { error_code: 'CMP002' });
		await settled(socket);
		assert.equal(JSON.parse(texts.at(-1) ?? '').data.error_code, 'CMP002');
		const gone = once(socket, 'close');
		simulator.drop();
		assert.equal((await gone)[0], 1006);
		const other = await client();
		assert.equal(other.last()?.type, 'initial');
		simulator.freeze();
		simulator.emit('Stop');
		assert.equal(simulator.connections, 1);
	});

	for (const generation of ['document', 'server'] as const) {
		it(`tells a story that our dialect understands entirely (${generation})`, async () => {
			await start({ generation, story: true });
			const { socket, texts } = await client();
			const reader = new EventReader({ source: 'cc', dialect: claudeCode, clock });
			const mapper = new Mapper({ source: 'cc', dialect: claudeCode, clock });
			const statuses = new Set<string>();
			const types = new Set<string>();
			for (let second = 0; second < roundLength; second += 5) {
				clock.advance(5_000);
				await settled(socket);
				for (const text of texts.splice(0)) {
					for (const event of reader.read(text)) {
						assert.deepEqual([event.by, event.valid], ['name', true], `${text} ${JSON.stringify(event.issues)}`);
						types.add(event.type);
						mapper.apply(event);
					}
				}
				for (const { subject, row, state } of mapper.entities()) {
					if (subject === 'session' && row === 'status') statuses.add(String(state));
				}
			}
			for (const status of ['working', 'waiting', 'failed', 'idle']) assert.ok(statuses.has(status), status);
			for (const type of types) {
				assert.ok([...eventTypes[generation], 'initial', 'heartbeat', 'error'].includes(type), type);
			}
			assert.ok(types.size >= 10, [...types].join());
		});
	}

	it('lives the same life for the same seed', async () => {
		await start({ seed: 7 });
		const one = await client();
		simulator.emit('Stop');
		await settled(one.socket);
		const id = one.last()?.data.id;
		await simulator.stop();
		await start({ seed: 7 });
		const two = await client();
		simulator.emit('Stop');
		await settled(two.socket);
		assert.equal(two.last()?.data.id, id);
	});
});
