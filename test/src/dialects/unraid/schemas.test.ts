import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Shape, shapeOf } from '../../../../src/dialects/checks-shape';
import { unraid } from '../../../../src/dialects/unraid';
import { type EventData, schemas, type UnraidWorld } from '../../../../src/dialects/unraid/schemas';
import { topics } from '../../../../src/dialects/unraid/topics';
import type { Issue } from '../../../../src/model/event';
import { framesOf } from '../../../support/unraid-recordings';

const { validate } = unraid;

const lines = (issues: readonly Issue[]) =>
	issues.map(({ severity, code, path, message }) => `${severity} ${code} ${path}: ${message}`);

/** A copy of the first recorded data of a type. */
function sample(type: string): never {
	const frame = [...framesOf('encoded-typical.jsonl'), ...framesOf('generation-1.1.0-typical.jsonl')].find(
		(candidate) => candidate.type === type,
	);
	assert.ok(frame, type);
	return frame.data as never;
}

/** What is reported when one field of a type's recorded data (of its first item) has another value. */
function reported(type: string, field: string, value: unknown): string[] {
	const data: unknown = sample(type);
	const object = (Array.isArray(data) ? data[0] : data) as Record<string, unknown>;
	object[field] = value;
	return validate(type, data, new Set()).issues.map(({ severity, code, path }) => `${severity} ${code} ${path}`);
}

