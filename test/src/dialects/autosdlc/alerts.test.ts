import assert from 'node:assert/strict';
import { story } from '../../../../demo/simulators/autosdlc-story';
import { autosdlc } from '../../../../src/dialects/autosdlc';
import { AlertRun } from '../../../support/alert-run';
import { hour, minute, presetSuite, second, told } from '../alert-suite';
import { frames } from './support';

let number = 0;

function message(run: AlertRun, type: string, data: object): string {
	number += 1;
	return JSON.stringify({ id: `m-${number}`, type, timestamp: run.clock.now(), data, metadata: { version: '1.0' } });
}

/** Sends one message now. */
const tell = (run: AlertRun, type: string, data: object) => run.take(message(run, type, data));

const agent = { agentId: 'coder-001', agentType: 'coder' };
const status = (run: AlertRun, word: string) => tell(run, 'agent_status', { ...agent, status: word });
const tests = (run: AlertRun, failing: number) =>
	tell(run, 'test_result', { ...agent, testResults: { total: 40, passing: 40 - failing, failing } });
const coverage = (run: AlertRun, lines: number) =>
	tell(run, 'coverage_update', { ...agent, coverage: { lines, branches: 90, functions: 95 } });
const deployment = (run: AlertRun, word: string, worker: string) =>
	tell(run, 'deployment_status', {
		environment: 'staging',
		status: word,
		message: 'See the log',
		components: { api: 'healthy', worker },
	});

async function begin(run: AlertRun): Promise<void> {
	await status(run, 'idle');
	await tests(run, 0);
	await coverage(run, 96);
	await deployment(run, 'deployed', 'healthy');
}

/** Rounds of the story, as the simulator tells it. */
async function live(run: AlertRun, rounds: readonly number[], isTold: (type: string, data: object) => boolean) {
	for (const round of rounds) {
		for (const { after, events } of story) {
			await run.pass(after * second);
			for (const [type, data] of events(round, run.clock.now())) if (isTold(type, data)) await tell(run, type, data);
		}
	}
	await run.pass(minute);
}

/** A case of something that happens, and is over after a while. */
const happens = (type: string, data: object) => async (run: AlertRun) => {
	await tell(run, type, data);
	await run.pass(15 * minute);
};

