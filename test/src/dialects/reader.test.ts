import assert from 'node:assert/strict';
import fc from 'fast-check';
import { EventReader, type EventReaderOptions } from '../../../src/dialects/reader';
import { unraid } from '../../../src/dialects/unraid';
import { type StreamEvent, streamEventSchema } from '../../../src/model/event';
import { limits } from '../../../src/model/limits';
import { FakeClock } from '../../support/fake-clock';
import { fixtureJson, frameOf, recording, typical } from '../../support/unraid-recordings';

function reader(options: Partial<EventReaderOptions> = {}) {
	const clock = new FakeClock();
	return { clock, read: new EventReader({ source: 'tower', dialect: unraid, clock, ...options }) };
}

function only(events: readonly StreamEvent[]): StreamEvent {
	assert.equal(events.length, 1);
	const [event] = events;
	assert.ok(event);
	streamEventSchema.parse(event);
	return event;
}

const codes = (event: StreamEvent) => event.issues.map((issue) => issue.code);
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const system = typical('system_update') as Record<string, unknown>;

describe('EventReader: what cannot be read', () => {
	for (const [name, frame] of Object.entries({
		'text that is not JSON': 'hello',
		'a truncated frame': frameOf('system_update', system).slice(0, -5),
		'an empty frame': '',
		'a frame of white space': ' \n',
		NaN: '{"event":"system_update","data":{"cpu_usage_percent":NaN}}',
		'a number': '42',
		'a text': '"update"',
		null: 'null',
		'bytes that are no UTF-8 JSON': Buffer.from([0xff, 0xfe, 0x00]),
	})) {
		it(`${name} is one rejected event of type invalid`, () => {
			const { read, clock } = reader();
			const event = only(read.read(frame));
			assert.equal(event.type, 'invalid');
			assert.equal(event.dialect, 'unraid');
			assert.equal(event.by, null);
			assert.equal(event.data, null);
			assert.deepEqual([event.valid, event.rejected], [false, true]);
			assert.deepEqual([event.at, event.received], [clock.now(), clock.now()]);
			assert.equal(event.issues[0]?.severity, 'error');
			assert.equal(only(read.read(frameOf('system_update', system))).type, 'system_update');
		});
	}

	it('a frame above the limit is refused unparsed, one at the limit is read', () => {
		const { read } = reader();
		const filled = (size: number) => {
			const empty = frameOf('update', { text: '' });
			return frameOf('update', { text: 'x'.repeat(size - empty.length) });
		};
		assert.equal(only(read.read(filled(limits.frameSize))).type, 'unknown');
		const event = only(read.read(filled(limits.frameSize + 1)));
		assert.equal(event.type, 'invalid');
		assert.match(event.issues[0]?.message ?? '', /limit/);
	});

	it('values that something else parsed must be objects or lists too', () => {
		const { read } = reader();
		for (const value of [1, 'x', null, undefined, true, Symbol('s'), 1n, () => 1]) {
			assert.equal(only(read.readValue(value)).type, 'invalid');
		}
		assert.equal(only(read.readValue({ event: 'system_update', data: system })).type, 'system_update');
	});

	it('values that contain themselves are refused, known or not', () => {
		const loop: Record<string, unknown> = { id: '1', name: 'x' };
		for (const key of 'abcdefgh') loop[key] = loop;
		const { read } = reader();
		assert.ok(codes(only(read.readValue(loop))).includes('too_deep'));
		assert.ok(codes(only(read.readValue({ event: 'vm_list_update', data: [loop] }))).includes('too_deep'));
		assert.equal(only(read.readValue({ event: 'system_update', data: system })).valid, true);
	});

	it('a known type whose data has the wrong shape is rejected', () => {
		const { read } = reader();
		for (const data of [null, 7, 'x', [], [system]]) {
			const event = only(read.read(frameOf('system_update', data)));
			assert.equal(event.type, 'system_update');
			assert.deepEqual([event.valid, event.rejected], [false, true]);
			assert.deepEqual(codes(event), ['shape']);
		}
	});

	it('null for a list is an empty list', () => {
		const event = only(reader().read.read(frameOf('vm_list_update', null)));
		assert.deepEqual(event.data, []);
		assert.equal(event.valid, true);
	});
});

