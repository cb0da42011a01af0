import assert from 'node:assert/strict';
import { once } from 'node:events';
import { AgentsApiSimulator } from '../../../demo/simulators/agents-api';
import { jsonWebToken } from '../../../demo/simulators/agents-api-token';
import { AiosSimulator } from '../../../demo/simulators/aios';
import { AutosdlcSimulator } from '../../../demo/simulators/autosdlc';
import { dialectNamed } from '../../../src/dialects';
import type { Dialect } from '../../../src/dialects/dialect';
import { type ConnectionState, Endpoint, type EndpointSettings } from '../../../src/endpoint';
import { type Clock, systemClock } from '../../../src/model/clock';
import type { StreamEvent } from '../../../src/model/event';
import { limits } from '../../../src/model/limits';
import { FakeClock } from '../../support/fake-clock';
import { plainDialect } from '../../support/plain-dialect';
import { RecordingLogger } from '../../support/recording-logger';
import { ScriptedServer } from '../../support/scripted-server';

const clock = systemClock;
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('an endpoint and its protocol', () => {
	const cleanups: (() => Promise<unknown>)[] = [];

	afterEach(async () => {
		for (const clean of cleanups.splice(0).reverse()) await clean();
	});

	async function serving<S extends { start(): Promise<void>; stop(): Promise<void> }>(server: S): Promise<S> {
		await server.start();
		cleanups.push(() => server.stop());
		return server;
	}

	function endpointOf(settings: Omit<EndpointSettings, 'id'>, dialect: Dialect | 'auto', time: Clock = clock) {
		const logger = new RecordingLogger();
		const quick = { proxy: 'none', backoffFirst: 1, backoffLongest: 5 };
		const parts = { dialect, clock: time, logger, random: () => 0 };
		const endpoint = new Endpoint({ id: 'hub', ...quick, ...settings }, parts);
		cleanups.push(() => endpoint.stop());
		const events: StreamEvent[] = [];
		endpoint.on('event', (event) => events.push(event));
		const reaches = async (wanted: (state: ConnectionState) => boolean): Promise<ConnectionState> => {
			while (!wanted(endpoint.state)) await once(endpoint, 'state');
			return endpoint.state;
		};
		return { endpoint, logger, events, reaches };
	}

	it('keeps one session over all connections, and ends its timers with each', async () => {
		const calls: string[] = [];
		let sessions = 0;
		const plain = plainDialect();
		const dialect: Dialect = {
			...plain,
			session: (parts) => {
				sessions += 1;
				return {
					...plain.session(parts),
					opened: (link) => {
						calls.push('opened');
						link.ready();
					},
					closed: () => calls.push('closed'),
					heard: ({ type }, link) => {
						calls.push(`heard ${type}`);
						link.send({ heard: type });
					},
				};
			},
		};
		const server = await ScriptedServer.listen();
		cleanups.push(() => server.close());
		const { endpoint, reaches } = endpointOf({ url: `ws://${server.host}/`, snapshot: false }, dialect);
		endpoint.start();
		await reaches(({ phase }) => phase === 'open');
		const answered = once(server.client, 'message');
		server.client.send('{"type":"alpha"}');
		assert.equal(String((await answered)[0]), '{"heard":"alpha"}');
		endpoint.reconnect();
		await reaches(({ phase }) => phase === 'open');
		await endpoint.stop();
		assert.deepEqual(calls, ['opened', 'heard alpha', 'closed', 'opened', 'closed']);
		assert.equal(sessions, 1);
	});

	it('refuses a subscription that is none of the dialect’s, and says where', () => {
		const settings = { url: 'ws://127.0.0.1:9/', subscription: { types: 5 } };
		assert.throws(() => endpointOf(settings, dialectNamed('aios')), {
			code: 'CONFIG_INVALID',
			message: /does not fit AIOS v2: types: /,
		});
	});

	it('finds by itself that a server speaks Socket.IO, then what, and says why', async () => {
		const server = await serving(new AgentsApiSimulator({ clock }));
		const token = jsonWebToken('test', Date.now() + 3_600_000);
		const { endpoint, logger, events, reaches } = endpointOf({ url: server.url, token }, 'auto');
		endpoint.start();
		await reaches(({ phase }) => phase === 'open');
		while (!endpoint.dialect) {
			server.emit('task:created');
			await turn();
		}
		assert.equal(endpoint.dialect.name, 'agents-api');
		assert.ok(
			logger.lines.some((line) => line.includes('the stream is') && line.includes(endpoint.dialect?.title ?? '')),
		);
		assert.ok(events.every(({ type }) => type !== 'invalid'));
	});

	it('says that a protocol is undecided where the server waits for us to speak first', async () => {
		const time = new FakeClock();
		const server = await ScriptedServer.listen();
		cleanups.push(() => server.close());
		const { endpoint, logger, reaches } = endpointOf({ url: `ws://${server.host}/` }, 'auto', time);
		endpoint.start();
		await reaches(({ phase }) => phase === 'open');
		const state = (): ConnectionState => endpoint.state;
		assert.deepEqual([state().phase, state().cause], ['open', undefined]);
		time.advance(limits.undecidedAfter);
		assert.deepEqual([state().phase, state().cause?.code], ['open', 'UNDECIDED']);
		assert.match(state().cause?.message ?? '', /says nothing by itself; choose its dialect/);
		assert.equal(logger.lines.filter((line) => line.includes('UNDECIDED')).length, 1);
		await endpoint.stop();
		assert.equal(time.timers, 0);
	});

	it('logs in, sends the new token on the open connection, and never shows one', async () => {
		const server = await serving(new AiosSimulator({ clock, token: 'first-S3cret' }));
		const login = await ScriptedServer.listen();
		cleanups.push(() => login.close());
		const tokens = ['first-S3cret', 'second-S3cret'];
		let given = 0;
		login.onRequest = (_request, response) => {
			const access_token = tokens[Math.min(given, 1)];
			given += 1;
			response.end(JSON.stringify({ access_token }));
		};
		const body = { user: 'me', password: 'P4ssword-S3cret' };
		const settings = { url: server.url, login: { url: `http://${login.host}/login`, body } };
		const { endpoint, logger, reaches } = endpointOf(settings, dialectNamed('aios'));
		endpoint.start();
		await reaches(({ phase }) => phase === 'open');
		assert.deepEqual(JSON.parse(login.requests[0]?.body ?? ''), body);
		endpoint.setToken('second-S3cret');
		const auths = () => server.received.filter((each) => (each as { event?: string }).event === 'auth');
		while (auths().length < 2) await turn();
		assert.deepEqual(
			auths().map((each) => (each as { data: { token: string } }).data.token),
			tokens,
		);
		assert.ok(!JSON.stringify([logger.lines, endpoint.diagnose(), endpoint.state]).includes('S3cret'));
	});

	it('shows a login that fails as such, and a refused token too', async () => {
		const server = await serving(new AutosdlcSimulator({ clock, token: 'right' }));
		const login = await ScriptedServer.listen();
		cleanups.push(() => login.close());
		login.onRequest = (_request, response) => response.writeHead(403).end('{"error":"P4ssword-S3cret"}');
		const failing = endpointOf(
			{ url: server.url, login: { url: `http://${login.host}/`, body: { password: 'P4ssword-S3cret' } } },
			dialectNamed('autosdlc'),
		);
		failing.endpoint.start();
		assert.equal((await failing.reaches(({ phase }) => phase === 'waiting')).cause?.code, 'LOGIN_FAILED');
		const wrong = endpointOf({ url: server.url, token: 'wrong' }, dialectNamed('autosdlc'));
		wrong.endpoint.start();
		assert.equal((await wrong.reaches(({ phase }) => phase === 'waiting')).cause?.code, 'UNAUTHORIZED');
		wrong.endpoint.setToken('right');
		await wrong.reaches(({ phase }) => phase === 'open');
		const lines = [...failing.logger.lines, ...wrong.logger.lines].join('\n');
		assert.ok(!/S3cret|wrong/.test(lines), lines);
	});

	it('keeps a message for the next connection where the protocol does, and sends it in its form', async () => {
		const server = await serving(new AutosdlcSimulator({ clock }));
		const { endpoint, reaches } = endpointOf({ url: server.url }, dialectNamed('autosdlc'));
		endpoint.send({ type: 'ping', data: {} });
		endpoint.start();
		await reaches(({ phase }) => phase === 'open');
		const pings = () => server.received.filter((each) => (each as { type?: string }).type === 'ping');
		while (pings().length === 0) await turn();
		const [ping] = pings() as { id?: unknown; timestamp?: unknown }[];
		assert.equal(typeof ping?.id, 'string');
		assert.equal(typeof ping?.timestamp, 'number');
	});
});
