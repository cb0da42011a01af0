import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Item } from '../../../../src/dialects/dialect';
import { identify, identifyByStructure } from '../../../../src/dialects/unraid/identify';
import { unwrap } from '../../../../src/dialects/unraid/protocol';
import { topics } from '../../../../src/dialects/unraid/topics';
import { parseJson } from '../../../../src/model/json';
import { payload, type RecordedLine, recording } from '../../../support/unraid-recordings';

const item = (name: string | null, data: unknown): Item => ({ name, time: null, data, replayed: false, issues: [] });
const typeOf = (name: string | null, data: unknown) => identify(item(name, data)).type;
const typeOfFrame = (frame: RecordedLine) => identify(unwrap(parseJson(frame.raw))).type;

/** Every name that an agent may give an event. */
const names = Object.keys(topics).filter((name) => !topics[name]?.own && !topics[name]?.poll);

/** Fields that make the document's rule fit; `facts` and the document, section "Identification Rules". */
const documented: readonly (readonly [type: string, fields: readonly string[]])[] = [
	['system_update', ['hostname', 'cpu_usage_percent']],
	['array_status_update', ['state', 'parity_check_status', 'num_disks']],
	['ups_status_update', ['connected', 'battery_charge_percent']],
	['gpu_update', ['available', 'driver_version', 'utilization_gpu_percent']],
	['network_list_update', ['mac_address', 'bytes_received']],
	['container_list_update', ['image', 'ports']],
	['vm_list_update', ['state', 'vcpus']],
	['disk_list_update', ['device', 'mount_point']],
	['share_list_update', ['name', 'path', 'size_bytes']],
];

const withFields = (fields: readonly string[]) => Object.fromEntries(fields.map((field) => [field, 1]));

/** Types that bare data shows under another name, or not at all: the 1.1.0 rules stand before the fallback. */
const bareException: Readonly<Record<string, string>> = {
	// The document's own name for the same structure.
	gpu_metrics_update: 'gpu_update',
};

describe('identify: recordings', () => {
	for (const [line, frame] of recording('encoded-typical.jsonl').entries()) {
		it(`names line ${line + 1} of encoded-typical: ${frame.topic} (${frame.variant})`, () => {
			assert.equal(typeOfFrame(frame), frame.topic);
			assert.equal(identify(unwrap(parseJson(frame.raw))).by, 'name');
		});
		it(`names its bare data, ${frame.topic} (${frame.variant})`, () => {
			const data = payload(frame);
			const topic = frame.topic ?? '';
			if (topic === 'agent_stream') {
				// Its data is a whole envelope with a name of the AI agent's own, which no topic has.
				assert.equal(identify(unwrap(data)).type, 'unknown');
			} else if (Array.isArray(data) && data.length === 0) {
				assert.equal(identify(unwrap(data)).type, 'empty_list');
			} else {
				assert.deepEqual(identify(unwrap(data)), { type: bareException[topic] ?? topic, by: 'structure' });
			}
		});
	}

	for (const [line, frame] of recording('generation-1.1.0-typical.jsonl').entries()) {
		it(`names line ${line + 1} of generation-1.1.0-typical: ${frame.expect} (${frame.variant})`, () => {
			assert.deepEqual(identify(unwrap(parseJson(frame.raw))), { type: frame.expect, by: 'structure' });
			assert.equal(identifyByStructure(payload(frame)), frame.expect);
		});
	}

	for (const name of ['live-60s.jsonl', 'scenario-a.jsonl']) {
		it(`names every frame of ${name} as its envelope says`, () => {
			const counts = new Map<string, number>();
			for (const frame of recording(name)) {
				const { event, data } = JSON.parse(frame.raw) as { event: string; data: { event?: string } };
				const type = typeOfFrame(frame);
				assert.equal(type, event === 'update' ? data.event : event);
				assert.ok(Object.hasOwn(topics, type), type);
				counts.set(type, (counts.get(type) ?? 0) + 1);
			}
			assert.ok(counts.size >= 9, `only ${[...counts.keys()]}`);
		});
	}
});