describe('EventReader: what is unknown', () => {
	it('passes a structure that no rule fits, with a notice', () => {
		const event = only(reader().read.read('{"event":"update","data":{"a":1}}'));
		assert.equal(event.type, 'unknown');
		assert.deepEqual(event.data, { a: 1 });
		assert.deepEqual([event.valid, event.rejected], [true, false]);
		assert.deepEqual(codes(event), ['unknown_structure']);
	});

	it('passes a name of no topic, with a notice', () => {
		const event = only(reader().read.read(frameOf('brand_new_update', { a: 1 })));
		assert.equal(event.type, 'unknown');
		assert.deepEqual(codes(event), ['unknown_name']);
		assert.equal(event.valid, true);
	});

	it('gives a frame without data null, never undefined', () => {
		for (const frame of ['{"event":"update"}', '{"event":"nobody"}', '{"event":"update","data":null}']) {
			assert.equal(only(reader().read.read(frame)).data, null);
		}
	});

	it('names an empty list under `update` so', () => {
		const event = only(reader().read.read('{"event":"update","timestamp":"2026-09-14T08:30:00Z","data":[]}'));
		assert.equal(event.type, 'empty_list');
		assert.deepEqual([event.valid, event.by], [true, 'structure']);
	});

	it('refuses what is nested too deeply, known or not, however deep', () => {
		const { read } = reader();
		for (const depth of [limits.depth + 2, 10_000, 400_000]) {
			for (const frame of [
				`{"event":"update","data":{"a":${nested(depth)}}}`,
				`{"event":"nobody","data":${nested(depth)}}`,
				nested(depth),
			]) {
				const event = only(read.read(frame));
				assert.equal(event.type, 'unknown');
				assert.deepEqual([event.valid, event.rejected, event.data], [false, true, null]);
				assert.ok(codes(event).includes('too_deep'));
			}
		}
		const deepField = only(read.read(`{"event":"vm_list_update","data":[{"id":"1","x":${nested(1000)}}]}`));
		assert.ok(codes(deepField).includes('too_deep'));
		assert.equal(deepField.rejected, false);
		assert.deepEqual(Object.keys((deepField.data as object[])[0] ?? {}), ['id']);
	});

	it('passes what is nested just below the limit', () => {
		assert.equal(only(reader().read.read(nested(limits.depth))).rejected, false);
	});
});

