import assert from 'node:assert/strict';
import type { Entity } from '../../../src/model/entity';
import { limits } from '../../../src/model/limits';
import { change } from '../../support/entities';
import { FakeBridge } from '../../support/publishing';

const HOUR = 3_600_000;
const container = (key: string, over: Partial<Entity> = {}): Partial<Entity> => ({
	subject: 'container',
	key,
	event_type: 'container_list_update',
	transient: true,
	...over,
});
const ledgers = (bridge: FakeBridge): number => bridge.sent(/ledger$/).length;

describe('mqtt/ledger-keeper', () => {
	it('stays small and is seldom written while things come and go for days, and Home Assistant is not known to be there', () => {
		const bridge = new FakeBridge().connect();
		bridge.publisher.apply([change()]);
		const rows = ['state', 'cpu', 'ram', 'rx', 'tx', 'image', 'health', 'uptime'];
		const all = (n: number) => rows.map((row) => container(`ci-${n}`, { row }));
		const perDay = 96;
		let bytes = 0;
		for (let n = 0; n < 4 * perDay; n++) {
			bridge.publisher.apply(all(n).map((entity) => change(entity)));
			if (n >= perDay) bridge.publisher.apply(all(n - perDay).map((entity) => change(entity, 'removed')));
			bridge.pass(24 * (HOUR / perDay));
			bytes = bridge.sent(/ledger$/).reduce((sum, { payload }) => sum + payload.length, bytes);
			bridge.log.length = 0;
		}
		const size = bridge.retained.get('as/bridge/one/ledger')?.length ?? 0;
		assert.ok(size < 200_000, `${size} bytes`);
		assert.ok(bytes / 4 < 40_000_000, `${bytes / 4} bytes a day`);
		assert.deepEqual(
			bridge.problems.map(({ code }) => code),
			['LIMIT_REACHED'],
		);
	});

	it('writes what is only bookkeeping late, and at the end', () => {
		const first = new FakeBridge().connect();
		first.publisher.apply([change(container('plex')), change(container('db'))]);
		first.pass(60_000).disconnect();
		const bridge = new FakeBridge({}, first.retained, first.clock).connect();
		bridge.publisher.apply([change(container('plex'))]);
		bridge.pass(HOUR);
		const before = ledgers(bridge);
		bridge.pass(10 * HOUR);
		assert.ok(ledgers(bridge) - before <= 10, String(ledgers(bridge) - before));
		bridge.pass(0.6 * HOUR).stop();
		assert.match(bridge.retained.get('as/bridge/one/ledger') ?? '', /"m":12/);
	});

	it('has documents wait until the ledger that names them is written', () => {
		const bridge = new FakeBridge().connect();
		for (let n = 0; n < 5; n++) {
			bridge.publisher.apply([change({ row: `r${n}` })]);
			bridge.pass(400);
		}
		bridge.pass(10_000);
		for (const { topic, payload } of bridge.sent(/config$/)) {
			const at = bridge.log.findIndex((message) => message.topic === topic && message.payload === payload);
			const named = bridge.log.slice(0, at).findLast((message) => message.topic.endsWith('ledger'))?.payload;
			for (const id of Object.keys(JSON.parse(payload).components)) {
				assert.ok(named?.includes(id.replaceAll('_', '/')), id);
			}
		}
	});

	it('keeps the memory beside it, at most every few minutes, and at the end', () => {
		let total = 0;
		const bridge = new FakeBridge({}, new Map(), undefined, () => ({ energy: { total } }));
		bridge.connect();
		for (; total < 100; total++) {
			bridge.publisher.apply([change({ state: total })]);
			bridge.pass(10_000);
		}
		const written = bridge.sent(/memory$/).length;
		assert.ok(written >= 3 && written <= 1_000_000 / limits.memoryEvery + 1, String(written));
		bridge.stop();
		assert.equal(bridge.retained.get('as/bridge/one/memory'), '{"energy":{"total":100}}');
	});

	it('writes no memory before there is one', () => {
		let memory: object | undefined;
		const bridge = new FakeBridge({}, new Map([['as/bridge/one/memory', '{"old":{}}']]), undefined, () => memory);
		bridge.connect();
		bridge.publisher.apply([change()]);
		bridge.pass(HOUR);
		assert.equal(bridge.retained.get('as/bridge/one/memory'), '{"old":{}}');
		memory = { new: {} };
		bridge.publisher.apply([change({ state: 2 })]);
		bridge.pass(HOUR);
		assert.equal(bridge.retained.get('as/bridge/one/memory'), '{"new":{}}');
	});
});
