import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeMessage } from 'node-red';
import { AgentsApiSimulator } from '../../demo/simulators/agents-api';
import { AiosSimulator } from '../../demo/simulators/aios';
import { AutosdlcSimulator } from '../../demo/simulators/autosdlc';
import { ClaudeCodeSimulator } from '../../demo/simulators/claude-code';
import { CustomSimulator } from '../../demo/simulators/custom';
import { UnraidSimulator } from '../../demo/simulators/unraid';
import { dialects } from '../../src/dialects';
import { systemClock } from '../../src/model/clock';
import type { Entity } from '../../src/model/entity';
import { jwt } from '../support/jwt';
import { codeOf, deploy, type FlowNode, message, messages, node, start, status, stop } from './support/flow';

const station = readFileSync(join(__dirname, '../fixtures/custom/weather-station.json'), 'utf8');
const token = jwt({ sub: 'node-red', name: 'S3cret-T0ken' });

/** A simulator as these tests use it. */
interface Simulator {
	start(): Promise<void>;
	stop(): Promise<void>;
	readonly url: string;
	setToken(token: string | null): void;
}

/** One dialect's server: with its own life, it tells what becomes an entity. */
interface Case {
	readonly make: () => Simulator;
	readonly settings?: object;
	/** Path of an entity that the first moments bring. */
	readonly entity: RegExp;
}

