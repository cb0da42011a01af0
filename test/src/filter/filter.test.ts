import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { FilterInput } from '../../../src/filter/dimensions';
import { createFilter, type Filter } from '../../../src/filter/filter';
import { filterSettingsSchema } from '../../../src/filter/settings';
import type { Entity } from '../../../src/model/entity';
import { type StreamEvent, streamEventSchema } from '../../../src/model/event';
import { limits } from '../../../src/model/limits';
import { FakeClock } from '../../support/fake-clock';

function event(type: string, data: unknown = {}, source = 'tower'): StreamEvent {
	return streamEventSchema.parse({
		source,
		dialect: 'unraid',
		type,
		by: 'name',
		time: null,
		at: 0,
		received: 0,
		replayed: false,
		via: 'stream',
		data,
		valid: true,
		rejected: false,
		issues: [],
	});
}

function entity(subject: string, key: string | null, row: string, state: Entity['state'], available = true): Entity {
	const path = ['tower', subject, ...(key === null ? [] : [key]), row];
	return {
		unique_id: path.join('_'),
		source: 'tower',
		event_type: `${subject}_update`,
		platform: 'sensor',
		subject,
		key,
		row,
		path: path.join('/'),
		name: row,
		state,
		attributes: {},
		unit_of_measurement: null,
		device_class: null,
		state_class: null,
		entity_category: null,
		options: null,
		suggested_display_precision: null,
		icon: null,
		enabled_by_default: true,
		command: null,
		range: null,
		deadband: 0,
		ticking: [],
		available,
		availability: { connected: true, fresh: true, present: true },
		transient: false,
		always_available: false,
		replayed: false,
		device: { identifiers: ['tower'], name: 'Tower' },
	};
}

interface Message extends FilterInput {
	readonly id: number | string;
}

/** A filter with all it sent: `1:<ids>` or `2:<id> <reason>`. */
function run(settings: unknown): {
	filter: Filter<Message>;
	sent: string[];
	clock: FakeClock;
	take: (...ids: number[]) => void;
} {
	const clock = new FakeClock();
	const sent: string[] = [];
	const filter = createFilter<Message>(filterSettingsSchema.parse(settings), clock, {
		passed: (messages, batched) => {
			const ids = messages.map(({ id }) => id).join(',');
			sent.push(batched ? `1:[${ids}]` : `1:${ids}`);
		},
		rest: ({ id }, reason) => void sent.push(`2:${id} ${reason}`),
	});
	return {
		filter,
		sent,
		clock,
		take: (...ids) => {
			for (const id of ids) filter.take({ id, payload: id, topic: 'same' });
		},
	};
}

