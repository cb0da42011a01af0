import assert from 'node:assert/strict';
import { once } from 'node:events';
import { unraid } from '../../src/dialects/unraid';
import { systemClock } from '../../src/model/clock';
import type { Entity } from '../../src/model/entity';
import { limits } from '../../src/model/limits';
import { Bridge } from '../../src/mqtt/bridge';
import { bridgeSettingsSchema } from '../../src/mqtt/settings';
import { Pipeline } from '../../src/pipeline';
import { RecordingLogger } from '../support/recording-logger';
import { recording } from '../support/unraid-recordings';
import type { Shown } from './compare';
import { World } from './world';

type OnDevice = Shown & { readonly enabled: boolean; readonly device: { readonly name: string } | null };

/** A deployed flow: mapper and bridge. */
interface Flow {
	readonly subDevices?: boolean;
	/** The id of the bridge node. */
	readonly instance?: string;
	/** What the mapper lets through. */
	readonly chosen?: (entity: Entity) => boolean;
	/** Whether the server is there. */
	readonly isThere?: boolean;
}

describe('Home Assistant, with devices that change and bridges that come and go', function () {
	this.timeout(180_000);
	let world: World;
	let bridge: Bridge | null = null;
	let pipeline: Pipeline | null = null;
	/** Entity ids by unique id, as they were at first. */
	let ids: ReadonlyMap<string, string>;

	/** Ends what runs, and starts this; the first entities come before the broker has answered, as in Node-RED. */
	async function deploy({ subDevices = false, instance = 'first', chosen = () => true, isThere = true }: Flow) {
		await stop();
		const settings = bridgeSettingsSchema.parse({ url: world.broker.url, commands: true, instance });
		const logger = new RecordingLogger();
		const started = new Bridge(settings, { clock: systemClock, logger, random: Math.random, version: '0.1.0' });
		bridge = started;
		started.start();
		pipeline = new Pipeline({
			source: 'tower',
			dialect: unraid,
			clock: systemClock,
			subDevices,
			changed: (changes) => started.apply(changes.filter(({ entity }) => chosen(entity))),
		});
		if (isThere) for (const { raw } of recording('live-60s.jsonl')) pipeline.frame(raw);
		else pipeline.connection(false);
		while (started.state.phase !== 'open') await once(started, 'state', { signal: AbortSignal.timeout(20_000) });
		await world.quiet(6);
	}

	async function stop(): Promise<void> {
		pipeline?.close();
		await bridge?.stop();
	}

	const entities = async (): Promise<readonly OnDevice[]> =>
		(await world.oracle.dump()).entities as readonly OnDevice[];
	const live = (all: readonly OnDevice[]) => all.filter(({ enabled, state }) => enabled && state !== 'unavailable');
	const deviceOf = (all: readonly OnDevice[], id: string) =>
		all.find(({ unique_id }) => unique_id === id)?.device?.name;

	function sameIds(all: readonly OnDevice[]): void {
		const now = new Map(all.map(({ unique_id, entity_id }) => [unique_id, entity_id]));
		assert.deepEqual(now, ids);
	}

	before(async () => {
		world = await World.start('agent-stream-devices');
		await deploy({});
		ids = new Map((await entities()).map(({ unique_id, entity_id }) => [unique_id, entity_id]));
		assert.ok(ids.size > 200, String(ids.size));
	});
	after(async () => {
		await stop();
		await world?.stop();
	});
	afterEach('no complaint in the log', async () => assert.deepEqual(await world.complaints(), []));

	for (const subDevices of [true, false]) {
		it(subDevices ? 'moves entities to devices of their own' : 'moves them back', async () => {
			const before = live(await entities()).length;
			await deploy({ subDevices });
			assert.ok(await world.until(20, async () => live(await entities()).length === before));
			const all = await entities();
			sameIds(all);
			assert.equal(deviceOf(all, 'tower_ups_battery'), subDevices ? 'Tower UPS' : 'Tower');
			assert.equal(deviceOf(all, 'tower_container_plex_state'), subDevices ? 'Tower plex' : 'Tower');
			assert.equal(deviceOf(all, 'tower_server_cpu_usage'), 'Tower');
			const names = new Set(all.map(({ device }) => device?.name));
			assert.ok(subDevices ? names.size > 10 : names.size === 1, [...names].join(', '));
			const { devices } = await world.oracle.dump();
			assert.equal(devices.filter(({ name }) => name.startsWith('Tower')).length, names.size);
		});
	}

	it('keeps them over a restart of Home Assistant', async () => {
		const before = live(await entities()).length;
		await world.oracle.restart();
		assert.ok(await world.until(30, async () => live(await entities()).length === before));
		sameIds(await entities());
	});

	it('takes over what a deleted bridge node left, without what is no longer chosen', async () => {
		const isUps = ({ unique_id }: { unique_id: string }) => unique_id.startsWith('tower_ups_');
		await deploy({ instance: 'second', subDevices: true, chosen: (entity) => !isUps(entity) });
		await world.until(
			(limits.orphanAfter + 20_000) / 1_000,
			async () => live(await entities()).filter(isUps).length === 0,
		);
		const all = await entities();
		sameIds(all);
		assert.deepEqual(live(all).filter(isUps), []);
		assert.equal(deviceOf(all, 'tower_container_plex_state'), 'Tower plex');
		assert.ok(live(all).length > 100, String(live(all).length));
		await deploy({ instance: 'third' });
		assert.ok(await world.until(20, async () => live(await entities()).filter(isUps).length > 0));
		sameIds(await entities());
		assert.equal(deviceOf(await entities(), 'tower_ups_battery'), 'Tower');
	});

	it('shows nothing as live while the server is away, whatever was restarted', async () => {
		await deploy({ instance: 'third', isThere: false });
		// One entity tells of the connection itself.
		const shown = live(await entities()).map(({ entity_id, state }) => `${entity_id}: ${state}`);
		assert.deepEqual(shown, ['sensor.tower_system_status: offline']);
		await deploy({ instance: 'third' });
		assert.ok(await world.until(20, async () => live(await entities()).length > 100));
	});

	it('takes all away that was purged, and brings all of it back', async () => {
		bridge?.purge({ dryRun: false });
		assert.ok(await world.until(20, async () => (await entities()).length === 0));
		const [first] = recording('live-60s.jsonl').filter(({ raw }) => raw.includes('system_update'));
		pipeline?.frame(first?.raw.replace(/"cpu_usage_percent":[\d.]+/, '"cpu_usage_percent":99') ?? '');
		await world.quiet(5);
		assert.equal((await entities()).length, 0);
		bridge?.announce();
		assert.ok(await world.until(20, async () => (await entities()).length === ids.size));
		sameIds(await entities());
	});
});
