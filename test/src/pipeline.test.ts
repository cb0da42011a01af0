import assert from 'node:assert/strict';
import { EventReader } from '../../src/dialects/reader';
import { unraid } from '../../src/dialects/unraid';
import { customRowSchema } from '../../src/model/custom-row';
import type { EntityChange } from '../../src/model/entity';
import { AgentStreamError } from '../../src/model/errors';
import type { StreamEvent } from '../../src/model/event';
import { limits } from '../../src/model/limits';
import { Pipeline, type PipelineOptions } from '../../src/pipeline';
import { FakeClock } from '../support/fake-clock';
import { frameOf, recording, typical } from '../support/unraid-recordings';

const second = 1000;

function pipeline(options: Partial<PipelineOptions> = {}, clock = new FakeClock()) {
	const calls: { changes: readonly EntityChange[]; event: StreamEvent | null }[] = [];
	const changed = (changes: readonly EntityChange[], event: StreamEvent | null) => void calls.push({ changes, event });
	return { calls, clock, line: new Pipeline({ source: 'tower', dialect: unraid, clock, changed, ...options }) };
}

const system = frameOf('system_update', typical('system_update'));
const array = frameOf('array_status_update', typical('array_status_update'));

describe('Pipeline', () => {
	it('takes a frame all the way, and answers what it was', () => {
		const { line, calls } = pipeline();
		const events = line.frame(system);
		assert.deepEqual(
			events.map(({ type, valid }) => [type, valid]),
			[['system_update', true]],
		);
		assert.equal(calls.length, 1);
		assert.equal(calls[0]?.event, events[0]);
		assert.deepEqual(
			calls[0]?.changes.map(({ entity }) => entity),
			line.entities(),
		);
		line.close();
	});

	it('gives the same entities from a frame, from JSON and from an event', () => {
		const [frames, values, events] = [pipeline(), pipeline(), pipeline()];
		for (const { raw } of recording('encoded-typical.jsonl')) {
			for (const event of frames.line.frame(raw)) events.line.event(event);
			values.line.value(JSON.parse(raw));
		}
		assert.ok(frames.line.entities().length > 50);
		assert.deepEqual(values.line.entities(), frames.line.entities());
		assert.deepEqual(events.line.entities(), frames.line.entities());
		assert.deepEqual(events.calls, frames.calls);
		for (const { line } of [frames, values, events]) line.close();
	});

	it('has its entities available while they are polled, and says that they are', () => {
		const { line, calls } = pipeline();
		line.frame(system);
		line.frame(array);
		const status = () => {
			const { state, attributes } = line.entity('tower_server_system_status') ?? {};
			return [state, attributes?.websocket_connected];
		};
		const available = () => line.entities().filter((entity) => entity.available && !entity.always_available).length;
		const all = available();
		assert.ok(all > 10);
		assert.deepEqual(status(), ['online', true]);
		line.connection(false);
		assert.deepEqual([available(), ...status()], [0, 'offline', false]);
		line.connection(true, true);
		assert.deepEqual([available(), ...status()], [all, 'online', false]);
		const before = calls.length;
		line.connection(true);
		assert.deepEqual([available(), ...status()], [all, 'online', true]);
		assert.ok(calls.slice(before).every(({ changes }) => changes.length === 1));
		line.close();
		const late = pipeline();
		late.line.connection(true, true);
		late.line.frame(array);
		assert.equal(late.line.entity('tower_server_system_status')?.attributes.websocket_connected, false);
		late.line.close();
	});

	it('measures what is polled by how often it is polled', () => {
		const flash = (every?: number) => {
			const { line, clock } = pipeline();
			const reader = new EventReader({ source: 'tower', dialect: unraid, clock });
			const data = { usage_percent: 5, size_bytes: 1_000, used_bytes: 50, free_bytes: 950 };
			const occasion = { replayed: false, ...(every !== undefined && { every }) };
			for (const event of reader.readRest('flash', data, clock.now(), occasion)) line.event(event);
			return { line, clock, shown: () => line.entity('tower_flash_usage')?.available };
		};
		const often = flash(300 * second);
		often.clock.advance(900 * second);
		assert.equal(often.shown(), true);
		often.clock.advance(1);
		assert.deepEqual([often.shown(), often.line.stale()], [false, ['flash']]);
		often.line.close();
		const once = flash();
		once.clock.advance(86_400 * second);
		assert.deepEqual([once.shown(), once.line.stale()], [true, []]);
		once.line.close();
	});

	it('takes what is polled for news, but not the first picture', () => {
		const { line, calls, clock } = pipeline();
		const reader = new EventReader({ source: 'tower', dialect: unraid, clock });
		const poll = (ids: string[], replayed: boolean) => {
			const notifications = ids.map((id) => ({ id, title: 't', subject: 's', type: 'unread', importance: 'info' }));
			const data = { overview: { unread: {}, archive: {} }, notifications };
			calls.length = 0;
			for (const event of reader.readRest('notifications_update', data, clock.now(), { replayed })) line.event(event);
			const changes = calls.flatMap((call) => call.changes);
			return changes.filter(({ kind }) => kind === 'fired').length;
		};
		assert.equal(poll(['a'], true), 0);
		assert.equal(poll(['a', 'b'], true), 0);
		assert.equal(poll(['a', 'b', 'c'], false), 1);
		assert.equal(poll(['a', 'b', 'c'], false), 0);
		line.close();
	});

	it('says nothing where nothing changed', () => {
		const { line, calls } = pipeline();
		line.frame(system);
		line.frame(system);
		line.frame('broken');
		line.frame(frameOf('brand_new_update', {}));
		line.frame(frameOf('system_update', 7));
		assert.equal(calls.length, 1);
		line.close();
	});

	it('goes on after anything bad', () => {
		const { line, calls } = pipeline();
		const bad = ['', '{', 'null', '[]', '[[[]]]', '{"__proto__":1}', '['.repeat(100_000), 'x'.repeat(2_000_000)];
		for (const frame of bad) assert.equal(line.frame(frame).length, 1);
		for (const value of [null, 1, Symbol('x'), undefined]) assert.equal(line.value(value).length, 1);
		assert.equal(calls.length, 0);
		line.frame(system);
		assert.equal(calls.length, 1);
		line.close();
	});

	it('strict: maps nothing of an event with a fault', () => {
		const faulty = frameOf('system_update', { ...(typical('system_update') as object), cpu_usage_percent: 'much' });
		const lenient = pipeline();
		lenient.line.frame(faulty);
		assert.ok(lenient.line.entities().length > 0);
		const strict = pipeline({ strict: true });
		assert.deepEqual(
			strict.line.frame(faulty).map(({ rejected }) => rejected),
			[true],
		);
		assert.deepEqual(strict.line.entities(), []);
		lenient.line.close();
		strict.line.close();
	});

	it('watches for silence by itself: right after the limit, once, without an event', () => {
		const { line, calls, clock } = pipeline();
		line.frame(system);
		line.frame(array);
		assert.equal(clock.timers, 1);
		clock.advance(90 * second);
		assert.equal(calls.length, 2);
		clock.advance(1);
		assert.equal(calls.length, 3);
		const silent = calls[2];
		assert.equal(silent?.event, null);
		assert.ok(
			silent?.changes.every(({ kind, entity }) => kind === 'availability' && entity.event_type === 'system_update'),
		);
		assert.deepEqual(line.stale(), ['system_update']);
		clock.advance(90 * second);
		assert.equal(calls.length, 4);
		assert.deepEqual(line.stale().sort(), ['array_status_update', 'system_update']);
		assert.equal(clock.timers, 0);
		line.frame(system);
		assert.deepEqual(line.stale(), ['array_status_update']);
		assert.equal(clock.timers, 1);
		line.close();
	});

	it('keeps one timer, and none after it was closed', () => {
		const { line, clock } = pipeline();
		assert.equal(clock.timers, 0);
		for (const { raw } of recording('encoded-typical.jsonl')) line.frame(raw);
		assert.equal(clock.timers, 1);
		line.close();
		line.close();
		assert.equal(clock.timers, 0);
	});

	it('passes on that the socket closed and opened', () => {
		const { line, calls } = pipeline();
		// Also before anything came: that the server is away is something to show.
		line.connection(false);
		assert.equal(line.entity('tower_server_system_status')?.state, 'offline');
		line.connection(true);
		line.frame(system);
		line.connection(false);
		assert.ok(line.entities().every(({ available, always_available: always }) => available === always));
		line.connection(true);
		assert.ok(line.entities().every(({ available }) => available));
		assert.deepEqual(
			calls.map(({ event }) => event?.type ?? null),
			[null, null, 'system_update', null, null],
		);
		line.close();
	});

	it('remembers that the socket is closed before anything came', () => {
		const { line } = pipeline();
		line.connection(false);
		line.frame(system);
		assert.ok(line.entities().every(({ available, always_available: always }) => available === always));
		line.connection(true);
		assert.ok(line.entities().every(({ available }) => available));
		line.close();
	});

	it('auto: finds the dialect from frames, at the end from what it held, or from an event', () => {
		const frames = pipeline({ dialect: 'auto' });
		assert.equal(frames.line.dialect, null);
		frames.line.frame(system);
		assert.equal(frames.line.dialect, unraid);
		assert.ok(frames.line.entities().length > 0);

		const held = pipeline({ dialect: 'auto' });
		assert.deepEqual(held.line.value(typical('system_update')), []);
		assert.deepEqual(held.line.entities(), []);
		assert.deepEqual(
			held.line.flush().map(({ type }) => type),
			['system_update'],
		);
		assert.ok(held.line.entities().length > 0);

		const [event] = frames.line.frame(array);
		assert.ok(event);
		const events = pipeline({ dialect: 'auto' });
		events.line.event({ ...event, dialect: null });
		assert.deepEqual(events.line.entities(), []);
		events.line.event({ ...event, dialect: 'constructor' });
		assert.deepEqual(events.line.entities(), []);
		events.line.event(event);
		assert.ok(events.line.entities().length > 0);
		for (const { line } of [frames, held, events]) line.close();
	});

	it('saves what it was given, until it knows more', () => {
		const memory = { tower_ups_energy: { watt_hours: 5 } };
		const { line } = pipeline({ memory });
		assert.deepEqual(line.save(), { ...memory, $dialect: { name: 'unraid' } });
		line.frame(frameOf('ups_status_update', typical('ups_status_update')));
		assert.equal(line.save().tower_ups_energy?.watt_hours, 5);
		assert.ok(Number(line.save().tower_ups_energy?.watts) > 0);
		assert.deepEqual(JSON.parse(JSON.stringify(line.save())), line.save());
		line.close();
	});

	it('knows the protocol of an earlier run while `auto` has not told it: that a server is away is news at once', () => {
		const first = pipeline({ dialect: 'auto' });
		first.line.frame(system);
		const memory = JSON.parse(JSON.stringify(first.line.save()));
		first.line.close();
		const { line, calls } = pipeline({ dialect: 'auto', memory });
		line.connection(false);
		assert.equal(line.dialect, null);
		assert.equal(line.entity('tower_server_system_status')?.state, 'offline');
		assert.deepEqual(line.save(), memory);
		line.connection(true);
		line.frame(system);
		assert.equal(line.dialect, unraid);
		assert.equal(line.entity('tower_server_system_status')?.state, 'online');
		const added = calls.flatMap(({ changes }) => changes).filter(({ kind }) => kind === 'added');
		assert.equal(new Set(added.map(({ entity }) => entity.unique_id)).size, added.length);
		line.close();

		const moved = pipeline({ dialect: 'auto', memory: { $dialect: { name: 'aios' } } });
		moved.line.connection(false);
		assert.equal(moved.line.entity('tower_dashboard_connected')?.state, 'off');
		moved.line.connection(true);
		moved.line.frame(system);
		assert.ok(moved.line.entity('tower_server_cpu_usage'));
		assert.equal(moved.line.save().$dialect?.name, 'unraid');
		moved.line.close();
		for (const name of ['constructor', 'nonsense', 5]) {
			const stranger = pipeline({ dialect: 'auto', memory: { $dialect: { name } } });
			stranger.line.connection(false);
			assert.deepEqual(stranger.line.entities(), []);
			stranger.line.close();
		}
	});

	it('refuses commands while nothing is known', () => {
		const { line } = pipeline();
		const refused = () => line.command('tower_container_plex_switch', 'on');
		assert.throws(refused, (error) => error instanceof AgentStreamError && error.code === 'COMMAND_REFUSED');
		line.frame(frameOf('container_list_update', typical('container_list_update')));
		const command = line.entities().find((entity) => entity.command !== null);
		assert.equal(line.command(command?.unique_id ?? '', 'on').method, 'POST');
		assert.throws(() => line.command('tower_container_nobody_switch', 'on'));
		line.close();
	});

	it('reports collisions', () => {
		const errors: AgentStreamError[] = [];
		const { line } = pipeline({ report: (error) => void errors.push(error) });
		const [first] = typical('container_list_update') as object[];
		line.frame(frameOf('container_list_update', [first, first]));
		assert.deepEqual(
			errors.map(({ code }) => code),
			['ENTITY_COLLISION'],
		);
		line.close();
	});

	it("maps a user's rows beside the dialect's own, and tells when all of them are evaluated", async () => {
		const row = (spec: object) => customRowSchema.parse({ event: 'ups_status_update', subject: 'mine', ...spec });
		const rows = [
			row({ row: 'double', name: 'Double', value: 'battery_charge_percent * 2' }),
			row({ subject: 'raw', row: 'charge', name: 'Charge', value: 'battery_charge_percent' }),
		];
		const { line, calls } = pipeline({ rows });
		const [event] = line.frame(
			frameOf('ups_status_update', { ...(typical('ups_status_update') as object), battery_charge_percent: 21 }),
		);
		assert.ok(line.entity('tower_ups_battery'));
		assert.equal(line.entity('tower_mine_double'), undefined);
		await line.idle();
		assert.equal(line.entity('tower_mine_double')?.state, 42);
		assert.equal(line.entity('tower_raw_charge')?.state, 21);
		assert.ok(calls.every((call) => call.event === event));
		const fed = line.fedBy(event as StreamEvent).map(({ unique_id }) => unique_id);
		for (const id of ['tower_ups_battery', 'tower_mine_double', 'tower_raw_charge']) assert.ok(fed.includes(id), id);
		line.frame(
			frameOf('ups_status_update', { ...(typical('ups_status_update') as object), battery_charge_percent: 22 }),
		);
		line.close();
		await line.idle();
		assert.equal(line.entity('tower_mine_double')?.state, 42);
	});

	it("refuses rows that do not go with the dialect's own", () => {
		const rows = [customRowSchema.parse({ event: 'x', subject: 'ups', row: 'a', name: 'A', value: 'a' })];
		assert.throws(() => pipeline({ rows }), { code: 'CONFIG_INVALID' });
	});

	describe('that waits for the name of the server', () => {
		const disks = frameOf('disk_list_update', typical('disk_list_update'));

		it('tells nothing before that, and then all', () => {
			const { line, calls } = pipeline({ waitForName: true });
			line.frame(disks);
			assert.equal(calls.length, 0);
			line.frame(system);
			const told = calls.flatMap(({ changes }) => changes);
			assert.ok(told.some(({ entity }) => entity.subject === 'disk'));
			assert.ok(told.every(({ entity, kind }) => kind === 'added' && entity.device.name !== 'Unraid'));
			assert.equal(told.length, line.entities().length);
			line.close();
		});

		it('waits no longer than a while, but as long as the server is away', () => {
			const { line, calls, clock } = pipeline({ waitForName: true });
			const told = () => calls.flatMap(({ changes }) => changes).filter(({ entity }) => !entity.provisional);
			line.connection(false);
			clock.advance(10 * limits.deviceWithin);
			line.connection(true);
			line.frame(disks);
			clock.advance(limits.deviceWithin - 1);
			assert.deepEqual(told(), []);
			clock.advance(1);
			assert.ok(told().length > 10);
			assert.equal(calls.at(-1)?.event, null);
			line.close();
			assert.equal(clock.timers, 0);
		});

		it('tells meanwhile whether the server is there, as provisional, and again with its name', () => {
			const { line, calls } = pipeline({ waitForName: true });
			const told = () =>
				calls
					.splice(0)
					.flatMap(({ changes }) =>
						changes
							.filter(({ entity }) => entity.row === 'system_status')
							.map(({ kind, entity: { state, provisional, device } }) => [kind, state, provisional, device.name]),
					);
			line.connection(false);
			assert.deepEqual(
				line.entities().map(({ row, provisional }) => [row, provisional]),
				[['system_status', true]],
			);
			assert.deepEqual(told(), [['added', 'offline', true, 'Unraid']]);
			line.connection(true);
			line.frame(disks);
			assert.deepEqual(told(), [
				['availability', 'offline', true, 'Unraid'],
				['changed', 'online', true, 'Unraid'],
			]);
			line.frame(system);
			const name = line.entities()[0]?.device.name ?? '';
			assert.deepEqual(told(), [['added', 'online', undefined, name]]);
			assert.notEqual(name, 'Unraid');
			line.connection(false);
			assert.ok(told().every(([, , provisional]) => provisional === undefined));
			assert.ok(line.entities().every(({ provisional }) => provisional === undefined));
			line.close();
		});

		it('does not wait where an earlier run knew it, and calls the server so', () => {
			const first = pipeline({ waitForName: true });
			first.line.frame(system);
			const memory = JSON.parse(JSON.stringify(first.line.save()));
			first.line.close();
			const { line, calls } = pipeline({ waitForName: true, memory });
			line.connection(false);
			assert.equal(calls[0]?.changes[0]?.entity.device.name, first.line.entities()[0]?.device.name);
			line.close();
		});
	});
});
