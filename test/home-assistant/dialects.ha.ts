import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { demoServers, type Simulator } from '../../demo/servers';
import { systemClock } from '../../src/model/clock';
import type { Dump, SeenChange } from './oracle';
import { type Program, startBridge } from './programs';
import { World } from './world';

/** What a round of each server's story must show, by the names that Home Assistant shows. */
interface Expected {
	/** Fewest entities. */
	readonly entities: number;
	/** States that come in the course of a round. */
	readonly states: readonly (readonly [name: string, ...states: readonly string[]])[];
	/** Event entities that fire. */
	readonly events: readonly string[];
}

const expected: { readonly [dialect: string]: Expected } = {
	'claude-code': {
		entities: 90,
		states: [
			['infra 1 Status', 'working', 'waiting'],
			['Waits For Me', 'on', 'off'],
			['web-shop 1 Last Tool', 'Read', 'Edit', 'Bash'],
			['tmux-orchestrator Health', 'healthy', 'degraded'],
			['claude-flow Alert Level', 'warning'],
		],
		events: ['infra Request', 'web-shop Session', 'Resource Alert'],
	},
	autosdlc: {
		entities: 70,
		states: [
			['coder-001 Status', 'busy', 'error', 'idle'],
			['coder-001 Problem', 'on', 'off'],
			['Tests Failing', '1', '0'],
			['Line Coverage', '98.9'],
			['Workflow 1', 'running', 'completed'],
			['Deployment staging', 'deployed'],
		],
		events: ['Alert', 'Agent Error', 'TDD Phase', 'GitHub Pull Request', 'Workflow'],
	},
	'agents-api': {
		entities: 45,
		states: [
			['Coder Status', 'working', 'error'],
			['Coder Current Task', 'Fix the retry loop'],
			['Task 1 State', 'assigned', 'in_progress', 'completed'],
			['Task 2 State', 'failed'],
			['Agents Alive', '3'],
			['Last Alert', 'The agent Coder reports a failure'],
		],
		events: ['Task', 'Alert'],
	},
	aios: {
		entities: 80,
		states: [
			['Summary Agent Status', 'working', 'error', 'idle'],
			['Job 1 Status', 'processing', 'completed'],
			['Job 2 Status', 'failed', 'completed'],
			['DAG Run 1 Status', 'success'],
			['Last Error', 'processing_error'],
		],
		events: ['Job Completed', 'Job Failed', 'Agent Error', 'Insight'],
	},
	custom: {
		entities: 10,
		states: [['hall window', 'on', 'off']],
		events: [],
	},
};

/** Seconds that the longest of the stories lasts, and some. */
const round = 170;

describe('Home Assistant, with a server of every other protocol', function () {
	this.timeout(500_000);
	let world: World;
	let folder: string;
	let dump: Dump;
	let changes: readonly SeenChange[] = [];
	const simulators: Simulator[] = [];
	const bridges: Program[] = [];
	/** Discovery documents on the broker: unique ids by dialect. */
	const announced = new Map<string, Set<string>>();

	/** The custom dialect's definition, as the example flow has it. */
	async function definition(): Promise<string> {
		const flow = JSON.parse(await readFile(join(__dirname, '../../examples/custom.json'), 'utf8')) as {
			definition?: string;
		}[];
		const file = join(folder, 'definition.json');
		await writeFile(file, flow.find((node) => node.definition)?.definition ?? '');
		return file;
	}

	async function start({ name, token: make, create }: (typeof demoServers)[number]): Promise<void> {
		const token = make?.(systemClock.now());
		const simulator = create(systemClock, token);
		await simulator.start();
		simulators.push(simulator);
		const more = ['--id', name, '--dialect', name];
		if (name === 'custom') more.push('--definition', await definition());
		if (token !== undefined) {
			const variable = `AGENT_STREAM_TEST_${name.replace('-', '_').toUpperCase()}`;
			process.env[variable] = token;
			more.push('--token-env', variable);
		}
		bridges.push(await startBridge(simulator.url, world.broker.url, more));
	}

	async function readDocuments(): Promise<void> {
		const client = await connectAsync(world.broker.url);
		client.on('message', (_topic, payload) => {
			const { components = {} } = JSON.parse(String(payload)) as {
				components?: Record<string, { unique_id?: string }>;
			};
			for (const { unique_id: id } of Object.values(components)) {
				const dialect = id && demoServers.find(({ name }) => id.startsWith(`${name}_`))?.name;
				if (id && dialect) announced.set(dialect, (announced.get(dialect) ?? new Set()).add(id));
			}
		});
		await client.subscribeAsync('homeassistant/device/+/config', { qos: 1 });
		// A retained message comes before the answer to this.
		await client.subscribeAsync('agent-stream/none', { qos: 1 });
		await client.endAsync();
	}

	/** The entity of a dialect that Home Assistant shows by this name. */
	function entity(dialect: string, name: string): Dump['entities'][number] {
		const found = dump.entities.find(
			({ unique_id: id, original_name: shown }) => id.startsWith(`${dialect}_`) && shown === name,
		);
		assert.ok(found, `${dialect} has no ${name}`);
		return found;
	}

	/** States that an entity has had, in order. */
	const statesOf = (id: string): (string | null)[] =>
		changes.filter(({ entity_id: each }) => each === id).map(({ state }) => state);

	before(async () => {
		folder = await mkdtemp(join(tmpdir(), 'agent-stream-dialects-'));
		world = await World.start('agent-stream-dialects');
		const watch = await world.oracle.watch();
		changes = watch.changes;
		try {
			for (const server of demoServers) await start(server);
			const began = Date.now();
			await world.until(round, () => Date.now() - began > (round - 5) * 1_000);
			dump = await world.oracle.dump(300);
			await readDocuments();
		} finally {
			watch.stop();
		}
	});
	after(async () => {
		for (const bridge of bridges) await bridge.end();
		for (const simulator of simulators) await simulator.stop();
		await world?.stop();
		if (folder) await rm(folder, { recursive: true });
	});
	afterEach('no complaint in the log', async () => assert.deepEqual(await world.complaints(), []));

	for (const { name } of demoServers) {
		const wanted = expected[name];
		assert.ok(wanted, name);

		it(`${name}: every entity that was announced is there`, () => {
			const shown = dump.entities.map(({ unique_id: id }) => id).filter((id) => id.startsWith(`${name}_`));
			console.log(`      ${shown.length} entities`);
			assert.ok(shown.length >= wanted.entities);
			assert.deepEqual(shown.sort(), [...(announced.get(name) ?? [])].sort());
		});

		it(`${name}: shows what happens`, () => {
			for (const [shown, ...states] of wanted.states) {
				const seen = statesOf(entity(name, shown).entity_id);
				for (const state of states)
					assert.ok(seen.includes(state), `${shown} was never ${state}, but ${seen.join(', ')}`);
			}
		});

		it(`${name}: event entities fire`, () => {
			for (const shown of wanted.events) {
				const { entity_id: id, domain } = entity(name, shown);
				assert.equal(domain, 'event');
				const fired = statesOf(id).filter((state) => state !== null && !Number.isNaN(Date.parse(state)));
				assert.ok(fired.length > 0, `${shown} never fired`);
			}
		});
	}

	it('takes what is off by default as well', async () => {
		const enabled = await world.enableAll();
		assert.ok(enabled.length > 20, `${enabled.length} were off`);
		const all = await world.oracle.dump(dump.entities.length);
		assert.deepEqual(
			all.entities.filter(({ enabled: is, entity_id: id }) => !is && enabled.includes(id)),
			[],
			'what came meanwhile is off again, but these are not',
		);
	});
});
