import assert from 'node:assert/strict';
import { limits } from '../../../../src/model/limits';
import { FakeClock } from '../../../support/fake-clock';
import { frames, mapping } from './support';

describe('autosdlc: entities', () => {
	it("read the document's agent", () => {
		const { pipeline, state, entity } = mapping();
		for (const frame of frames('document')) pipeline.frame(frame);
		const agent = (row: string) => state(`agent_coder-001_${row}`);
		assert.equal(agent('status'), 'busy');
		assert.equal(entity('agent_coder-001_status')?.attributes.agent_type, 'coder');
		assert.equal(agent('task'), 'task-789');
		assert.equal(entity('agent_coder-001_task')?.attributes.task_type, 'implement_feature');
		assert.equal(agent('progress'), 65);
		assert.equal(agent('cpu'), 45.2);
		assert.equal(agent('memory'), 976.6);
		assert.equal(entity('agent_coder-001_memory')?.unit_of_measurement, 'MiB');
		assert.equal(agent('tasks_completed'), 12);
		assert.equal(agent('last_error'), null);
		assert.equal(agent('problem'), 'off');
		assert.equal(agent('tdd_phase'), 'green');
		assert.equal(entity('agent_coder-001_tdd_phase')?.attributes.previous_phase, 'red');
		assert.deepEqual(
			['total', 'passing', 'failing'].map((each) => agent(`tests_${each}`)),
			[45, 45, 0],
		);
		assert.deepEqual(
			['lines', 'branches', 'functions'].map((each) => agent(`coverage_${each}`)),
			[98.5, 95.2, 100],
		);
		assert.deepEqual(
			['total', 'passing', 'failing'].map((each) => state(`tests_${each}`)),
			[45, 45, 0],
		);
		assert.equal(state('tests_coverage_lines'), 98.5);
	});

	it('show a status that the document does not know as unknown, with the word', () => {
		const { tell, state, entity } = mapping();
		tell('agent_status', { agentId: 'a', status: 'paused' });
		assert.equal(state('agent_a_status'), null);
		assert.equal(entity('agent_a_status')?.attributes.raw, 'paused');
		tell('agent_status', { agentId: 'a', status: 'Error' });
		assert.equal(state('agent_a_status'), 'error');
		assert.equal(entity('agent_a_status')?.attributes.raw, undefined);
		assert.equal(state('agent_a_problem'), 'on');
	});

	it('tell how many agents do what, and which are in trouble', () => {
		const { tell, state, entity } = mapping();
		tell('agent_status', { agentId: 'a', status: 'busy' });
		tell('agent_status', { agentId: 'b', status: 'Error' });
		tell('agent_status', { agentId: 'c', status: 'idle' });
		tell('agent_status', { agentId: 'd', status: 'paused' });
		const all = ['busy', 'idle', 'error'].map((each) => state(`agents_${each}`));
		assert.deepEqual([...all, state('agents_problem')], [1, 1, 1, 'on']);
		assert.deepEqual(entity('agents_problem')?.attributes, { agents: ['b'] });
		tell('agent_status', { agentId: 'b', status: 'idle' });
		assert.deepEqual([state('agents_idle'), state('agents_problem')], [2, 'off']);
	});

	it('of an agent have when it was heard of, and that alone is no news', () => {
		const { tell, entity, changes, clock } = mapping();
		tell('agent_status', { agentId: 'a', status: 'busy' });
		clock.advance(60_000);
		changes.length = 0;
		tell('agent_status', { agentId: 'a', status: 'busy' });
		assert.deepEqual(changes, []);
		tell('agent_status', { agentId: 'a', status: 'idle' });
		assert.equal(entity('agent_a_status')?.attributes.last_event, new Date(clock.now()).toISOString());
	});

	it('have names that a person can read, and a usage only where there is one', () => {
		const { tell, pipeline, entity } = mapping();
		tell('agent_status', { agentId: `a\nb ${'x'.repeat(5_000)}`, status: 'idle' });
		const named = pipeline.entities().filter(({ subject }) => subject === 'agent');
		assert.ok(named.length > 0);
		for (const { name } of named) assert.match(name, /^a b x{75}… [A-Z]/u);
		tell('agent_status', { agentId: 'b', status: 'idle', metrics: { cpuUsage: 1 } });
		assert.equal(entity('agent_b_cpu')?.state, 1);
		for (const row of ['memory', 'tasks_completed']) assert.equal(entity(`agent_b_${row}`), undefined);
	});

	it('count what passed and failed by either of its names', () => {
		const { tell, state } = mapping();
		tell('test_result', { agentId: 'a', passed: 40, failed: 5, skipped: 1 });
		assert.deepEqual(
			['total', 'passing', 'failing'].map((each) => state(`tests_${each}`)),
			[46, 40, 5],
		);
		assert.deepEqual([state('total_tests_run'), state('agent_a_tests_failing')], [46, 5]);
	});

	it('fire a failure where GitHub says that a run timed out', () => {
		const { tell, fired } = mapping();
		tell('github_workflow_update', { name: 'CI', status: 'completed', conclusion: 'timed_out' });
		assert.deepEqual(fired(), ['run_update:failure']);
	});

	it('have tests, coverage and a phase only for agents that have them', () => {
		const { tell, entity } = mapping();
		tell('agent_status', { agentId: 'a', status: 'idle' });
		for (const row of ['tdd_phase', 'tests_total', 'coverage_lines']) assert.equal(entity(`agent_a_${row}`), undefined);
		tell('test_result', { agentId: 'a', passing: 5, failing: 1 });
		assert.equal(entity('agent_a_tests_total')?.state, 6);
		assert.equal(entity('agent_a_tdd_phase'), undefined);
	});

	it('show workflows at their places', () => {
		const { tell, state, entity } = mapping();
		tell('workflow_started', {
			workflowId: 'w',
			name: 'release',
			totalSteps: 3,
			estimatedCompletion: 1_703_775_999_000,
		});
		tell('workflow_step_complete', { workflowId: 'w', step: 'plan', currentStep: 'build', completedSteps: 1 });
		const workflow = (row: string) => state(`workflow_1_${row}`);
		assert.deepEqual(
			[workflow('status'), workflow('name'), workflow('step'), workflow('progress')],
			['running', 'release', 'build', 33.3],
		);
		assert.equal(workflow('estimated'), '2023-12-28T15:06:39.000Z');
		assert.equal(entity('workflow_1_status')?.name, 'Workflow 1');
		tell('workflow_complete', { workflowId: 'w', duration: 61_500 });
		assert.deepEqual([workflow('status'), workflow('progress'), workflow('duration')], ['completed', 100, 61.5]);
		assert.equal(workflow('estimated'), null);
	});

	it('show deployments, and which of their components are not well', () => {
		const { tell, state, entity } = mapping();
		tell('deployment_status', {
			environment: 'production',
			status: 'deployed',
			version: '1.2',
			components: { api: 'ok' },
		});
		tell('deployment_status', { environment: 'eu/west', status: 'deploying' });
		assert.deepEqual(
			[state('deployment_production_status'), state('deployment_production_version')],
			['deployed', '1.2'],
		);
		assert.equal(state('deployment_production_problem'), 'off');
		tell('deployment_status', { environment: 'production', status: 'failed', components: { api: 'ok', web: 'down' } });
		assert.equal(state('deployment_production_problem'), 'on');
		assert.deepEqual(entity('deployment_production_problem')?.attributes.components, { api: 'ok', web: 'down' });
		assert.equal(state('deployment_production_version'), '1.2');
	});

	it('fire what happens once each, and not again after a cut', () => {
		const { tell, fired, pipeline, entity, state } = mapping();
		tell('system_alert', { severity: 'fatal', title: 'Redis is gone', component: 'cache' });
		assert.deepEqual(fired(), ['alert:critical']);
		assert.deepEqual(entity('system_alert')?.attributes, { title: 'Redis is gone', component: 'cache' });
		assert.equal(state('system_last_alert'), 'Redis is gone');
		pipeline.connection(false);
		pipeline.connection(true);
		assert.deepEqual(fired(), []);
		tell('system_notification', { level: 'warn', message: 'slow' });
		tell('agent_error', { agentId: 'a', error: { code: 'E1', message: 'no' } });
		tell('agent_log', { agentId: 'a', level: 'trace', message: 'x' });
		tell('workflow_failed', { workflowId: 'w', error: 'no' });
		tell('tdd_phase_change', { agentId: 'a', currentPhase: 'blue' });
		tell('github_issue_update', { number: 1, action: 'opened' });
		tell('github_pr_update', { number: 2, action: 'closed', merged: true });
		tell('github_workflow_update', { runId: 3, status: 'completed', conclusion: 'failure' });
		assert.deepEqual(fired(), [
			'notification:warning',
			'agent_error:error',
			'agent_log:info',
			'workflow:failed',
			'tdd_phase:other',
			'issue_update:opened',
			'pull_request_update:merged',
			'run_update:failure',
		]);
		assert.equal(entity('system_agent_log')?.enabled_by_default, false);
		assert.equal(state('agent_a_last_error'), 'no');
		assert.equal(entity('agent_a_last_error')?.attributes.code, 'E1');
	});

	it('fire every one of a burst', () => {
		const { tell, fired } = mapping();
		for (let index = 0; index < 100; index += 1) tell('system_alert', { severity: 'error', title: `a${index}` });
		assert.equal(fired().length, 100);
	});

	it('show the last of GitHub', () => {
		const { tell, state, entity } = mapping();
		tell('github_pr_update', { repository: { full_name: 'acme/shop' }, number: 18, state: 'open', title: 'Refuse' });
		assert.equal(state('github_pull_request'), 'open');
		assert.deepEqual(entity('github_pull_request')?.attributes, {
			title: 'Refuse',
			number: '18',
			repository: 'acme/shop',
		});
		assert.equal(entity('github_run'), undefined);
	});

	it('count on over a restart', () => {
		const first = mapping();
		for (const taskId of ['a', 'b']) first.tell('agent_task_update', { agentId: 'x', taskId, status: 'completed' });
		first.tell('test_result', { total: 45, failing: 2 });
		assert.deepEqual([first.state('total_tasks_completed'), first.state('total_tests_run')], [2, 45]);
		const clock = new FakeClock(first.clock.now() + 60_000);
		const second = mapping(clock, first.pipeline.save());
		second.tell('agent_task_update', { agentId: 'x', taskId: 'c', status: 'completed' });
		assert.deepEqual([second.state('total_tasks_completed'), second.state('total_tests_run')], [3, 45]);
	});

	it('stay as many as for a few, after ten thousand agents, tasks, workflows and environments in a day', function () {
		this.timeout(60_000);
		const { tell, clock, pipeline, changes, reports } = mapping();
		const counts: number[] = [];
		for (let index = 1; index <= 10_000; index += 1) {
			clock.advance(8_640);
			tell('agent_status', { agentId: `agent-${index}`, status: 'busy', currentTask: { id: `t${index}` } });
			tell('workflow_started', { workflowId: `w${index}` });
			tell('workflow_complete', { workflowId: `w${index}` });
			tell('deployment_status', { environment: `env-${index}`, status: 'ok' });
			if (index === 100 || index === 10_000) counts.push(pipeline.entities().length);
			changes.length = 0;
		}
		assert.equal(counts[1], counts[0]);
		assert.ok((counts[0] ?? 0) < limits.autosdlcAgents * 20);
		assert.deepEqual(reports, []);
		pipeline.close();
	});

	it('of an agent that left are removed', () => {
		const { tell, clock, entity, pipeline } = mapping();
		tell('agent_status', { agentId: 'a', status: 'idle' });
		assert.ok(entity('agent_a_status'));
		clock.advance(limits.autosdlcAgentLife + 60_000);
		assert.equal(entity('agent_a_status'), undefined);
		pipeline.close();
	});
});