describe('identify: the examples of the 1.1.0 document', () => {
	it('gives what its unit tests expect', () => {
		assert.equal(
			identifyByStructure({ hostname: 'Tower', cpu_usage_percent: 12.5, ram_usage_percent: 45.2 }),
			'system_update',
		);
		assert.equal(
			identifyByStructure([{ device: 'sda', mount_point: '/mnt/disk1', size_bytes: 4_000_000_000_000 }]),
			'disk_list_update',
		);
		assert.equal(identifyByStructure([]), 'empty_list');
		assert.equal(identifyByStructure({ unknown_field: 'value' }), 'unknown');
	});

	for (const [index, [type, fields]] of documented.entries()) {
		it(`rule ${index + 1} gives ${type} for lists and objects, and needs every field`, () => {
			for (const data of [withFields(fields), [withFields(fields)], [withFields(fields), 'anything']]) {
				assert.equal(typeOf('update', data), type);
				assert.equal(typeOf(null, data), type);
			}
			for (const left of fields) {
				const rest = withFields(fields.filter((field) => field !== left));
				assert.notEqual(identifyByStructure(rest), type, `without ${left}`);
			}
		});
		it(`rule ${index + 1} stands before the ones after it`, () => {
			for (const [, others] of documented.slice(index)) {
				assert.equal(identifyByStructure(withFields([...others, ...fields])), type);
			}
		});
	}

	it('looks at the first element of a list only', () => {
		const system = withFields(['hostname', 'cpu_usage_percent']);
		assert.equal(identifyByStructure([{}, system]), 'unknown');
		assert.equal(identifyByStructure([null, system]), 'unknown');
	});

	it('judges by the presence of a field, whatever its value', () => {
		assert.equal(identifyByStructure({ hostname: null, cpu_usage_percent: null }), 'system_update');
	});

	it('lets the fallback judge only what the rules leave unknown', () => {
		const gpu = { available: true, driver_version: '1', utilization_gpu_percent: 1 };
		assert.equal(identifyByStructure([gpu]), 'gpu_update');
		assert.equal(identifyByStructure([{ ...gpu, available: undefined }]), 'gpu_update');
		assert.equal(identifyByStructure([{ driver_version: '1', utilization_gpu_percent: 1 }]), 'gpu_metrics_update');
		assert.equal(identifyByStructure({ driver_version: '1', utilization_gpu_percent: 1 }), 'unknown');
	});
});

describe('identify: order of the four ways', () => {
	const system = { hostname: 'Tower', cpu_usage_percent: 1 };

	it('0: no frame is what only REST has, or what only this program says, whatever it calls itself', () => {
		const others = Object.keys(topics).filter((name) => !names.includes(name));
		assert.ok(others.includes('flash') && others.includes('action_requested') && others.includes('empty_list'));
		for (const name of others) {
			assert.equal(typeOf(name, system), 'unknown');
			assert.equal(typeOf('update', { event: name }), 'unknown');
		}
	});

	it('1: the name in the envelope wins over the structure, for every topic', () => {
		for (const name of names) {
			for (const data of [system, [system], [], {}, null]) {
				assert.deepEqual(identify(item(name, data)), { type: name, by: 'name' });
			}
		}
	});

	it('1: a name of no topic is unknown, whatever the data looks like', () => {
		for (const name of ['notification_update', 'SYSTEM_UPDATE', 'Update', '', ' system_update']) {
			const found = identify(item(name, system));
			assert.equal(found.type, 'unknown');
			assert.equal(found.by, 'name');
			assert.equal(found.issues?.[0]?.code, 'unknown_name');
			assert.equal(found.issues?.[0]?.severity, 'notice');
		}
	});

	it('2: under `update` the name inside the data wins over the structure', () => {
		const data = { event: 'collector_state_change', ...system };
		assert.deepEqual(identify(item('update', data)), { type: 'collector_state_change', by: 'name' });
	});

	it('2: a name inside the data that is no topic leaves the structure to judge', () => {
		for (const event of ['array_started', 'update', 'constructor', '__proto__', '', 7, null, {}]) {
			assert.deepEqual(identify(item('update', { event, ...system })), { type: 'system_update', by: 'structure' });
		}
	});

	it('`empty_list` is a verdict of ours and no name, in neither place', () => {
		assert.deepEqual(identify(item('update', { event: 'empty_list', ...system })), {
			type: 'system_update',
			by: 'structure',
		});
		assert.equal(typeOf('empty_list', []), 'unknown');
	});

	it('2: bare data starts at the structure', () => {
		assert.equal(typeOf(null, { event: 'collector_state_change', ...system }), 'system_update');
	});

	it('data null is unknown under `update` and bare, and the type under a name', () => {
		assert.deepEqual(identify(item('update', null)), { type: 'unknown', by: 'structure' });
		assert.equal(typeOf(null, null), 'unknown');
		assert.deepEqual(identify(item('vm_list_update', null)), { type: 'vm_list_update', by: 'name' });
	});

	it('agent_stream stays agent_stream, whatever is nested in it', () => {
		for (const data of [{ event: 'system_update', timestamp: '', data: system }, 'text', null, []]) {
			assert.equal(typeOf('agent_stream', data), 'agent_stream');
		}
	});
});