describe('filter: choice', () => {
	it('says whether a message would be chosen, and takes nothing', () => {
		const { filter, sent } = run({ choose: { subject: ['disk'] } });
		assert.deepEqual(
			[entity('disk', 'a', 'temperature', 1), entity('ups', null, 'status', 'x')].map((each) =>
				filter.fits({ id: 1, entity: each }),
			),
			[true, false],
		);
		assert.deepEqual(sent, []);
	});

	it('chooses by what an event says that it is about; one that says nothing of the kind is the rest', () => {
		const { filter, sent } = run({ choose: { session: ['web-*', '!web-test'], severity: ['critical'] } });
		const about = (id: number, what: StreamEvent['about']) =>
			filter.take({ id, event: { ...event('x'), about: what } });
		about(1, { session: 'web-shop', severity: 'critical' });
		about(2, { session: 'web-test', severity: 'critical' });
		about(3, { session: 'web-shop', severity: 'info' });
		about(4, { session: 'web-shop' });
		filter.take({ id: 5, event: event('x') });
		assert.deepEqual(sent, ['1:1', '2:2 session', '2:3 severity', '2:4 severity', '2:5 session']);
	});

	it('lets everything pass where nothing is set', () => {
		const { take, sent } = run({});
		take(1, 2);
		assert.deepEqual(sent, ['1:1', '1:2']);
	});

	it('chooses by type, source and subject, and tells which of them did not fit', () => {
		const { filter, sent } = run({
			choose: { type: ['disk*'], source: ['tower'], subject: ['disk', 'container/plex'] },
		});
		filter.take({ id: 'no type' });
		filter.take({ id: 'other type', event: event('ups_status_update') });
		filter.take({ id: 'other source', event: event('disk_list_update', {}, 'nas') });
		filter.take({ id: 'no subject', event: event('disk_list_update') });
		filter.take({ id: 'disk', entity: entity('disk', 'd1', 'temperature', 34) });
		filter.take({ id: 'plex', event: event('disk_list_update'), entity: entity('container', 'plex', 'state', 'on') });
		filter.take({ id: 'vm', event: event('disk_list_update'), entity: entity('vm', 'x', 'state', 'on') });
		assert.deepEqual(sent, [
			'2:no type type',
			'2:other type type',
			'2:other source source',
			'2:no subject subject',
			'1:disk',
			'1:plex',
			'2:vm subject',
		]);
	});

	it('excludes one thing of a subject', () => {
		const { filter, sent } = run({ choose: { subject: ['container', '!container/backup*'] } });
		filter.take({ id: 1, entity: entity('container', 'plex', 'state', 'on') });
		filter.take({ id: 2, entity: entity('container', 'backup-1', 'state', 'on') });
		assert.deepEqual(sent, ['1:1', '2:2 subject']);
	});

	it('takes all conditions or any, on event, entity and payload', () => {
		const conditions = [
			{ path: 'event.data.cpu', operator: 'gt', value: 80 },
			{ path: 'payload', operator: 'eq', value: 'hot' },
		];
		const inputs: Message[] = [
			{ id: 1, event: event('s', { cpu: 90 }), payload: 'hot' },
			{ id: 2, event: event('s', { cpu: 90 }), payload: 'cold' },
			{ id: 3, event: event('s', { cpu: 10 }), payload: 'cold' },
		];
		for (const [match, expected] of [
			['all', ['1:1', '2:2 conditions', '2:3 conditions']],
			['any', ['1:1', '1:2', '2:3 conditions']],
		] as const) {
			const { filter, sent } = run({ conditions, match });
			for (const input of inputs) filter.take(input);
			assert.deepEqual(sent, expected);
		}
	});

	it('passes a message with several entities when one of them fits everything', () => {
		const { filter, sent } = run({
			choose: { subject: ['disk'] },
			conditions: [{ path: 'entity.state', operator: 'gt', value: 50 }],
		});
		const warm = entity('disk', 'd1', 'temperature', 55);
		const cool = entity('disk', 'd2', 'temperature', 30);
		const other = entity('gpu', null, 'temperature', 80);
		filter.take({ id: 1, entity: [cool, other] });
		filter.take({ id: 2, entity: [cool, other, warm] });
		filter.take({ id: 3, entity: [other] });
		filter.take({ id: 4, entity: [] });
		assert.deepEqual(sent, ['2:1 conditions', '1:2', '2:3 subject', '2:4 subject']);
	});

	it('asks the clock for the time window', () => {
		const { take, sent, clock } = run({ window: { from: '08:00', to: '09:00' } });
		clock.jump(new Date(2026, 8, 14, 8, 30).getTime());
		take(1);
		clock.jump(new Date(2026, 8, 14, 9, 30).getTime());
		take(2);
		assert.deepEqual(sent, ['1:1', '2:2 window']);
	});

	it('refuses settings that it does not know', () => {
		for (const wrong of [
			{ chose: {} },
			{ choose: { sesion: ['x'] } },
			{ window: { from: '24:00', to: '06:00' } },
			{ shape: { throttle: { every: 0 } } },
			{ shape: { batch: { count: limits.filterBatch + 1 } } },
			{
				conditions: Array.from({ length: limits.filterConditions + 1 }, () => ({
					path: 'payload',
					operator: 'exists',
				})),
			},
		]) {
			assert.equal(filterSettingsSchema.safeParse(wrong).success, false, JSON.stringify(wrong).slice(0, 80));
		}
	});
});

