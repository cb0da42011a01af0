import type { z } from 'zod';
import type { Loose } from '../validate';
import {
	agentError,
	agentLog,
	agentMetric,
	agentStatus,
	agentTaskUpdate,
	coverageUpdate,
	tddPhaseChange,
	testResult,
} from './schemas/agents';
import { auth, authRequest, beat, connection, error, subscription, subscriptionUpdate } from './schemas/control';
import {
	deploymentStatus,
	githubIssue,
	githubPullRequest,
	githubWorkflow,
	systemAlert,
	systemNotification,
	workflow,
} from './schemas/system';

/** The data of every message type of the document. Two of them it shows (`agent_status`, `tdd_phase_change`); the others follow its prose. */
export const schemas = {
	connect: connection,
	disconnect: connection,
	ping: beat,
	pong: beat,
	error,
	auth_request: authRequest,
	auth_success: auth,
	auth_failure: auth,
	subscribe: subscription,
	unsubscribe: subscription,
	subscription_update: subscriptionUpdate,
	agent_status: agentStatus,
	agent_task_update: agentTaskUpdate,
	agent_log: agentLog,
	agent_metric: agentMetric,
	agent_error: agentError,
	tdd_phase_change: tddPhaseChange,
	test_result: testResult,
	coverage_update: coverageUpdate,
	workflow_started: workflow,
	workflow_step_complete: workflow,
	workflow_complete: workflow,
	workflow_failed: workflow,
	system_notification: systemNotification,
	system_alert: systemAlert,
	deployment_status: deploymentStatus,
	github_issue_update: githubIssue,
	github_pr_update: githubPullRequest,
	github_workflow_update: githubWorkflow,
};

/** A message type of the protocol. */
export type MessageType = keyof typeof schemas;

/** The data of every message type as it is after lenient validation: any field may be missing or null. */
export type DataOf = { readonly [T in MessageType]: Loose<z.infer<(typeof schemas)[T]>> };
