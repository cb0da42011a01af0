import assert from 'node:assert/strict';
import { aios } from '../../../../src/dialects/aios';
import { connectionType, type Row, type World } from '../../../../src/model/description';
import type { Entity, EntityChange } from '../../../../src/model/entity';
import { limits } from '../../../../src/model/limits';
import { Pipeline } from '../../../../src/pipeline';
import { FakeClock } from '../../../support/fake-clock';
import { documented, example, texts } from './document';

/** A pipeline with everything that it changes. */
class Bench {
	readonly clock = new FakeClock();
	readonly changes: EntityChange[] = [];
	readonly pipeline: Pipeline;

	constructor(subDevices = false) {
		this.pipeline = new Pipeline({
			source: 'lab',
			dialect: aios,
			clock: this.clock,
			subDevices,
			changed: (changes) => this.changes.push(...changes),
		});
	}

	/** An event of the document that happens now. */
	take(type: string, data: object = {}): void {
		this.clock.advance(1_000);
		const timestamp = new Date(this.clock.now()).toISOString();
		this.pipeline.frame(JSON.stringify(example(type, { timestamp, ...data })));
	}

	entity(id: string): Entity {
		const found = this.pipeline.entities().find(({ unique_id }) => unique_id === `lab_${id}`);
		assert.ok(found, id);
		return found;
	}

	/** What fired since the last time, by unique id. */
	fired(): [string, string][] {
		const fired = this.changes.splice(0).filter(({ kind }) => kind === 'fired');
		return fired.map(({ entity }) => [entity.unique_id.slice('lab_'.length), String(entity.state)]);
	}
}

const rows = aios.subjects.flatMap((subject) =>
	(subject.rows as readonly Row<object, World>[]).map((row) => ({
		subject,
		row,
		name: `${subject.subject}.${row.key}`,
	})),
);

describe('aios entities: the tables', () => {
	it('have keys of their own, in letters that last', () => {
		assert.equal(new Set(rows.map(({ name }) => name)).size, rows.length);
		for (const { name } of rows) assert.match(name, /^[a-z0-9_]+\.[a-z0-9_]+$/);
	});

	it('are made of types that there are, own ones kept', () => {
		for (const { from, kept } of aios.subjects) {
			for (const type of from.filter((one) => one !== connectionType)) {
				assert.ok(aios.types[type], type);
				assert.equal(aios.types[type]?.own ?? false, kept ?? false, type);
			}
		}
	});

	it('name things by their label, and not in two ways', () => {
		for (const { subject, row, name } of rows) {
			assert.equal(row.name.includes('{label}'), subject.label !== undefined, name);
			if (subject.ownDevice) assert.equal(row.name, `{label} ${row.short}`, name);
			if (row.deviceClass === 'enum' || row.platform === 'event') assert.ok(row.options?.length, name);
			if (row.deviceClass === 'duration') assert.equal(row.unit, 's', name);
		}
	});
});

