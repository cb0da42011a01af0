import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { type Call, expectedCalls, ourCall, useName, uses } from './controls';
import type { Dump } from './oracle';
import { writeParityTable } from './page';
import { Replay } from './programs';
import { readReference, unexplained, World } from './world';

const referenceName = 'ha-reference-entities.json';
/** Milliseconds from the first frame until every small change has been published too: each waits for at most a minute. */
const settled = 6_000 + 65_000;

describe('Home Assistant, with the REST snapshot and live-60s', function () {
	this.timeout(300_000);
	const reference = readReference(referenceName);
	let world: World;
	let replay: Replay;
	/** As discovery made it, with what is off by default. */
	let first: Dump;
	/** With everything enabled. */
	let dump: Dump;

	before(async () => {
		world = await World.start();
		replay = await Replay.start('live-60s.jsonl', 10, 'rest-snapshot.json');
		await world.connect(replay.url);
		await world.quiet();
		first = await world.oracle.dump(reference.length);
		await world.enableAll();
		await world.until(120, () => Date.now() - replay.began >= settled);
		dump = await world.oracle.dump(reference.length);
	});
	after(async () => {
		await world?.stop();
		await replay?.end();
	});
	afterEach('no complaint in the log', async () => assert.deepEqual(await world.complaints(), []));

	it('shows everything that the integration shows, and there is a reason for each difference', async () => {
		const isEnabled = new Map(first.entities.map(({ unique_id: id, enabled }) => [id, enabled]));
		for (const { unique_id: id, enabled_by_default: enabled } of dump.entities) {
			assert.equal(enabled, isEnabled.get(id), id);
		}
		const comparison = await world.compare(referenceName, dump);
		assert.deepEqual(unexplained(comparison), []);
		writeParityTable({
			recording: 'live-60s',
			version: dump.ha_version,
			reference,
			ours: dump.entities,
			comparison,
		});
	});

	it('carries every use of every switch, button, number and update to the agent, once', async () => {
		const expected = expectedCalls();
		const wrong: unknown[] = [];
		for (const entity of dump.entities) {
			for (const { service, data } of uses(entity)) {
				const use = useName(entity, service);
				const wanted = expected.get(use) ?? ourCall(use);
				expected.delete(use);
				await world.oracle.call(service, entity.entity_id, data);
				const reached = await replay.reached();
				const got: Call | null = reached && {
					...reached,
					path: decodeURIComponent(reached.path.replace(/^\/api\/v1/, '')),
				};
				if (!isDeepStrictEqual(got, wanted)) wrong.push([use, got, wanted]);
			}
		}
		assert.equal(await replay.reached(1), null, 'a call too many');
		assert.deepEqual(wrong, []);
		assert.deepEqual([...expected.keys()], [], 'controls of the integration that are missing');
	});

	it('makes up no state: what the stream says stands', async () => {
		const now = await world.oracle.dump(reference.length);
		const state = (name: string) => now.entities.find(({ original_name: each }) => each === name)?.state;
		assert.equal(state('Container plex'), 'on');
		assert.equal(state('VM hassos (test) "ü"'), 'off');
		assert.equal(state('Container plex Autostart'), 'unknown');
		assert.equal(state('Fan Fan 1 Speed'), '40');
	});
});