describe('EventReader: validation', () => {
	it('lenient: drops a wrong field, reports its path every time, and goes on', () => {
		const { read } = reader();
		for (let i = 0; i < 2; i += 1) {
			const event = only(read.read(frameOf('system_update', { ...system, cpu_usage_percent: 'much' })));
			assert.deepEqual([event.valid, event.rejected], [false, false]);
			assert.deepEqual(
				event.issues.map(({ path, code, severity }) => [path, code, severity]),
				[['cpu_usage_percent', 'type', 'error']],
			);
			assert.ok(!Object.hasOwn(event.data as object, 'cpu_usage_percent'));
			assert.equal((event.data as { hostname: string }).hostname, system.hostname);
		}
	});

	it('strict: rejects the same event', () => {
		const { read } = reader({ strict: true });
		const event = only(read.read(frameOf('system_update', { ...system, cpu_usage_percent: 'much' })));
		assert.deepEqual([event.valid, event.rejected], [false, true]);
		assert.equal(only(read.read(frameOf('system_update', system))).rejected, false);
	});

	it('passes unknown fields and reports each once', () => {
		const { read } = reader();
		const frame = frameOf('system_update', { ...system, brand_new: 1 });
		const first = only(read.read(frame));
		assert.deepEqual(codes(first), ['unknown_field']);
		assert.deepEqual([first.valid, first.rejected], [true, false]);
		assert.equal((first.data as { brand_new: number }).brand_new, 1);
		assert.deepEqual(codes(only(read.read(frame))), []);
	});

	it('strict: rejects new words and missing fields, and lets unknown fields pass', () => {
		const array = typical('array_status_update') as Record<string, unknown>;
		const strict = (data: object) => only(reader({ strict: true }).read.read(frameOf('array_status_update', data)));
		assert.equal(strict({ ...array, state: 'EXPLODED' }).rejected, true);
		const { num_disks: _left, ...rest } = array;
		assert.equal(strict(rest).rejected, true);
		// What it was rejected for stands there as an error.
		assert.ok(strict(rest).issues.some(({ code, severity }) => code === 'missing' && severity === 'error'));
		assert.equal(strict({ ...array, brand_new: 1 }).rejected, false);
		const lenient = only(reader().read.read(frameOf('array_status_update', { ...array, state: 'EXPLODED' })));
		assert.deepEqual([lenient.valid, lenient.rejected, codes(lenient)], [true, false, ['unknown_word']]);
	});

	it('strict: goes on rejecting a word that was reported before', () => {
		const { read } = reader({ strict: true });
		const frame = frameOf('array_status_update', { ...(typical('array_status_update') as object), state: 'EXPLODED' });
		assert.deepEqual([only(read.read(frame)).rejected, only(read.read(frame)).rejected], [true, true]);
	});

	it('finds nothing wrong in any recording', () => {
		for (const name of [
			'encoded-typical.jsonl',
			'live-60s.jsonl',
			'scenario-a.jsonl',
			'generation-1.1.0-typical.jsonl',
		]) {
			const { read } = reader();
			for (const { raw } of recording(name)) {
				const event = only(read.read(raw));
				assert.deepEqual([event.type, event.valid, event.issues], [event.type, true, []], name);
			}
		}
	});
});

describe('EventReader: time', () => {
	const timeOf = (timestamp: unknown) => {
		const { read } = reader();
		return only(read.readValue({ event: 'system_update', timestamp, data: system }));
	};

	it('takes the envelope’s time, with nanoseconds and any offset', () => {
		const event = timeOf('2026-09-14T10:30:00.123456789+02:00');
		assert.equal(event.time, '2026-09-14T10:30:00.123456789+02:00');
		assert.equal(event.at, Date.UTC(2026, 8, 14, 8, 30, 0, 123));
		assert.equal(event.valid, true);
	});

	it('takes the time of receipt for the zero time, or none', () => {
		for (const timestamp of ['0001-01-01T00:00:00Z', undefined]) {
			const event = timeOf(timestamp);
			assert.deepEqual([event.time, event.at, event.valid], [null, event.received, true]);
		}
	});

	it('takes the time of receipt for a bad one, and reports it', () => {
		for (const timestamp of ['yesterday', '2026-13-01T00:00:00Z', '', 'x'.repeat(100_000), 7, null, {}]) {
			const event = timeOf(timestamp);
			assert.deepEqual([event.time, event.at], [null, event.received], String(timestamp).slice(0, 20));
			assert.deepEqual([event.valid, event.rejected], [false, false]);
			assert.equal(event.issues[0]?.path, 'timestamp');
			assert.ok((event.issues[0]?.message.length ?? 0) < 200);
			assert.deepEqual(event.data, system);
		}
	});
});

