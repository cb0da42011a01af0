import assert from 'node:assert/strict';
import { once } from 'node:events';
import WebSocket from 'ws';
import { AiosSimulator, type AiosSimulatorOptions } from '../../../demo/simulators/aios';
import { samples } from '../../../demo/simulators/aios-samples';
import { roundLength, scenes } from '../../../demo/simulators/aios-story';
import { aios } from '../../../src/dialects/aios';
import { FakeClock } from '../../support/fake-clock';

interface Message {
	readonly event: string;
	readonly data: { readonly [field: string]: unknown };
}

const everything = ['processing_jobs', 'agents', 'knowledge', 'insights'];

describe('the AIOS simulator', () => {
	let clock: FakeClock;
	let simulator: AiosSimulator;
	const sockets: WebSocket[] = [];

	async function start(options: Partial<AiosSimulatorOptions> = {}): Promise<void> {
		clock = new FakeClock();
		simulator = new AiosSimulator({ clock, ...options });
		await simulator.start();
	}

	/** A bare client with all it gets. */
	async function client(path = '/ws') {
		const socket = new WebSocket(`ws://127.0.0.1:${simulator.port}${path}`);
		const texts: string[] = [];
		sockets.push(socket);
		socket.on('message', (data) => texts.push(String(data)));
		socket.on('error', () => undefined);
		const closed = once(socket, 'close') as Promise<[number, Buffer]>;
		await once(socket, 'open');
		const send = async (event: string, data: object): Promise<void> => {
			socket.send(JSON.stringify({ event, data }));
			await settled(socket);
		};
		/** What came since the last time. */
		const taken = async (): Promise<Message[]> => {
			await settled(socket);
			return texts.splice(0).map((text) => JSON.parse(text) as Message);
		};
		const names = async () => (await taken()).map(({ event }) => event);
		await settled(socket);
		return { socket, send, taken, names, closed };
	}

	/** Waits until the other side has handled what this side sent: a ping comes back behind it. */
	async function settled(socket: WebSocket): Promise<void> {
		if (socket.readyState !== WebSocket.OPEN) return;
		socket.ping();
		const over = new AbortController();
		const { signal } = over;
		await Promise.race([once(socket, 'pong', { signal }), once(socket, 'close', { signal })]);
		over.abort();
	}

	afterEach(async () => {
		for (const socket of sockets.splice(0)) socket.terminate();
		await simulator.stop();
		assert.equal(clock.timers, 0, 'timers left');
	});

	it('greets, and sends heartbeats and metrics every 30 s to everyone', async () => {
		await start();
		const { taken, names } = await client();
		const [greeting] = await taken();
		assert.deepEqual(greeting, {
			event: 'connected',
			data: { client_id: 'client-1', server_time: new Date(clock.now()).toISOString() },
		});
		clock.advance(30_000);
		assert.deepEqual((await names()).toSorted(), ['dashboard_metrics_update', 'ping']);
		clock.advance(60_000);
		assert.equal((await names()).length, 4);
	});

	it('is found at /ws only, and refuses as it is told', async () => {
		await start();
		const status = async (path: string): Promise<number> => {
			const socket = new WebSocket(`ws://127.0.0.1:${simulator.port}${path}`);
			sockets.push(socket);
			socket.on('error', () => undefined);
			const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
			return response.statusCode;
		};
		assert.equal(await status('/'), 404);
		simulator.refuse(503);
		assert.equal(await status('/ws'), 503);
		simulator.refuse(null);
		await client();
	});

	it('sends only what was subscribed, by type, run and agent', async () => {
		await start();
		const { send, names, taken } = await client();
		await taken();
		const all = Object.keys(samples).filter((type) => type !== 'connected' && type !== 'ping');
		const emitAll = () => {
			for (const type of all) simulator.emit(type);
		};
		emitAll();
		const unasked = ['connection_error', 'dashboard_metrics_update', 'error'];
		assert.deepEqual((await names()).toSorted(), unasked);
		await send('subscribe', { types: everything });
		emitAll();
		assert.equal((await names()).length, all.length - 3, 'all but those of DAG runs');
		await send('subscribe_dag_run', { run_id: 'manual__2023-01-01T00:00:00+00:00' });
		emitAll();
		simulator.emit('step_status', { run_id: 'another' });
		assert.deepEqual((await names()).toSorted(), all.toSorted());
		await send('unsubscribe', { types: ['agents', 'knowledge'] });
		await send('subscribe', { types: ['processing_jobs'], filters: { run_id: 'mine' } });
		emitAll();
		assert.ok(!(await names()).some((name) => /^(agent|knowledge|processing)_/.test(name)));
		simulator.emit('processing_job_status', { run_id: 'mine' });
		await send('subscribe', { types: ['agents'], filters: { agent_ids: ['a'] } });
		simulator.emit('agent_error', { agent_id: 'a' });
		simulator.emit('agent_error', { agent_id: 'b' });
		const data = (await taken()).map(({ data }) => data.run_id ?? data.agent_id);
		assert.deepEqual(data, ['mine', 'a']);
	});

	it('says what it does not understand', async () => {
		await start();
		const { socket, send, taken } = await client();
		await taken();
		await send('subscribe', { types: ['everything'] });
		await send('subscribe_dag_run', {});
		await send('resync', { since: 'yesterday' });
		await send('dance', {});
		socket.send('not json');
		const codes = (await taken()).map(({ event, data }) => `${event} ${data.code}`);
		assert.deepEqual(codes, [
			'error invalid_subscription',
			'error invalid_subscription',
			'error invalid_message',
			'error invalid_message',
			'error invalid_message',
		]);
		assert.equal(simulator.received.at(-1), 'not json');
	});

	it('turns away who does not authenticate, or wrongly', async () => {
		await start({ token: 'right' });
		const late = await client();
		clock.advance(9_999);
		await settled(late.socket);
		assert.equal(simulator.connections, 1);
		clock.advance(1);
		assert.equal((await late.closed)[0], 4401);
		for (const [event, data, code] of [
			['auth', { token: 'wrong' }, 'invalid_token'],
			['subscribe', { types: everything }, 'unauthorized'],
		] as const) {
			const { socket, closed } = await client();
			const errors: Message[] = [];
			socket.on('message', (text) => errors.push(JSON.parse(String(text)) as Message));
			socket.send(JSON.stringify({ event, data }));
			assert.deepEqual([(await closed)[0], errors[0]?.event, errors[0]?.data.code], [4401, 'error', code]);
		}
	});

	it('lets in who has the token, until it expires', async () => {
		await start({ token: 'right' });
		const { socket, send, names, closed } = await client();
		await send('auth', { token: 'right' });
		await send('subscribe', { types: everything });
		clock.advance(11_000);
		simulator.emit('agent_error');
		assert.deepEqual(await names(), ['connected', 'agent_error'], 'no answer to auth');
		simulator.setToken('new');
		await send('auth', { token: 'new' });
		simulator.expireToken('right');
		await settled(socket);
		assert.equal(simulator.connections, 1, 'it has the new one');
		simulator.expireToken();
		assert.equal((await closed)[0], 4401);
		const again = await client();
		again.socket.send(JSON.stringify({ event: 'auth', data: { token: 'new' } }));
		assert.equal((await again.closed)[1].toString(), 'token_expired');
	});

	it('tells on request what was missed', async () => {
		await start();
		simulator.emit('agent_error', { error: 'before' });
		clock.advance(1_000);
		const since = new Date(clock.now()).toISOString();
		simulator.emit('agent_error', { error: 'at' });
		clock.advance(1_000);
		simulator.emit('agent_error', { error: 'after' });
		simulator.emit('insight_generated');
		const { send, taken } = await client();
		await taken();
		await send('subscribe', { types: ['agents'] });
		await send('resync', { since });
		assert.deepEqual(
			(await taken()).map(({ data }) => data.error),
			['at', 'after'],
		);
	});

	it('drops, freezes, bursts and breaks', async () => {
		await start();
		const first = await client();
		await first.send('subscribe', { types: everything });
		await first.taken();
		simulator.burst('agent_status_update', 200);
		assert.equal((await first.names()).length, 200);
		const texts: string[] = [];
		first.socket.on('message', (data) => texts.push(String(data)));
		simulator.malformed('truncated');
		await settled(first.socket);
		assert.throws(() => JSON.parse(texts[0] ?? ''));
		simulator.drop();
		assert.equal((await first.closed)[0], 1006);
		const second = await client();
		simulator.freeze();
		simulator.emit('error');
		assert.equal(second.socket.readyState, WebSocket.OPEN);
		assert.throws(() => simulator.emit('dance'), /no event dance/);
	});

	it('tells only what the document allows, by default and in its story', () => {
		const now = '2026-09-14T08:30:00.000Z';
		const check = (type: string, data: object) => {
			const { issues, rejected } = aios.validate(type, { ...data, timestamp: now }, new Set());
			const found = issues.filter(({ path }) => type !== 'connected' || path !== 'timestamp');
			assert.deepEqual([found, rejected], [[], false], type);
		};
		for (const [type, sample] of Object.entries(samples)) check(type, sample(now));
		for (let round = 0; round < 4; round += 1) {
			const list = scenes(round, () => 0.5);
			for (const { event, data, at } of list) {
				check(event, data(now));
				assert.ok(at < roundLength);
			}
		}
	});

	it('lives: files are processed, one fails and succeeds, agents work, a DAG runs', async () => {
		await start({ story: true, speed: 10 });
		const { send, taken } = await client();
		await send('subscribe', { types: everything });
		for (const run of ['run-1000', 'run-1002', 'run-1004']) await send('subscribe_dag_run', { run_id: run });
		const all: Message[] = [];
		for (let passed = 0; passed < roundLength * 3; passed += 20) {
			clock.advance(2_000);
			all.push(...(await taken()));
		}
		const of = (type: string) => all.filter(({ event }) => event === type);
		assert.equal(of('processing_job_completed').length, 6);
		assert.equal(of('processing_job_failed').length, 3);
		assert.equal(of('insight_generated').length, 3);
		assert.equal(new Set(of('agent_status_update').map(({ data }) => data.agent_id)).size, 3);
		assert.deepEqual(
			of('dag_run_status').map(({ data }) => data.status),
			['running', 'success', 'running', 'success', 'running', 'failed'],
		);
		assert.equal(of('step_status').filter(({ data }) => data.status === 'failed').length, 1);
		assert.ok(of('ping').length >= 11);
	});
});
