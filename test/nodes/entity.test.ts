import assert from 'node:assert/strict';
import type { NodeMessage } from 'node-red';
import { directoryOf } from '../../nodes/glue/endpoints';
import type { Entity } from '../../src/model/entity';
import { liveFrame, liveFrames } from './support/fixtures';
import { codeOf, deploy, message, messages, node, runtime, start, status, stop } from './support/flow';

const flow = (settings: object) => [
	{ id: 'n', type: 'agent-stream-entity', wires: [['out']], source: 'tower', dialect: 'unraid', ...settings },
	{ id: 'out', type: 'helper' },
];

const feed = (...payloads: readonly unknown[]) => {
	for (const payload of payloads) node('n').receive({ payload });
};

const entityOf = ({ entity }: NodeMessage) => entity as Entity;
const ups = liveFrame('ups_status_update');
const upsOf = (charge: number) => ups.replace(/"battery_charge_percent":[\d.]+/, `"battery_charge_percent":${charge}`);
const isCharge = (one: NodeMessage) => entityOf(one).path === 'tower/ups/battery';

describe('agent-stream-entity', () => {
	afterEach(stop);

	it('makes one message per entity, and then only of what changed', async () => {
		await start(flow({}));
		feed(upsOf(50), upsOf(50), upsOf(49));
		const first = await message('out', isCharge);
		const { unit_of_measurement, device_class, unique_id, available, device } = entityOf(first);
		assert.equal(first.payload, 50);
		assert.equal(first.topic, 'tower/ups/battery');
		assert.equal(first.change, 'added');
		assert.deepEqual(
			{ unit_of_measurement, device_class, unique_id, available },
			{ unit_of_measurement: '%', device_class: 'battery', unique_id: 'tower_ups_battery', available: true },
		);
		assert.ok(device.identifiers.length > 0);
		const second = await message('out', (one) => one.change === 'changed');
		assert.equal(second.payload, 49);
		assert.equal(messages('out').filter(isCharge).length, 2);
	});

	it('makes one message per event, with the states by path', async () => {
		await start(flow({ per: 'event' }));
		feed(upsOf(50));
		const { payload, topic, entity, change } = await message('out');
		assert.equal(topic, 'tower/ups_status_update');
		assert.equal((payload as Record<string, unknown>)['tower/ups/battery'], 50);
		assert.equal((entity as Entity[]).length, (change as string[]).length);
	});

	it('sends all entities of an event, if asked to', async () => {
		await start(flow({ emit: 'all', per: 'event' }));
		feed(upsOf(50), upsOf(50));
		await message('out', () => messages('out').length === 2);
		const [first, second] = messages('out');
		assert.deepEqual(second?.payload, first?.payload);
	});

	it('chooses by subject, pattern and field', async () => {
		for (const settings of [
			{ subjects: 'ups', entities: '*ups_battery' },
			{ entities: 'tower_ups_battery' },
			{ field: 'row', values: 'battery' },
		]) {
			await start(flow(settings));
			feed(liveFrame('system_update'), liveFrame('disk_list_update'), upsOf(50), upsOf(49));
			await message('out', ({ payload }) => payload === 49);
			assert.deepEqual(
				messages('out').map(({ topic }) => topic),
				['tower/ups/battery', 'tower/ups/battery'],
				JSON.stringify(settings),
			);
			await stop();
		}
		await start(flow({}));
	});

	it('takes a whole recording, shows the count, and sends nothing that lacks its place', async () => {
		await start(flow({}));
		feed(...liveFrames);
		feed(upsOf(1));
		await message('out', (one) => isCharge(one) && one.payload === 1);
		for (const one of messages('out')) {
			assert.equal(one.topic, entityOf(one).path);
			assert.equal(one.payload, entityOf(one).state);
			assert.equal(one.event, undefined);
		}
		assert.equal((await status('n', (text) => text.includes('status.'))).fill, 'green');
	});

	it('maps events of several servers apart', async () => {
		await start(flow({}));
		feed(upsOf(50));
		const event = { ...eventOf(upsOf(20)), source: 'backup' };
		node('n').receive({ event, payload: event.data });
		assert.equal((await message('out', ({ topic }) => topic === 'backup/ups/battery')).payload, 20);
	});

	it('makes entities of custom rows, of known and unknown events, by path and JSONata', async () => {
		const rows = [
			{
				event: 'ups_status_update',
				subject: 'mine',
				row: 'double',
				name: 'Double',
				value: 'battery_charge_percent * 2',
				unit: '%',
			},
			{
				event: 'unknown',
				subject: 'bowl',
				row: 'level',
				name: '{label} level',
				value: 'full.percent',
				items: 'bowls',
				key: 'cat',
			},
		];
		await start(flow({ rows, subjects: 'mine, bowl' }));
		feed(upsOf(21), {
			bowls: [
				{ cat: 'Tom', full: { percent: 80 } },
				{ cat: 'Kit', full: {} },
			],
		});
		const double = await message('out', ({ topic }) => topic === 'tower/mine/double');
		assert.equal(double.payload, 42);
		assert.equal(entityOf(double).unit_of_measurement, '%');
		const level = await message('out', ({ topic }) => topic === 'tower/bowl/Tom/level');
		assert.equal(level.payload, 80);
		assert.equal(entityOf(level).name, 'Tom level');
		assert.equal((await message('out', ({ topic }) => topic === 'tower/bowl/Kit/level')).payload, null);
	});

	it('refuses rows that cannot be', async () => {
		const row = { event: 'a', subject: 'mine', row: 'x', name: 'X', value: '1' };
		for (const rows of [
			[{ ...row, value: '((' }],
			[row, row],
			[{ ...row, items: 'list' }],
			[{ ...row, subject: 'Mine!' }],
		]) {
			await start(flow({ rows }));
			feed(ups);
			assert.equal(codeOf(await message('caught')), 'CONFIG_INVALID', JSON.stringify(rows));
			await stop();
		}
		await start(flow({ rows: [{ ...row, subject: 'ups' }] }));
		feed(ups);
		assert.equal(codeOf(await message('caught')), 'CONFIG_INVALID');
	});

	it('tells catch nodes of what is no event, and goes on', async () => {
		await start(flow({}));
		feed('{"event":', 7);
		await message('caught', () => messages('caught').length === 2);
		for (const one of messages('caught')) assert.equal(codeOf(one), 'FRAME_INVALID');
		feed(upsOf(50));
		await message('out', isCharge);
	});

	it('reports what is no event while the protocol is not told, and loses nothing of the good frame after it', async () => {
		await start(flow({ dialect: 'auto' }));
		feed('{"event":', 7, upsOf(50));
		await message('out', isCharge);
		await message('caught', () => messages('caught').length === 2);
		for (const one of messages('caught')) assert.equal(codeOf(one), 'FRAME_INVALID');
	});

	it('makes everything unavailable at once when the connection of the endpoint closes', async () => {
		await start(flow({}));
		const directory = directoryOf(runtime);
		feed(upsOf(50));
		await message('out', isCharge);
		directory.report('tower', { phase: 'open', since: 0, attempt: 0 });
		directory.report('tower', { phase: 'waiting', since: 0, attempt: 1 });
		const gone = await message('out', (one) => one.change === 'availability' && isCharge(one));
		assert.equal(entityOf(gone).available, false);
		directory.report('tower', { phase: 'open', since: 0, attempt: 0 });
		await message('out', (one) => one.change === 'availability' && entityOf(one).available && isCharge(one));
	});

	it('has everything available while values are polled, and says so', async () => {
		await start(flow({}));
		const directory = directoryOf(runtime);
		feed(upsOf(50));
		await message('out', isCharge);
		directory.report('tower', { phase: 'waiting', since: 0, attempt: 1 });
		await message('out', (one) => one.change === 'availability' && isCharge(one));
		directory.report('tower', { phase: 'connecting', since: 0, attempt: 2, pollingSince: 1 });
		await message('out', (one) => one.change === 'availability' && entityOf(one).available && isCharge(one));
		const isStatus = (one: NodeMessage) => entityOf(one).row === 'system_status';
		const isPolled = (one: NodeMessage) => entityOf(one).attributes.websocket_connected === false;
		await message('out', (one) => isStatus(one) && one.payload === 'online' && isPolled(one));
		directory.report('tower', { phase: 'open', since: 0, attempt: 0 });
		await message('out', (one) => isStatus(one) && entityOf(one).attributes.websocket_connected === true);
	});

	it('leaves no follower and no timer behind on a redeploy', async () => {
		await start(flow({}));
		feed(upsOf(50));
		await message('out', isCharge);
		const directory = directoryOf(runtime);
		for (let round = 0; round < 5; round += 1) {
			assert.equal(directory.followers('tower'), 1);
			await deploy(flow({ removeAfterHours: round + 1 }));
			assert.equal(directory.followers('tower'), 0);
			const before = messages('out').filter(isCharge).length;
			feed(upsOf(round));
			await message('out', () => messages('out').filter(isCharge).length > before);
		}
	});
});

/** The event that a frame holds, as `connect` would send it. */
function eventOf(frame: string) {
	const { event: type, data } = JSON.parse(frame) as { event: string; data: unknown };
	const rest = {
		by: 'name',
		time: null,
		at: 1,
		received: 1,
		replayed: false,
		via: 'stream',
		valid: true,
		rejected: false,
	};
	return { source: 'tower', dialect: 'unraid', type, data, ...rest, issues: [] };
}
