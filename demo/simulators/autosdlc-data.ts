/** Data of each message type: the document's examples, and its prose where it has none. */
const samples: { readonly [type: string]: (random: () => number) => object } = {
	connect: () => ({ clientId: 'client-1' }),
	disconnect: () => ({ reason: 'maintenance' }),
	ping: () => ({}),
	pong: () => ({}),
	error: () => ({ code: 'INTERNAL', message: 'The event processor is behind' }),
	agent_status: (random) => ({
		agentId: 'coder-001',
		agentType: 'coder',
		status: 'busy',
		currentTask: { id: 'task-789', type: 'implement_feature', progress: Math.floor(random() * 100) },
		metrics: { cpuUsage: Math.round(random() * 1_000) / 10, memoryUsage: 1_024_000_000, tasksCompleted: 12 },
	}),
	agent_task_update: (random) => ({
		agentId: 'coder-001',
		taskId: 'task-789',
		taskType: 'implement_feature',
		status: 'in_progress',
		progress: Math.floor(random() * 100),
	}),
	agent_log: () => ({ agentId: 'coder-001', taskId: 'task-789', level: 'info', message: 'Reading the failing test' }),
	agent_metric: (random) => ({
		agentId: 'coder-001',
		metrics: { cpuUsage: Math.round(random() * 1_000) / 10, memoryUsage: 900_000_000 },
	}),
	agent_error: () => ({
		agentId: 'coder-001',
		taskId: 'task-789',
		code: 'TOOL_TIMEOUT',
		message: 'The compiler hangs',
	}),
	tdd_phase_change: () => ({
		agentId: 'coder-001',
		taskId: 'task-789',
		previousPhase: 'red',
		currentPhase: 'green',
		testResults: { total: 45, passing: 45, failing: 0 },
		coverage: { lines: 98.5, branches: 95.2, functions: 100 },
	}),
	test_result: () => ({
		agentId: 'tester-001',
		taskId: 'task-789',
		suite: 'unit',
		testResults: { total: 45, passing: 44, failing: 1 },
		duration: 8_200,
		failures: [{ name: 'login refuses an empty password', message: 'expected 401, got 500' }],
	}),
	coverage_update: () => ({
		agentId: 'tester-001',
		taskId: 'task-789',
		coverage: { lines: 97.1, branches: 93.4, functions: 99 },
	}),
	workflow_started: () => ({
		workflowId: 'wf-42',
		name: 'feature: login',
		currentStep: 'plan',
		completedSteps: 0,
		totalSteps: 4,
	}),
	workflow_step_complete: () => ({
		workflowId: 'wf-42',
		step: 'plan',
		currentStep: 'implement',
		completedSteps: 1,
		totalSteps: 4,
	}),
	workflow_complete: () => ({ workflowId: 'wf-42', duration: 184_000, artifacts: ['login.patch'] }),
	workflow_failed: () => ({ workflowId: 'wf-42', step: 'review', error: 'The reviewer found a race' }),
	system_notification: () => ({ level: 'info', title: 'Release', message: 'Version 1.4.0 is out' }),
	system_alert: () => ({
		severity: 'critical',
		title: 'Redis is gone',
		message: 'Events are not distributed',
		component: 'cache',
	}),
	deployment_status: () => ({
		environment: 'staging',
		deploymentId: 'dep-7',
		status: 'deployed',
		version: '1.4.0',
		components: { api: 'healthy', web: 'healthy', worker: 'healthy' },
	}),
	github_issue_update: () => ({
		repository: 'acme/shop',
		number: 17,
		action: 'opened',
		state: 'open',
		title: 'Login fails with an empty password',
		url: 'https://github.com/acme/shop/issues/17',
	}),
	github_pr_update: () => ({
		repository: 'acme/shop',
		number: 18,
		action: 'opened',
		state: 'open',
		title: 'Refuse empty passwords',
		url: 'https://github.com/acme/shop/pull/18',
	}),
	github_workflow_update: () => ({
		repository: 'acme/shop',
		name: 'CI',
		runId: 991,
		status: 'completed',
		conclusion: 'success',
		branch: 'main',
		url: 'https://github.com/acme/shop/actions/runs/991',
	}),
};

/** Data of a message as a server could send it now. @throws Error where there is none of that type */
export function sampleOf(type: string, random: () => number): object {
	const sample = Object.hasOwn(samples, type) ? samples[type] : undefined;
	if (!sample) throw new Error(`There is no sample of ${type}`);
	return sample(random);
}