const options = { clock: systemClock, token, story: true, speed: 20 };
const cases: Readonly<Record<string, Case>> = {
	unraid: {
		make: () => new UnraidSimulator({ clock: systemClock, token }),
		entity: /^here\/(system|array)\//,
	},
	'claude-code': { make: () => new ClaudeCodeSimulator(options), entity: /^here\/session\// },
	autosdlc: { make: () => new AutosdlcSimulator(options), entity: /^here\/agent\// },
	'agents-api': {
		make: () => new AgentsApiSimulator(options),
		entity: /^here\/(agent|task)\//,
	},
	aios: { make: () => new AiosSimulator(options), entity: /^here\/(agent|job|processing)/ },
	custom: {
		make: () => new CustomSimulator(options),
		settings: { definition: station },
		entity: /^here\/air\/temperature$/,
	},
};

const entityOf = ({ entity }: NodeMessage) => entity as Entity;

describe('dialects', () => {
	it('is tested for every dialect', () => {
		assert.deepEqual(Object.keys(cases).sort(), dialects.map(({ name }) => name).sort());
	});
});

describe('an endpoint of each dialect, from its server to its entities', () => {
	let simulator: Simulator;

	afterEach(async () => {
		await stop();
		await simulator?.stop();
	});

	const flow = (dialect: string, settings: object = {}): FlowNode[] => [
		{ id: 'end', type: 'agent-stream-endpoint', endpointId: 'here', url: simulator.url, dialect, ...settings },
		{ id: 'con', type: 'agent-stream-connect', endpoint: 'end', wires: [['map', 'seen'], ['told']] },
		{ id: 'map', type: 'agent-stream-entity', wires: [['out']] },
		...['seen', 'told', 'out'].map((id) => ({ id, type: 'helper' })),
	];
	const isOpen = ({ payload }: NodeMessage) => payload === 'open';

	for (const [name, { make, settings, entity }] of Object.entries(cases)) {
		it(`${name}: connects with its token and makes entities; says that it is refused without`, async () => {
			simulator = make();
			await simulator.start();
			await start(flow(name, settings), { end: { token } });
			await message('told', isOpen);
			assert.equal((await status('con', (text) => text.endsWith('state.open'))).fill, 'green');
			const made = entityOf(await message('out', ({ topic }) => entity.test(String(topic))));
			assert.equal(made.source, 'here');
			assert.ok(made.available);
			assert.equal(((await message('seen')).event as { dialect: string }).dialect, name);
			assert.deepEqual(messages('caught'), []);
			await stop();
			await start(flow(name, settings), { end: { token: jwt({ sub: 'nobody', exp: 1 }) } });
			const { connection } = await message('told', ({ connection: one }) => (one as { code: unknown })?.code !== null);
			assert.equal((connection as { code: string }).code, 'UNAUTHORIZED');
			assert.equal((await status('con', (text) => text.endsWith('state.waiting'))).fill, 'red');
			assert.ok(!JSON.stringify([...messages('told'), ...messages('caught')]).includes(token));
		});
	}

	it('is told its protocol by the stream where nobody chose one', async () => {
		simulator = new ClaudeCodeSimulator({ clock: systemClock, story: true, speed: 20 });
		await simulator.start();
		await start(flow('auto'));
		await message('out', ({ topic }) => /^here\/session\//.test(String(topic)));
		assert.deepEqual(messages('caught'), []);
	});

	describe('described by its user', () => {
		const described = (definition: string, more: readonly FlowNode[] = []) => [
			...flow('custom', { definition }),
			...more,
		];
		const air = (body: object) => JSON.stringify({ op: 'air', at: 1789374600000, body });

		beforeEach(async () => {
			simulator = new CustomSimulator({ clock: systemClock, story: true, speed: 20 });
			await simulator.start();
		});
		it('maps by the definition that is deployed now', async () => {
			await start(described(station));
			const first = entityOf(await message('out', ({ topic }) => topic === 'here/air/temperature'));
			assert.deepEqual([first.name, first.unit_of_measurement], ['Temperature', '°C']);
			const changed = JSON.parse(station) as { rows: { row: string; name: string; value: string; unit?: string }[] };
			for (const row of changed.rows) {
				if (row.value === 'temp') Object.assign(row, { name: 'Warmth', value: 'temp * 1.8 + 32', unit: '°F' });
			}
			await deploy(described(JSON.stringify(changed)));
			const { payload, entity } = await message('out', ({ entity: one }) => (one as Entity).name === 'Warmth');
			assert.equal((entity as Entity).unit_of_measurement, '°F');
			assert.ok(Number(payload) > 32);
			assert.deepEqual(messages('caught'), []);
		});

		it('is read by identify and mapper nodes that have its ID, and by no others', async () => {
			const reader = (id: string, settings: object): FlowNode => ({
				id,
				type: 'agent-stream-identify',
				wires: [[`${id}-out`], []],
				...settings,
			});
			const mapper: FlowNode = { id: 'raw', type: 'agent-stream-entity', source: 'here', wires: [['raw-out']] };
			await start(
				described(station, [
					reader('mine', { source: 'here', dialect: 'custom' }),
					reader('told-so', { source: 'here' }),
					reader('other', { source: 'there', dialect: 'custom' }),
					mapper,
					...['mine-out', 'told-so-out', 'other-out', 'raw-out'].map((id) => ({ id, type: 'helper' })),
				]),
			);
			await message('told', isOpen);
			for (const id of ['mine', 'told-so', 'other', 'raw']) node(id).receive({ payload: air({ temp: 7 }) });
			for (const id of ['mine-out', 'told-so-out']) assert.equal((await message(id)).topic, 'here/air');
			assert.equal((await message('raw-out', ({ topic }) => topic === 'here/air/temperature')).payload, 7);
			const { error } = await message('caught');
			assert.match(String((error as { message: string }).message), /No endpoint with the ID there/);
			assert.equal(codeOf(messages('caught')[0] ?? {}), 'CONFIG_INVALID');
		});

		it('says where its definition is wrong', async () => {
			const wrong = JSON.stringify({ version: 1, title: 'x', rules: [{ type: 'a' }] });
			await start(described(wrong));
			assert.equal((await status('con', (text) => text.endsWith('errors.CONFIG_INVALID'))).fill, 'red');
			node('con').receive({ topic: 'reconnect' });
			const { error } = await message('caught');
			assert.match(String((error as { message: string }).message), /rules\[0\]: has no condition/);
		});
	});
});
