import assert from 'node:assert/strict';
import type { NodeMessage } from 'node-red';
import { UnraidSimulator } from '../../demo/simulators/unraid';
import { directoryOf } from '../../nodes/glue/endpoints';
import { entitiesIn } from '../../nodes/glue/entities';
import { dialects } from '../../src/dialects';
import { systemClock } from '../../src/model/clock';
import type { Entity } from '../../src/model/entity';
import { alertOf, withUserDir } from './support/alerts';
import { deploy, type FlowNode, message, messages, runtime, start } from './support/flow';

/** endpoint → connect → mapper → alert, with the presets of its dialect. */
const flow = (dialect: string, url: string, over: object = {}, between: readonly FlowNode[] = []): FlowNode[] => {
	const presets = dialects.flatMap(({ name, alerts }) => (name === dialect ? (alerts ?? []) : []));
	const rules = presets.filter(({ condition }) => condition.kind === 'no_data');
	return [
		{ id: 'server', type: 'agent-stream-endpoint', endpointId: 'hub', url, dialect, ...over },
		{ id: 'c', type: 'agent-stream-connect', endpoint: 'server', wires: [[between[0]?.id ?? 'n']] },
		...between,
		{ id: 'n', type: 'agent-stream-entity', wires: [['a', 'entities']] },
		{
			id: 'a',
			type: 'agent-stream-alert',
			rules: rules.map((rule) => ({ ...rule, clearFor: 0 })),
			graceSeconds: '0',
			wires: [['raised'], ['cleared']],
		},
		...['raised', 'cleared', 'entities'].map((id) => ({ id, type: 'helper' })),
	];
};

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
	const server = new UnraidSimulator({ clock: systemClock });
	await server.start();
	const { port } = server;
	await server.stop();
	return port;
}

const unraidSilent = {
	name: 'Silent',
	entities: { subjects: ['server'], rows: ['cpu_usage', 'system_status'] },
	condition: { kind: 'no_data', per: 'endpoint' },
};

const isSilent = (one: NodeMessage) => alertOf(one).entity === 'hub';
const entityOf = ({ entity }: NodeMessage) => entity as Entity;

describe('alerts about servers that are away when Node-RED starts', () => {
	withUserDir();

	for (const { name, defaultUrl, alerts = [] } of dialects) {
		it(`tells that a server of ${name} is silent which was never reached`, async () => {
			const url = new URL(defaultUrl);
			url.host = `127.0.0.1:${await freePort()}`;
			const definition = name === 'custom' ? { definition: JSON.stringify({ version: 1, title: 'Mine' }) } : {};
			await start(flow(name, url.href, definition));
			const alert = alertOf(await message('raised', isSilent));
			assert.deepEqual([alert.severity, alert.value, alert.source], ['critical', 'disconnected', 'hub']);
			assert.ok(alerts.some(({ id }) => id === alert.rule));
			assert.doesNotMatch(alert.text, /[{}[\]]|undefined|null|NaN/);
		});
	}

	it('clears it when the server comes, and the bridge would get its entities with its name', async () => {
		const port = await freePort();
		const backoff = { backoffFirstSeconds: '0.05', backoffLongestSeconds: '0.1' };
		await start(flow('unraid', `ws://127.0.0.1:${port}/api/v1/ws`, backoff));
		await message('raised', isSilent);
		assert.ok(messages('entities').every((one) => entityOf(one).provisional === true));
		const server = new UnraidSimulator({ clock: systemClock, speed: 100 });
		await server.start(port);
		try {
			const cleared = alertOf(await message('cleared', isSilent));
			const status = (one: NodeMessage) => entityOf(one).row === 'system_status';
			const named = await message('entities', (one) => status(one) && !entityOf(one).provisional);
			assert.equal(named.change, 'added');
			assert.equal(entityOf(named).device.name, 'Tower');
			assert.equal(cleared.reason, 'fine');
			assert.equal(messages('raised').filter(isSilent).length, 1);
		} finally {
			await server.stop();
		}
	});

	it('knows of an endpoint of protocol auto what it spoke in the run before', async () => {
		const port = await freePort();
		const server = new UnraidSimulator({ clock: systemClock, speed: 100 });
		await server.start(port);
		const url = `ws://127.0.0.1:${port}/api/v1/ws`;
		const run = (id: string, backoffFirstSeconds: string): FlowNode[] =>
			flow('auto', url, { backoffFirstSeconds }).map((each) =>
				each.id === 'a'
					? { ...each, rules: [{ ...unraidSilent, id }] }
					: each.id === 'n'
						? { ...each, name: id }
						: each,
			);
		try {
			await start(run('first', '0.05'));
			await message('entities', (one) => entityOf(one).row === 'cpu_usage');
		} finally {
			await server.stop();
		}
		await message('raised', isSilent);
		await deploy(run('second', '0.06'));
		assert.equal(directoryOf(runtime).dialect('hub'), null);
		const alert = alertOf(await message('raised', (one) => isSilent(one) && alertOf(one).rule === 'second'));
		assert.deepEqual([alert.value, alert.device], ['disconnected', 'Tower']);
	});

	it('takes nothing that we have closed ourselves, for a deploy, for silence', async () => {
		const server = new UnraidSimulator({ clock: systemClock, speed: 100 });
		let told = 0;
		await server.start();
		try {
			const url = server.url;
			const run = (connect: string, endpoint: string): FlowNode[] =>
				flow('unraid', url).map((each) =>
					each.id === 'c' ? { ...each, name: connect } : each.id === 'server' ? { ...each, name: endpoint } : each,
				);
			await start(run('', ''));
			const usages = () => messages('entities').filter((one) => entityOf(one).row === 'cpu_usage').length;
			const more = async (): Promise<void> => {
				const count = usages();
				await message('entities', () => usages() > count + 1);
			};
			await more();
			// Without a grace a server that is not connected yet is silent.
			const before = messages('raised').length;
			for (const [connect, endpoint] of [
				['again', ''],
				['again', 'moved'],
				['third', 'third'],
			] as const) {
				await deploy(run(connect, endpoint));
				await more();
			}
			assert.equal(messages('raised').length, before);
			assert.equal(server.connections, 1);
			told = messages('raised').filter(isSilent).length;
		} finally {
			await server.stop();
		}
		await message('raised', () => messages('raised').filter(isSilent).length > told);
	});

	it('finds the endpoint through junctions and filters, and not through what may be anything', async () => {
		const url = `ws://127.0.0.1:${await freePort()}/ws`;
		const found = () => entitiesIn(runtime).endpointsBefore(runtime, 'n');
		await start(flow('aios', url, {}, [{ id: 'f', type: 'agent-stream-filter', wires: [['n'], []] }]));
		assert.deepEqual(found(), ['hub']);
		await message('raised', isSilent);
		await deploy(flow('aios', url, {}, [{ id: 'f', type: 'agent-stream-filter', wires: [[], ['n']] }]));
		assert.deepEqual(found(), []);
		await deploy(flow('aios', url, {}, [{ id: 'f', type: 'helper', wires: [['n']] }]));
		assert.deepEqual(found(), []);
		await deploy(flow('aios', url));
		assert.deepEqual(found(), ['hub']);
		await deploy([{ id: 'n', type: 'agent-stream-entity' }]);
		assert.deepEqual(found(), []);
	});
});
