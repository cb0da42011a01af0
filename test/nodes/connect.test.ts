import assert from 'node:assert/strict';
import { once } from 'node:events';
import { sharedEndpoints } from '../../nodes/glue/endpoints';
import { ScriptedServer, testTls } from '../support/scripted-server';
import { liveFrame } from './support/fixtures';
import { codeOf, deploy, type FlowNode, message, messages, node, start, status, stop } from './support/flow';

const ups = liveFrame('ups_status_update');
const disks = liveFrame('disk_list_update');

describe('agent-stream-endpoint and agent-stream-connect', () => {
	let server: ScriptedServer;

	beforeEach(async () => {
		server = await ScriptedServer.listen();
	});
	afterEach(async () => {
		await stop();
		await server.close();
	});

	const endpoint = (settings: object = {}): FlowNode => ({
		id: 'end',
		type: 'agent-stream-endpoint',
		endpointId: 'tower',
		url: `ws://${server.host}/api/v1/ws`,
		dialect: 'unraid',
		snapshot: false,
		pollSeconds: '0',
		backoffFirstSeconds: '0.01',
		headers: [],
		...settings,
	});
	const connect = (id = 'n', settings: object = {}): FlowNode => ({
		id,
		type: 'agent-stream-connect',
		endpoint: 'end',
		wires: [[`${id}-events`], [`${id}-changes`]],
		...settings,
	});
	const listeners = (id = 'n'): FlowNode[] => [
		{ id: `${id}-events`, type: 'helper' },
		{ id: `${id}-changes`, type: 'helper' },
	];
	const open = (id = 'n') => message(`${id}-changes`, ({ payload }) => payload === 'open');

	it('sends one message per event, and connection changes apart', async () => {
		await start([endpoint(), connect(), ...listeners()]);
		const { topic, connection } = await open();
		assert.equal(topic, 'tower/connection');
		const { source, state, code } = connection as { source: string; state: string; code: unknown };
		assert.deepEqual({ source, state, code }, { source: 'tower', state: 'open', code: null });
		server.client.send(ups);
		const one = await message('n-events');
		assert.equal(one.topic, 'tower/ups_status_update');
		assert.deepEqual(one.payload, JSON.parse(ups).data);
		assert.equal((one.event as { via: string }).via, 'stream');
		assert.equal((await status('n', (text) => text.endsWith('state.open'))).fill, 'green');
		assert.deepEqual(messages('caught'), []);
	});

	it('reports bad input on the second output, and nothing stops', async () => {
		await start([endpoint(), connect(), ...listeners()]);
		await open();
		const bad = ['{"event":', '', '[1,2', '{"event":"update","data":NaN}', `"${'x'.repeat(2_000_000)}"`];
		for (const frame of bad) server.client.send(frame);
		server.client.send(ups.replace(/"battery_charge_percent":[\d.]+/, '"battery_charge_percent":"full"'));
		const kept = await message('n-events');
		assert.ok(!('battery_charge_percent' in (kept.payload as object)));
		await message('n-changes', ({ topic }) => topic === 'tower/ups_status_update');
		const faults = messages('n-changes').filter(({ event }) => event !== undefined);
		assert.deepEqual(
			faults.map(({ topic }) => topic),
			[...bad.map(() => 'tower/invalid'), 'tower/ups_status_update'],
		);
		for (const { payload } of faults) assert.ok((payload as unknown[]).length > 0);
	});

	it('shares one socket among any number of nodes, and asks for what all of them want', async () => {
		const flow = (types: string) => [
			endpoint(),
			connect('a', { types: 'ups_status_update' }),
			connect('b', { types }),
			...['a', 'b'].flatMap(listeners),
		];
		await start(flow('disk_list_update'));
		const asked = server.clients.length > 0 ? server.client : (await once(server, 'client'))[0];
		const [first] = (await once(asked, 'message')) as [Buffer];
		assert.deepEqual(JSON.parse(String(first)), { subscribe: ['ups_status_update', 'disk_list_update', 'update'] });
		await open('a');
		asked.send(ups);
		asked.send(disks);
		await message('a-events');
		assert.equal((await message('b-events')).topic, 'tower/disk_list_update');
		assert.equal(messages('a-events').length, 1);
		const asking: string[] = [];
		asked.on('message', (data: Buffer) => asking.push(String(data)));
		await deploy(flow(''));
		while (asking.at(-1) !== '{"subscribe":[]}') await once(asked, 'message');
		assert.equal(server.connections, 1);
	});

	it('asks for what the mappers behind it make use of, and for all where anything else stands there', async () => {
		const mapper = (id: string, subjects: string): FlowNode => ({
			id,
			type: 'agent-stream-entity',
			subjects,
			wires: [['n-events']],
		});
		const flow = (...behind: string[]) => [
			endpoint(),
			connect('n', { wires: [behind, ['n-changes']] }),
			mapper('one', 'ups'),
			mapper('two', 'dis?'),
			...listeners(),
		];
		await start(flow('one', 'two'));
		await open();
		const asking: string[] = [];
		const asked = async (types: string[]) => {
			while (asking.at(-1) !== JSON.stringify({ subscribe: types })) await once(server.client, 'message');
		};
		server.client.on('message', (data: Buffer) => asking.push(String(data)));
		await deploy(flow('one', 'n-events'));
		await asked([]);
		await deploy(flow('two'));
		await asked(['system_update', 'disk_list_update', 'update']);
		node('n').receive({ topic: 'subscribe', payload: ['mover_update'] });
		await asked(['mover_update', 'update']);
		node('n').receive({ topic: 'unsubscribe', payload: ['mover_update'] });
		await asked(['system_update', 'disk_list_update', 'update']);
		assert.equal(server.connections, 1);
	});

	it('obeys its verbs', async () => {
		await start([endpoint(), connect('n', { types: 'a' }), ...listeners()]);
		await open();
		const { client } = server;
		const sent: string[] = [];
		const heard = async (count: number) => {
			while (sent.length < count) await once(client, 'message');
		};
		client.on('message', (data) => sent.push(String(data)));
		node('n').receive({ topic: 'send', payload: { hello: 1 } });
		node('n').receive({ topic: 'send', payload: 'text' });
		node('n').receive({ topic: 'subscribe', payload: 'b, c' });
		node('n').receive({ topic: 'unsubscribe', payload: ['a', 'b'] });
		await heard(4);
		const from = sent.indexOf('{"hello":1}');
		assert.deepEqual(sent.slice(from), [
			'{"hello":1}',
			'text',
			'{"subscribe":["a","b","c","update"]}',
			'{"subscribe":["c","update"]}',
		]);
		node('n').receive({ topic: 'diagnose' });
		const { payload } = await message('n-changes', ({ topic }) => topic === 'tower/diagnosis');
		assert.equal((payload as { id: string }).id, 'tower');
		const again = once(server, 'client');
		node('n').receive({ topic: 'token', payload: 'fresh' });
		node('n').receive({ topic: 'reconnect' });
		await again;
		assert.equal(server.upgrades.at(-1)?.headers.authorization, 'Bearer fresh');
	});

	it('tells catch nodes of a verb that it does not know, and of sending while closed', async () => {
		server.onUpgrade = ScriptedServer.refuse(503);
		await start([endpoint({ backoffFirstSeconds: 60 }), connect(), ...listeners()]);
		await message('n-changes', ({ payload }) => payload === 'waiting');
		node('n').receive({ topic: 'dance' });
		node('n').receive({ topic: 'send', payload: 'x' });
		await message('caught', () => messages('caught').length === 2);
		assert.deepEqual(messages('caught').map(codeOf), ['INPUT_INVALID', 'NOT_CONNECTED']);
	});

	it('says why it is not connected: refused, unauthorized', async () => {
		server.onUpgrade = ScriptedServer.refuse(401);
		await start([endpoint(), connect(), ...listeners()]);
		const { connection } = await message('n-changes', ({ payload }) => payload === 'waiting');
		assert.equal((connection as { code: string }).code, 'UNAUTHORIZED');
		assert.equal((await status('n', (text) => text.endsWith('state.waiting'))).fill, 'red');
	});

	it('sends token and headers from the credentials, and tells them to nobody', async () => {
		const secrets = { token: 'secret-token', header2: 'secret-header' };
		await start([endpoint({ headers: [{ name: 'X-Key', slot: '2' }] }), connect(), ...listeners()], { end: secrets });
		await open();
		const { authorization, 'x-key': key } = server.upgrades[0]?.headers ?? {};
		assert.deepEqual({ authorization, key }, { authorization: 'Bearer secret-token', key: 'secret-header' });
		node('n').receive({ topic: 'diagnose' });
		const told = await message('n-changes', ({ topic }) => topic === 'tower/diagnosis');
		assert.doesNotMatch(JSON.stringify(told), /secret-/);
	});

	it('takes environment variables for every field, also for numbers and credentials', async () => {
		const environment = { AS_URL: `ws://${server.host}/`, AS_ID: 'envy', AS_WAIT: '0.5', AS_TOKEN: 'from-env' };
		const from = (name: string) => `\${${name}}`;
		Object.assign(process.env, environment);
		const fields = { url: from('AS_URL'), endpointId: from('AS_ID'), handshakeSeconds: from('AS_WAIT') };
		await start([endpoint(fields), connect(), ...listeners()], { end: { token: from('AS_TOKEN') } });
		assert.equal((await open()).topic, 'envy/connection');
		assert.equal(server.upgrades[0]?.headers.authorization, 'Bearer from-env');
		for (const name of Object.keys(environment)) delete process.env[name];
	});

	it('refuses a second endpoint with the same ID, and nodes without a good endpoint', async () => {
		const second = { ...endpoint(), id: 'second' };
		await start([
			endpoint(),
			second,
			{ ...endpoint({ endpointId: 'Bad Id!' }), id: 'bad' },
			connect(),
			connect('two', { endpoint: 'second' }),
			connect('three', { endpoint: 'bad' }),
			connect('four', { endpoint: '' }),
			...listeners(),
		]);
		await open();
		for (const id of ['two', 'three', 'four']) {
			assert.equal((await status(id, (text) => text.endsWith('errors.CONFIG_INVALID'))).fill, 'red');
			node(id).receive({ topic: 'reconnect' });
		}
		await message('caught', () => messages('caught').filter((one) => codeOf(one) === 'CONFIG_INVALID').length >= 3);
		assert.equal(server.connections, 1);
	});

	it('opens with its first user and closes with its last', async () => {
		await start([endpoint(), ...listeners()]);
		assert.equal(server.connections, 0);
		await deploy([endpoint(), connect(), ...listeners()]);
		await open();
		assert.equal(server.connections, 1);
		await deploy([endpoint(), ...listeners()]);
		await server.allGone();
	});

	it('leaves no listener and no socket behind, however often it is deployed', async () => {
		await start([endpoint(), connect(), connect('keep'), ...listeners(), ...listeners('keep')]);
		await open('keep');
		const live = sharedEndpoints.get(node('end'))?.live;
		const count = () => (live?.listenerCount('event') ?? 0) + (live?.listenerCount('state') ?? 0);
		const before = count();
		for (let round = 0; round < 10; round += 1) {
			await deploy([
				endpoint(),
				connect('n', { types: `t${round}` }),
				connect('keep'),
				...listeners(),
				...listeners('keep'),
			]);
		}
		assert.equal(count(), before);
		assert.equal(server.connections, 1);
		await node('n').close(true);
		await node('n').close(true);
	});

	it('uses a tls-config node', async () => {
		await server.close();
		const tls = testTls('test-only-localhost');
		server = await ScriptedServer.listen(tls);
		const config = { id: 'tls', type: 'agent-stream-test-tls', ca: tls.cert };
		await start([config, endpoint({ url: `wss://localhost:${server.port}/`, tls: 'tls' }), connect(), ...listeners()]);
		await open();
		await stop();
		await start([endpoint({ url: `wss://localhost:${server.port}/` }), connect(), ...listeners()]);
		const { connection } = await message('n-changes', ({ payload }) => payload === 'waiting');
		assert.equal((connection as { code: string }).code, 'TLS_FAILED');
	});
});