describe('filter: changed only', () => {
	it('compares with what passed last, beyond the deadband', () => {
		const { take, sent } = run({ shape: { changed: { deadband: 1 } } });
		take(10, 10.5, 11, 11.1, 10.2, 10.05);
		assert.deepEqual(sent, ['1:10', '2:10.5 unchanged', '2:11 unchanged', '1:11.1', '2:10.2 unchanged', '1:10.05']);
	});

	it('takes the deadband in percent', () => {
		const { take, sent } = run({ shape: { changed: { deadband: 10, deadbandIn: 'percent' } } });
		take(100, 109, 111, 0, 0.001);
		assert.deepEqual(sent, ['1:100', '2:109 unchanged', '1:111', '1:0', '1:0.001']);
	});

	it('sees state and availability of an entity, each entity for itself, and nothing else of it', () => {
		const { filter, sent } = run({ shape: { changed: {} } });
		const states: [string, Entity['state'], boolean][] = [
			['d1', 34, true],
			['d2', 34, true],
			['d1', 34, true],
			['d1', 34, false],
			['d1', 34, false],
			['d1', null, true],
			['d1', 34, true],
		];
		states.forEach(([key, state, available], id) => {
			filter.take({ id, entity: { ...entity('disk', key, 't', state, available), attributes: { id } } });
		});
		assert.deepEqual(sent, ['1:0', '1:1', '2:2 unchanged', '1:3', '2:4 unchanged', '1:5', '1:6']);
	});

	it('looks at a path of an event, each type and source for itself', () => {
		const { filter, sent } = run({ shape: { changed: { path: 'event.data.state' } } });
		filter.take({ id: 1, event: event('array', { state: 'STARTED', t: 1 }) });
		filter.take({ id: 2, event: event('array', { state: 'STARTED', t: 2 }) });
		filter.take({ id: 3, event: event('array', { state: 'STARTED' }, 'nas') });
		filter.take({ id: 4, event: event('array', { state: 'STOPPED' }) });
		assert.deepEqual(sent, ['1:1', '2:2 unchanged', '1:3', '1:4']);
	});

	it('is not fooled by a message that is changed after it passed, nor stopped by one that JSON cannot hold', () => {
		const { filter, sent } = run({ shape: { changed: {} } });
		const payload = { a: 1 };
		filter.take({ id: 1, payload });
		payload.a = 2;
		filter.take({ id: 2, payload });
		const cycle: Record<string, unknown> = {};
		cycle.self = cycle;
		filter.take({ id: 3, payload: cycle });
		filter.take({ id: 4, payload: cycle });
		assert.deepEqual(sent, ['1:1', '1:2', '1:3', '1:4']);
	});

	it('never lets two neighbours through that are within the deadband', () => {
		fc.assert(
			fc.property(
				fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 })),
				fc.double({ noNaN: true, min: 0, max: 100 }),
				(values, deadband) => {
					const { take, sent } = run({ shape: { changed: { deadband } } });
					take(...values);
					const passed = sent.filter((line) => line.startsWith('1:')).map((line) => Number(line.slice(2)));
					passed.slice(1).forEach((value, index) => {
						assert.ok(Math.abs(value - (passed[index] ?? Number.NaN)) > deadband);
					});
					assert.equal(sent.length, values.length);
				},
			),
		);
	});
});