describe('alert presets of AutoSDLC', () => {
	presetSuite({
		dialect: autosdlc,
		frames: [...frames('document'), ...frames('messages')],
		begin,
		cases: {
			'server-silent': {
				script: async (run) => {
					await run.connection(false);
					await run.pass(minute);
					await run.connection(true);
				},
				told: told.critical,
				text: /^AutoSDLC.* \(hub\) is not connected since /,
			},
			'agent-silent': {
				script: async (run) => {
					await status(run, 'busy');
					for (let progress = 0; progress < 100; progress += 10) {
						await tell(run, 'agent_task_update', { ...agent, taskId: 't1', status: 'in_progress', progress });
						await run.pass(14 * minute);
					}
					assert.deepEqual(run.said(), []);
					await run.pass(minute);
					// The first is no change yet.
					for (const cpuUsage of [17, 18]) await tell(run, 'agent_metric', { ...agent, metrics: { cpuUsage } });
				},
				told: told.warning,
				text: /^An agent of hub is busy, and nothing is heard of any since .*: quiet$/,
			},
			'agent-failed': {
				script: async (run) => {
					await status(run, 'error');
					await run.pass(30 * second);
					await status(run, 'busy');
					await status(run, 'error');
					await run.pass(59 * second);
					assert.deepEqual(run.said(), []);
					await run.pass(second);
					await status(run, 'idle');
				},
				told: told.warning,
				text: 'coder-001 Status is error (coder)',
			},
			'agent-error': {
				script: happens('agent_error', { ...agent, code: 'TOOL_TIMEOUT', message: 'The compiler hangs' }),
				told: told.warning,
				text: 'Error of coder-001: The compiler hangs (TOOL_TIMEOUT)',
			},
			'agent-error-critical': {
				script: happens('agent_error', { ...agent, severity: 'fatal', message: 'Out of memory' }),
				told: told.critical,
				text: 'Critical error of coder-001: Out of memory',
			},
			'tdd-red': {
				script: async (run) => {
					await tell(run, 'tdd_phase_change', { ...agent, currentPhase: 'RED' });
					await run.pass(30 * minute - second);
					assert.deepEqual(run.said(), []);
					await run.pass(second);
					await tell(run, 'tdd_phase_change', { ...agent, currentPhase: 'green' });
				},
				told: told.warning,
				text: /^Test-driven development is red since .* \(coder-001\), /,
			},
			'tests-failing': {
				script: async (run) => {
					for (const failing of [1, 3, 2]) {
						await tests(run, failing);
						await run.pass(20 * minute);
					}
					await tests(run, 0);
				},
				told: told.warning,
				text: /^[12] tests fail for an hour, /,
			},
			'coverage-fell': {
				script: async (run) => {
					for (const lines of [95, 94.1]) await coverage(run, lines);
					assert.deepEqual(run.said(), []);
					await coverage(run, 93.9);
					await run.pass(hour);
				},
				told: told.warning,
				text: /^coder-001 Line Coverage fell to 93\.9 %, /,
			},
			'coverage-low': {
				script: async (run) => {
					for (const lines of [79, 60]) {
						await coverage(run, lines);
						await run.pass(30 * minute);
					}
					await coverage(run, 90);
				},
				told: ['raised warning', 'changed critical', 'cleared critical'],
				text: /^Line Coverage is 79 % \(limit 80 % by the rule\), /,
			},
			'workflow-failed': {
				script: happens('workflow_failed', {
					workflowId: 'w1',
					name: 'feature: login',
					step: 'review',
					error: 'A race',
				}),
				told: told.warning,
				text: 'Workflow feature: login has failed at review: A race',
			},
			'deployment-failed': {
				script: async (run) => {
					await deployment(run, 'failed', 'healthy');
					await run.pass(minute);
					await deployment(run, 'deployed', 'healthy');
				},
				told: told.critical,
				text: 'Deployment staging: failed, See the log',
			},
			'deployment-unhealthy': {
				script: async (run) => {
					await deployment(run, 'deployed', 'starting');
					await run.pass(5 * minute);
					await deployment(run, 'deployed', 'healthy');
				},
				told: told.warning,
				text: /^Deployment staging Components: not all are healthy, AutoSDLC/,
			},
			'system-alert': {
				script: happens('system_alert', { severity: 'warning', message: 'The queue grows', component: 'queue' }),
				told: told.warning,
				text: 'The queue grows (queue)',
			},
			'system-alert-critical': {
				script: happens('system_alert', { severity: 'critical', title: 'Redis is gone', message: 'No events' }),
				told: told.critical,
				text: 'Redis is gone: No events',
			},
		},
		healthy: (run) =>
			live(
				run,
				Array.from({ length: 60 }, (_, index) => index + 1).filter((round) => round % 3 !== 0),
				(type) => type !== 'agent_error' && type !== 'system_alert',
			),
	});

	it('tell of the failures of the story, and of nothing else', async () => {
		const run = new AlertRun(autosdlc);
		await live(run, [1, 2, 3], () => true);
		assert.deepEqual(run.told.map(({ rule, state, severity }) => `${rule} ${state} ${severity}`).sort(), [
			// One of them in each round of the story.
			...Array.from({ length: 2 }, () => 'agent-error changed warning'),
			'agent-error raised warning',
			'deployment-failed raised critical',
			...Array.from({ length: 2 }, () => 'system-alert changed warning'),
			'system-alert raised warning',
			'workflow-failed raised warning',
		]);
		run.close();
	});
});