describe('EventReader: auto', () => {
	const bare = (hostname: string) => JSON.stringify({ ...system, hostname });
	const hostOf = (event: StreamEvent) => (event.data as { hostname?: string } | null)?.hostname ?? event.type;

	it('decides at once on an envelope of ours', () => {
		const { read } = reader({ dialect: 'auto' });
		assert.equal(read.dialect, null);
		assert.equal(read.session, null);
		const event = only(read.read(frameOf('system_update', system)));
		assert.deepEqual([event.type, event.dialect, read.dialect], ['system_update', 'unraid', unraid]);
		assert.notEqual(read.session, null);
	});

	it('holds frames until it knows, and gives them in the order in which they came, with their own time', () => {
		const { read, clock } = reader({ dialect: 'auto' });
		const times: number[] = [];
		const send = (frame: string) => {
			times.push(clock.now());
			const events = read.read(frame);
			clock.advance(1000);
			return events;
		};
		assert.deepEqual(send('not JSON'), []);
		assert.deepEqual(send(bare('a')), []);
		assert.deepEqual(send('{"x":1}'), []);
		assert.deepEqual(send(bare('b')), []);
		times.push(clock.now());
		assert.deepEqual(read.readValue(7), []);
		const events = send(bare('c'));
		assert.deepEqual(events.map(hostOf), ['invalid', 'a', 'unknown', 'b', 'invalid', 'c']);
		assert.deepEqual(
			events.map((event) => event.received),
			times,
		);
		assert.deepEqual(send(bare('d')).map(hostOf), ['d']);
	});

	it('goes on without a dialect after 20 frames, one by one from then on, and still learns', () => {
		const { read } = reader({ dialect: 'auto' });
		for (let i = 0; i < 19; i += 1) assert.deepEqual(read.read(`{"x":${i}}`), []);
		const events = read.read('{"x":19}');
		assert.deepEqual(
			events.map((event) => (event.data as { x: number }).x),
			[...Array(20).keys()],
		);
		for (const event of events) {
			assert.deepEqual([event.type, event.dialect, event.valid], ['unknown', null, true]);
			assert.deepEqual(codes(event), ['unknown_dialect']);
		}
		assert.equal(only(read.read('{"x":20}')).type, 'unknown');
		assert.equal(only(read.read(frameOf('system_update', system))).type, 'system_update');
	});

	it('gives at the end what it held: by the only dialect possible, or as unknown', () => {
		const one = reader({ dialect: 'auto' }).read;
		assert.deepEqual(one.read(bare('a')), []);
		assert.deepEqual(
			one.flush().map((event) => [hostOf(event), event.dialect]),
			[['a', 'unraid']],
		);
		assert.deepEqual(one.flush(), []);
		const none = reader({ dialect: 'auto' }).read;
		none.read('{"x":1}');
		none.read('broken');
		assert.deepEqual(
			none.flush().map((event) => [event.type, event.dialect]),
			[
				['unknown', null],
				['invalid', null],
			],
		);
	});
});

