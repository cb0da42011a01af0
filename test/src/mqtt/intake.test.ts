import assert from 'node:assert/strict';
import type { EntityChange } from '../../../src/model/entity';
import { limits } from '../../../src/model/limits';
import { change, makeEntity } from '../../support/entities';
import { FakeBridge } from '../../support/publishing';

const STATE = 'as/tower/system/cpu';

/** What a flow can hand in. */
const added = (entity: unknown) => ({ kind: 'added', entity, previous: undefined }) as unknown as EntityChange;

describe('mqtt/intake', () => {
	it('refuses entities with another one’s topic, and reports them once', () => {
		const bridge = new FakeBridge().connect();
		bridge.publisher.apply([change(), change({ unique_id: 'impostor' }), change({ unique_id: 'impostor', state: 9 })]);
		bridge.pass(5_000);
		assert.deepEqual(
			bridge.problems.map(({ code }) => code),
			['ENTITY_COLLISION'],
		);
		assert.equal(bridge.publisher.counters.refused, 2);
		assert.equal(bridge.retained.get(STATE), '1');
	});

	it('refuses what is no entity', () => {
		const bridge = new FakeBridge().connect();
		const broken = [null, 7, {}, { ...makeEntity(), state: [] }, { ...makeEntity(), unique_id: '' }];
		for (const entity of broken) bridge.publisher.apply([added(entity)]);
		bridge.pass(5_000);
		assert.equal(bridge.publisher.counters.refused, broken.length);
		assert.equal(bridge.sent(/tower/).length, 0);
	});

	it('names what it refuses only where that has a name, in few words', () => {
		const bridge = new FakeBridge().connect();
		const long = 'x'.repeat(2_000);
		for (const unique_id of [{ toString: 1, valueOf: 1 }, Object.create(null), long]) {
			bridge.publisher.apply([added({ ...makeEntity(), unique_id })]);
		}
		assert.deepEqual(
			bridge.problems.map(({ message }) => message),
			['', long.slice(0, limits.textLength)].map(
				(name) => `Entity ${name} is not published: its field unique_id is missing or wrong.`,
			),
		);
		assert.equal(bridge.publisher.counters.refused, 3);
	});

	it('empties the topics of an entity that moved to other ones', () => {
		const bridge = new FakeBridge().connect();
		const moved = makeEntity({ row: 'load' });
		bridge.publisher.apply([change()]);
		bridge.pass(10_000);
		assert.equal(bridge.retained.get(STATE), '1');
		bridge.publisher.apply([change({ ...moved, unique_id: makeEntity().unique_id }, 'changed')]);
		bridge.pass(30_000);
		assert.equal(bridge.retained.has(STATE), false);
		assert.equal(bridge.retained.get(`as/${moved.path}`), '1');
		assert.equal(bridge.publisher.count, 1);
	});
});
