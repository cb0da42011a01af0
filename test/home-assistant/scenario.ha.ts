import assert from 'node:assert/strict';
import { recording } from '../support/unraid-recordings';
import { agentMessages } from './agent-publisher';
import type { Dump } from './oracle';
import { writeParityTable } from './page';
import { Replay } from './programs';
import { compareTimeline } from './timeline';
import { readReference, unexplained, World } from './world';

const frames = 'scenario-a.jsonl';
const referenceName = 'ha-reference-scenario-a.json';
/** Seconds that the recording lasts. */
const length = 600;
/** How fast it is replayed where no times are measured. */
const fast = 20;

describe('Home Assistant, with scenario-a', function () {
	this.timeout(400_000);
	const reference = readReference(referenceName);
	let world: World;
	let dump: Dump;
	const replays: Replay[] = [];

	/** Starts the replay of the recording from its beginning. */
	async function replayAt(speed: number): Promise<Replay> {
		const replay = await Replay.start(frames, speed);
		replays.push(replay);
		return replay;
	}

	before(async () => {
		world = await World.start();
	});
	after(async () => {
		await world?.stop();
		for (const replay of replays) await replay.end();
	});
	afterEach('no complaint in the log', async () => assert.deepEqual(await world.complaints(), []));

	it('shows the broker fewer than 15 % of the messages of the agent’s own publisher', async () => {
		const replay = await replayAt(fast);
		world.listener.reset();
		await world.connect(replay.url);
		await world.until(length / fast + 10, () => Date.now() - replay.began >= (1_000 * length) / fast);
		const { total } = world.listener;
		const agents = agentMessages(
			recording(frames).map(({ raw }) => JSON.parse(raw) as { event: string; data: unknown }),
		);
		const share = (100 * total) / agents;
		console.log(`      agent-stream ${total}, the agent's own publisher ${agents}: ${share.toFixed(1)} %`);
		assert.ok(share < 15, `${share.toFixed(1)} %`);
	});

	it('shows everything that the integration shows, and there is a reason for each difference', async () => {
		await world.quiet();
		await world.enableAll();
		// Until every small change has been published too: each waits for at most a minute.
		await world.until(120, () => Date.now() - (replays[0]?.began ?? 0) >= (1_000 * length) / fast + 65_000);
		dump = await world.oracle.dump(reference.length);
		const comparison = await world.compare(referenceName, dump);
		assert.deepEqual(unexplained(comparison), []);
		writeParityTable({
			recording: 'scenario-a',
			version: dump.ha_version,
			reference,
			ours: dump.entities,
			comparison,
		});
	});

	it('shows every change of the timeline, within a second of its frame', async () => {
		const speed = 10;
		await world.bridge?.end();
		const watch = await world.oracle.watch();
		try {
			const replay = await replayAt(speed);
			await world.connect(replay.url);
			await world.until(length / speed + 10, () => Date.now() - replay.began >= (1_000 * length) / speed + 1_500);
			const { compared, lacking, latencies } = compareTimeline(
				{ seen: watch.changes, ours: dump.entities, begin: replay.began, speed },
				{ frames, timeline: 'ha-timeline-scenario-a.json', reference: referenceName },
			);
			const sorted = [...latencies].sort((a, b) => a - b);
			const share = (part: number) => Math.round(sorted[Math.floor(part * (sorted.length - 1))] ?? 0);
			console.log(
				`      ${compared} changes; ${sorted.length} timed: median ${share(0.5)} ms, 99 % ${share(0.99)} ms, longest ${share(1)} ms`,
			);
			assert.deepEqual(lacking, []);
			assert.ok(compared > 500, `only ${compared} compared`);
			assert.ok(share(0.99) < 1_000);
		} finally {
			watch.stop();
		}
	});
});
