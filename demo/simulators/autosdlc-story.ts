/** Events that come together. */
interface Scene {
	/** Seconds after the scene before. */
	readonly after: number;
	/**
	 * @param round how often the story was told, from 1 on
	 * @param now milliseconds since 1970
	 */
	readonly events: (round: number, now: number) => readonly (readonly [type: string, data: object])[];
}

const usage = (cpuUsage: number, memoryUsage: number, tasksCompleted: number) => ({
	cpuUsage,
	memoryUsage,
	tasksCompleted,
});

const status = (
	agentId: string,
	state: 'idle' | 'busy' | 'error',
	metrics: object,
	currentTask?: object,
): readonly [string, object] => [
	'agent_status',
	{ agentId, agentType: agentId.replace(/-\d+$/, ''), status: state, ...(currentTask && { currentTask }), metrics },
];

const task = (round: number, progress: number) => ({ id: `task-${round}`, type: 'implement_feature', progress });
const workflow = (round: number) => ({ workflowId: `wf-${round}`, name: `feature ${round}` });
const by = (agentId: string, round: number) => ({ agentId, taskId: `task-${round}` });

const tests = (total: number, failing: number) => ({ total, passing: total - failing, failing });
const coverage = (lines: number, branches: number, functions: number) => ({ lines, branches, functions });

const step = (round: number, done: string, next: string, completedSteps: number): readonly [string, object] => [
	'workflow_step_complete',
	{ ...workflow(round), step: done, currentStep: next, completedSteps, totalSteps: 4 },
];

const run = (round: number, state: object): readonly [string, object] => [
	'github_workflow_update',
	{ repository: 'acme/shop', name: 'CI', runId: 1_000 + round, branch: `feature-${round}`, ...state },
];

const pullRequest = (round: number, state: object): readonly [string, object] => [
	'github_pr_update',
	{ repository: 'acme/shop', number: 100 + round, title: `Feature ${round}`, ...state },
];

const deployment = (round: number, state: string, worker: string): readonly [string, object] => [
	'deployment_status',
	{
		environment: 'staging',
		deploymentId: `dep-${round}`,
		status: state,
		version: `1.${round}.0`,
		components: { api: 'healthy', web: 'healthy', worker },
	},
];

/** One feature from the first failing test to staging: a coder, a tester and a reviewer; once something goes wrong, and is mended. */
export const story: readonly Scene[] = [
	{
		after: 1,
		events: (round) => [
			status('coder-001', 'idle', usage(2.1, 420_000_000, round - 1)),
			status('tester-001', 'idle', usage(1.2, 310_000_000, round - 1)),
			status('reviewer-001', 'idle', usage(0.9, 280_000_000, round - 1)),
		],
	},
	{
		after: 4,
		events: (round, now) => [
			[
				'github_issue_update',
				{ repository: 'acme/shop', number: 10 + round, action: 'opened', state: 'open', title: `Wish ${round}` },
			],
			[
				'workflow_started',
				{
					...workflow(round),
					currentStep: 'test',
					completedSteps: 0,
					totalSteps: 4,
					estimatedCompletion: now + 60_000,
				},
			],
			status('tester-001', 'busy', usage(35.4, 512_000_000, round - 1), task(round, 10)),
		],
	},
	{
		after: 5,
		events: (round) => [
			[
				'tdd_phase_change',
				{ ...by('tester-001', round), previousPhase: 'refactor', currentPhase: 'red', testResults: tests(46, 1) },
			],
			['test_result', { ...by('tester-001', round), suite: 'unit', testResults: tests(46, 1), duration: 8_400 }],
			step(round, 'test', 'implement', 1),
			status('tester-001', 'idle', usage(2, 330_000_000, round)),
			status('coder-001', 'busy', usage(45.2, 1_024_000_000, round - 1), task(round, 20)),
		],
	},
	{
		after: 6,
		events: (round) => [
			['agent_log', { ...by('coder-001', round), level: 'info', message: 'The failing test is understood' }],
			[
				'agent_task_update',
				{ ...by('coder-001', round), taskType: 'implement_feature', status: 'in_progress', progress: 55 },
			],
			['agent_metric', { agentId: 'coder-001', metrics: { cpuUsage: 71.5, memoryUsage: 1_224_000_000 } }],
		],
	},
	{
		after: 5,
		events: (round) => [
			['agent_error', { ...by('coder-001', round), code: 'TOOL_TIMEOUT', message: 'The compiler did not answer' }],
			status('coder-001', 'error', usage(3.3, 1_230_000_000, round - 1), task(round, 60)),
			[
				'system_alert',
				{ severity: 'warning', title: 'An agent failed', message: 'It is restarted', component: 'agents' },
			],
		],
	},
	{
		after: 7,
		events: (round) => [
			status('coder-001', 'busy', usage(52.8, 980_000_000, round - 1), task(round, 70)),
			['system_notification', { level: 'info', title: 'Agent restarted', message: 'coder-001 goes on' }],
		],
	},
	{
		after: 6,
		events: (round) => [
			[
				'tdd_phase_change',
				{
					...by('coder-001', round),
					previousPhase: 'red',
					currentPhase: 'green',
					testResults: tests(46, 0),
					coverage: coverage(98.5, 95.2, 100),
				},
			],
			[
				'agent_task_update',
				{ ...by('coder-001', round), taskType: 'implement_feature', status: 'completed', progress: 100 },
			],
			status('coder-001', 'idle', usage(2.4, 430_000_000, round)),
			step(round, 'implement', 'review', 2),
			pullRequest(round, { action: 'opened', state: 'open' }),
			run(round, { status: 'in_progress' }),
			status('reviewer-001', 'busy', usage(22.6, 450_000_000, round - 1), { id: `task-r${round}`, type: 'review' }),
		],
	},
	{
		after: 6,
		events: (round) => [
			[
				'tdd_phase_change',
				{ ...by('coder-001', round), previousPhase: 'green', currentPhase: 'refactor', testResults: tests(46, 0) },
			],
			['coverage_update', { ...by('coder-001', round), coverage: coverage(98.9, 95.8, 100) }],
			run(round, { status: 'completed', conclusion: 'success' }),
			pullRequest(round, { action: 'closed', state: 'closed', merged: true }),
			step(round, 'review', 'deploy', 3),
			status('reviewer-001', 'idle', usage(1.1, 290_000_000, round)),
			deployment(round, 'deploying', 'starting'),
		],
	},
	{
		after: 8,
		events: (round) => {
			const failed = round % 3 === 0;
			const end: readonly [string, object] = failed
				? ['workflow_failed', { ...workflow(round), step: 'deploy', error: 'The worker does not start' }]
				: ['workflow_complete', { ...workflow(round), duration: 55_000, artifacts: [`feature-${round}.patch`] }];
			return [deployment(round, failed ? 'failed' : 'deployed', failed ? 'unhealthy' : 'healthy'), end];
		},
	},
	{ after: 12, events: () => [] },
];
