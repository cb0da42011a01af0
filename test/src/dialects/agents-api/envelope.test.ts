import assert from 'node:assert/strict';
import { agentsApi } from '../../../../src/dialects/agents-api';
import { evidence, unwrap } from '../../../../src/dialects/agents-api/envelope';
import { types } from '../../../../src/dialects/agents-api/types';
import { frames } from './support';

describe('agents-api envelope: unwrap', () => {
	it('takes the event apart, and what it is about', () => {
		assert.deepEqual(unwrap(['task:updated', { task_id: '1', timestamp: 1234567890 }, 'more']), {
			name: 'task:updated',
			time: 1234567890,
			data: { task_id: '1', timestamp: 1234567890 },
			replayed: false,
			issues: [],
		});
	});

	it('reads the form that flows write, and nothing that only looks like it', () => {
		assert.equal(unwrap({ event: 'system:alert', data: { message: 'x' } }).name, 'system:alert');
		assert.equal(unwrap({ event: 'system:alert', data: {}, timestamp: 'x' }).name, null);
		assert.equal(unwrap({ data: {} }).name, null);
		assert.equal(unwrap([1, {}]).name, null);
		assert.equal(unwrap([]).name, null);
	});

	it('takes an event without data as null', () => {
		assert.deepEqual(unwrap(['agent:heartbeat']).data, null);
		assert.deepEqual(unwrap({ event: 'agent:heartbeat' }).data, null);
	});

	it('reads times as Python writes them: in UTC where no offset stands', () => {
		const time = (timestamp: unknown) => unwrap(['agent:heartbeat', { timestamp }]).time;
		assert.equal(time('2026-11-21T17:30:28.123456'), '2026-11-21T17:30:28.123456Z');
		assert.equal(time('2026-11-21 17:30:28'), '2026-11-21T17:30:28Z');
		assert.equal(time('2026-11-21T17:30:28+02:00'), '2026-11-21T17:30:28+02:00');
		assert.equal(time('yesterday'), 'yesterday');
		assert.equal(time(null), null);
		assert.equal(time(1795282323456), 1795282323456);
	});

	it('says so when the timestamp is neither', () => {
		const [issue, ...more] = unwrap(['agent:heartbeat', { timestamp: [1] }]).issues;
		assert.deepEqual([issue?.path, issue?.severity, more.length], ['timestamp', 'error', 0]);
	});

	it('makes text of ids that are numbers, in a copy', () => {
		const data = Object.freeze({ agent_id: 42, task_id: 'x' });
		assert.deepEqual(unwrap(['agent:heartbeat', data]).data, { agent_id: '42', task_id: 'x' });
		assert.equal(data.agent_id, 42);
	});
});

describe('agents-api evidence', () => {
	it('is certain of the names that only this protocol has', () => {
		for (const frame of [...frames('document-server.jsonl'), ...frames('usual.jsonl')]) {
			const value = JSON.parse(frame) as [string, object];
			const expected = /^(un)?subscribed$/.test(value[0]) ? 'likely' : value[0].includes(':') ? 'certain' : 'none';
			assert.equal(evidence(value), expected, frame);
		}
	});

	it('is likely where a name fits and what it is about is not told', () => {
		for (const value of [
			['task:created', {}],
			['agent:heartbeat', { id: 1 }],
			['system:alert', { message: 'x' }],
		]) {
			assert.equal(evidence(value), 'likely', JSON.stringify(value));
		}
	});

	it('is none of anything else', () => {
		const others: unknown[] = [
			{ event: 'task:created', data: { task_id: '1' } },
			['task:created'],
			['task:created', 'text'],
			['weather:changed', {}],
			['agents', {}],
			['error', {}],
			['subscribed', { message: 'x' }],
			['constructor', {}],
			[{ event: 'task:created' }],
			[],
			'task:created',
			null,
		];
		for (const value of others) assert.equal(evidence(value), 'none', JSON.stringify(value));
	});

	it('is told by a URL of Socket.IO, not by a port and path that others have', () => {
		const hint = (url: string) => agentsApi.urlHint(new URL(url));
		assert.equal(hint('http://localhost:8000/'), 'scheme http');
		assert.equal(hint('https://hub/ws'), 'scheme https');
		assert.equal(hint('ws://hub/socket.io/'), 'path /socket.io/');
		assert.equal(hint('ws://hub/socket.iot'), null);
		assert.equal(hint(agentsApi.defaultUrl), null);
	});
});

describe('agents-api identify', () => {
	const identify = (name: string | null) => agentsApi.identify({ ...unwrap(null), name });

	it('knows every event of the document by its name', () => {
		const named = new Set(frames('document-server.jsonl').map((frame) => (JSON.parse(frame) as [string])[0]));
		const streamed = Object.keys(types).filter((type) => !types[type]?.own);
		assert.deepEqual([...named].sort(), streamed.sort());
		for (const name of named) assert.deepEqual(identify(name), { type: name, by: 'name' });
	});

	it('takes no picture of our own from a server, nor a name that nobody knows', () => {
		for (const name of ['agents', 'task_slots', 'weather', '__proto__', 'constructor']) {
			assert.equal(identify(name).type, 'unknown', name);
			assert.equal(identify(name).issues?.length, 1);
		}
		assert.deepEqual([identify(null).type, identify(null).by], ['unknown', 'structure']);
	});
});