describe('identify: hostile values', () => {
	const prototypeKeys = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__'];

	it('takes no name from the prototype of an object', () => {
		for (const name of prototypeKeys) {
			assert.equal(typeOf(name, {}), 'unknown');
			assert.equal(typeOf('update', JSON.parse(`{"event":"${name}"}`)), 'unknown');
		}
	});

	it('takes no field from the prototype of an object', () => {
		assert.equal(identifyByStructure(Object.create({ hostname: 'x', cpu_usage_percent: 1 })), 'unknown');
		assert.equal(identifyByStructure(JSON.parse('{"__proto__":{"hostname":"x","cpu_usage_percent":1}}')), 'unknown');
	});

	it('answers unknown for scalars and lists of anything but objects', () => {
		for (const data of [
			0,
			-1,
			Number.NaN,
			'',
			'text',
			true,
			undefined,
			[1],
			['a'],
			[[]],
			[[{ hostname: 1 }]],
			[null],
		]) {
			assert.equal(typeOf('update', data), 'unknown');
			assert.equal(typeOf(null, data), 'unknown');
		}
	});

	it('cuts a name of any length in what it says about it', () => {
		const { issues = [] } = identify(item('x'.repeat(100_000), {}));
		assert.ok((issues[0]?.message.length ?? 0) < 200);
	});
});

describe('identify: properties', () => {
	const fields = [
		...new Set(documented.flatMap(([, required]) => required)),
		'event',
		'cpu_count',
		'health',
		'vdevs',
		'fans',
	];
	const object = fc.dictionary(fc.constantFrom(...fields), fc.jsonValue(), { maxKeys: 12 });
	const data = fc.oneof(object, fc.array(object, { maxLength: 3 }), fc.jsonValue());
	const name = fc.oneof(fc.constant(null), fc.constant('update'), fc.constantFrom(...Object.keys(topics)), fc.string());

	it('never throws, and always answers a topic or unknown', () => {
		fc.assert(
			fc.property(name, data, (event, value) => {
				const { type, by } = identify(item(event, value));
				assert.ok(type === 'unknown' || Object.hasOwn(topics, type));
				assert.ok(by === 'name' || by === 'structure');
			}),
			{ numRuns: 500 },
		);
	});

	it('never throws on any JSON as a frame', () => {
		fc.assert(fc.property(fc.jsonValue(), (value) => typeof identify(unwrap(value)).type === 'string'));
	});

	it('answers the same for fields in another order', () => {
		const reversed = (value: unknown): unknown =>
			Array.isArray(value)
				? value.map(reversed)
				: typeof value === 'object' && value !== null
					? Object.fromEntries(Object.entries(value).reverse())
					: value;
		fc.assert(
			fc.property(name, data, (event, value) => {
				assert.deepEqual(identify(item(event, reversed(value))), identify(item(event, value)));
			}),
			{ numRuns: 500 },
		);
	});

	it('lets the name in the envelope win over any data', () => {
		fc.assert(
			fc.property(fc.constantFrom(...names), data, (topic, value) => {
				assert.deepEqual(identify(item(topic, value)), { type: topic, by: 'name' });
			}),
		);
	});
});
