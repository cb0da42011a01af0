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

	const told = () => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []);
	const toldAre = async (expected: readonly string[]): Promise<void> => {
		while (told().length < expected.length) await new Promise((next) => setTimeout(next, 20));
		assert.deepEqual(told(), expected);
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
				await red.inject('hotter');
				await red.inject('cold');
				expected.push('cleared 20');
				await toldAre(expected);
				await deploy(type, flow(store, { name: `after ${round}` }));
				await red.inject('cold');
				await red.inject('hot');
				expected.push('raised 60');
				await toldAre(expected);
			}
			await red.restart('SIGTERM');
			await red.inject('hotter');
			await red.inject('cold');
			expected.push('cleared 20');
			await toldAre(expected);
			await red.inject('hot');
			expected.push('raised 60');
			await toldAre(expected);
			if (store === '') {
				// A power cut: what was told was kept at once.
				const memory = join(red.userDir, 'agent-stream/alert.json');
				while (!readFileSync(memory, 'utf8').includes('"phase":"raised"'))
					await new Promise((next) => setTimeout(next, 20));
				await red.restart('SIGKILL');
				await red.inject('hotter');
				await red.inject('cold');
				expected.push('cleared 20');
				await toldAre(expected);
			}
			assert.doesNotMatch(red.log(), /TypeError|Uncaught|CONFIG_INVALID/);
		});
	}

	it('goes on waiting where it stood, over a restart', async () => {
		file = join(folder, 'told-waiting.txt');
		await red.deploy(flow('', { rules: [{ ...rule, raiseFor: 3_000 }] }));
		await red.inject('hot');
		await red.restart('SIGTERM');
		await red.inject('hotter');
		await toldAre(['raised 70']);
	});
});
