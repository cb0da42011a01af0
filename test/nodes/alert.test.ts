import assert from 'node:assert/strict';
import type { NodeMessage } from 'node-red';
import { type AlertChange, alertChangeSchema } from '../../src/model/alert';
import type { Entity } from '../../src/model/entity';
import { alertOf, disk, feed, flow, hot, nth, settings, settled, tell, told, withUserDir } from './support/alerts';
import { codeOf, deploy, message, messages, node, start, status, stop } from './support/flow';

const silent = {
	id: 'silent',
	name: 'Silent',
	entities: { subjects: ['disk'] },
	condition: { kind: 'no_data', severity: 'critical', per: 'endpoint' },
};

const texts = (id: string) => messages(id).map(({ payload }) => payload);

describe('agent-stream-alert', () => {
	withUserDir();

	it('tells what is raised and changed by the first output, what is over by the second', async () => {
		await start(flow());
		feed(disk(40), disk(51), disk(61), disk(46));
		const over = await message('cleared');
		assert.deepEqual(texts('raised'), [
			'Disk 1 Temperature has 51 °C (warning)',
			'Disk 1 Temperature has 61 °C (critical)',
		]);
		assert.deepEqual(
			messages('raised').map(({ topic }) => topic),
			['Warning: Hot, Tower', 'Now critical: Hot, Tower'],
		);
		assert.equal(over.topic, 'Over: Hot, Tower');
		const alerts = [...messages('raised'), over].map(alertOf);
		for (const alert of alerts) alertChangeSchema.parse(alert);
		assert.deepEqual(
			alerts.map(({ state, severity, threshold }) => ({ state, severity, threshold })),
			[
				{ state: 'raised', severity: 'warning', threshold: 50 },
				{ state: 'changed', severity: 'critical', threshold: 60 },
				{ state: 'cleared', severity: 'critical', threshold: 60 },
			],
		);
	});

	it('takes lists of entities, and forgets none of them', async () => {
		await start(flow());
		const entity = [disk(70), disk(71, { key: 'two' }), disk(20, { key: 'three' })];
		node('n').receive({ entity, change: ['added', 'added', 'added'] } as NodeMessage);
		await message('raised', () => messages('raised').length === 2);
		assert.deepEqual(
			messages('raised').map((one) => alertOf(one).entity),
			['tower_disk_one_temperature', 'tower_disk_two_temperature'],
		);
	});

	it('evaluates expressions in the order of the messages', async () => {
		const rule = { id: 'jump', name: 'Jump', condition: { kind: 'jsonata', expression: 'state - $previous > 5' } };
		await start(flow({ rules: [rule] }));
		feed(disk(10), disk(12), disk(20), disk(21));
		await message('cleared');
		assert.deepEqual(
			told('raised').map((one) => alertOf(one).value),
			[20],
		);
	});

	it('raises by time alone', async () => {
		await start(flow({ rules: [{ ...hot, raiseFor: 30, repeatEvery: 30 }] }));
		feed(disk(55));
		const again = await message('raised', (one) => alertOf(one).reminder === 2);
		assert.match(String(again.topic), /^Warning \(reminder 2\): Hot/);
	});

	it('raises silence at once where the connection is closed, and clears it with the first sign of life', async () => {
		await start(flow({ rules: [silent] }));
		const gone = { connected: false, fresh: true, present: true };
		feed(disk(40), disk(40, { availability: gone, available: false }));
		assert.equal(alertOf(await message('raised')).entity, 'tower');
		feed(disk(40));
		await message('cleared');
	});

	it('acknowledges, mutes and lifts a mute', async () => {
		await start(flow());
		feed(disk(55));
		await message('raised');
		tell('acknowledge', { rule: 'hot' });
		const { payload } = await settled();
		const { active, rules } = payload as { active: AlertChange[]; rules: { acknowledged: number }[] };
		assert.equal(active[0]?.acknowledged, true);
		assert.equal(rules[0]?.acknowledged, 1);
		tell('mute', { rule: 'hot', minutes: '5' });
		feed(disk(70, { key: 'two' }));
		await settled();
		assert.equal(told('raised').length, 1);
		await status('n', (text) => text.endsWith('some'));
		tell('unmute', { rule: 'hot' });
		assert.equal(
			alertOf(await message('raised', () => told('raised').length === 2)).entity,
			'tower_disk_one_temperature',
		);
		assert.equal(alertOf(told('raised')[1] ?? {}).entity, 'tower_disk_two_temperature');
	});

	it('lists what is told of each active alert, and the mutes that stand', async () => {
		await start(flow());
		feed(disk(55), disk(52));
		await message('raised');
		const before = Date.now();
		tell('mute', { rule: 'hot', minutes: 5 });
		tell('mute', { rule: 'hot', entity: 'x' });
		tell('mute', { entity: 'y' });
		tell('unmute', { entity: 'y' });
		const { payload } = await settled();
		const { active, mutes } = payload as { active: AlertChange[]; mutes: { until: string }[] };
		assert.deepEqual(
			active.map(({ id, text }) => [id, text]),
			[['hot/tower_disk_one_temperature', 'Disk 1 Temperature has 52 °C (warning)']],
		);
		assert.deepEqual(
			mutes.map(({ until, ...target }) => [target, Math.round((Date.parse(until) - before) / 60_000)]),
			[
				[{ rule: 'hot' }, 5],
				[{ rule: 'hot', entity: 'x' }, 60],
			],
		);
		assert.match(mutes[0]?.until ?? '', /^\d{4}-\d\d-\d\dT.*Z$/);
	});

	it('sends a test, and lists what was', async () => {
		await start(flow());
		feed(disk(40), disk(55), disk(40));
		await message('cleared');
		tell('test');
		const one = await message('raised', ({ topic }) => String(topic).startsWith('Test: '));
		assert.equal(alertOf(one).test, true);
		const { payload } = await settled();
		const { active, past, refused } = payload as { active: unknown[]; past: { rule: string }[]; refused: number };
		assert.deepEqual(
			{ active, past: past.map(({ rule }) => rule), refused },
			{ active: [], past: ['hot'], refused: 0 },
		);
	});

	it('tells catch nodes of messages that cannot be, counts them, and goes on', async () => {
		await start(flow());
		feed(disk(40));
		tell('list');
		node('n').receive({ entity: { name: 'half' } } as NodeMessage);
		tell('nonsense', 1);
		tell('acknowledge', { ruel: 'hot' });
		tell('acknowledge', 'cold');
		tell('mute', { minutes: -1 });
		tell('test', { rule: 'cold' });
		feed(disk(55));
		await message('raised', () => told('raised').length === 1);
		await message('caught', () => messages('caught').length === 6);
		for (const one of messages('caught')) assert.equal(codeOf(one), 'INPUT_INVALID');
		const said = messages('caught').map(({ error }) => (error as unknown as Error).message);
		assert.match(said[1] ?? '', /holds nothing for alerts/);
		assert.match(said[2] ?? '', /: msg\.payload: .*ruel.* The payload of "acknowledge" is \{"rule": …/);
		assert.doesNotMatch(said[2] ?? '', /holds nothing|mute/);
		assert.match(said[3] ?? '', /no rule cold/);
		assert.equal(((await settled()).payload as { refused: number }).refused, 6);
	});

	it('takes verbs from an inject node that sends the time, and the id of a rule as text', async () => {
		await start(flow());
		feed(disk(55));
		await message('raised');
		for (const payload of [Date.now(), true, '', null, undefined, 'hot']) tell('test', payload);
		await message(
			'raised',
			() => messages('raised').filter(({ topic }) => String(topic).startsWith('Test')).length === 6,
		);
		tell('acknowledge', Date.now());
		const { payload } = await settled();
		assert.equal((payload as { active: AlertChange[] }).active[0]?.acknowledged, true);
		tell('mute', { minutes: 5 });
		tell('unmute', Date.now());
		assert.deepEqual(((await settled()).payload as { mutes: unknown[] }).mutes, []);
		assert.equal(messages('caught').length, 0);
	});

	it('mutes only for a time that is told', async () => {
		await start(flow());
		const all = [
			Date.now(),
			undefined,
			'hot',
			{ minutes: true },
			{ minutes: '' },
			{ minutes: [5] },
			{ minutes: '1e9' },
		];
		for (const payload of all) tell('mute', payload);
		await message('caught', () => messages('caught').length === all.length);
		for (const { error } of messages('caught')) {
			assert.match((error as unknown as Error).message, /The payload of "mute" is \{"minutes": 60\}/);
		}
		assert.deepEqual(((await settled()).payload as { mutes: unknown[] }).mutes, []);
	});

	it('leaves out a rule whose expression cannot be read, says so once, and goes on with the others', async () => {
		const bad = { id: 'bad', name: 'Bad one', condition: { kind: 'jsonata', expression: '((' } };
		const off = { ...bad, id: 'off', enabled: false };
		await start(flow({ rules: [hot] }));
		await deploy(flow({ rules: [hot, bad, off] }));
		feed(disk(40), disk(55), disk(56), disk(57));
		await message('raised');
		const { payload } = await settled();
		assert.deepEqual(
			(payload as { rules: { rule: string }[] }).rules.map(({ rule }) => rule),
			['hot'],
		);
		await status('n', (text) => text.endsWith('some'));
		const said = messages('caught').map(({ error }) => (error as unknown as Error).message);
		assert.equal(said.length, 1);
		assert.match(said[0] ?? '', /: The rule bad \(Bad one\) is left out: The expression "\(\(" cannot be read/);
	});

	it('tells of a configuration that cannot work at its start, and not of each message', async () => {
		await start(flow());
		await deploy(flow({ store: 'nowhere' }));
		await message('caught');
		feed(...Array.from({ length: 20 }, (_, index) => disk(index)));
		await message('caught', () => messages('caught').length === 2);
		for (let turn = 0; turn < 5; turn += 1) await new Promise((next) => setImmediate(next));
		assert.deepEqual(messages('caught').map(codeOf), ['CONFIG_INVALID', 'CONFIG_INVALID']);
	});

	it('shows that its rules watch nothing', async () => {
		await start(flow({ graceSeconds: '60' }));
		assert.equal((await status('n', (text) => text.endsWith('none'))).fill, 'green');
		feed(disk(40, { subject: 'ups' }));
		assert.equal((await status('n', (text) => text.endsWith('some'))).fill, 'yellow');
		feed(disk(40));
		assert.equal((await status('n', (text) => text.endsWith('none'))).fill, 'green');
		await stop();
		await start(flow({ graceSeconds: '0' }));
		assert.equal((await status('n', (text) => text.endsWith('some'))).fill, 'yellow');
	});

	it('tells of rules and stores that cannot be', async () => {
		for (const over of [
			{ rules: [hot, hot] },
			{ rules: [{ ...hot, id: 'Not an id' }] },
			{ store: 'nowhere' },
			{ graceSeconds: '-1' },
		]) {
			await start(flow(over));
			tell('list');
			assert.equal(codeOf(await message('caught')), 'CONFIG_INVALID', JSON.stringify(over));
			await stop();
		}
		await start(flow());
	});

	it('shows how many alerts there are', async () => {
		await start(flow({ graceSeconds: '60' }));
		assert.equal((await status('n', (text) => text.endsWith('none'))).fill, 'green');
		await stop();
		await start(flow());
		feed(disk(55));
		assert.equal((await status('n', (text) => text.endsWith('some'))).fill, 'yellow');
		await message('raised');
	});

	it('makes entities about alerts for the bridge, where asked to', async () => {
		await start(flow({ outputs: 3, rules: [hot, { ...hot, id: 'other', entities: { subjects: ['ups'] } }] }));
		feed(disk(40));
		const first = await message('entities');
		const entities = first.entity as Entity[];
		assert.deepEqual(
			entities.map(({ unique_id, state, device }) => [unique_id, state, device.name]),
			[
				['tower_alert_hot_problem', 'off', 'Tower'],
				['tower_alert_summary', 0, 'Tower'],
			],
		);
		assert.deepEqual(first.change, ['added', 'added']);
		feed(disk(41), disk(65));
		const second = await nth('entities', 2);
		const [problem, summary] = second.entity as Entity[];
		assert.equal(problem?.state, 'on');
		assert.deepEqual(
			{ state: summary?.state, critical: summary?.attributes.critical, warning: summary?.attributes.warning },
			{ state: 1, critical: 1, warning: 0 },
		);
		feed(disk(65, { availability: { connected: false, fresh: true, present: true }, available: false }));
		const third = await nth('entities', 3);
		for (const { available, availability } of third.entity as Entity[]) {
			assert.deepEqual({ available, connected: availability.connected }, { available: true, connected: false });
		}
	});

	it('bears a storm of alerts: thousands raised at once are told, kept and shown within seconds', async () => {
		await start(flow({ outputs: 3, ceilingPerHour: '0' }));
		const count = 3_000;
		for (let index = 0; index < count; index += 1) feed(disk(70, { key: `disk-${index}` }));
		const { entity } = await message('entities', (one) =>
			(one.entity as Entity[]).some(({ state }) => state === count),
		);
		assert.equal(messages('raised').length, count);
		assert.ok((entity as Entity[]).every(({ attributes }) => JSON.stringify(attributes).length < 4_000));
	});

	it('refuses unique ids that another alert node has', async () => {
		const other = { id: 'm', type: 'agent-stream-alert', ...settings, outputs: 3, wires: [[], [], ['entities']] };
		await start(flow({ outputs: 3, wires: [['raised'], [], []] }, other));
		feed(disk(40));
		await settled();
		node('m').receive({ entity: disk(40) } as NodeMessage);
		await message('caught', () => messages('caught').length === 1);
		for (const one of messages('caught')) assert.equal(codeOf(one), 'ENTITY_COLLISION');
		assert.equal(messages('entities').length, 0);
	});
});
