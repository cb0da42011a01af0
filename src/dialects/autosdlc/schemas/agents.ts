import { z } from 'zod';
import {
	anything,
	count,
	coverageShares,
	duration,
	message,
	metrics,
	percent,
	task,
	testCounts,
	text,
	word,
} from './fields';

/** An agent's state: the document's example. */
export const agentStatus = message({
	agentId: z.string(),
	agentType: text(),
	status: word('idle', 'busy', 'error'),
	currentTask: task(),
	metrics: metrics(),
});

/** Progress of a task: the fields of `currentTask`, or with `task` before them as `taskId` is written elsewhere. */
export const agentTaskUpdate = message({
	agentId: text(),
	taskId: text(),
	taskType: text(),
	status: text(),
	progress: percent(),
	currentTask: task(),
});

/** A line of an agent's log. */
export const agentLog = message({
	agentId: text(),
	taskId: text(),
	level: word('debug', 'info', 'warning', 'error').optional(),
	message: text(),
});

/** Metrics of an agent: all of them as in its status, or one by its name. */
export const agentMetric = message({
	agentId: z.string(),
	metrics: metrics(),
	metric: text(),
	value: z.number().optional(),
	unit: text(),
});

/** Something that went wrong with an agent. `error` is a sentence, or an object with `code` and `message`. */
export const agentError = message({
	agentId: text(),
	taskId: text(),
	severity: text(),
	code: anything(),
	message: text(),
	error: anything(),
});

const phase = () => word('red', 'green', 'refactor');

/** Red → green → refactor: the document's example. */
export const tddPhaseChange = message({
	agentId: text(),
	taskId: text(),
	previousPhase: phase().nullable().optional(),
	currentPhase: phase(),
	testResults: z.object(testCounts).nullable().optional(),
	coverage: z.object(coverageShares).nullable().optional(),
});

/** A run of tests: counts as in a phase change, or without `testResults` around them. */
export const testResult = message({
	agentId: text(),
	taskId: text(),
	suite: text(),
	testResults: z
		.object({ ...testCounts, skipped: count() })
		.nullable()
		.optional(),
	...testCounts,
	skipped: count(),
	duration: duration(),
	failures: anything(),
});

/** Coverage: shares as in a phase change, or without `coverage` around them. */
export const coverageUpdate = message({
	agentId: text(),
	taskId: text(),
	coverage: z.object(coverageShares).nullable().optional(),
	...coverageShares,
});