describe('filter: throttle, debounce, sample, batch', () => {
	it('throttles to the first', () => {
		const { take, sent, clock } = run({ shape: { throttle: { every: 1_000 } } });
		take(1, 2);
		clock.advance(999);
		take(3);
		clock.advance(1);
		take(4);
		assert.deepEqual(sent, ['1:1', '2:2 throttled', '2:3 throttled', '1:4']);
	});

	it('throttles to the last', () => {
		const { take, sent, clock } = run({ shape: { throttle: { every: 1_000, pass: 'last' } } });
		take(1, 2);
		assert.deepEqual(sent, ['2:1 throttled']);
		clock.advance(1_000);
		clock.advance(5_000);
		take(3);
		assert.deepEqual(sent, ['2:1 throttled', '1:2']);
	});

	it('throttles to the first and the last, never two within an interval', () => {
		const { take, sent, clock } = run({ shape: { throttle: { every: 1_000, pass: 'both' } } });
		take(1, 2, 3);
		clock.advance(1_000);
		take(4);
		assert.deepEqual(sent, ['1:1', '2:2 throttled', '1:3']);
		clock.advance(1_000);
		assert.deepEqual(sent.at(-1), '1:4');
		clock.advance(1_000);
		assert.equal(clock.timers, 0);
	});

	it('debounces, but waits no longer than it may', () => {
		const { take, sent, clock } = run({ shape: { debounce: { quiet: 1_000, longest: 2_500 } } });
		for (const id of [1, 2, 3]) {
			take(id);
			clock.advance(900);
		}
		assert.deepEqual(sent, ['2:1 debounced', '2:2 debounced', '1:3']);
		take(4);
		clock.advance(999);
		assert.equal(sent.length, 3);
		clock.advance(1);
		assert.equal(sent.at(-1), '1:4');
	});

	it('samples the first of every n, per key', () => {
		const { filter, sent } = run({ shape: { sample: { every: 3 } } });
		for (const id of [1, 2, 3, 4]) for (const topic of ['a', 'b']) filter.take({ id: `${topic}${id}`, topic });
		assert.deepEqual(
			sent.filter((line) => line.startsWith('1')),
			['1:a1', '1:b1', '1:a4', '1:b4'],
		);
	});

	it('batches by number and by time, whichever is first', () => {
		const { take, sent, clock } = run({ shape: { batch: { every: 1_000, count: 3 } } });
		take(1, 2, 3, 4);
		clock.advance(1_000);
		assert.deepEqual(sent, ['1:[1,2,3]', '1:[4]']);
		assert.equal(clock.timers, 0);
	});

	it('batches each key apart where asked', () => {
		const { filter, sent } = run({ shape: { batch: { count: 2, per: 'key' } } });
		for (const [id, topic] of [
			['a1', 'a'],
			['b1', 'b'],
			['a2', 'a'],
		] as const)
			filter.take({ id, topic });
		assert.deepEqual(sent, ['1:[a1,a2]']);
	});

	it('chains its steps in order', () => {
		const { take, sent, clock } = run({
			shape: { changed: {}, throttle: { every: 1_000, pass: 'last' }, batch: { count: 2 } },
		});
		take(1, 1, 2);
		clock.advance(1_000);
		take(3);
		clock.advance(1_000);
		assert.deepEqual(sent, ['2:1 unchanged', '2:1 throttled', '1:[2,3]']);
	});

	it('gives back on close what waits, stops every timer and sends nothing', () => {
		const { filter, take, sent, clock } = run({
			shape: { throttle: { every: 1_000, pass: 'both' }, debounce: { quiet: 500 }, batch: { every: 9_000 } },
		});
		take(1);
		clock.advance(600);
		take(2);
		clock.advance(500);
		take(3);
		const before = sent.length;
		const waiting = filter.close();
		clock.advance(60_000);
		assert.deepEqual(
			waiting.map(({ id }) => id).toSorted(),
			[1, 2, 3].filter((id) => !sent.some((line) => line.includes(String(id)))),
		);
		assert.equal(clock.timers, 0);
		assert.equal(sent.length, before);
	});

	it('forgets the longest unused key at its ceiling, loses no message and counts it', () => {
		const { filter, sent, clock } = run({ shape: { debounce: { quiet: 1_000 } } });
		for (let id = 0; id <= limits.filterKeys; id += 1) filter.take({ id, topic: `key ${id}` });
		assert.deepEqual(sent, ['2:0 limit']);
		assert.equal(filter.forgotten, 1);
		assert.equal(clock.timers, limits.filterKeys);
		filter.close();
	});

	it('sends every message exactly once, to one output or back on close', () => {
		const shape = fc.record(
			{
				changed: fc.record({ deadband: fc.nat(3) }),
				throttle: fc.record({ every: fc.integer({ min: 1, max: 50 }), pass: fc.constantFrom('first', 'last', 'both') }),
				debounce: fc.record({ quiet: fc.integer({ min: 1, max: 50 }) }),
				sample: fc.record({ every: fc.integer({ min: 1, max: 4 }) }),
				batch: fc.record({
					every: fc.integer({ min: 1, max: 80 }),
					count: fc.integer({ min: 1, max: 5 }),
					per: fc.constantFrom('all', 'key'),
				}),
			},
			{ requiredKeys: [] },
		);
		const steps = fc.array(fc.record({ topic: fc.constantFrom('a', 'b', 'c'), payload: fc.nat(5), wait: fc.nat(60) }));
		fc.assert(
			fc.property(shape, steps, (settings, messages) => {
				const { filter, sent, clock } = run({ shape: settings });
				messages.forEach(({ topic, payload, wait }, id) => {
					filter.take({ id, topic, payload });
					clock.advance(wait);
				});
				const outputs = sent.flatMap((line) =>
					line
						.slice(2)
						.replace(/ .*|[[\]]/g, '')
						.split(','),
				);
				const all = [...outputs.map(Number), ...filter.close().map(({ id }) => Number(id))];
				assert.deepEqual(
					all.toSorted((a, b) => a - b),
					messages.map((_, id) => id),
				);
				assert.equal(clock.timers, 0);
			}),
		);
	});
});
