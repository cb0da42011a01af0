import { limits } from '../../../model/limits';
import { dropOldest } from '../../../model/oldest';
import { textOf } from '../values';
import { testCountsOf } from './counts';
import { type Part, type PartHandlers, severityOf } from './part';
import { taskEnd } from './words';

/** What was counted since `counting`, ms since 1970. */
export interface Totals {
	readonly counting: number;
	readonly tasksCompleted: number;
	readonly tasksFailed: number;
	readonly workflowsCompleted: number;
	readonly workflowsFailed: number;
	readonly testRuns: number;
	readonly testsRun: number;
	readonly testsFailed: number;
	readonly agentErrors: number;
	readonly alertsInfo: number;
	readonly alertsWarning: number;
	readonly alertsError: number;
	readonly alertsCritical: number;
}

const alertCounters = {
	info: 'alertsInfo',
	warning: 'alertsWarning',
	error: 'alertsError',
	critical: 'alertsCritical',
} as const;

/** Counts what happens. */
export class Counters implements Part<Totals> {
	private totals: Totals;
	/** Tasks that have ended and how, oldest first: a server may tell of an end more than once, and a task that failed be tried again. */
	private readonly ended = new Set<string>();

	/** @param counting when counting begins, ms since 1970 */
	constructor(counting: number) {
		this.totals = {
			counting,
			tasksCompleted: 0,
			tasksFailed: 0,
			workflowsCompleted: 0,
			workflowsFailed: 0,
			testRuns: 0,
			testsRun: 0,
			testsFailed: 0,
			agentErrors: 0,
			alertsInfo: 0,
			alertsWarning: 0,
			alertsError: 0,
			alertsCritical: 0,
		};
	}

	readonly handlers: PartHandlers = {
		agent_task_update: ({ status, taskId, currentTask }) => {
			const end = taskEnd(status);
			const id = textOf(taskId ?? currentTask?.id);
			if (end === null || end === 'cancelled' || (id !== null && !this.isNew(`${end} ${id}`))) return false;
			return this.count({ [end === 'completed' ? 'tasksCompleted' : 'tasksFailed']: 1 });
		},
		workflow_complete: () => this.count({ workflowsCompleted: 1 }),
		workflow_failed: () => this.count({ workflowsFailed: 1 }),
		test_result: (data) => {
			const tests = testCountsOf(data.testResults ?? data);
			if (!tests) return false;
			return this.count({ testRuns: 1, testsRun: tests.total ?? 0, testsFailed: tests.failing ?? 0 });
		},
		agent_error: () => this.count({ agentErrors: 1 }),
		system_alert: ({ severity, level }) =>
			this.count({ [alertCounters[severityOf(severity ?? level, 'critical')]]: 1 }),
	};

	picture(): Totals {
		return this.totals;
	}

	private count(more: { readonly [counter in keyof Totals]?: number }): boolean {
		const totals: { -readonly [counter in keyof Totals]: Totals[counter] } = { ...this.totals };
		for (const [counter, by] of Object.entries(more)) totals[counter as keyof Totals] += by;
		this.totals = totals;
		return true;
	}

	private isNew(id: string): boolean {
		if (this.ended.has(id)) return false;
		this.ended.add(id);
		dropOldest(this.ended, limits.autosdlcSeen);
		return true;
	}
}
