import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Entity } from '../../src/model/entity';
import { makeEntity } from '../support/entities';
import { type NodeRed, startNodeRed } from '../support/node-red';

const at = { z: 'tab', x: 200, y: 100 };
const rule = {
	id: 'hot',
	name: 'Hot',
	entities: { rows: ['temperature'] },
	condition: { kind: 'above', levels: [{ severity: 'warning', value: 50 }], hysteresis: 5 },
	text: 'raised {value}',
	clearText: 'cleared {value}',
};
const inject = (name: string, state: Entity['state']): object => {
	const entity = makeEntity({ row: 'temperature', state });
	const props = [{ p: 'entity', v: JSON.stringify(entity), vt: 'json' }];
	return { id: name, type: 'inject', props, wires: [['line']], ...at };
};

describe('alerts over deploys and restarts of a real Node-RED', function () {
	this.timeout(120_000);
	let red: NodeRed;
	let folder: string;
	let file: string;

	before(async () => {
		folder = await mkdtemp(join(tmpdir(), 'agent-stream-told-'));
		red = await startNodeRed();
	});
	after(async () => {
		await red?.stop();
		await rm(folder, { recursive: true, force: true });
	});

	// A node that is deleted leaves nothing to the next test.
	afterEach(() => red.deploy([]));

	const told = () => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []);
	const toldAre = async (expected: readonly string[]): Promise<void> => {
		while (told().length < expected.length) await new Promise((next) => setTimeout(next, 20));
		assert.deepEqual(told(), expected);
	};
	/** What is raised is not told again, and its end is. */
	const clears = async (expected: string[]): Promise<void> => {
		await red.inject('hotter');
		await red.inject('cold');
		expected.push('cleared 20');
		await toldAre(expected);
	};
	const raises = async (expected: string[]): Promise<void> => {
		await red.inject('hot');
		expected.push('raised 60');
		await toldAre(expected);
	};
	const flow = (store: string, over: object = {}): object[] => [
		{ id: 'tab', type: 'tab', label: 'restarts' },
		inject('cold', 20),
		inject('hot', 60),
		inject('hotter', 70),
		{ id: 'line', type: 'junction', z: 'tab', x: 300, y: 100, wires: [['alert']] },
		{
			id: 'alert',
			type: 'agent-stream-alert',
			rules: [rule],
			store,
			graceSeconds: '0',
			outputs: 2,
			wires: [['told'], ['told']],
			...at,
			...over,
		},
		{
			id: 'told',
			type: 'file',
			filename: file,
			filenameType: 'str',
			appendNewline: true,
			overwriteFile: 'false',
			wires: [[]],
			...at,
		},
	];
	const deploy = async (type: string, flows: readonly object[]): Promise<void> => {
		const { rev } = (await red.get('flows')) as { rev: string };
		const from = red.log().length;
		const headers = {
			'Node-RED-API-Version': 'v2',
			'Content-Type': 'application/json',
			'Node-RED-Deployment-Type': type,
		};
		await fetch(`${red.url}flows`, { method: 'POST', headers, body: JSON.stringify({ rev, flows }) });
		while (!/Started (modified )?(flows|nodes)/.test(red.log().slice(from))) {
			await new Promise((next) => setTimeout(next, 20));
		}
	};

	for (const [store, kept] of [
		['', 'a file of the user directory'],
		['default', 'a context store on disk'],
	] as const) {
		it(`repeats and loses nothing with ${kept}`, async () => {
			file = join(folder, `told-${store}.txt`);
			await red.deploy(flow(store));
			await red.inject('cold');
			await red.inject('hot');
			const expected = ['raised 60'];
			await toldAre(expected);
			for (const [round, type] of ['nodes', 'flows', 'full'].entries()) {
				await deploy(type, flow(store, { name: `round ${round}` }));
				await clears(expected);
				await deploy(type, flow(store, { name: `after ${round}` }));
				await red.inject('cold');
				await raises(expected);
			}
			await red.restart('SIGTERM');
			await clears(expected);
			await raises(expected);
			if (store === '') {
				// A power cut: what was told was kept at once.
				const memory = join(red.userDir, 'agent-stream/alert.json');
				while (!readFileSync(memory, 'utf8').includes('"phase":"raised"'))
					await new Promise((next) => setTimeout(next, 20));
				await red.restart('SIGKILL');
				await clears(expected);
			}
			assert.doesNotMatch(red.log(), /TypeError|Uncaught|CONFIG_INVALID/);
		});
	}

	for (const type of ['nodes', 'flows', 'full']) {
		it(`remembers while it or its tab is disabled, and nothing once it is deleted (${type})`, async () => {
			file = join(folder, `told-disabled-${type}.txt`);
			await deploy(type, flow(''));
			await red.inject('hot');
			const expected = ['raised 60'];
			await toldAre(expected);
			const disabledTab = flow('').map((node) =>
				'type' in node && node.type === 'tab' ? { ...node, disabled: true } : node,
			);
			for (const disabled of [flow('', { d: true }), disabledTab]) {
				await deploy(type, disabled);
				await deploy(type, flow(''));
				await clears(expected);
				await raises(expected);
			}
			const memory = join(red.userDir, 'agent-stream/alert.json');
			assert.ok(existsSync(memory));
			await deploy(type, [{ id: 'tab', type: 'tab', label: 'restarts' }]);
			assert.ok(!existsSync(memory));
		});
	}

	it('remembers in a subflow, while that is disabled, until its instance is deleted', async () => {
		file = join(folder, 'told-subflow.txt');
		const inner = flow('').filter((node) => 'id' in node && (node.id === 'alert' || node.id === 'told'));
		const subflow = (over: object): object[] => [
			{ id: 'tab', type: 'tab', label: 'restarts' },
			inject('cold', 20),
			inject('hot', 60),
			{ id: 'sub', type: 'subflow', name: 'sub', in: [{ x: 1, y: 1, wires: [{ id: 'alert' }] }], out: [] },
			...inner.map((node) => ({ ...node, z: 'sub' })),
			{ id: 'line', type: 'subflow:sub', wires: [], ...at, ...over },
		];
		await red.deploy(subflow({}));
		await red.inject('hot');
		await toldAre(['raised 60']);
		await deploy('full', subflow({ d: true }));
		const memory = join(red.userDir, 'agent-stream/line-alert.json');
		assert.ok(existsSync(memory));
		await deploy('full', subflow({}));
		await red.inject('cold');
		await toldAre(['raised 60', 'cleared 20']);
		await deploy('full', [{ id: 'tab', type: 'tab', label: 'restarts' }]);
		assert.ok(!existsSync(memory));
	});

	it('takes its state with it when it remembers elsewhere', async () => {
		file = join(folder, 'told-moved.txt');
		await red.deploy(flow(''));
		await red.inject('hot');
		const expected = ['raised 60'];
		await toldAre(expected);
		for (const store of ['default', '', 'default']) {
			await deploy('nodes', flow(store));
			await clears(expected);
			await raises(expected);
		}
	});

	it('goes on waiting where it stood, over a restart', async () => {
		file = join(folder, 'told-waiting.txt');
		await red.deploy(flow('', { rules: [{ ...rule, raiseFor: 3_000 }] }));
		await red.inject('hot');
		await red.restart('SIGTERM');
		await red.inject('hotter');
		await toldAre(['raised 70']);
	});
});
