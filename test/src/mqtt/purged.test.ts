import assert from 'node:assert/strict';
import { change } from '../../support/entities';
import { FakeBridge } from '../../support/publishing';

const config = 'ha/device/agent-stream_tower/config';
const ids = (bridge: FakeBridge): string[] =>
	Object.keys(JSON.parse(bridge.retained.get(config) ?? '{"components":{}}').components);

function running(): FakeBridge {
	const bridge = new FakeBridge().connect();
	bridge.publisher.apply([change(), change({ row: 'ram' }), change({ row: 'disk' })]);
	return bridge.pass(10_000);
}

describe('mqtt/purged', () => {
	it('keeps away all that was purged while it is still reported', () => {
		const bridge = running();
		bridge.publisher.purge({ dryRun: false });
		bridge.pass(10_000);
		bridge.publisher.apply([change({ state: 2 }, 'changed'), change({ row: 'new' })]);
		bridge.pass(10_000);
		assert.deepEqual(ids(bridge), []);
		assert.equal(
			[...bridge.retained.keys()].some((topic) => topic.startsWith('as/tower/')),
			false,
		);
	});

	it('brings back all of it, as it is by then, when asked to announce', () => {
		const bridge = running();
		bridge.publisher.purge({ source: 'tower', dryRun: false });
		bridge.pass(10_000);
		bridge.publisher.apply([
			change({ state: 2 }, 'changed'),
			change({ row: 'disk' }, 'changed'),
			change({ row: 'disk' }, 'removed'),
		]);
		bridge.pass(10_000);
		bridge.publisher.announce();
		bridge.pass(10_000);
		assert.deepEqual(ids(bridge).sort(), ['tower_system_cpu', 'tower_system_ram']);
		assert.equal(bridge.retained.get('as/tower/system/cpu'), '2');
	});

	it('brings it back with the next run', () => {
		const bridge = running();
		bridge.publisher.purge({ dryRun: false });
		bridge.pass(10_000).disconnect();
		const next = new FakeBridge({}, bridge.retained, bridge.clock).connect();
		next.publisher.apply([change(), change({ row: 'ram' })]);
		next.pass(10_000);
		assert.equal(ids(next).length, 2);
	});

	it('keeps away single entities, until they are another thing’s', () => {
		const bridge = running();
		bridge.publisher.purge({ uniqueIds: ['tower_system_ram'], dryRun: false });
		bridge.pass(10_000);
		bridge.publisher.apply([change({ row: 'ram', state: 5 }, 'changed'), change({ row: 'new' })]);
		bridge.pass(10_000);
		assert.deepEqual(ids(bridge), ['tower_system_cpu', 'tower_system_disk', 'tower_system_new']);
		bridge.publisher.apply([change({ row: 'ram' }, 'removed'), change({ row: 'ram', state: 6 })]);
		bridge.pass(10_000);
		assert.equal(bridge.retained.get('as/tower/system/ram'), '6');
	});

	it('lets in what was purged while nobody reported it', () => {
		const bridge = running();
		const next = new FakeBridge({}, bridge.disconnect().retained, bridge.clock).connect();
		next.publisher.purge({ source: 'tower', dryRun: false });
		next.pass(10_000);
		next.publisher.apply([change()]);
		next.pass(10_000);
		assert.deepEqual(ids(next), ['tower_system_cpu']);
	});
});
