import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Node, NodeAPI } from 'node-red';
import { AlertMemory } from '../../nodes/glue/alert-memory';

/** What a context store holds of one node, by key. */
type Store = Map<string, unknown>;
type Done = (error: Error | null, value?: unknown) => void;

describe('where an alert node remembers', () => {
	let userDir: string;
	let stores: Record<string, Store>;
	let broken: string;
	const file = () => join(userDir, 'agent-stream/n.json');
	const inFile = () => (existsSync(file()) ? (JSON.parse(readFileSync(file(), 'utf8')) as unknown) : undefined);

	beforeEach(async () => {
		userDir = await mkdtemp(join(tmpdir(), 'agent-stream-memory-'));
		stores = { ram: new Map(), disk: new Map() };
		broken = '';
	});
	afterEach(() => rm(userDir, { recursive: true, force: true }));

	const contextStorage: Record<string, unknown> = {
		default: 'ram',
		ram: { module: 'memory' },
		disk: { module: 'localfilesystem' },
	};
	const open = (store: string): AlertMemory => {
		const use = (name: string, done: Done, run: (store: Store) => unknown) => {
			const of = contextStorage[name];
			const found = stores[typeof of === 'string' ? of : name];
			if (name === broken || !found) done(new Error('broken'));
			else done(null, run(found));
		};
		const context = {
			get: (key: string, name: string, done: Done) => use(name, done, (held) => held.get(key)),
			set: (key: string, value: unknown, name: string, done: Done) =>
				use(name, done, (held) => (value === undefined ? held.delete(key) : held.set(key, value))),
		};
		const node = { id: 'n', context: () => context } as unknown as Node;
		return new AlertMemory({ settings: { userDir, contextStorage } } as unknown as NodeAPI, node, store);
	};
	const fail = (thrown: unknown): void => {
		throw thrown;
	};
	const held = () => [inFile(), stores.ram?.get('alerts'), stores.disk?.get('alerts')];

	it('goes with what it knows to another place, and leaves nothing that could come back', async () => {
		let at = 0;
		for (const [store, place] of [
			['', 0],
			['disk', 2],
			['ram', 1],
			['', 0],
			['default', 1],
			['disk', 2],
		] as const) {
			const memory = open(store);
			assert.deepEqual(await memory.read(fail), at === 0 ? undefined : { at });
			at += 1;
			const now = { at };
			await memory.write(() => now);
			assert.deepEqual(
				held(),
				[0, 1, 2].map((index) => (index === place ? now : undefined)),
				store,
			);
		}
	});

	it('takes what was kept last, and loses nothing before it is kept in its new place', async () => {
		await open('').write(() => ({ at: 3 }));
		stores.disk?.set('alerts', { at: 2 });
		stores.ram?.set('alerts', { at: 5 });
		assert.deepEqual(await open('disk').read(fail), { at: 5 });
		assert.deepEqual(held(), [{ at: 3 }, { at: 5 }, { at: 2 }]);
	});

	it('touches nothing that is none of its own', async () => {
		stores.ram?.set('alerts', 'mine');
		stores.ram?.set('other', { at: 9 });
		const memory = open('');
		assert.equal(await memory.read(fail), undefined);
		await memory.write(() => ({ at: 1 }));
		await memory.forget();
		assert.deepEqual(
			[...(stores.ram ?? [])],
			[
				['alerts', 'mine'],
				['other', { at: 9 }],
			],
		);
		assert.equal(inFile(), undefined);
	});

	it('goes on where another place cannot be read, and tells of its own', async () => {
		stores.disk?.set('alerts', { at: 2 });
		broken = 'ram';
		assert.deepEqual(await open('disk').read(fail), { at: 2 });
		const told: unknown[] = [];
		assert.deepEqual(await open('ram').read((thrown) => void told.push(thrown)), { at: 2 });
		assert.match(String(told[0]), /broken/);
	});
});