describe('EventReader: REST answers', () => {
	it('are events of their type, as history', () => {
		const { read, clock } = reader();
		const event = only(read.readRest('system_update', system, clock.now()));
		assert.deepEqual([event.type, event.by, event.via, event.replayed], ['system_update', 'name', 'rest', true]);
		const stamp = (system as { readonly timestamp: string }).timestamp;
		assert.deepEqual([event.time, event.at, event.valid], [stamp, Date.parse(stamp), true]);
		const flash = only(read.readRest('mover_update', {}, clock.now()));
		assert.deepEqual([flash.time, flash.at], [null, clock.now()]);
	});

	it('are none where a server that has just started says that it has not looked yet', () => {
		const { read, clock } = reader();
		const blank: Readonly<Record<string, unknown>> = {
			system_update: { hostname: 'unknown', cpu_usage_percent: 0 },
			array_status_update: { state: 'unknown' },
			ups_status_update: { connected: false, status: '', load_percent: 0 },
			registration_update: { type: 'unknown', state: 'invalid' },
			disk_list_update: [],
			notifications_update: { overview: {}, notifications: [] },
		};
		for (const [type, data] of Object.entries(blank))
			assert.deepEqual(read.readRest(type, data, clock.now()), [], type);
		// What only REST has, and what is polled instead of the stream, may be empty in earnest.
		const again = { replayed: false };
		assert.equal(read.readRest('notifications_update', { notifications: [] }, clock.now(), again).length, 1);
		assert.equal(read.readRest('port_conflicts', [], clock.now()).length, 1);
		assert.equal(read.readRest('disk_list_update', [], clock.now(), { replayed: false, every: 300_000 }).length, 1);
	});

	it('may be of a type that no frame can have', () => {
		const { read, clock } = reader();
		const flash = (fixtureJson('rest-snapshot.json') as Record<string, { body: unknown }>)['/api/v1/system/flash']
			?.body;
		assert.equal(only(read.read(frameOf('flash', flash))).type, 'unknown');
		const event = only(read.readRest('flash', flash, clock.now()));
		assert.deepEqual([event.type, event.valid, event.issues], ['flash', true, []]);
		assert.deepEqual(read.readRest('flash', [flash], clock.now())[0]?.rejected, true);
	});

	it('give way to a frame of that type that came since the request, whatever its generation calls it', () => {
		const { read, clock } = reader();
		const gpus = typical('gpu_metrics_update');
		const requested = clock.now();
		clock.advance(10);
		read.read(frameOf('update', gpus));
		assert.deepEqual(read.readRest('gpu_metrics_update', gpus, requested), []);
		assert.equal(read.readRest('system_update', system, requested).length, 1);
		clock.advance(10);
		assert.equal(read.readRest('gpu_metrics_update', gpus, clock.now()).length, 1);
	});

	it('do not give way to a frame that was rejected', () => {
		const { read, clock } = reader();
		const requested = clock.now();
		read.read(frameOf('system_update', 7));
		assert.equal(read.readRest('system_update', system, requested).length, 1);
	});

	it('are validated like frames', () => {
		const { read, clock } = reader();
		assert.equal(only(read.readRest('disk_list_update', { error: 'no' }, clock.now())).rejected, true);
		assert.deepEqual(only(read.readRest('disk_list_update', null, clock.now())).data, []);
	});

	it('are nothing while the dialect is open', () => {
		assert.deepEqual(reader({ dialect: 'auto' }).read.readRest('system_update', system, 0), []);
	});
});

describe('EventReader: properties', () => {
	it('gives exactly one valid StreamEvent for any text, bytes or JSON, and never throws', () => {
		const { read } = reader();
		const names = fc.oneof(
			fc.constantFrom(...Object.keys(unraid.types), 'update', '__proto__', 'constructor'),
			fc.string(),
		);
		const json = fc.jsonValue({ maxDepth: 4 });
		const frame = fc.oneof(
			fc.string(),
			fc.uint8Array(),
			json.map((value) => JSON.stringify(value)),
			fc.tuple(names, json).map(([name, data]) => frameOf(name, data)),
			fc
				.tuple(names, fc.array(fc.dictionary(fc.string(), json), { maxLength: 3 }))
				.map(([n, data]) => frameOf(n, data)),
		);
		fc.assert(
			fc.property(frame, (text) => void only(read.read(text))),
			{ numRuns: 2000 },
		);
	});

	it('survives any value of any field of a real frame', () => {
		const frames = recording('encoded-typical.jsonl');
		const odd = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(1e300, -1, 2 ** 60, '', '\ud800', '__proto__'));
		fc.assert(
			fc.property(fc.constantFrom(...frames), fc.nat(), odd, ({ raw }, at, value) => {
				const frame = JSON.parse(raw) as { data: unknown };
				const target = (Array.isArray(frame.data) ? frame.data[0] : frame.data) as Record<string, unknown> | undefined;
				if (!target) return;
				const keys = Object.keys(target);
				target[keys[at % keys.length] ?? ''] = value;
				only(reader().read.readValue(frame));
			}),
			{ numRuns: 1000 },
		);
	});
});