describe('the schemas of the agent', () => {
	it('know every event type', () => {
		assert.deepEqual(Object.keys(schemas).sort(), Object.keys(topics).sort());
		for (const [type, { list }] of Object.entries(topics)) {
			assert.equal(shapeOf(schemas[type as keyof typeof schemas]).kind === 'list', list, type);
		}
	});

	for (const name of [
		'live-60s.jsonl',
		'encoded-typical.jsonl',
		'scenario-a.jsonl',
		'generation-1.1.0-typical.jsonl',
	]) {
		it(`find nothing to say about ${name}`, () => {
			const seen = new Set<string>();
			const frames = framesOf(name);
			assert.ok(frames.length > 10);
			for (const { type, data } of frames) {
				const result = validate(type, data, seen);
				assert.deepEqual(lines(result.issues), [], type);
				assert.equal(result.data, data);
			}
		});
	}

	it('find nothing wrong with the answers of REST', () => {
		const file = path.join(__dirname, '../../../fixtures/unraid/rest-snapshot.json');
		const answers = JSON.parse(readFileSync(file, 'utf8')) as Record<string, { status: number; body?: unknown }>;
		let compared = 0;
		for (const [type, { rest }] of Object.entries(topics)) {
			const answer = Object.entries(answers).find(([key]) => key === rest || key === `/api/v1${rest}`)?.[1];
			if (answer?.status !== 200) continue;
			compared += 1;
			assert.deepEqual(lines(validate(type, answer.body, new Set()).issues), [], type);
		}
		assert.ok(compared > 10, `${compared}`);
	});

	const oddButReal: readonly (readonly [type: string, field: string, value: unknown])[] = [
		['network_list_update', 'speed_mbps', -1],
		['network_list_update', 'state', 'unknown'],
		['network_list_update', 'supported_ports', null],
		['disk_list_update', 'spindown_delay', -1],
		['disk_list_update', 'smart_status', 'FAILED!'],
		['disk_list_update', 'smart_status', ''],
		['disk_list_update', 'temperature_celsius', 0],
		['disk_list_update', 'temperature_celsius', null],
		['disk_list_update', 'temperature_celsius', 1e-7],
		['disk_list_update', 'size_bytes', 1e15],
		['disk_list_update', 'smart_attributes', null],
		['disk_list_update', 'timestamp', '0001-01-01T00:00:00Z'],
		['system_update', 'swappiness', -1],
		['system_update', 'fans', null],
		['system_update', 'temperatures', null],
		['system_update', 'cpu_temp_celsius', 0],
		['system_update', 'cpu_temp_celsius', null],
		['system_update', 'motherboard_temp_celsius', -10.5],
		['system_update', 'cpu_per_core_usage', null],
		['array_status_update', 'parity_check_status', ''],
		['array_status_update', 'parity_check_status', 'idle'],
		['array_status_update', 'parity_check_status', 'clearing'],
		['array_status_update', 'sync_percent', 50],
		['array_status_update', 'parity_check_running', true],
		['container_list_update', 'ports', null],
		['container_list_update', 'volume_mappings', null],
		['container_list_update', 'cpu_percent', 780.5],
		['container_list_update', 'update_status', ''],
		['ups_status_update', 'status', 'ONBATT LOWBATT'],
		['ups_status_update', 'status', 'OL CHRG'],
		['ups_status_update', 'status', 'OB LB'],
		['ups_status_update', 'status', ''],
		['ups_status_update', 'battery_runtime_seconds', 60],
		['ups_status_update', 'input_voltage', 231.5],
		['vm_list_update', 'vcpus', 4],
		['vm_list_update', 'state', 'shut off'],
		['vm_list_update', 'state', 'pmsuspended'],
		['share_list_update', 'size_bytes', 5],
		['gpu_metrics_update', 'driver_version', '550.54.14\n550.54.14'],
		['gpu_metrics_update', 'temperature_celsius', null],
		['gpu_update', 'cpu_temperature_celsius', null],
		['registration_update', 'expiration', '0001-01-01T00:00:00Z'],
		['unassigned_devices_update', 'devices', null],
		['fan_control_update', 'profiles', null],
		['agent_stream', 'data', null],
	];
	for (const [type, field, value] of oddButReal) {
		it(`accept ${type} with ${field} ${JSON.stringify(value)}`, () => {
			assert.deepEqual(reported(type, field, value), []);
		});
	}

	const wrong: readonly (readonly [type: string, field: string, value: unknown, issue: string])[] = [
		['system_update', 'cpu_usage_percent', 100.1, 'error range cpu_usage_percent'],
		['system_update', 'cpu_usage_percent', JSON.parse('1e400'), 'error not_finite cpu_usage_percent'],
		['system_update', 'cpu_temp_celsius', -274, 'error range cpu_temp_celsius'],
		['system_update', 'hostname', 5, 'error type hostname'],
		['system_update', 'fans', 'none', 'error type fans'],
		['system_update', 'fans', [{ name: 'a', rpm: -1 }], 'error range fans[0].rpm'],
		['system_update', 'fans', [7], 'error type fans[0]'],
		['system_update', 'cpu_per_core_usage', { cpu0: 101 }, 'error range cpu_per_core_usage.cpu0'],
		['array_status_update', 'num_parity_disks', 3, 'error range num_parity_disks'],
		['disk_list_update', 'temperature_celsius', 'hot', 'error type [0].temperature_celsius'],
		['disk_list_update', 'spindown_delay', -2, 'error range [0].spindown_delay'],
		['disk_list_update', 'timestamp', 'now', 'error timestamp [0].timestamp'],
		['disk_list_update', 'size_bytes', -1, 'error range [0].size_bytes'],
		['vm_list_update', 'vcpus', 0, 'error range [0].vcpus'],
		['ups_status_update', 'connected', 'yes', 'error type connected'],
		['disk_list_update', 'size_bytes', 2 ** 64, 'notice unsafe_integer [0].size_bytes'],
		['network_list_update', 'bytes_received', 1e21, 'notice unsafe_integer [0].bytes_received'],
		['network_list_update', 'state', 'dormant', 'notice unknown_word [0].state'],
		['ups_status_update', 'status', 'OL SLEEPY', 'notice unknown_word status'],
		['ups_status_update', 'newer', 1, 'notice unknown_field newer'],
		['ups_status_update', 'model', undefined, 'notice missing model'],
	];
	for (const [type, field, value, issue] of wrong) {
		it(`report ${type} with ${field} ${value === Number.POSITIVE_INFINITY ? '1e400' : JSON.stringify(value)}`, () => {
			assert.deepEqual(reported(type, field, value), [issue]);
		});
	}

	it('reject a list for an object and an object for a list', () => {
		assert.equal(validate('system_update', [], new Set()).rejected, true);
		assert.equal(validate('disk_list_update', {}, new Set()).rejected, true);
		assert.equal(validate('array_status_update', null, new Set()).rejected, true);
		assert.deepEqual(validate('container_list_update', null, new Set()), { data: [], rejected: false, issues: [] });
		assert.deepEqual(validate('empty_list', [], new Set()), { data: [], rejected: false, issues: [] });
	});

	/** Every field with closed words: where it is and what they are. */
	function* wordFields(shape: Shape, at: string): Generator<[at: string, words: readonly string[]]> {
		if (shape.kind === 'leaf') {
			if (shape.leaf.type === 'word' || shape.leaf.type === 'words') yield [at, shape.leaf.words];
		} else if (shape.kind === 'object') {
			for (const [name, field] of shape.fields) yield* wordFields(field, `${at}.${name}`);
		} else {
			yield* wordFields(shape.kind === 'list' ? shape.item : shape.value, `${at}[]`);
		}
	}

	it('hold the words of the 1.1.0 document', () => {
		const found = new Map(Object.entries(schemas).flatMap(([type, schema]) => [...wordFields(shapeOf(schema), type)]));
		const documented: Record<string, string> = {
			'array_status_update.state': 'STARTED STOPPED STARTING STOPPING',
			'array_status_update.parity_check_status': 'idle running paused completed error',
			'disk_list_update[].status': 'DISK_OK DISK_DSBL DISK_NP DISK_INVALID',
			'disk_list_update[].smart_status': 'PASSED FAILED UNKNOWN',
			'container_list_update[].state': 'running paused stopped exited created restarting',
			'vm_list_update[].state': 'running paused crashed pmsuspended',
			'ups_status_update.status': 'ONLINE ONBATT LOWBATT REPLACEBATT',
			'network_list_update[].state': 'up down',
		};
		for (const [at, words] of Object.entries(documented)) {
			for (const word of words.split(' ')) assert.ok(found.get(at)?.includes(word), `${at} ${word}`);
		}
		assert.ok(found.size > 35, `${found.size}`);
		for (const [at, words] of found) assert.equal(new Set(words).size, words.length, at);
	});

	it('give types in which any field may be missing, null or a new word', () => {
		type Disk = EventData['disk_list_update'][number];
		const disk: Disk = { name: null, status: 'DISK_NEW', smart_attributes: { '5': { value: null } } };
		const world: UnraidWorld = { disk_list_update: [disk], system_update: { fans: [{ rpm: undefined }] } };
		const temperature: number | null | undefined = world.disk_list_update?.[0]?.temperature_celsius;
		const field: keyof Disk = 'mount_point';
		// @ts-expect-error a field that no agent sends
		const other: keyof Disk = 'mountpoint';
		assert.deepEqual([temperature, field, other], [undefined, 'mount_point', 'mountpoint']);
	});

	it('give every number that has one its unit', () => {
		const { shape } = schemas.system_update;
		assert.deepEqual(shape.cpu_temp_celsius.unwrap().unwrap().meta(), { unit: '°C' });
		assert.deepEqual(shape.ram_used_bytes.meta(), { unit: 'B' });
		assert.deepEqual(shape.cpu_usage_percent.meta(), { unit: '%' });
	});
});
