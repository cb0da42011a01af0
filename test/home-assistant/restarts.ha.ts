import assert from 'node:assert/strict';
import { keyOf, type Shown } from './compare';
import { Replay } from './programs';
import { deadbandsOf } from './timeline';
import { World } from './world';

/** Within this all must be as before. */
const seconds = 30;
const [frames, rest] = ['live-60s.jsonl', 'rest-snapshot.json'];

describe('Home Assistant, broker and bridge, restarted in turn', function () {
	this.timeout(120_000);
	let world: World;
	let replay: Replay;
	let earlier: ReadonlyMap<string, string | null>;
	/** By entity id: what a number may be off by until a minute after its last change. */
	const slack = new Map<string, number>();
	const deadbands = deadbandsOf(frames);

	/** What Home Assistant shows, but for what tells a time of its own, and energy: a total that grows with every replay. */
	async function states(): Promise<Map<string, string | null>> {
		const { entities } = await world.oracle.dump();
		const steady = ({ domain, enabled, device_class: what }: Shown) =>
			enabled !== false && domain !== 'button' && domain !== 'event' && what !== 'energy';
		for (const { entity_id: id, domain, original_name: name } of entities) {
			slack.set(id, deadbands.get(keyOf(domain, name)) ?? 0);
		}
		return new Map(entities.filter(steady).map(({ entity_id: id, state }) => [id, state]));
	}

	/** Both may be a deadband away from the exact value. */
	const isSame = (id: string, before: string | null, now: string | null | undefined) =>
		before === now || Math.abs(Number(before) - Number(now)) <= 2 * (slack.get(id) ?? 0) + 1e-9;

	/** Does something, and waits until Home Assistant shows what it showed before. @returns seconds that it took */
	async function heals(disturb: () => Promise<void>): Promise<number> {
		world.listener.reset();
		await disturb();
		const from = Date.now();
		let different: string[] = [];
		const isHealed = await world.until(seconds, async () => {
			const now = await states();
			different = [...earlier]
				.filter(([id, state]) => !isSame(id, state, now.get(id)))
				.map(([id, state]) => `${id}: ${state}, now ${now.get(id)}`);
			return different.length === 0 && now.size === earlier.size;
		});
		assert.ok(isHealed, `after ${seconds} s: ${different.join('; ')}`);
		return (Date.now() - from) / 1_000;
	}

	/** Each document at most once per birth, and `more` times for a connection of our own; at least a second apart. */
	async function documentsAreFew(more: number): Promise<void> {
		// Birth messages are answered within some seconds.
		await world.quiet(10);
		const { births, documents } = world.listener;
		const most = births.filter((word) => word === 'online').length + more;
		const wrong: string[] = [];
		for (const [topic, times] of documents) {
			const gaps = times.slice(1).map((time, index) => time - (times[index] ?? time));
			// A millisecond or two are lost and won on the way.
			if (times.length > most || gaps.some((gap) => gap < 950)) wrong.push(`${topic}: ms between ${gaps.join(', ')}`);
		}
		assert.deepEqual(wrong, [], `at most ${most} of each, 1 s apart`);
	}

	before(async () => {
		world = await World.start();
		replay = await Replay.start(frames, 20, rest);
		await world.connect(replay.url);
		// The answer to the birth of its start is not one to its restart.
		await world.until(30, () => world.listener.births.includes('online'));
		await world.quiet(8);
		earlier = await states();
	});
	after(async () => {
		await world?.stop();
		await replay?.end();
	});
	afterEach('no complaint in the log', async () => assert.deepEqual(await world.complaints(), []));

	it('Home Assistant', async () => {
		await heals(() => world.oracle.restart());
		await documentsAreFew(0);
	});

	it('broker that kept its messages', async () => {
		await heals(async () => {
			await world.broker.down(true);
			await world.broker.up();
		});
		await documentsAreFew(2);
	});

	it('broker that forgot everything', async () => {
		await heals(async () => {
			await world.broker.down(false);
			await world.broker.up();
		});
		await documentsAreFew(2);
	});

	it('bridge, ended', async () => {
		await heals(() => world.restartBridge(replay.url, 'SIGTERM'));
		await documentsAreFew(2);
	});

	it('bridge, killed', async () => {
		await heals(() => world.restartBridge(replay.url, 'SIGKILL'));
		await documentsAreFew(2);
	});

	it('agent', async () => {
		const gone = [...earlier.keys()][0] ?? '';
		const port = new URL(replay.url).port;
		await heals(async () => {
			await replay.end();
			await world.until(seconds, async () => (await states()).get(gone) === 'unavailable');
			replay = await Replay.start(frames, 20, rest, Number(port));
		});
		await documentsAreFew(0);
	});
});
