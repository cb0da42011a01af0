import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { directoryOf } from '../../nodes/glue/endpoints';
import { entitiesIn } from '../../nodes/glue/entities';
import { AlertEngine } from '../../src/alert/engine';
import type { Endpoint } from '../../src/endpoint';
import type { Entity } from '../../src/model/entity';
import { alertOf, disk, feed, flow, settled, told, withUserDir } from './support/alerts';
import { deploy, type FlowNode, message, messages, node, runtime, start } from './support/flow';

describe('agent-stream-alert, deployed again', () => {
	const memories = withUserDir();
	const mapper: FlowNode = { id: 'map', type: 'helper', wires: [['n']] };

	it('repeats nothing, loses nothing, and goes on with what it waits for', async () => {
		await start(flow());
		feed(disk(55));
		await message('raised');
		await deploy(flow({ name: 'renamed' }));
		assert.equal(told('raised').length, 1);
		feed(disk(56), disk(40));
		assert.equal(alertOf(await message('cleared')).state, 'cleared');
		assert.equal(told('raised').length, 1);
	});

	it('asks the mappers before it for their entities, and judges what changed meanwhile', async () => {
		const now: Entity[] = [disk(55)];
		await start(flow({}, mapper));
		const withdraw = entitiesIn(runtime).offer('map', () => now);
		feed(...now);
		await message('raised');
		now.splice(0, 1, disk(40), disk(66, { key: 'two' }));
		await deploy(flow({ name: 'renamed' }, mapper));
		assert.equal(alertOf(await message('cleared')).entity, 'tower_disk_one_temperature');
		const second = await message('raised', (one) => alertOf(one).severity === 'critical');
		assert.equal(alertOf(second).entity, 'tower_disk_two_temperature');
		withdraw();
	});

	it('asks no mapper behind a node that may let anything through, and respects those that say what they let through', async () => {
		const between: FlowNode = { id: 'between', type: 'helper', wires: [['n']] };
		const wired = [{ ...mapper, wires: [['between']] }, between];
		await start(flow({}, ...wired));
		const directory = entitiesIn(runtime);
		const releases = [directory.offer('map', () => [disk(70), disk(71, { key: 'two' })])];
		await deploy(flow({ name: 'second' }, ...wired));
		await settled();
		assert.equal(told('raised').length, 0);
		releases.push(directory.gate('between', ({ key }) => key === 'two'));
		await deploy(flow({ name: 'third' }, ...wired));
		assert.equal(
			alertOf(await message('raised', (one) => one.alert !== undefined)).entity,
			'tower_disk_two_temperature',
		);
		assert.equal(told('raised').length, 1);
		for (const release of releases) release();
	});

	it('leaves nothing behind when it is deleted', async () => {
		await start(flow());
		feed(disk(55));
		await message('raised');
		await deploy(flow({ name: 'renamed' }));
		assert.deepEqual(await readdir(memories()), ['n.json']);
		await deploy([{ id: 'raised', type: 'helper' }]);
		assert.deepEqual(await readdir(memories()), []);
	});

	it('remembers while it is disabled', async () => {
		await start(flow());
		feed(disk(55));
		await message('raised');
		await deploy(flow({ d: true }));
		assert.deepEqual(await readdir(memories()), ['n.json']);
		await deploy(flow());
		feed(disk(40));
		assert.equal(alertOf(await message('cleared')).state, 'cleared');
		assert.equal(told('raised').length, 1);
	});

	it('gives alerts of an endpoint that is gone a day, not those of one that there is, or that a mapper has entities of', async () => {
		const asked: string[] = [];
		const { expect } = AlertEngine.prototype;
		AlertEngine.prototype.expect = function (source) {
			asked.push(source);
			return expect.call(this, source);
		};
		try {
			await start(flow());
			for (const source of ['gone', 'mapped', 'lives']) feed(disk(55, { source }));
			await message('raised', () => told('raised').length === 3);
			const withdraw = entitiesIn(runtime).offer('elsewhere', () => [disk(55, { source: 'mapped' })]);
			const directory = directoryOf(runtime);
			const owner = node('raised');
			directory.claim('lives', owner);
			directory.present('lives', {} as Endpoint);
			await deploy(flow({ name: 'renamed' }, { id: 'map', type: 'helper', wires: [['n']] }));
			await settled();
			assert.deepEqual(asked, ['gone']);
			withdraw();
			directory.release('lives', owner);
		} finally {
			AlertEngine.prototype.expect = expect;
		}
	});

	it('ends the alerts of a rule that is gone', async () => {
		await start(flow());
		feed(disk(55));
		await message('raised');
		await deploy(flow({ rules: [] }));
		assert.equal(alertOf(await message('cleared')).reason, 'rule');
	});

	it('leaves no listener behind', async () => {
		await start(flow({ outputs: 3 }));
		const count = () => runtime.events.listenerCount('flows:started');
		const before = count();
		for (let round = 0; round < 4; round += 1) {
			await deploy(flow({ outputs: 3, name: `round ${round}` }));
			feed(disk(40));
			await message('entities', () => messages('entities').length > round);
			assert.ok(count() <= before);
		}
		assert.equal(messages('caught').length, 0);
	});
});
