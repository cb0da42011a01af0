import assert from 'node:assert/strict';
import fc from 'fast-check';
import type {
	Agent,
	AgentTotals,
	DagTotals,
	Errors,
	Insights,
	Job,
	JobTotals,
	Knowledge,
	Run,
} from '../../../../src/dialects/aios/pictures';
import { AiosTracker } from '../../../../src/dialects/aios/tracker';
import { types } from '../../../../src/dialects/aios/types';
import type { StreamEvent } from '../../../../src/model/event';
import { limits } from '../../../../src/model/limits';
import { FakeClock } from '../../../support/fake-clock';
import { documented, streamEvent } from './document';

interface Pictures {
	jobs: readonly Job[];
	job_totals: JobTotals;
	agents: readonly Agent[];
	agent_totals: AgentTotals;
	knowledge: Knowledge;
	insights: Insights;
	dag_runs: readonly Run[];
	dag_totals: DagTotals;
	errors: Errors;
}

/** A tracker with its newest pictures. */
class Bench {
	readonly clock = new FakeClock();
	readonly tracker = new AiosTracker(this.clock);
	readonly now = {} as Pictures;

	/** An event that happens and is received now, unless told otherwise. */
	take(type: string, data: object = {}, over: Partial<StreamEvent> = {}): readonly string[] {
		const now = this.clock.now();
		const timestamp = new Date(now).toISOString();
		const event = streamEvent(type, { timestamp, ...data }, { received: now, ...over });
		const tracked = this.tracker.apply(event);
		Object.assign(this.now, tracked);
		return Object.keys(tracked);
	}

	/** Time passes; what the tracker has to do by then is done. */
	pass(ms: number): readonly string[] {
		this.clock.advance(ms);
		const next = this.tracker.nextTick();
		if (next === null || next > this.clock.now()) return [];
		const tracked = this.tracker.tick(this.clock.now());
		Object.assign(this.now, tracked);
		return Object.keys(tracked);
	}
}

const own = Object.keys(types).filter((type) => types[type]?.own);

describe('aios tracker', () => {
	it('shows everything with its first event, then what changed', () => {
		const bench = new Bench();
		assert.deepEqual(bench.take('connected').toSorted(), own.toSorted());
		assert.deepEqual(bench.take('ping'), []);
		assert.deepEqual(bench.take('dashboard_metrics_update'), []);
		assert.deepEqual(bench.take('agent_error'), ['agents', 'agent_totals']);
		assert.deepEqual(bench.take('insight_generated'), ['insights']);
		assert.equal(bench.now.job_totals.completed, 0);
		assert.deepEqual(bench.now.jobs, []);
	});

	it('takes every example of the document in, and no rejected event', () => {
		const bench = new Bench();
		for (const { event } of documented()) bench.take(event);
		assert.equal(bench.now.jobs[0]?.status, 'failed');
		assert.equal(bench.now.agents.length, 3);
		const before = structuredClone(bench.now);
		assert.deepEqual(bench.take('processing_job_failed', {}, { rejected: true }), []);
		assert.deepEqual(bench.now, before);
	});
});

