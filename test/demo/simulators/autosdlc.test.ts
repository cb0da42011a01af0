import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import WebSocket from 'ws';
import { type AutosdlcOptions, AutosdlcSimulator } from '../../../demo/simulators/autosdlc';
import { eventTypes } from '../../../demo/simulators/autosdlc-rules';
import { FakeClock } from '../../support/fake-clock';

interface Message {
	readonly id: string;
	readonly type: string;
	readonly timestamp: number;
	readonly data: { readonly [name: string]: unknown };
	readonly metadata?: { readonly version: string; readonly correlationId?: string; readonly compressed?: boolean };
}

describe('the AutoSDLC simulator', () => {
	let clock: FakeClock;
	let simulator: AutosdlcSimulator;
	const clients: WebSocket[] = [];

	async function start(options: Partial<AutosdlcOptions> = {}): Promise<void> {
		clock = new FakeClock();
		simulator = new AutosdlcSimulator({ clock, ...options });
		await simulator.start();
	}

	/** A bare client, with all it gets. */
	async function client(options: WebSocket.ClientOptions = {}, query = '') {
		const socket = new WebSocket(`${simulator.url}${query}`, { perMessageDeflate: false, ...options });
		const heard: Message[] = [];
		const frames: { readonly bytes: Buffer; readonly binary: boolean }[] = [];
		clients.push(socket);
		socket.on('error', () => undefined);
		socket.on('message', (data, binary) => {
			const bytes = data as Buffer;
			frames.push({ bytes, binary });
			if (!binary && String(bytes).startsWith('{')) heard.push(JSON.parse(String(bytes)) as Message);
		});
		await once(socket, 'open');
		/** Waits until the other side has handled what this side sent. */
		const settled = async (): Promise<void> => {
			socket.ping();
			await once(socket, 'pong');
		};
		const say = async (message: unknown): Promise<Message[]> => {
			const before = heard.length;
			socket.send(typeof message === 'string' ? message : JSON.stringify(message));
			await settled();
			return heard.slice(before);
		};
		let written = 0;
		const tell = (type: string, data: object, more: object = {}): Promise<Message[]> => {
			written += 1;
			return say({ id: `c-${written}`, type, timestamp: clock.now(), data, ...more });
		};
		const closed = once(socket, 'close') as Promise<[code: number]>;
		return { socket, heard, frames, settled, say, tell, closed };
	}

	async function refusal(options: WebSocket.ClientOptions = {}, query = ''): Promise<number | undefined> {
		const socket = new WebSocket(`${simulator.url}${query}`, options);
		socket.on('error', () => undefined);
		const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
		response.resume();
		return response.statusCode;
	}

	const types = (messages: readonly Message[]) => messages.map(({ type }) => type);
	const everything = { subscriptionId: 's', events: eventTypes, filters: {} };

	afterEach(async () => {
		for (const socket of clients.splice(0)) socket.terminate();
		await simulator.stop();
		assert.equal(clock.timers, 0, 'timers left');
	});

	it('has a name for every event of the document', () => {
		assert.equal(eventTypes.length, 18);
		return start();
	});

	describe('asks for a token before the upgrade', () => {
		it('in a query parameter, a header or a cookie', async () => {
			await start({ token: 'T0ken' });
			await client({}, '?token=T0ken');
			await client({ headers: { Authorization: 'Bearer T0ken' } });
			await client({ headers: { 'X-API-Key': 'T0ken' } });
			await client({ headers: { Cookie: 'a=b; token=T0ken' } });
			assert.equal(simulator.connections, 4);
			assert.equal(await refusal(), 401);
			assert.equal(await refusal({ headers: { Authorization: 'Bearer other' } }), 401);
			simulator.setToken('other');
			assert.equal(await refusal({}, '?token=T0ken'), 401);
			simulator.refuse(503);
			assert.equal(await refusal({}, '?token=other'), 503);
		});

		it('and sends everyone away whose token has expired', async () => {
			await start({ token: 'T0ken' });
			const { heard, closed } = await client({}, '?token=T0ken');
			simulator.expireToken();
			assert.deepEqual(await closed.then(([code]) => code), 1008);
			assert.deepEqual(types(heard), ['auth_failure']);
			assert.equal(await refusal({}, '?token=T0ken'), 401);
		});
	});

	describe('asks for a token by message', () => {
		it('and lets nobody do anything before', async () => {
			await start({ token: 'T0ken', auth: 'asked' });
			const { heard, tell, settled } = await client();
			await settled();
			assert.deepEqual(types(heard), ['auth_request']);
			assert.deepEqual((await tell('subscribe', everything))[0]?.data.code, 'UNAUTHORIZED');
			assert.deepEqual(types(await tell('auth_request', { token: 'T0ken' })), ['auth_success']);
			simulator.emit('agent_status');
			assert.deepEqual(types(await tell('subscribe', everything)), ['subscription_update']);
			simulator.emit('agent_status');
			assert.deepEqual(types(await tell('ping', {})), ['agent_status', 'pong']);
		});

		it('or just waits for it, not for long', async () => {
			await start({ token: 'T0ken', auth: 'awaited' });
			const { heard, tell, settled } = await client();
			await settled();
			assert.deepEqual(heard, []);
			const [success] = await tell('auth_request', { token: 'T0ken' });
			assert.deepEqual([success?.type, success?.metadata?.correlationId], ['auth_success', 'c-1']);
			const late = await client();
			clock.advance(10_000);
			assert.deepEqual(await late.closed.then(([code]) => code), 1008);
			assert.deepEqual(types(late.heard), ['auth_failure']);
		});

		it('and refuses a wrong one', async () => {
			await start({ token: 'T0ken', auth: 'awaited' });
			const { socket, heard, closed } = await client();
			socket.send(JSON.stringify({ id: 'x', type: 'auth_request', timestamp: 1, data: { token: 'no' } }));
			assert.deepEqual(await closed.then(([code]) => code), 1008);
			assert.deepEqual(types(heard), ['auth_failure']);
		});
	});

	describe('sends what was subscribed', () => {
		it('and nothing before, and nothing twice', async () => {
			await start();
			const { tell, heard, settled } = await client();
			simulator.emit('agent_status');
			await settled();
			assert.equal(heard.length, 0);
			const [update] = await tell('subscribe', everything);
			assert.deepEqual(
				[update?.type, update?.data.subscriptionId, update?.data.status],
				['subscription_update', 's', 'active'],
			);
			await tell('subscribe', { ...everything, subscriptionId: 't' });
			heard.length = 0;
			for (const type of eventTypes) simulator.emit(type);
			await settled();
			assert.deepEqual(types(heard), eventTypes);
			for (const { id, timestamp, metadata } of heard) {
				assert.match(id, /^evt-\d+$/);
				assert.equal(timestamp, clock.now());
				assert.equal(metadata?.version, '1.0');
			}
			assert.deepEqual(simulator.subscriptions, ['s', 't']);
		});

		it('by type and by the fields that the filters name', async () => {
			await start();
			const { tell, heard, settled } = await client();
			await tell('subscribe', { subscriptionId: 'a', events: ['agent_log'], filters: { agentId: 'coder-001' } });
			await tell('subscribe', {
				subscriptionId: 'b',
				events: ['system_alert'],
				filters: { severity: ['error', 'critical'] },
			});
			heard.length = 0;
			simulator.emit('agent_log', { agentId: 'coder-001' });
			simulator.emit('agent_log', { agentId: 'coder-002' });
			simulator.emit('agent_status', { agentId: 'coder-001' });
			simulator.emit('system_alert', { severity: 'critical' });
			simulator.emit('system_alert', { severity: 'info' });
			await settled();
			assert.deepEqual(types(heard), ['agent_log', 'system_alert']);
		});

		it('until it is given up', async () => {
			await start();
			const { tell } = await client();
			await tell('subscribe', everything);
			assert.equal((await tell('unsubscribe', { subscriptionId: 's' }))[0]?.data.status, 'removed');
			assert.equal((await tell('unsubscribe', { subscriptionId: 's' }))[0]?.data.status, 'rejected');
			simulator.emit('agent_log');
			assert.deepEqual(types(await tell('ping', {})), ['pong']);
		});

		it('and refuses what nobody can subscribe to', async () => {
			await start();
			const { tell } = await client();
			for (const bad of [
				{ events: ['ping'] },
				{ events: [] },
				{ events: 'all' },
				{ events: ['agent_log'], filters: 5 },
			]) {
				const [answer] = await tell('subscribe', { subscriptionId: 's', ...bad });
				assert.deepEqual([answer?.type, answer?.data.status], ['subscription_update', 'rejected'], JSON.stringify(bad));
			}
			assert.deepEqual(types(await tell('subscribe', { events: ['agent_log'] })), ['error']);
		});
	});

	describe('checks what clients send', () => {
		it('by the message format', async () => {
			await start();
			const { say } = await client();
			const good = { id: 'x', type: 'ping', timestamp: 1, data: {} };
			for (const bad of [
				'not json',
				'[]',
				{ ...good, id: 5 },
				{ ...good, id: '' },
				{ ...good, timestamp: '2025-01-01T00:00:00Z' },
				{ ...good, type: 'agents' },
				{ id: 'x', type: 'ping', timestamp: 1 },
				{ ...good, metadata: {} },
			]) {
				const [answer] = await say(bad);
				assert.deepEqual([answer?.type, answer?.data.code], ['error', 'INVALID_MESSAGE'], JSON.stringify(bad));
			}
			assert.deepEqual(types(await say(good)), ['pong']);
			assert.equal(simulator.received.length, 9);
			assert.equal(simulator.received[0], 'not json');
		});

		it('and how often they do', async () => {
			await start({ rate: 3 });
			const { tell } = await client();
			for (let index = 0; index < 3; index += 1) assert.deepEqual(types(await tell('ping', {})), ['pong']);
			const [error] = await tell('ping', {});
			assert.deepEqual([error?.data.code, error?.metadata?.correlationId], ['RATE_LIMITED', 'c-4']);
			assert.deepEqual(types(await tell('subscribe', everything)), ['subscription_update']);
			clock.advance(10_000);
			assert.deepEqual(types(await tell('ping', {})), ['pong']);
		});
	});

	it('pings, and closes where nobody answers', async () => {
		await start();
		const { heard, tell, settled, closed } = await client();
		clock.advance(30_000);
		await settled();
		assert.deepEqual(types(heard), ['ping']);
		await tell('pong', {}, { metadata: { version: '1.0', correlationId: heard[0]?.id } });
		clock.advance(30_000);
		await settled();
		await tell('pong', {}, { metadata: { version: '1.0', correlationId: 'another' } });
		clock.advance(30_000);
		assert.deepEqual(await closed.then(([code]) => code), 1001);
	});

	it('compresses what is above 1 KB, as a frame or in the message', async () => {
		const large = { agentId: 'coder-001', message: 'x'.repeat(2_000) };
		for (const compress of ['binary', 'data', 'none'] as const) {
			await start({ compress });
			const { tell, frames, heard, settled } = await client();
			await tell('subscribe', { subscriptionId: 's', events: ['agent_log'] });
			frames.length = 0;
			heard.length = 0;
			simulator.emit('agent_log', { agentId: 'coder-001' });
			simulator.emit('agent_log', large);
			await settled();
			assert.deepEqual(
				frames.map(({ binary }) => binary),
				[false, compress === 'binary'],
			);
			const text = compress === 'binary' ? gunzipSync(frames[1]?.bytes ?? '').toString() : String(frames[1]?.bytes);
			const message = JSON.parse(text) as Message;
			assert.equal(message.metadata?.compressed, compress === 'data' ? true : undefined);
			const data: unknown =
				compress === 'data'
					? JSON.parse(gunzipSync(Buffer.from(String(message.data), 'base64')).toString())
					: message.data;
			assert.deepEqual(data, large);
			await simulator.stop();
		}
	});

	it('tells a story: agents at work, a failure, a recovery, round after round', async () => {
		await start({ story: true, speed: 10 });
		const { tell, heard, settled } = await client();
		await tell('subscribe', everything);
		for (let second = 0; second < 20; second += 1) {
			clock.advance(1_000);
			await settled();
			const ping = heard.findLast(({ type }) => type === 'ping');
			if (ping) await tell('pong', {}, { metadata: { version: '1.0', correlationId: ping.id } });
		}
		for (const type of eventTypes) {
			if (type === 'workflow_failed') continue;
			assert.ok(heard.filter((message) => message.type === type).length >= 2, type);
		}
		const coder = heard.filter(({ type, data }) => type === 'agent_status' && data.agentId === 'coder-001');
		assert.deepEqual(new Set(coder.map(({ data }) => data.status)), new Set(['idle', 'busy', 'error']));
		assert.ok(heard.some(({ type }) => type === 'workflow_failed'));
	});

	it('can be cut, frozen and broken', async () => {
		await start();
		const first = await client();
		simulator.malformed('text');
		simulator.malformed('cut');
		simulator.emit('error');
		await first.settled();
		assert.deepEqual(types(first.heard), ['error']);
		assert.equal(first.frames.length, 3);
		simulator.drop();
		assert.deepEqual(await first.closed.then(([code]) => code), 1006);
		const second = await client();
		await second.tell('subscribe', everything);
		simulator.burst('agent_status', 50);
		await second.settled();
		assert.equal(second.heard.length, 51);
		simulator.freeze();
		simulator.emit('agent_log');
		assert.equal(simulator.connections, 1);
		assert.throws(() => simulator.emit('nonsense'));
	});
});
