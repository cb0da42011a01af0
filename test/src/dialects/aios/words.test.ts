import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
	agentState,
	agentStates,
	jobState,
	jobStates,
	runState,
	runStates,
	severities,
	severityOf,
} from '../../../../src/dialects/aios/words';

describe('aios words', () => {
	it('of the document are read as they are', () => {
		assert.deepEqual(['processing', 'completed', 'failed'].map(jobState), ['processing', 'completed', 'failed']);
		assert.equal(agentState('working'), 'working');
		assert.deepEqual(['running', 'success'].map(runState), ['running', 'success']);
		assert.equal(severityOf('warning'), 'warning');
	});

	it('that mean the same become the same, however they are written', () => {
		assert.deepEqual(['Pending', ' in progress ', 'in-progress', 'SUCCESS', 'canceled'].map(jobState), [
			'queued',
			'processing',
			'processing',
			'completed',
			'cancelled',
		]);
		assert.deepEqual(['busy', 'ready', 'disconnected'].map(agentState), ['working', 'idle', 'offline']);
		assert.deepEqual(['upstream_failed', 'up_for_retry', 'skipped'].map(runState), ['failed', 'running', 'cancelled']);
		assert.deepEqual([severityOf('fatal'), severityOf('odd'), severityOf(null)], ['critical', 'error', 'error']);
	});

	it('are one of the states, or none', () => {
		for (const word of ['constructor', '__proto__', '', null, undefined]) assert.equal(jobState(word), null);
		fc.assert(
			fc.property(fc.string(), (word) => {
				const inside = <T>(list: readonly T[], state: T | null) => assert.ok(state === null || list.includes(state));
				inside(jobStates, jobState(word));
				inside(agentStates, agentState(word));
				inside(runStates, runState(word));
				assert.ok(severities.includes(severityOf(word)));
			}),
		);
	});
});