describe('aios tracker: jobs', () => {
	it('follow a job from status to completion, without its content', () => {
		const bench = new Bench();
		bench.take('processing_job_status', { status: 'pending', progress: 0, started_at: null });
		assert.deepEqual([bench.now.jobs[0]?.status, bench.now.jobs[0]?.reported], ['queued', 'pending']);
		assert.deepEqual([bench.now.job_totals.queued, bench.now.job_totals.processing], [1, 0]);
		bench.clock.advance(1_000);
		bench.take('processing_job_status');
		assert.deepEqual([bench.now.job_totals.queued, bench.now.job_totals.processing], [0, 1]);
		bench.clock.advance(60_000);
		bench.take('processing_job_completed');
		assert.deepEqual(bench.now.jobs, [
			{
				place: 1,
				job_id: 'job-12345',
				run_id: 'run-67890',
				filename: 'document.pdf',
				type: 'pdf',
				status: 'completed',
				reported: 'completed',
				progress: 100,
				current_step: null,
				started_at: '2023-01-01T00:00:00Z',
				estimated_completion: null,
				ended_at: '2023-01-01T00:05:00Z',
				duration: 300,
				error: null,
				retry_count: null,
				can_retry: null,
				entities: 2,
				insights: 2,
			},
		]);
		const [completion] = bench.now.job_totals.completions;
		assert.deepEqual(completion?.attributes, {
			job_id: 'job-12345',
			run_id: 'run-67890',
			file_name: 'document.pdf',
			job_type: 'pdf',
			duration: 300,
			entities: 2,
			insights: 2,
		});
		assert.ok(!JSON.stringify(bench.now).includes('Document content'));
		assert.ok(!JSON.stringify(bench.now).includes('entity1'));
	});

	it('that fail tell why, and begin anew when they are tried again', () => {
		const bench = new Bench();
		bench.take('processing_job_status');
		bench.clock.advance(1_000);
		bench.take('processing_job_failed');
		const { status, error, retry_count, can_retry, duration } = bench.now.jobs[0] ?? {};
		assert.deepEqual([status, retry_count, can_retry, duration], ['failed', 2, true, 180]);
		assert.equal(error, 'Failed to extract text: Invalid PDF format');
		assert.deepEqual(
			bench.now.job_totals.failures.map(({ type, live, attributes }) => [
				type,
				live,
				attributes.error,
				attributes.file_name,
			]),
			[['failed', true, error, 'document.pdf']],
		);
		bench.clock.advance(1_000);
		bench.take('processing_job_status', { progress: 5 });
		const again = bench.now.jobs[0];
		assert.deepEqual(
			[again?.status, again?.error, again?.ended_at, again?.filename],
			['processing', null, null, 'document.pdf'],
		);
		assert.deepEqual([bench.now.job_totals.failed, bench.now.job_totals.processing], [1, 1]);
	});

	it('an older event changes no state, however it is received', () => {
		const bench = new Bench();
		bench.take('processing_job_completed');
		bench.take('processing_job_status', { timestamp: new Date(bench.clock.now() - 5_000).toISOString() });
		assert.equal(bench.now.jobs[0]?.status, 'completed');
		assert.equal(bench.now.job_totals.processing, 0);
		// A server whose clock jumped ahead once does not freeze the job.
		const ahead = new Bench();
		ahead.take('processing_job_status', { timestamp: '2999-01-01T00:00:00Z' });
		ahead.clock.advance(1_000);
		ahead.take('processing_job_completed');
		assert.equal(ahead.now.jobs[0]?.status, 'completed');
	});

	it('keep their places; the oldest finished makes room, then the longest unheard if it is silent for long', () => {
		const bench = new Bench();
		for (let index = 1; index <= limits.aiosJobs; index += 1) {
			bench.clock.advance(1_000);
			bench.take('processing_job_status', { job_id: `job-${index}` });
		}
		bench.clock.advance(1_000);
		bench.take('processing_job_completed', { job_id: 'job-3' });
		bench.clock.advance(1_000);
		bench.take('processing_job_status', { job_id: 'new' });
		const ids = bench.now.jobs.map(({ job_id }) => job_id);
		assert.deepEqual(ids, ['job-1', 'job-2', 'new', 'job-4', 'job-5', 'job-6', 'job-7', 'job-8']);
		assert.deepEqual(
			bench.now.jobs.map(({ place }) => place),
			[1, 2, 3, 4, 5, 6, 7, 8],
		);
		bench.take('processing_job_status', { job_id: 'newer' });
		assert.equal(bench.now.jobs[0]?.job_id, 'job-1', 'it is at work');
		assert.deepEqual([bench.now.job_totals.processing, bench.now.job_totals.notShown], [limits.aiosJobs + 1, 1]);
		bench.clock.advance(limits.aiosIdle);
		bench.take('processing_job_completed', { job_id: 'over when heard of' });
		assert.equal(bench.now.jobs[0]?.job_id, 'job-1', 'what is over takes no place of what may go on');
		bench.take('processing_job_status', { job_id: 'newer' });
		assert.equal(bench.now.jobs[0]?.job_id, 'newer');
	});

	it('are over by the name of the event, whatever its status says', () => {
		for (const status of [undefined, null, 'ok', 'processing', 'retrying']) {
			const bench = new Bench();
			bench.take('processing_job_status', { status: 'processing', progress: 45 });
			bench.clock.advance(1_000);
			bench.take('processing_job_completed', { status, progress: undefined });
			assert.deepEqual([bench.now.jobs[0]?.status, bench.now.jobs[0]?.progress], ['completed', 100]);
			bench.clock.advance(1_000);
			bench.take('processing_job_failed', { job_id: 'other', status });
			assert.equal(bench.now.jobs[1]?.status, 'failed');
			assert.equal(bench.now.job_totals.processing, 0);
		}
		const bench = new Bench();
		bench.take('processing_job_failed', { status: 'canceled' });
		assert.equal(bench.now.jobs[0]?.status, 'cancelled');
	});

	it('leave their place empty after a day of silence', () => {
		const bench = new Bench();
		bench.take('processing_job_status', { job_id: 'lost' });
		bench.pass(3_600_000);
		bench.take('processing_job_status', { job_id: 'later' });
		assert.deepEqual(bench.pass(limits.aiosLifetime - 3_600_000), []);
		assert.deepEqual(bench.pass(1), ['jobs', 'job_totals']);
		assert.deepEqual(
			bench.now.jobs.map(({ place, job_id, status }) => [place, job_id, status]),
			[
				[1, null, null],
				[2, 'later', 'processing'],
			],
		);
		assert.equal(bench.now.job_totals.processing, 1);
		bench.pass(limits.aiosLifetime);
		assert.equal(bench.tracker.nextTick(), null);
	});

	it('without an id tell nothing', () => {
		const bench = new Bench();
		bench.take('ping');
		for (const job_id of [undefined, '', 'x'.repeat(300)])
			assert.deepEqual(bench.take('processing_job_completed', { job_id }), []);
	});
});

