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
	it('is certain of what only this protocol has, likely of its greeting, and none of what any has', () => {
		const others = { connected: 'likely', ping: 'none', error: 'none', connection_error: 'none' } as const;
		for (const message of documented()) {
			const [, expected = 'certain'] = Object.entries(others).find(([name]) => name === message.event) ?? [];
			assert.equal(evidence(message), expected, message.event);
		}
	});

	it('is likely where a name fits and what it is about is not told', () => {
		for (const value of [
			{ event: 'agent_error', data: { agent: 'x' } },
			{ event: 'step_status', data: { run_id: 'x', step: 1 } },
			{ event: 'processing_job_status', data: { job_id: 'x' } },
			{ event: 'dashboard_metrics_update', data: { cpu: 1 } },
		]) {
			assert.equal(evidence(value), 'likely', JSON.stringify(value));
		}
		assert.equal(evidence({ event: 'connected', data: { client_id: 'x' } }), 'none');
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
