import assert from 'node:assert/strict';
import fc from 'fast-check';
import { aios } from '../../../../src/dialects/aios';
import { schemas } from '../../../../src/dialects/aios/schemas';
import { documented, example } from './document';

const check = (type: string, data: unknown) => aios.validate(type, data, new Set());
const remarks = (type: string, data: unknown) =>
	check(type, data).issues.map(({ path, code, severity }) => `${severity} ${code} ${path}`);

describe('aios schemas', () => {
	it('are those of the server events, each once', () => {
		const events = documented().map(({ event }) => event);
		assert.deepEqual(Object.keys(schemas).sort(), [...events].sort());
	});

	it('find nothing wrong with the examples of the document', () => {
		for (const { event, data } of documented()) {
			const validated = check(event, data);
			assert.deepEqual(validated, { data, rejected: false, issues: [] }, event);
			assert.equal(validated.data, data, 'unchanged');
		}
	});

	it('name every field of the document: one of another type is dropped', () => {
		for (const { event, data } of documented()) {
			for (const [field, value] of Object.entries(data)) {
				if (value === null) continue;
				const wrong = { ...data, [field]: typeof value === 'object' ? 'text' : { wrong: true } };
				const { data: kept, rejected, issues } = check(event, wrong);
				assert.equal(rejected, false);
				assert.ok(!Object.hasOwn(kept as object, field), `${event}.${field}`);
				assert.equal(issues[0]?.severity, 'error', `${event}.${field}`);
			}
		}
	});

	it('keep shares within their ranges, and times times', () => {
		assert.deepEqual(remarks('processing_job_status', example('processing_job_status', { progress: 101 }).data), [
			'error range progress',
		]);
		assert.deepEqual(remarks('insight_generated', example('insight_generated', { confidence: 92 }).data), [
			'error range confidence',
		]);
		assert.deepEqual(remarks('ping', { timestamp: 'yesterday' }), ['error timestamp timestamp']);
		assert.deepEqual(remarks('dag_run_progress', example('dag_run_progress', { total_steps: -1 }).data), [
			'error range total_steps',
		]);
	});

	it('let fields go that only some states have, and miss the others', () => {
		const { job_id, status, timestamp } = example('processing_job_status').data;
		assert.deepEqual(remarks('processing_job_status', { job_id, status, timestamp }), []);
		assert.deepEqual(remarks('processing_job_status', {}), [
			'notice missing job_id',
			'notice missing status',
			'notice missing timestamp',
		]);
		const idle = { current_task: null, progress: null, performance: null };
		assert.deepEqual(remarks('agent_status_update', example('agent_status_update', idle).data), []);
	});

	it('never throw, whatever comes', () => {
		const types = fc.constantFrom(...Object.keys(schemas));
		fc.assert(
			fc.property(types, fc.jsonValue(), (type, data) => {
				const { rejected } = check(type, data);
				assert.equal(rejected, typeof data !== 'object' || data === null || Array.isArray(data));
			}),
		);
	});
});