describe('aios tracker: what comes again', () => {
	const counting = [
		['processing_job_completed', 'job_totals', 'completed', 'completions'],
		['processing_job_failed', 'job_totals', 'failed', 'failures'],
		['agent_task_completed', 'agent_totals', 'tasks', null],
		['agent_error', 'agent_totals', 'errors', 'failures'],
		['knowledge_item_created', 'knowledge', 'created', null],
		['knowledge_item_updated', 'knowledge', 'updated', null],
		['insight_generated', 'insights', 'generated', 'recent'],
		['error', 'errors', 'count', 'recent'],
		['connection_error', 'errors', 'count', 'recent'],
	] as const;
	for (const [type, picture, count, list] of counting) {
		it(`${type} counts once, and fires only as news`, () => {
			const bench = new Bench();
			const of = () => bench.now[picture] as unknown as Record<string, unknown>;
			const live = () => (list === null ? [] : (of()[list] as { live: boolean }[]).map((each) => each.live));
			const timestamp = new Date(bench.clock.now()).toISOString();
			bench.take(type, { timestamp });
			bench.clock.advance(60_000);
			bench.take(type, { timestamp }, { replayed: true });
			bench.take(type, { timestamp });
			assert.equal(of()[count], 1);
			assert.deepEqual(live(), list === null ? [] : [true]);
			// One that was missed counts, and is no news.
			const missed = new Date(bench.clock.now() - 30_000).toISOString();
			bench.take(type, { timestamp: missed }, { replayed: true });
			bench.take(type, { timestamp: missed }, { replayed: true });
			assert.equal(of()[count], 2);
			assert.deepEqual(live(), list === null ? [] : [true, false]);
		});
	}

	it('says again how things are: what was told of a job in the middle does not stand', () => {
		const bench = new Bench();
		const life = [
			['processing_job_status', { status: 'processing', timestamp: '2026-09-14T08:00:00Z' }],
			['processing_job_completed', { timestamp: '2026-09-14T08:01:00Z' }],
			['dag_run_status', { status: 'running', timestamp: '2026-09-14T08:00:00Z' }],
			['dag_run_status', { status: 'success', timestamp: '2026-09-14T08:01:00Z' }],
		] as const;
		for (const [type, data] of life) bench.take(type, data);
		for (let index = 0; index < 20; index += 1) {
			bench.take('processing_job_completed', { job_id: `job-${index}` });
			bench.take('dag_run_status', { run_id: `run-${index}`, status: 'success' });
		}
		const counts = () => [bench.now.job_totals.completed, bench.now.dag_totals.succeeded];
		const before = counts();
		for (const [type, data] of life) bench.take(type, data, { replayed: true });
		assert.deepEqual([bench.now.job_totals.processing, bench.now.dag_totals.running], [0, 0]);
		assert.deepEqual(counts(), before);
	});

	it('different things of one moment are different', () => {
		const bench = new Bench();
		bench.take('agent_error', { error: 'one' });
		bench.take('agent_error', { error: 'two' });
		bench.take('agent_error', { error: 'two', agent_id: 'other' });
		assert.equal(bench.now.agent_totals.errors, 3);
		const ids = bench.now.agent_totals.failures.map(({ id }) => id);
		assert.equal(new Set(ids).size, 3);
	});

	it('cannot be told without a time of the server', () => {
		const bench = new Bench();
		bench.take('agent_error', {}, { time: null });
		bench.take('agent_error', {}, { time: null });
		assert.equal(bench.now.agent_totals.errors, 2);
	});
});

