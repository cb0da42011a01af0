import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AutosdlcOptions, AutosdlcSimulator } from '../../../../demo/simulators/autosdlc';
import { autosdlc } from '../../../../src/dialects/autosdlc';
import { newsTypes } from '../../../../src/dialects/autosdlc/types';
import { Endpoint, type EndpointSettings } from '../../../../src/endpoint';
import { systemClock } from '../../../../src/model/clock';
import type { StreamEvent } from '../../../../src/model/event';
import { RecordingLogger } from '../../../support/recording-logger';

describe('autosdlc: an endpoint and its server', () => {
	let simulator: AutosdlcSimulator;
	let endpoint: Endpoint;
	let logger: RecordingLogger;
	const events: StreamEvent[] = [];

	async function start(
		options: Partial<AutosdlcOptions> = {},
		settings: Partial<EndpointSettings> = {},
	): Promise<void> {
		simulator = new AutosdlcSimulator({ clock: systemClock, ...options });
		await simulator.start();
		logger = new RecordingLogger();
		events.length = 0;
		endpoint = new Endpoint(
			{
				id: 'sdlc',
				url: simulator.url,
				proxy: 'none',
				snapshot: false,
				pollEvery: 0,
				backoffFirst: 5,
				backoffLongest: 10,
				...settings,
			},
			{ dialect: autosdlc, clock: systemClock, logger, random: Math.random },
		);
		endpoint.on('event', (event) => events.push(event));
		endpoint.start();
	}

	/** Waits until `wanted` says of the events so far that they are enough. */
	const heard = async (wanted: () => boolean): Promise<void> => {
		while (!wanted()) await once(endpoint, 'event');
	};
	const count = (type: string) => events.filter((event) => event.type === type).length;
	const phase = async (wanted: string): Promise<void> => {
		while (endpoint.state.phase !== wanted) await once(endpoint, 'state');
	};

	afterEach(async () => {
		await endpoint.stop();
		await simulator.stop();
	});

	it('subscribes once, and hears every event, however it is compressed', async () => {
		for (const compress of ['none', 'binary', 'data'] as const) {
			await start({ compress });
			await heard(() => count('subscription_update') === 1);
			for (const type of newsTypes) simulator.emit(type);
			simulator.emit('agent_log', { agentId: 'a', message: 'x'.repeat(3_000) }, 'corr-1');
			await heard(() => count('agent_log') === 2);
			for (const type of newsTypes) assert.ok(count(type) > 0, type);
			assert.ok(events.every(({ valid }) => valid));
			assert.equal(events.findLast(({ type }) => type === 'agent_log')?.about?.correlation, 'corr-1');
			assert.equal(simulator.received.length, 1);
			await endpoint.stop();
			await simulator.stop();
		}
	});

	for (const tokenIn of ['bearer', 'query', 'header', 'cookie'] as const) {
		it(`shows its token before the upgrade: ${tokenIn}`, async () => {
			await start({ token: 'S3cret T0ken' }, { token: 'S3cret T0ken', tokenIn });
			await heard(() => count('subscription_update') === 1);
			assert.ok(!logger.lines.some((line) => line.includes('S3cret')));
		});
	}

	for (const auth of ['asked', 'awaited'] as const) {
		it(`shows its token in a message: ${auth}`, async () => {
			const subscription = auth === 'awaited' ? { subscription: { auth: 'message' } } : {};
			await start({ token: 'T0ken', auth }, { token: 'T0ken', ...subscription });
			await heard(() =>
				events.some(({ type, data }) => type === 'subscription_update' && Object(data).status === 'active'),
			);
			simulator.emit('agent_status');
			await heard(() => count('agent_status') === 1);
			assert.equal(endpoint.state.phase, 'open');
		});
	}

	it('shows that its token is refused, retries slowly, and says the token nowhere', async () => {
		await start({ token: 'other', auth: 'awaited' }, { token: 'S3cret-T0ken', subscription: { auth: 'message' } });
		await phase('waiting');
		assert.equal(endpoint.state.cause?.code, 'UNAUTHORIZED');
		assert.ok((endpoint.state.nextAttempt ?? 0) - Date.now() > 30_000);
		assert.ok(!logger.lines.some((line) => line.includes('S3cret-T0ken')));
		assert.ok(!JSON.stringify(endpoint.diagnose()).includes('S3cret-T0ken'));
	});

	it('is sent away when its token expires', async () => {
		await start({ token: 'T0ken' }, { token: 'T0ken' });
		await heard(() => count('subscription_update') === 1);
		simulator.expireToken();
		await phase('waiting');
		assert.equal(endpoint.state.cause?.code, 'UNAUTHORIZED');
	});

	it('restores what was subscribed, with the same ids, and sends what has waited', async () => {
		const subscriptions = [
			{ subscriptionId: 'coder', events: ['agent_status'], filters: { agentId: 'coder-001' } },
			{ subscriptionId: 'alerts', events: ['system_alert'] },
		];
		await start({}, { subscription: { subscriptions } });
		await heard(() => count('subscription_update') === 2);
		assert.deepEqual(simulator.subscriptions, ['coder', 'alerts']);
		simulator.drop();
		await phase('waiting');
		endpoint.send({ type: 'connect', data: { waited: true } });
		await heard(() => count('subscription_update') === 4);
		assert.deepEqual(simulator.subscriptions, ['coder', 'alerts']);
		simulator.emit('agent_status', { agentId: 'coder-002', status: 'idle' });
		simulator.emit('agent_status', { agentId: 'coder-001', status: 'idle' });
		await heard(() => count('agent_status') === 1);
		assert.equal(events.at(-1)?.about?.agent, 'coder-001');
		endpoint.send({ type: 'ping' });
		await heard(() => count('pong') === 1);
		const last = simulator.received.at(-2) as { type: string; data: object; id: string; timestamp: number };
		assert.deepEqual([last.type, last.data], ['connect', { waited: true }]);
		assert.equal(typeof last.timestamp, 'number');
	});

	it('survives bombs and broken compression, each as one invalid event', async () => {
		await start();
		await heard(() => count('subscription_update') === 1);
		for (const kind of ['bomb', 'data_bomb', 'cut', 'not_json', 'truncated'] as const) simulator.malformed(kind);
		simulator.emit('agent_status');
		await heard(() => count('agent_status') === 1);
		assert.deepEqual(
			events.filter(({ type }) => type === 'invalid').map(({ issues }) => issues[0]?.code),
			['too_large', 'too_large', 'compression', 'not_json', 'not_json'],
		);
		assert.equal(endpoint.state.phase, 'open');
	});

	it('shows a subscription that the server refuses', async () => {
		await start({}, { subscription: { events: ['agent_telepathy'] } });
		await heard(() => count('subscription_update') === 1);
		assert.ok(
			logger.lines.some((line) => line.includes('refused the subscription') && line.includes('agent_telepathy')),
		);
	});
});
