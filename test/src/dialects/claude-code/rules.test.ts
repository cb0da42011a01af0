import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../../src/model/event';
import { type Fields, Rig } from './support';

const whole = {
	id: '0f0e',
	timestamp: 1_706_181_600_000,
	source: 'claude-flow',
	session_id: 's',
	event_type: 'Stop',
	version: '1.0',
	source_app: 'a',
	hook_event_type: 'Stop',
	payload: {},
};

function read(data: Fields, strict = false): StreamEvent {
	const [event] = new Rig({ strict }).take({ type: 'event', data });
	assert.ok(event);
	return event;
}
const codes = ({ issues }: StreamEvent) => issues.map(({ severity, code, path }) => `${severity} ${code} ${path}`);

describe("the document's validation rules", () => {
	it('have nothing to say of an event that has everything', () => {
		assert.deepEqual([codes(read(whole)), codes(read(whole, true))], [[], []]);
	});

	it('remark each field that is missing once, and lose nothing by it', () => {
		for (const field of ['id', 'timestamp', 'source', 'version'] as const) {
			const { [field]: _left, ...rest } = whole;
			const event = read(rest);
			assert.deepEqual([codes(event), event.valid], [[`notice missing ${field}`], true], field);
			assert.equal(read(rest, true).rejected, true);
		}
		const rig = new Rig();
		const { id: _id, ...rest } = whole;
		assert.equal(rig.take({ type: 'event', data: rest })[0]?.issues.length, 1);
		assert.equal(rig.take({ type: 'event', data: rest })[0]?.issues.length, 0);
	});

	it('take the form of real servers as one, also in strict mode', () => {
		const { event_type: _type, source: _source, version: _version, ...server } = whole;
		assert.deepEqual(codes(read(server)), ['notice server_form ']);
		assert.equal(read(server, true).rejected, false);
		const { session_id: _session, ...less } = server;
		assert.deepEqual(codes(read(less)), ['notice missing session_id', 'notice server_form ']);
	});

	it('drop a timestamp that is none, and take the time of receipt', () => {
		for (const timestamp of [-1, '2026-01-01', null, true]) {
			const event = read({ ...whole, timestamp });
			assert.ok(
				codes(event).some((code) => /^error (range|type) timestamp/.test(code)),
				JSON.stringify(timestamp),
			);
			assert.deepEqual([event.valid, event.time, event.at], [false, null, event.received]);
			assert.ok(!Object.hasOwn(event.data as object, 'timestamp'));
		}
		assert.deepEqual(codes(read({ ...whole, timestamp: 0 })), ['notice missing timestamp']);
	});

	it('pass another version on, with a remark', () => {
		const event = read({ ...whole, version: '2.0' });
		assert.deepEqual([codes(event), event.valid], [['notice unknown_word version'], true]);
		assert.equal(read({ ...whole, version: '2.0' }, true).rejected, true);
		assert.deepEqual(codes(read({ ...whole, version: 1 })), ['error type version']);
	});

	it('drop wrong fields of the payloads and keep the rest', () => {
		const rig = new Rig();
		const metrics = { cpu_percent: 'much', memory_mb: 12, active_connections: -1, event_queue_size: 0 };
		const [event] = rig.take({
			...whole,
			event_type: 'resource.alert',
			hook_event_type: undefined,
			payload: { component: 'c', metrics },
		});
		assert.ok(event);
		assert.deepEqual(codes(event), [
			'error type payload.metrics.cpu_percent',
			'error range payload.metrics.active_connections',
		]);
		assert.deepEqual((event.data as { payload: unknown }).payload, {
			component: 'c',
			metrics: { memory_mb: 12, event_queue_size: 0 },
		});
		const [error] = rig.take({
			type: 'error',
			data: { error_code: 'X1', error_message: 'm', component: 'c', severity: 'fatal' },
		});
		assert.deepEqual(error && codes(error), ['notice unknown_word severity']);
		const [bare] = rig.take({ type: 'heartbeat', data: null });
		assert.equal(bare?.rejected, true);
	});
});