describe('aios entities', () => {
	it('of the document are what it says', () => {
		const bench = new Bench();
		for (const text of texts('document-server')) {
			const [event] = bench.pipeline.frame(text);
			assert.deepEqual([event?.valid, event?.issues, event?.replayed], [true, [], false]);
		}
		const states = Object.fromEntries(
			bench.pipeline.entities().map(({ unique_id, state }) => [unique_id.slice('lab_'.length), state]),
		);
		const expected = {
			dashboard_processed: 1247,
			dashboard_processing_time: 2.8,
			dashboard_success_rate: 97.3,
			dashboard_active_agents: 3,
			dashboard_knowledge_items: 892,
			jobs_queued: 0,
			jobs_processing: 0,
			jobs_completed: 1,
			jobs_failed: 1,
			job_1_status: 'completed',
			job_1_file: 'document.pdf',
			job_1_progress: 100,
			job_1_started: '2023-01-01T00:00:00.000Z',
			job_1_duration: 300,
			agents_known: 3,
			agents_working: 1,
			agents_tasks: 1,
			agents_errors: 1,
			agent_content_mind_01_status: undefined,
			knowledge_created: 1,
			knowledge_updated: 1,
			knowledge_last_item: 'Q4 Financial Analysis Report',
			knowledge_last_update: '2023-01-01T00:06:00.000Z',
			insights_generated: 1,
			insights_last: 'Processing Volume Increase Detected',
			insights_last_type: 'trend',
			insights_last_confidence: 92,
			dag_runs_running: 1,
			dag_run_1_status: 'running',
			dag_run_1_dag: 'example_dag',
			dag_run_1_id: 'manual__2023-01-01T00:00:00+00:00',
			dag_run_1_progress: 50,
			dag_run_1_step: 'extract_data',
			dag_run_1_steps_total: 4,
			errors_count: 2,
		};
		for (const [id, state] of Object.entries(expected)) assert.equal(states[id], state, id);
		const status = bench.pipeline.entities().find(({ name }) => name === 'Content Mind Status');
		assert.deepEqual([status?.state, status?.key], ['working', 'content_mind_01']);
		// Of the document's job the completion is later than the failure.
		assert.deepEqual(bench.fired().toSorted(), [
			['agents_error', 'warning'],
			['errors_error', 'connection_error'],
			['errors_error', 'error'],
			['insights_insight', 'generated'],
			['jobs_completion', 'completed'],
			['jobs_failure', 'failed'],
		]);
		bench.pipeline.close();
	});

	it('hold no content: no text of a document, no summary, no description', () => {
		const bench = new Bench();
		for (const text of texts('document-server')) bench.pipeline.frame(text);
		const shown = JSON.stringify(bench.pipeline.entities());
		for (const content of ['Document content', 'Brief summary', 'entity1', 'insight1', 'Generated summary', '45%']) {
			assert.ok(!shown.includes(content), content);
		}
		bench.pipeline.close();
	});

	it('dashboard metrics become unavailable when they stop, the rest does not', () => {
		const bench = new Bench();
		bench.take('dashboard_metrics_update');
		bench.take('agent_status_update');
		assert.equal(bench.entity('dashboard_processed').attributes.change, '+5');
		bench.clock.advance(limits.freshLeast + 1_000);
		assert.equal(bench.entity('dashboard_processed').available, false);
		assert.equal(bench.entity('agents_known').available, true);
		bench.take('dashboard_metrics_update');
		assert.equal(bench.entity('dashboard_processed').available, true);
		bench.pipeline.close();
	});

	it('events fire once for each happening, however many of one kind come at once', () => {
		const bench = new Bench();
		bench.take('connected');
		assert.deepEqual(bench.fired(), []);
		bench.take('agent_error', { error: 'one', severity: 'critical' });
		bench.take('agent_error', { error: 'two', severity: 'odd' });
		bench.take('step_status', { status: 'failed' });
		assert.deepEqual(bench.fired(), [
			['agents_error', 'critical'],
			['agents_error', 'error'],
			['dag_runs_step_failure', 'failed'],
		]);
		for (let index = 0; index < 100; index += 1) bench.take('agent_error', { error: `${index}` });
		assert.equal(bench.fired().length, 100);
		bench.pipeline.close();
	});

	it('say when there are more than are shown', () => {
		const bench = new Bench();
		bench.take('ping');
		assert.equal(bench.entity('agents_known').attributes.not_shown, undefined);
		for (let index = 0; index < limits.aiosAgents + 2; index += 1) {
			bench.take('agent_status_update', { agent_id: `agent-${index}` });
			bench.take('processing_job_status', { job_id: `job-${index}` });
			bench.take('dag_run_status', { run_id: `run-${index}` });
		}
		const notShown = ['agents_known', 'jobs_processing', 'dag_runs_running'].map(
			(id) => bench.entity(id).attributes.not_shown,
		);
		const most = limits.aiosAgents + 2;
		assert.deepEqual(notShown, [2, most - limits.aiosJobs, most - limits.aiosRuns]);
		assert.equal(bench.entity('jobs_processing').state, most, 'all are counted');
		bench.pipeline.close();
	});

	it('do not come and go where there are more than places', () => {
		const bench = new Bench();
		const many = limits.aiosAgents + 10;
		const round = () => {
			for (let index = 0; index < many; index += 1) {
				bench.take('agent_status_update', { agent_id: `agent-${index}`, name: `Agent ${index}` });
				bench.take('processing_job_status', { job_id: `job-${index}`, run_id: `run-${index}`, filename: `${index}` });
				bench.take('dag_run_status', { run_id: `run-${index}`, status: 'running' });
			}
		};
		round();
		const shown = () => ['job_1_file', 'job_8_file'].map((id) => bench.entity(id).state);
		const before = shown();
		bench.changes.splice(0);
		for (let rounds = 0; rounds < 5; rounds += 1) round();
		assert.deepEqual(
			bench.changes.filter(({ kind }) => kind === 'added' || kind === 'removed'),
			[],
		);
		assert.deepEqual(shown(), before);
		// Who has been silent for long makes room.
		bench.clock.advance(limits.aiosIdle);
		bench.take('agent_status_update', { agent_id: 'new', name: 'New' });
		assert.ok(bench.changes.some(({ kind, entity }) => kind === 'added' && entity.name === 'New Status'));
		assert.equal(bench.entity('agents_known').state, limits.aiosAgents);
		assert.equal(bench.entity('agents_known').attributes.not_shown, 10);
		bench.pipeline.close();
	});

	it('tell the last error with its message', () => {
		const bench = new Bench();
		bench.take('error');
		const { state, attributes } = bench.entity('errors_last');
		assert.deepEqual([state, attributes.message], ['processing_error', 'Failed to process document']);
		bench.take('error', { code: 'invalid_token', message: 'hunter2 is wrong', details: null });
		assert.ok(!JSON.stringify(bench.pipeline.entities()).includes('hunter2'));
		bench.pipeline.close();
	});

	it('agents may be devices of their own', () => {
		const bench = new Bench(true);
		bench.take('agent_status_update');
		const status = bench.pipeline.entities().find(({ subject, row }) => subject === 'agent' && row === 'status');
		assert.equal(status?.name, 'Status');
		assert.equal(status?.device.via_device, 'agent-stream_lab');
		assert.deepEqual(bench.entity('agents_known').device, {
			identifiers: ['agent-stream_lab'],
			name: 'AIOS',
			manufacturer: 'AIOS',
			model: 'AIOS v2',
		});
		bench.pipeline.close();
	});

	it('totals go on over a restart', () => {
		const bench = new Bench();
		for (let index = 0; index < 3; index += 1) bench.take('processing_job_completed');
		assert.equal(bench.entity('jobs_completed').state, 3);
		const memory = bench.pipeline.save();
		bench.pipeline.close();
		const clock = new FakeClock(bench.clock.now() + 60_000);
		const after = new Pipeline({ source: 'lab', dialect: aios, clock, memory, changed: () => {} });
		const timestamp = new Date(clock.now()).toISOString();
		after.frame(JSON.stringify(example('processing_job_completed', { timestamp })));
		assert.equal(after.entities().find(({ unique_id }) => unique_id === 'lab_jobs_completed')?.state, 4);
		after.close();
	});

	it('10,000 jobs, runs and agents over a day cost what a few cost', () => {
		const bench = new Bench();
		const most = { entities: 0, memory: 0, timers: 0 };
		const ids = new Set<string>();
		for (let index = 0; index < 10_000; index += 1) {
			const id = String(index);
			bench.clock.advance(5_000);
			bench.take('processing_job_status', { job_id: id, run_id: id });
			// Every tenth is never heard of again.
			if (index % 10) bench.take('processing_job_completed', { job_id: id, run_id: id });
			bench.take('dag_run_status', { run_id: id });
			if (index % 10) bench.take('dag_run_status', { run_id: id, status: 'success' });
			bench.take('agent_status_update', { agent_id: `agent-${id}`, name: `Agent ${id}` });
			bench.changes.length = 0;
			if (index % 500 !== 499) continue;
			const entities = bench.pipeline.entities();
			for (const { unique_id, subject } of entities) if (subject !== 'agent') ids.add(unique_id);
			most.entities = Math.max(most.entities, entities.length);
			most.memory = Math.max(most.memory, Object.keys(bench.pipeline.save()).length);
			most.timers = Math.max(most.timers, bench.clock.timers);
		}
		const perJob = rows.filter(({ subject }) => subject.subject === 'job').length;
		const perRun = rows.filter(({ subject }) => subject.subject === 'dag_run').length;
		const perAgent = rows.filter(({ subject }) => subject.subject === 'agent').length;
		const singletons = rows.length - perJob - perRun - perAgent;
		const places = limits.aiosJobs * perJob + limits.aiosRuns * perRun + singletons;
		assert.ok(most.entities <= places + limits.aiosAgents * perAgent, String(most.entities));
		assert.ok(ids.size <= places, 'no ids but those of the places');
		assert.ok(most.memory <= singletons);
		assert.ok(most.timers <= 2);
		assert.equal(bench.entity('jobs_completed').state, 9_000);
		bench.pipeline.close();
		assert.equal(bench.clock.timers, 0);
	}).timeout(60_000);
});

