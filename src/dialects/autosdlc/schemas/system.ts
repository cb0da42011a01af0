import { z } from 'zod';
import { anything, count, duration, flag, message, percent, text, word } from './fields';

/** Any stage of a workflow. `estimatedCompletion` is a time: RFC 3339, or a number as in the envelope. */
export const workflow = message({
	workflowId: text(),
	runId: text(),
	name: text(),
	step: anything(),
	currentStep: anything(),
	completedSteps: count(),
	totalSteps: count(),
	progress: percent(),
	estimatedCompletion: anything(),
	duration: duration(),
	artifacts: anything(),
	metrics: anything(),
	message: text(),
	error: anything(),
});

const severity = () => word('info', 'warning', 'error', 'critical').optional();

/** Info, warning or error for users. */
export const systemNotification = message({ level: severity(), severity: severity(), title: text(), message: text() });

/** A critical issue that wants attention. */
export const systemAlert = message({
	severity: severity(),
	level: severity(),
	title: text(),
	message: text(),
	component: text(),
});

/** How an environment is. `components`: health by name, or a list with `name` and `status` or `health`. */
export const deploymentStatus = message({
	environment: z.string(),
	deploymentId: text(),
	status: z.string(),
	version: text(),
	components: anything(),
	message: text(),
	url: text(),
});

const github = { repository: anything(), action: text(), title: text(), url: text() };

/** An issue. */
export const githubIssue = message({ ...github, number: count(), state: text() });

/** A pull request. */
export const githubPullRequest = message({ ...github, number: count(), state: text(), merged: flag(), draft: flag() });

/** A run of a GitHub workflow. */
export const githubWorkflow = message({
	...github,
	workflow: anything(),
	name: text(),
	runId: anything(),
	status: text(),
	conclusion: z.string().nullable().optional(),
	branch: text(),
});
