import assert from 'node:assert/strict';
import { get, type IncomingMessage } from 'node:http';
import { io, type Socket } from 'socket.io-client';
import { AgentsApiSimulator, type AgentsApiSimulatorOptions } from '../../../demo/simulators/agents-api';
import { events } from '../../../demo/simulators/agents-api-events';
import { story } from '../../../demo/simulators/agents-api-story';
import { jsonWebToken } from '../../../demo/simulators/agents-api-token';
import { agentsApi } from '../../../src/dialects/agents-api';
import { EventReader } from '../../../src/dialects/reader';
import { FakeClock } from '../../support/fake-clock';

type Heard = readonly [event: string, data: { readonly [field: string]: unknown }];

describe('the agents API simulator', () => {
	const clock = new FakeClock();
	let simulator: AgentsApiSimulator;
	const clients: Socket[] = [];
	const good = () => jsonWebToken('tester', clock.now() + 3_600_000);

	async function start(options: Partial<AgentsApiSimulatorOptions> = {}): Promise<void> {
		simulator = new AgentsApiSimulator({ clock, ...options });
		await simulator.start();
	}

	/** A bare client that has not connected yet, with all it hears. */
	function client(token: unknown = good(), transports = ['websocket']): { socket: Socket; heard: Heard[] } {
		const { origin, pathname } = new URL(simulator.url.replace('ws:', 'http:'));
		const socket = io(origin, { path: pathname, auth: { token }, transports, reconnection: false, forceNew: true });
		const heard: Heard[] = [];
		socket.onAny((event: string, data: Heard[1]) => heard.push([event, data]));
		clients.push(socket);
		return { socket, heard };
	}

	async function connected(token?: unknown, transports?: string[]): Promise<{ socket: Socket; heard: Heard[] }> {
		const made = client(token, transports);
		await settledAs(made.socket, 'connect');
		return made;
	}

	/** Why a handshake fails. */
	async function refusal(token: unknown): Promise<string> {
		const [error] = await settledAs(client(token).socket, 'connect_error');
		return (error as Error).message;
	}

	function settledAs(socket: Socket, event: string): Promise<unknown[]> {
		return new Promise((resolve) => socket.once(event, (...args: unknown[]) => resolve(args)));
	}

	/** Waits until the server has handled what was sent: its acknowledgment comes behind everything else. */
	async function settled(socket: Socket): Promise<void> {
		const done = settledAs(socket, 'heartbeat_ack');
		socket.emit('heartbeat', { timestamp: 1 });
		await done;
	}

	const names = (heard: readonly Heard[]) => heard.map(([event]) => event).filter((event) => event !== 'heartbeat_ack');

	afterEach(async () => {
		for (const socket of clients.splice(0)) socket.disconnect();
		await simulator.stop();
	});

	describe('asks for a token', () => {
		it('that is a JSON Web Token which has not expired', async () => {
			await start();
			await connected();
			assert.equal(await refusal(null), 'Authentication required');
			assert.equal(await refusal(''), 'Authentication required');
			assert.equal(await refusal('letmein'), 'Invalid token');
			assert.equal(await refusal('a.b.c'), 'Invalid token');
			assert.equal(await refusal(jsonWebToken('late', clock.now() - 1_000)), 'Token expired');
			assert.equal(simulator.connections, 1);
		});

		it('that is the one that was agreed on, also when it changes or ends', async () => {
			await start({ token: 'S3cret-T0ken' });
			await connected('S3cret-T0ken');
			assert.equal(await refusal(good()), 'Invalid token');
			simulator.expireToken();
			assert.equal(await refusal('S3cret-T0ken'), 'Token expired');
			simulator.setToken('another');
			await connected('another');
			assert.equal(simulator.connections, 2, 'connections that stand are left alone');
		});

		it('and refuses those that clients have used when they expire', async () => {
			await start();
			const token = good();
			await connected(token);
			simulator.expireToken();
			assert.equal(await refusal(token), 'Token expired');
			await connected(jsonWebToken('other', clock.now() + 1_000));
		});
	});

	describe('rooms', () => {
		it('are confirmed; everyone is in the dashboard', async () => {
			await start();
			const { socket, heard } = await connected();
			simulator.emit('system:alert');
			socket.emit('subscribe', { room: 'agent:1' });
			socket.emit('unsubscribe', { room: 'dashboard' });
			await settled(socket);
			simulator.emit('system:alert');
			await settled(socket);
			assert.deepEqual(names(heard), ['system:alert', 'subscribed', 'unsubscribed']);
			assert.deepEqual(heard[1], ['subscribed', { room: 'agent:1' }]);
			assert.deepEqual(
				simulator.received.filter(({ event }) => event !== 'heartbeat').map(({ event, data }) => [event, data]),
				[
					['subscribe', { room: 'agent:1' }],
					['unsubscribe', { room: 'dashboard' }],
				],
			);
		});

		it('that there are not, and messages that it does not know, are errors', async () => {
			await start();
			const { socket, heard } = await connected();
			for (const data of [{ room: 'everything' }, { room: 'agent:' }, { room: 7 }, {}, null, 'dashboard']) {
				socket.emit('subscribe', data);
			}
			socket.emit('dance', {});
			await settled(socket);
			assert.deepEqual(
				names(heard),
				Array.from({ length: 7 }, () => 'error'),
			);
			assert.deepEqual(heard[0]?.[1], { message: 'Invalid room: everything' });
		});

		it('hear of their own, twice who is in two of them', async () => {
			await start();
			const { socket, heard } = await connected();
			socket.emit('subscribe', { room: 'agent:1' });
			socket.emit('subscribe', { room: 'conversation:c' });
			await settled(socket);
			heard.length = 0;
			simulator.emit('agent:heartbeat', { agent_id: '1' });
			simulator.emit('agent:heartbeat', { agent_id: '2' });
			simulator.emit('conversation:message', { conversation_id: 'c' });
			simulator.emit('conversation:message', { conversation_id: 'd' });
			await settled(socket);
			assert.deepEqual(names(heard), ['agent:heartbeat', 'agent:heartbeat', 'agent:heartbeat', 'conversation:message']);
			assert.deepEqual(heard[0], heard[1], 'the same event');
		});
	});

	it('sends every event of the document as the document says', async () => {
		await start();
		const { socket, heard } = await connected();
		socket.emit('subscribe', { room: 'conversation:standup' });
		await settled(socket);
		for (const event of Object.keys(events)) simulator.emit(event);
		simulator.burst('task:created', 20);
		// The first acknowledgment was one of those events.
		await settled(socket);
		await settled(socket);
		const reader = new EventReader({ source: 'hub', dialect: agentsApi, clock, strict: true });
		const types = heard.flatMap((frame) =>
			reader.read(JSON.stringify(frame)).map(({ type, valid, issues }) => {
				assert.ok(valid && issues.length === 0, JSON.stringify([frame, issues]));
				return type;
			}),
		);
		assert.deepEqual([...new Set(types)].sort(), Object.keys(events).sort());
		assert.equal(types.filter((type) => type === 'task:created').length, 21);
		assert.throws(() => simulator.emit('weather'));
	});

	it('answers heartbeats', async () => {
		await start();
		const { socket, heard } = await connected();
		await settled(socket);
		assert.deepEqual(heard, [['heartbeat_ack', { timestamp: new Date(clock.now()).toISOString() }]]);
	});

	it('takes clients that begin with polling too', async () => {
		await start();
		const { socket } = await connected(undefined, ['polling']);
		await settled(socket);
	});

	describe('goes wrong', () => {
		it('by cutting connections', async () => {
			await start();
			const { socket } = await connected();
			simulator.drop();
			assert.equal((await settledAs(socket, 'disconnect'))[0], 'transport close');
			await connected();
		});

		it('by falling silent', async () => {
			await start();
			const { socket, heard } = await connected();
			await settled(socket);
			heard.length = 0;
			simulator.freeze();
			simulator.emit('system:alert');
			socket.emit('heartbeat', { timestamp: 1 });
			await new Promise((resolve) => get(`http://127.0.0.1:${simulator.port}/`, resolve));
			assert.deepEqual([heard, socket.connected], [[], true]);
		});

		it('by refusing handshakes', async () => {
			await start();
			const { socket } = await connected();
			simulator.refuse(503);
			assert.match(await refusal(good()), /websocket error/);
			const response = await new Promise<IncomingMessage>((resolve) =>
				get(`http://127.0.0.1:${simulator.port}/ws/?EIO=4&transport=polling`, resolve),
			);
			assert.equal(response.statusCode, 503);
			simulator.refuse(null);
			await connected();
			assert.ok(socket.connected);
		});

		it('by sending what is no packet, which ends the connection, or no event of the protocol, which does not', async () => {
			await start();
			const { socket, heard } = await connected();
			for (const kind of ['scalar', 'nothing', 'types', 'unknown', 'deep', 'prototype', 'huge'] as const) {
				simulator.malformed(kind);
			}
			await settled(socket);
			assert.equal(names(heard).length, 7);
			for (const kind of ['text', 'truncated'] as const) {
				const other = await connected();
				const ended = settledAs(other.socket, 'disconnect');
				simulator.malformed(kind);
				assert.equal((await ended)[0], 'parse error', kind);
			}
		});
	});

	it('tells a story of three agents, round after round', async () => {
		await start({ story: true, speed: 10 });
		const { socket, heard } = await connected();
		socket.emit('subscribe', { room: 'conversation:standup' });
		await settled(socket);
		for (let passed = 0; passed < (2.05 * story.length) / 10; passed += 1) {
			clock.advance(1_000);
			await settled(socket);
		}
		const told = new Map<string, number>();
		for (const event of names(heard)) told.set(event, (told.get(event) ?? 0) + 1);
		assert.equal(told.get('task:created'), 8 + 1);
		assert.equal(told.get('task:completed'), 8);
		assert.equal(told.get('system:alert'), 6);
		assert.equal(told.get('conversation:message'), 6);
		const agents = new Set(heard.flatMap(([event, { agent_id }]) => (event === 'agent:heartbeat' ? [agent_id] : [])));
		assert.equal(agents.size, 3);
		await simulator.stop();
		assert.equal(clock.timers, 0);
	});

	it('stops, frees its port and starts again', async () => {
		await start();
		const { port } = simulator;
		const { socket } = await connected();
		const ended = settledAs(socket, 'disconnect');
		await simulator.stop();
		await ended;
		await simulator.start(port);
		assert.equal(simulator.port, port);
		await connected();
		const taken = new AgentsApiSimulator({ clock });
		await assert.rejects(taken.start(port), { code: 'EADDRINUSE' });
		await taken.stop();
		await simulator.stop();
		assert.throws(() => simulator.port);
	});
});