describe('aios tracker: agents', () => {
	it('have a status, a task and what they did', () => {
		const bench = new Bench();
		bench.take('agent_status_update');
		bench.clock.advance(1_000);
		bench.take('agent_task_completed', { agent_id: 'content_mind_01' });
		const [agent] = bench.now.agents;
		assert.deepEqual(
			[
				agent?.name,
				agent?.status,
				agent?.progress,
				agent?.tasks_completed,
				agent?.success_rate,
				agent?.last_task_duration,
			],
			['Content Mind', 'working', 75, 145, 98.5, 45.2],
		);
		bench.clock.advance(1_000);
		bench.take('agent_status_update', {
			status: 'idle',
			current_task: undefined,
			progress: undefined,
			performance: undefined,
		});
		const idle = bench.now.agents[0];
		assert.deepEqual(
			[idle?.status, idle?.current_task, idle?.progress, idle?.tasks_completed],
			['idle', null, null, 145],
		);
		assert.deepEqual([bench.now.agent_totals.known, bench.now.agent_totals.working], [1, 0]);
	});

	it('have a problem from an error until they go on', () => {
		const bench = new Bench();
		const problem = () => bench.now.agents[0]?.problem;
		bench.take('agent_error');
		assert.deepEqual([problem(), bench.now.agents[0]?.last_severity], [true, 'warning']);
		bench.clock.advance(1_000);
		bench.take('agent_status_update', { agent_id: 'summary_agent_03', status: 'error' });
		assert.equal(problem(), true);
		bench.clock.advance(1_000);
		bench.take('agent_status_update', { agent_id: 'summary_agent_03' });
		assert.equal(problem(), false);
		bench.take('agent_error', { severity: 'catastrophic' });
		bench.clock.advance(1_000);
		bench.take('agent_task_completed', { agent_id: 'summary_agent_03' });
		assert.equal(problem(), false);
		assert.equal(bench.now.agents[0]?.last_severity, 'error', 'an unknown word is an error');
	});

	it('leave after a day of silence', () => {
		const bench = new Bench();
		bench.take('agent_status_update');
		assert.deepEqual(bench.pass(limits.aiosLifetime + 1), ['agents', 'agent_totals']);
		assert.deepEqual(bench.now.agents, []);
		assert.equal(bench.now.agent_totals.known, 0);
	});
});

describe('aios tracker: DAG runs', () => {
	it('have status, progress and steps, durations in seconds', () => {
		const bench = new Bench();
		for (const type of ['dag_run_status', 'step_status', 'dag_run_progress']) bench.take(type);
		const [run] = bench.now.dag_runs;
		assert.deepEqual(
			[run?.dag_id, run?.status, run?.progress, run?.total_steps, run?.pending_steps, run?.step],
			['example_dag', 'running', 50, 4, 1, 'extract_data'],
		);
		assert.deepEqual(run?.steps[0]?.duration, 300);
		assert.equal(bench.now.dag_totals.running, 1);
		bench.clock.advance(1_000);
		bench.take('step_status', { status: 'failed', error: 'no space' });
		bench.take('step_status', { step_id: 'load', status: 'upstream_failed', duration: null });
		bench.take('dag_run_status', { status: 'failed' });
		const { failed, failedSteps, running, failures } = bench.now.dag_totals;
		assert.deepEqual([failed, failedSteps, running], [1, 2, 0]);
		assert.deepEqual(
			failures.map(({ attributes }) => attributes.step_id),
			['extract_data', 'load'],
		);
		assert.deepEqual(
			bench.now.dag_runs[0]?.steps.map(({ step_id, status }) => [step_id, status]),
			[
				['extract_data', 'failed'],
				['load', 'upstream_failed'],
			],
		);
	});

	it('run where we came after their start, as long as something of them goes on', () => {
		for (const [type, data, status] of [
			['step_status', {}, 'running'],
			['dag_run_progress', { completion_percentage: 50 }, 'running'],
			['dag_run_progress', { completion_percentage: 100 }, null],
		] as const) {
			const bench = new Bench();
			bench.take(type, data);
			assert.equal(bench.now.dag_runs[0]?.status, status);
			assert.equal(bench.now.dag_totals.running, status === null ? 0 : 1);
			bench.clock.advance(1_000);
			bench.take('dag_run_status', { status: 'success' });
			bench.take(type, data);
			assert.deepEqual([bench.now.dag_runs[0]?.status, bench.now.dag_totals.running], ['success', 0]);
		}
	});

	it('list a bounded number of steps, with bounded texts', () => {
		const bench = new Bench();
		for (let index = 0; index < 500; index += 1) {
			bench.take('step_status', { step_id: `${'"'.repeat(100)}${index}`.slice(-90), error: 'x'.repeat(1_000) });
		}
		const steps = bench.now.dag_runs[0]?.steps ?? [];
		assert.ok(steps.length <= limits.aiosSteps);
		assert.ok(JSON.stringify(steps).length < limits.attributesSize);
	});
});