describe('aios as a whole', () => {
	it('tells what an event is about', () => {
		const bench = new Bench();
		const about = new Map(
			documented().map((message) => [message.event, bench.pipeline.frame(JSON.stringify(message))[0]?.about]),
		);
		assert.deepEqual(about.get('agent_task_completed'), {
			job: 'job-12345',
			agent: 'digest_agent_02',
			task: 'task-789',
		});
		assert.deepEqual(about.get('agent_error'), { agent: 'summary_agent_03', severity: 'warning' });
		assert.deepEqual(about.get('step_status'), {
			run: 'manual__2023-01-01T00:00:00+00:00',
			workflow: 'example_dag',
		});
		assert.deepEqual(about.get('error'), { job: 'job-12345' });
		assert.deepEqual(about.get('knowledge_item_created'), { job: 'job-12345' });
		bench.pipeline.close();
	});

	it('takes no URL for its own that only has its port and path', () => {
		const hint = (url: string) => aios.urlHint(new URL(url));
		assert.equal(hint(aios.defaultUrl), null);
		assert.equal(hint('ws://chaios.local:8000/ws'), null);
		assert.equal(hint('ws://aios.local:8000/ws'), 'aios in the URL');
		assert.equal(hint('wss://example.org/aios/ws'), 'aios in the URL');
		assert.equal(aios.restBase(new URL(aios.defaultUrl)), null);
	});
});
