import assert from 'node:assert/strict';
import { unraid } from '../../../../src/dialects/unraid';
import { subjects } from '../../../../src/dialects/unraid/entities';
import { schemas } from '../../../../src/dialects/unraid/schemas';
import { topics } from '../../../../src/dialects/unraid/topics';
import { frameOf, recording } from '../../../support/unraid-recordings';

describe('the Unraid dialect', () => {
	it('has a schema for every topic and no other', () => {
		assert.deepEqual(Object.keys(schemas).sort(), Object.keys(topics).sort());
	});

	it('says of every topic whether its data is a list, as the recordings show it', () => {
		for (const { raw, topic } of recording('encoded-typical.jsonl')) {
			const { data } = JSON.parse(raw) as { data: unknown };
			assert.equal(topics[topic ?? '']?.list, Array.isArray(data), topic);
		}
	});

	it('feeds every subject from a topic that comes regularly, or on change only', () => {
		for (const subject of subjects) {
			const interval = topics[subject.from[0] ?? '']?.interval;
			assert.ok(interval === null || (interval ?? 0) > 0, subject.subject);
		}
	});

	it('tells the REST base from the stream URL', () => {
		assert.equal(unraid.restBase(new URL('ws://tower:8043/api/v1/ws')), 'http://tower:8043/api/v1');
		assert.equal(unraid.restBase(new URL('wss://[fd00::1]:8043/api/v1/ws')), 'https://[fd00::1]:8043/api/v1');
		assert.equal(new URL(unraid.defaultUrl).pathname, '/api/v1/ws');
	});

	it('is certain of its own names and of envelopes that fit, and of nothing else', () => {
		const system = { hostname: 'Tower', cpu_usage_percent: 1 };
		assert.equal(unraid.evidence(JSON.parse(frameOf('system_update', {}))), 'certain');
		assert.equal(unraid.evidence(JSON.parse(frameOf('update', system))), 'certain');
		assert.equal(unraid.evidence(system), 'likely');
		for (const value of [[], {}, { event: 'update', data: [] }, { event: 'session_started', data: system }, null, 7]) {
			assert.equal(unraid.evidence(value), 'none', JSON.stringify(value));
		}
	});

	it('takes the device from the newest system frame', () => {
		assert.deepEqual(unraid.device({}, null), { name: 'Unraid', manufacturer: 'Lime Technology' });
		const world = { system_update: { hostname: 'Tower', version: '7.2.3', agent_version: '2026.08.01' } };
		assert.deepEqual(unraid.device(world, new URL('wss://user:secret@192.0.2.7:8043/api/v1/ws')), {
			name: 'Tower',
			manufacturer: 'Lime Technology',
			model: 'Unraid 7.2.3',
			sw_version: '7.2.3',
			hw_version: '2026.08.01',
			configuration_url: 'http://192.0.2.7',
		});
	});
});