describe('aios tracker: knowledge, insights and errors', () => {
	it('show the last of each by its time, and count all', () => {
		const bench = new Bench();
		bench.take('knowledge_item_created', { title: 'new', item_id: 'a' });
		bench.take(
			'knowledge_item_created',
			{ title: 'old', item_id: 'b', timestamp: '2023-01-01T00:00:00Z' },
			{ replayed: true },
		);
		bench.take('knowledge_item_updated');
		const { created, updated, title, updated_fields } = bench.now.knowledge;
		assert.deepEqual([created, updated, title, updated_fields], [2, 1, 'new', ['content', 'tags']]);
		bench.take('insight_generated');
		const { generated, confidence, recent } = bench.now.insights;
		assert.deepEqual([generated, confidence], [1, 0.92]);
		assert.ok(!JSON.stringify(recent).includes('45%'), 'no content');
	});

	it('show no message of a refusal, which may hold a token', () => {
		const bench = new Bench();
		bench.take('error', { code: 'invalid_token', message: 'hunter2 is wrong', details: { job_id: 7 } });
		assert.deepEqual(bench.now.errors.recent[0]?.attributes, { code: 'invalid_token' });
		bench.take('error');
		assert.deepEqual(bench.now.errors.recent[1]?.attributes, {
			code: 'processing_error',
			message: 'Failed to process document',
			job_id: 'job-12345',
			error_type: 'validation_error',
			retry_available: true,
		});
	});
});

describe('aios tracker: whatever comes', () => {
	const loose = fc.record(
		{
			job_id: fc.constantFrom('a', 'b', 'c'),
			run_id: fc.constantFrom('a', 'b', 'c'),
			agent_id: fc.constantFrom('a', 'b', 'c'),
			item_id: fc.string(),
			step_id: fc.string(),
			status: fc.oneof(
				fc.string(),
				fc.constantFrom('queued', 'processing', 'completed', 'failed', 'running', 'success'),
			),
			progress: fc.oneof(fc.double(), fc.constant(null)),
			duration: fc.oneof(fc.double(), fc.constant(null)),
			error: fc.oneof(fc.string(), fc.constant(null)),
			result: fc.jsonValue(),
			performance: fc.jsonValue(),
			timestamp: fc
				.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) })
				.map((date) => date.toISOString()),
		},
		{ requiredKeys: [] },
	);
	const step = fc.record({
		type: fc.constantFrom(...documented().map(({ event }) => event)),
		data: loose,
		replayed: fc.boolean(),
		ms: fc.nat(100_000_000),
	});

	it('it never throws, changes no picture that it handed out, and its totals never fall', () => {
		fc.assert(
			fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
				const bench = new Bench();
				const handed: [unknown, string][] = [];
				const totals = () => {
					const { job_totals, agent_totals, knowledge, insights, dag_totals, errors } = bench.now;
					if (!job_totals) return [];
					return [
						job_totals.completed,
						job_totals.failed,
						agent_totals.tasks,
						agent_totals.errors,
						knowledge.created,
						knowledge.updated,
						insights.generated,
						dag_totals.succeeded,
						dag_totals.failed,
						dag_totals.failedSteps,
						errors.count,
					];
				};
				let before = totals();
				for (const { type, data, replayed, ms } of steps) {
					bench.pass(ms);
					bench.take(type, data, { replayed });
					const after = totals();
					assert.ok(before.every((value, index) => value <= (after[index] ?? 0)));
					before = after;
					handed.push([{ ...bench.now }, JSON.stringify(bench.now)]);
					assert.ok(bench.now.jobs.length <= limits.aiosJobs && bench.now.agents.length <= limits.aiosAgents);
				}
				for (const [picture, text] of handed) assert.equal(JSON.stringify(picture), text);
			}),
			{ numRuns: 200 },
		);
	});
});
