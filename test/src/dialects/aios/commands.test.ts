import assert from 'node:assert/strict';
import { commands } from '../../../../src/dialects/aios/commands';
import { commandRequest } from '../../../../src/model/command';
import { limits } from '../../../../src/model/limits';
import { texts } from './document';

function message(name: string, given: Readonly<Record<string, unknown>>): unknown {
	const command = commands.find((each) => each.name === name);
	assert.ok(command, name);
	const request = commandRequest(command, given, {});
	assert.ok('message' in request);
	assert.equal(request.answer, undefined, 'the document has no answers');
	return request.message;
}

describe('aios commands', () => {
	const [, subscribe, unsubscribe, dagRun] = texts('document-client').map((text) => JSON.parse(text) as unknown);

	it('write the messages of the document', () => {
		const types = ['processing_jobs', 'agents', 'knowledge', 'insights'];
		const agent_ids = ['agent1', 'agent2'];
		assert.deepEqual(message('subscribe', { types, run_id: 'specific-run-id', agent_ids }), subscribe);
		assert.deepEqual(message('subscribe', { types: ['agents'] }), { event: 'subscribe', data: { types: ['agents'] } });
		assert.deepEqual(message('unsubscribe', { types: ['processing_jobs'] }), unsubscribe);
		assert.deepEqual(message('subscribe_dag_run', { run_id: 'manual__2023-01-01T00:00:00+00:00' }), dagRun);
		const since = '2023-01-01T00:00:00Z';
		assert.deepEqual(message('resync', { since }), { event: 'resync', data: { since } });
	});

	it('refuse what no server could understand', () => {
		const many = Array.from({ length: limits.aiosFiltered + 1 }, (_, index) => `agent-${index}`);
		for (const [name, given] of [
			['subscribe', {}],
			['subscribe', { types: 'agents' }],
			['subscribe', { types: [] }],
			['subscribe', { types: [7] }],
			['subscribe', { types: ['agents'], agent_ids: [''] }],
			['subscribe', { types: ['agents'], agent_ids: many }],
			['unsubscribe', { types: [{}] }],
			['subscribe_dag_run', {}],
			['resync', { since: 'yesterday' }],
		] as const) {
			assert.throws(
				() => message(name, given),
				{ code: 'COMMAND_REFUSED' },
				`${name} ${JSON.stringify(given).slice(0, 40)}`,
			);
		}
	});

	it('need no control: they only ask for another part of the stream', () => {
		for (const { risk } of commands) assert.equal(risk, 'none');
	});
});
