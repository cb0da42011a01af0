import assert from 'node:assert/strict';
import { once } from 'node:events';
import { AiosSimulator } from '../../../../demo/simulators/aios';
import { aios } from '../../../../src/dialects/aios';
import { type ConnectionState, Endpoint, type EndpointSettings, type Phase } from '../../../../src/endpoint';
import type { StreamEvent } from '../../../../src/model/event';
import { Pipeline } from '../../../../src/pipeline';
import { FakeClock } from '../../../support/fake-clock';
import { RecordingLogger } from '../../../support/recording-logger';

const secret = 'S3cret-T0ken-0123456789';

describe('aios over a live connection', () => {
	let clock: FakeClock;
	let simulator: AiosSimulator;
	let endpoint: Endpoint;
	let pipeline: Pipeline;
	let logger: RecordingLogger;
	let events: StreamEvent[];
	let fired: string[];

	async function start(settings: Partial<EndpointSettings> = {}, token?: string): Promise<void> {
		clock = new FakeClock();
		simulator = new AiosSimulator({ clock, ...(token !== undefined && { token }) });
		await simulator.start();
		logger = new RecordingLogger();
		endpoint = new Endpoint(
			{ id: 'lab', url: simulator.url, proxy: 'none', pingEvery: 86_400_000, ...settings },
			{ dialect: aios, clock, logger, random: () => 0 },
		);
		events = [];
		fired = [];
		pipeline = new Pipeline({
			source: 'lab',
			dialect: aios,
			clock,
			changed: (changes) =>
				fired.push(...changes.filter(({ kind }) => kind === 'fired').map(({ entity }) => entity.row)),
		});
		endpoint.on('event', (event) => {
			events.push(event);
			pipeline.event(event);
		});
		endpoint.start();
	}

	async function reaches(phase: Phase): Promise<ConnectionState> {
		while (endpoint.state.phase !== phase) await once(endpoint, 'state');
		return endpoint.state;
	}

	/** Resolves when so many messages have come to the server. */
	async function received(count: number): Promise<{ readonly event: string; readonly data: object }[]> {
		while (simulator.received.length < count) await new Promise<void>((resolve) => setImmediate(resolve));
		return simulator.received.splice(0) as { event: string; data: object }[];
	}

	async function hears(type: string, count = 1): Promise<void> {
		while (events.filter((event) => event.type === type).length < count) await once(endpoint, 'event');
	}

	const passWait = () => clock.advance((endpoint.state.nextAttempt ?? clock.now()) - clock.now());
	const state = (id: string) => pipeline.entities().find(({ unique_id }) => unique_id === `lab_${id}`)?.state;

	afterEach(async () => {
		await endpoint.stop();
		pipeline.close();
		await simulator.stop();
		assert.equal(clock.timers, 0, 'timers left');
		assert.ok(!logger.lines.join('\n').includes(secret));
	});

	it('authenticates, subscribes, and hears', async () => {
		await start({ token: secret }, secret);
		await reaches('open');
		const messages = await received(2);
		assert.deepEqual(
			messages.map(({ event }) => event),
			['auth', 'subscribe'],
		);
		simulator.emit('processing_job_status');
		await hears('processing_job_status');
		assert.equal(state('job_1_status'), 'processing');
		assert.deepEqual((await received(1))[0], { event: 'subscribe_dag_run', data: { run_id: 'run-67890' } });
		simulator.emit('dag_run_status', { run_id: 'run-67890' });
		await hears('dag_run_status');
		assert.equal(state('dag_run_1_status'), 'running');
	});

	it('hears after a reconnect what it missed: counted once, fired never again', async () => {
		await start();
		await reaches('open');
		await received(1);
		simulator.emit('agent_error', { error: 'heard' });
		await hears('agent_error');
		assert.deepEqual([state('agents_errors'), fired], [1, ['error']]);
		simulator.drop();
		await reaches('waiting');
		clock.advance(100);
		simulator.emit('agent_error', { error: 'missed' });
		simulator.emit('processing_job_status', { status: 'queued', run_id: null });
		clock.advance(5_000);
		passWait();
		await reaches('open');
		const messages = await received(2);
		assert.deepEqual(
			messages.map(({ event }) => event),
			['subscribe', 'resync'],
		);
		await hears('agent_error', 3);
		await hears('processing_job_status');
		assert.deepEqual(
			events.filter(({ type }) => type === 'agent_error').map(({ replayed }) => replayed),
			[false, true, true],
		);
		assert.deepEqual([state('agents_errors'), state('jobs_queued'), fired], [2, 1, ['error']]);
		simulator.emit('agent_error', { error: 'new' });
		await hears('agent_error', 4);
		assert.deepEqual([state('agents_errors'), fired], [3, ['error', 'error']]);
	});

	it('shows a refused token, retries slowly, and comes in with another', async () => {
		await start({ token: secret }, 'another');
		const { cause, nextAttempt = 0 } = await reaches('waiting');
		assert.equal(cause?.code, 'UNAUTHORIZED');
		assert.ok(!String(cause?.message).includes(secret));
		assert.ok(nextAttempt - clock.now() >= 60_000);
		endpoint.setToken('another');
		await reaches('open');
	});

	it('tells a renewed token on the open connection', async () => {
		await start({ token: 'old' }, 'old');
		await reaches('open');
		await received(2);
		simulator.setToken(secret);
		endpoint.setToken(secret);
		assert.deepEqual(await received(1), [{ event: 'auth', data: { token: secret } }]);
		simulator.expireToken('old');
		simulator.emit('agent_error');
		await hears('agent_error');
		assert.equal(endpoint.state.phase, 'open');
		simulator.expireToken();
		assert.equal((await reaches('waiting')).cause?.code, 'UNAUTHORIZED');
	});

	it('leaves a server whose heartbeat stopped', async () => {
		await start();
		await reaches('open');
		clock.advance(30_000);
		await hears('ping');
		simulator.freeze();
		clock.advance(75_000);
		const { cause } = await reaches('waiting');
		assert.equal(cause?.code, 'SILENT');
		assert.match(cause?.message ?? '', /heartbeat/);
	});
});
