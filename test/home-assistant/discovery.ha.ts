import assert from 'node:assert/strict';
import { once } from 'node:events';
import { systemClock } from '../../src/model/clock';
import type { Entity, EntityChange } from '../../src/model/entity';
import { Bridge } from '../../src/mqtt/bridge';
import type { BridgeCommand } from '../../src/mqtt/command';
import { type BridgeSettingsInput, bridgeSettingsSchema } from '../../src/mqtt/settings';
import { change } from '../support/entities';
import { RecordingLogger } from '../support/recording-logger';
import { World } from './world';

const device = { identifiers: ['agent-stream_tower'], name: 'Tower' };

/** One entity of each kind that the integration has none of, and what Home Assistant must show. */
const kinds: readonly (readonly [over: Partial<Entity>, shown: string])[] = [
	[{ row: 'enum', device_class: 'enum', options: ['idle', 'running'], state: 'running' }, 'running'],
	[{ row: 'text', state: 'some "text" ü' }, 'some "text" ü'],
	[{ row: 'none', device_class: 'temperature', unit_of_measurement: '°C', state: null }, 'unknown'],
	[{ row: 'when', device_class: 'timestamp', state: '2026-09-14T08:30:00Z' }, '2026-09-14T08:30:00+00:00'],
	[
		{
			row: 'select',
			platform: 'select',
			options: ['auto', 'manual'],
			state: 'auto',
			command: { actions: ['set'], destructive: false },
		},
		'auto',
	],
	[
		{
			row: 'update',
			platform: 'update',
			state: null,
			attributes: { installed_version: '7.2.2', latest_version: '7.2.3' },
			command: { actions: ['install'], destructive: false },
		},
		'on',
	],
];

describe('Home Assistant, with entities of every kind', function () {
	this.timeout(120_000);
	let world: World;
	let bridge: Bridge;
	let changes: EntityChange[];

	async function start(over: Partial<BridgeSettingsInput> = {}): Promise<void> {
		const settings = bridgeSettingsSchema.parse({ url: world.broker.url, commands: true, ...over });
		bridge = new Bridge(settings, {
			clock: systemClock,
			logger: new RecordingLogger(),
			random: Math.random,
			version: '0.1.0',
		});
		bridge.apply(changes);
		bridge.start();
		while (bridge.state.phase !== 'open') await once(bridge, 'state', { signal: AbortSignal.timeout(20_000) });
		await world.quiet(5);
	}

	async function shown(): Promise<Map<string, { id: string; state: string | null; name: string | null }>> {
		const { entities } = await world.oracle.dump();
		return new Map(entities.map(({ unique_id: unique, entity_id: id, state, name }) => [unique, { id, state, name }]));
	}

	before(async () => {
		world = await World.start();
		changes = kinds.map(([over]) => change({ device, ...over }));
		await start();
	});
	after(async () => {
		await bridge?.stop();
		await world?.stop();
	});
	afterEach('no complaint in the log', async () => assert.deepEqual(await world.complaints(), []));

	it('shows the state of each', async () => {
		const now = await shown();
		for (const [index, [, state]] of kinds.entries()) {
			const id = changes[index]?.entity.unique_id ?? '';
			assert.equal(now.get(id)?.state, state, id);
		}
	});

	it('takes what is chosen and what is to be installed', async () => {
		const now = await shown();
		const command = async (row: string, service: string, data: object): Promise<Partial<BridgeCommand>> => {
			const came = once(bridge, 'command', { signal: AbortSignal.timeout(5_000) });
			await world.oracle.call(service, now.get(`tower_system_${row}`)?.id ?? '', data);
			const [{ unique_id, action, value, confirmed }] = (await came) as [BridgeCommand];
			return { unique_id, action, confirmed, ...(value === undefined ? {} : { value }) };
		};
		assert.deepEqual(await command('select', 'select.select_option', { option: 'manual' }), {
			unique_id: 'tower_system_select',
			action: 'set',
			confirmed: false,
			value: 'manual',
		});
		assert.deepEqual(await command('update', 'update.install', {}), {
			unique_id: 'tower_system_update',
			action: 'install',
			confirmed: false,
		});
	});

	it('lets go of what was removed while Home Assistant was away', async () => {
		const [gone] = changes.splice(1, 1);
		assert.ok(gone);
		// The removal comes while it is down: Home Assistant starts some seconds later.
		const restarted = world.oracle.restart(8);
		assert.ok(await world.until(20, () => world.listener.births.at(-1) === 'offline'), 'it did not go away');
		bridge.apply([{ ...gone, kind: 'removed' }]);
		await restarted;
		const { unique_id: id } = gone.entity;
		assert.ok(await world.until(30, async () => !(await shown()).has(id)), `${id} is still there`);
		assert.equal((await shown()).size, changes.length);
	});

	it('keeps every entity when the form of discovery changes, and back', async () => {
		const before = await shown();
		for (const discovery of ['entity', 'device'] as const) {
			await bridge.stop();
			await start({ discovery });
			assert.ok(
				await world.until(30, async () => JSON.stringify([...(await shown())]) === JSON.stringify([...before])),
				`${discovery}: ${JSON.stringify([...(await shown())])}, before ${JSON.stringify([...before])}`,
			);
		}
	});
});
