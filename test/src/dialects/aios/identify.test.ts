import assert from 'node:assert/strict';
import fc from 'fast-check';
import { aios } from '../../../../src/dialects/aios';
import { evidence, identify } from '../../../../src/dialects/aios/identify';
import { documented } from './document';

const named = (name: string | null) => identify({ name, time: null, data: {}, replayed: false, issues: [] });

describe('aios identification', () => {
	it('knows every server event of the document by its name', () => {
		const names = documented().map(({ event }) => event);
		assert.equal(names.length, 17);
		for (const name of names) assert.deepEqual(named(name), { type: name, by: 'name' });
		const streamed = Object.keys(aios.types).filter((type) => !aios.types[type]?.own);
		assert.deepEqual([...names].sort(), [...streamed].sort());
	});

	it('takes no name that only our own pictures have', () => {
		for (const name of ['jobs', 'agents', 'job_totals', 'dag_runs', 'errors', 'constructor', '__proto__', '']) {
			assert.equal(named(name).type, 'unknown', name);
			assert.equal(named(name).issues?.[0]?.code, 'unknown_name');
		}
		assert.deepEqual(named(null), { type: 'unknown', by: 'structure' });
	});
});

describe('aios evidence', () => {
	it('is certain of what only this protocol has, and likely of what any could have', () => {
		const generic = ['connected', 'ping', 'error', 'connection_error'];
		for (const message of documented()) {
			assert.equal(evidence(message), generic.includes(message.event) ? 'likely' : 'certain', message.event);
		}
	});

	it('is none for other envelopes', () => {
		for (const value of [
			null,
			[],
			'ping',
			{},
			{ event: 'system_update', timestamp: '2026-09-14T08:30:00Z', data: {} },
			{ event: 'update', data: {} },
			{ event: 'agent_error' },
			{ event: 'agent_error', data: [] },
			{ event: 'agent_error', data: null },
			{ type: 'agent_error', data: {} },
			{ event: 'agents', data: {} },
			{ event: 7, data: {} },
		]) {
			assert.equal(evidence(value), 'none', JSON.stringify(value));
		}
	});

	it('never throws', () => {
		fc.assert(fc.property(fc.jsonValue(), (value) => ['certain', 'likely', 'none'].includes(evidence(value))));
	});
});
