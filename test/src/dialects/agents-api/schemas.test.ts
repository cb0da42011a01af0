import assert from 'node:assert/strict';
import { agentsApi } from '../../../../src/dialects/agents-api';
import { types } from '../../../../src/dialects/agents-api/types';
import { EventReader } from '../../../../src/dialects/reader';
import { FakeClock } from '../../../support/fake-clock';
import { frames, reading } from './support';

describe('agents-api schemas', () => {
	it('find nothing wrong with the frames of the document, also in strict mode', () => {
		for (const name of ['document-server.jsonl', 'usual.jsonl']) {
			const reader = new EventReader({ source: 'hub', dialect: agentsApi, clock: new FakeClock(), strict: true });
			for (const frame of frames(name)) {
				for (const { type, rejected, issues, time } of reader.read(frame)) {
					assert.ok(types[type], frame);
					assert.deepEqual([rejected, issues], [false, []], frame);
					assert.equal(time !== null, frame.includes('timestamp'), frame);
				}
			}
		}
	});

	it('drop a field of another kind and keep the rest', () => {
		const read = reading();
		const { data, valid, rejected, issues } = read('agent:status_changed', {
			agent_id: 'a',
			old_status: 7,
			new_status: 'idle',
			timestamp: 1,
		});
		assert.deepEqual(data, { agent_id: 'a', new_status: 'idle', timestamp: 1 });
		assert.deepEqual([valid, rejected, issues.map(({ path }) => path)], [false, false, ['old_status']]);
	});

	it('reject data that is no object', () => {
		const reader = new EventReader({ source: 'hub', dialect: agentsApi, clock: new FakeClock() });
		for (const frame of ['["system:alert",42]', '["agent:heartbeat"]', '["task:created",[]]']) {
			assert.deepEqual(
				reader.read(frame).map(({ rejected }) => rejected),
				[true],
			);
		}
	});

	it('tell what an event is about', () => {
		const read = reading();
		const about = (name: string, data: object) => read(name, data).about;
		const task = { task_id: 't', agent_id: 'a', task: {}, timestamp: 1234567890 };
		assert.deepEqual(about('task:assigned', task), { agent: 'a', task: 't' });
		assert.deepEqual(about('task:created', { task_id: 5, task: { assigned_to: 'b' } }), { agent: 'b', task: '5' });
		assert.deepEqual(about('conversation:message', { conversation_id: 'c', message: {} }), { conversation: 'c' });
		assert.deepEqual(about('system:alert', { message: 'x', severity: 'error' }), { severity: 'error' });
		assert.deepEqual(about('subscribed', { room: 'dashboard' }), { room: 'dashboard' });
	});
});
