import assert from 'node:assert/strict';
import { samples } from '../../../../demo/simulators/aios-samples';
import { roundLength, scenes } from '../../../../demo/simulators/aios-story';
import { seeded } from '../../../../demo/simulators/random';
import { aios } from '../../../../src/dialects/aios';
import { AlertRun } from '../../../support/alert-run';
import { minute, presetSuite, second, told } from '../alert-suite';
import { texts } from './document';

/** What the simulator sends of an event, with other data in it. */
function frame(run: AlertRun, event: string, data: object = {}): string {
	const timestamp = new Date(run.clock.now()).toISOString();
	return JSON.stringify({ event, data: { ...samples[event]?.(timestamp), ...data, timestamp } });
}

/** Sends one event now. */
const tell = (run: AlertRun, event: string, data: object = {}) => run.take(frame(run, event, data));

/** Dashboard metrics every 30 s from now on. */
function metrics(run: AlertRun, data: object | null): void {
	run.beat = (seconds) => (data && seconds % 30 === 0 ? [frame(run, 'dashboard_metrics_update', data)] : []);
}

async function begin(run: AlertRun): Promise<void> {
	metrics(run, {});
	await tell(run, 'agent_status_update');
	await tell(run, 'dashboard_metrics_update');
}

/** Rounds of the story, as the simulator tells it. */
async function live(run: AlertRun, rounds: number, isTold: (event: string, data: object) => boolean): Promise<void> {
	const random = seeded(1);
	metrics(run, {});
	for (let round = 0; round < rounds; round += 1) {
		let elapsed = 0;
		for (const { at, event, data } of scenes(round, random)) {
			await run.pass((at - elapsed) * second);
			elapsed = at;
			const timestamp = new Date(run.clock.now()).toISOString();
			const sent = { ...data(timestamp), timestamp };
			if (isTold(event, sent)) await run.take(JSON.stringify({ event, data: sent }));
		}
		await run.pass((roundLength - elapsed) * second);
	}
}

/** A case of something that happens, and is over after a while. */
const happens =
	(event: string, data: object = {}) =>
	async (run: AlertRun) => {
		await tell(run, event, data);
		await run.pass(15 * minute);
	};

describe('alert presets of AIOS', () => {
	presetSuite({
		dialect: aios,
		frames: texts('document-server'),
		begin,
		cases: {
			'dashboard-silent': {
				script: async (run) => {
					metrics(run, null);
					await run.pass(89 * second);
					assert.deepEqual(run.said(), []);
					await run.pass(2 * second);
					await tell(run, 'dashboard_metrics_update');
				},
				told: told.critical,
				text: /^Nothing comes from AIOS.* \(hub\) since .*: overdue$/,
			},
			'jobs-silent': {
				script: async (run) => {
					for (let progress = 0; progress < 60; progress += 10) {
						await tell(run, 'processing_job_status', { progress });
						await run.pass(14 * minute);
					}
					assert.deepEqual(run.said(), []);
					await run.pass(minute);
					await tell(run, 'processing_job_completed');
				},
				told: told.warning,
				text: /^A job of hub is processing, and nothing is heard of any since .*: quiet$/,
			},
			'job-failed': {
				script: async (run) => {
					await tell(run, 'processing_job_status');
					await run.pass(second);
					await happens('processing_job_failed')(run);
				},
				told: told.warning,
				text: 'Job job-12345 has failed (document.pdf): Failed to extract text: Invalid PDF format',
			},
			'agent-error': {
				script: happens('agent_error'),
				told: told.warning,
				text: 'Agent summary_agent_03: Connection timeout to language model',
			},
			'agent-error-critical': {
				script: happens('agent_error', { severity: 'critical', agent_id: 'content_mind_01' }),
				told: told.critical,
				text: 'Agent Content Mind: Connection timeout to language model',
			},
			'dag-run-failed': {
				script: async (run) => {
					for (const status of ['running', 'failed', 'running']) {
						await tell(run, 'dag_run_status', { run_id: 'r1', status });
						await run.pass(minute);
					}
				},
				told: told.critical,
				text: 'Run r1 of document_pipeline has failed',
			},
			'dag-step-failed': {
				script: happens('step_status', { status: 'failed', error: 'The knowledge base is locked' }),
				told: told.warning,
				text: 'Step extract_data of document_pipeline has failed: The knowledge base is locked',
			},
			'success-rate': {
				script: async (run) => {
					metrics(run, { success_rate: 50 });
					await run.pass(4 * minute);
					metrics(run, {});
					await run.pass(minute);
					for (const success_rate of [89, 70, 91, 93]) {
						metrics(run, { success_rate });
						await run.pass(6 * minute);
					}
				},
				told: ['raised warning', 'changed critical', 'changed warning', 'cleared warning'],
				text: /^Success Rate is 89 % \(limit 90 % by the rule\), /,
			},
		},
		healthy: (run) =>
			live(run, 40, (event, { status, ...data }: { status?: string; error?: unknown }) => {
				if (event === 'dag_run_progress') return true;
				return status !== 'failed' && status !== 'error' && !('error' in data && data.error) && event !== 'error';
			}),
	});

	it('two failures are over together: since the first there were two', async () => {
		const run = new AlertRun(aios);
		await begin(run);
		for (const job_id of ['1', '2']) {
			await run.pass(minute);
			await tell(run, 'processing_job_failed', { job_id });
		}
		await run.pass(15 * minute);
		const [first, ...others] = run.told.filter(({ state }) => state === 'raised');
		const [over] = run.told.filter(({ state }) => state === 'cleared');
		assert.deepEqual([others, over?.since], [[], first?.since]);
		assert.match(over?.text ?? '', /^No more jobs failed: 2 in all since [-\d]{10} [:\d]{8}$/);
		run.close();
	});

	it('tell of the failures of the story, and of nothing else', async () => {
		const run = new AlertRun(aios);
		await live(run, 3, () => true);
		const found = run.told.map(({ rule, state, severity }) => `${rule} ${state} ${severity}`);
		assert.deepEqual(found.sort(), [
			// One of them in each round of the story.
			...Array.from({ length: 2 }, () => 'agent-error changed warning'),
			'agent-error raised warning',
			'dag-run-failed raised critical',
			'dag-step-failed raised warning',
			...Array.from({ length: 2 }, () => 'job-failed changed warning'),
			'job-failed raised warning',
		]);
		run.close();
	});
});
