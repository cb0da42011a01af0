import type { StreamEvent } from '../../../model/event';
import { isFields } from '../../../model/fields';
import { limits } from '../../../model/limits';
import { Roster } from '../../roster';
import type { DataOf } from '../schemas';
import { labelOf, textOf } from '../values';
import { type Coverage, coverageOf, noCoverage, noTests, type TestCounts, testCountsOf } from './counts';
import type { Part, PartHandlers } from './part';
import { taskEnd } from './words';

/** States of an agent. */
export const agentStates = ['idle', 'busy', 'error'] as const;
/** Phases of test-driven development. */
export const tddPhases = ['red', 'green', 'refactor'] as const;

/** What is known of one agent; null = not known. */
export interface Agent {
	readonly id: string;
	readonly type: string | null;
	/** The server's word, whatever it is. */
	readonly status: string | null;
	readonly taskId: string | null;
	readonly taskType: string | null;
	/** The server's word for how the task stands. */
	readonly taskStatus: string | null;
	/** 0 to 100. */
	readonly progress: number | null;
	/** % of one processor. */
	readonly cpu: number | null;
	/** Bytes. */
	readonly memory: number | null;
	readonly tasksCompleted: number | null;
	readonly lastError: string | null;
	readonly lastErrorCode: string | null;
	/** Milliseconds since 1970. */
	readonly lastErrorAt: number | null;
	readonly phase: string | null;
	readonly previousPhase: string | null;
	readonly tests: TestCounts;
	readonly coverage: Coverage;
	/** When anything was heard of it last, milliseconds since 1970 by our clock. */
	readonly heard: number;
}

const stranger = (id: string): Omit<Agent, 'heard'> => ({
	id,
	type: null,
	status: null,
	...noTask,
	cpu: null,
	memory: null,
	tasksCompleted: null,
	lastError: null,
	lastErrorCode: null,
	lastErrorAt: null,
	phase: null,
	previousPhase: null,
	tests: noTests,
	coverage: noCoverage,
});

const noTask = { taskId: null, taskType: null, taskStatus: null, progress: null } as const;

/** Agents by their id: at most `limits.autosdlcAgents`; one that nothing is heard of for a day leaves. */
export class Agents implements Part<readonly Agent[]> {
	private readonly roster = new Roster<Agent>(limits.autosdlcAgents);

	readonly handlers: PartHandlers = {
		agent_status: (data, event) =>
			this.change(data, event, (agent) => ({
				type: textOf(data.agentType) ?? agent.type,
				status: textOf(data.status) ?? agent.status,
				// The status is a whole picture: a task that it does not have is over, unless the agent is busy with something.
				...(data.currentTask ? taskOf(data.currentTask, agent) : isBusy(data) ? {} : noTask),
				...usageOf(data.metrics, agent),
			})),
		agent_task_update: (data, event) =>
			this.change(data, event, (agent) => {
				const { taskId, taskType, status, progress, currentTask } = data;
				const given = { id: taskId ?? currentTask?.id, type: taskType ?? currentTask?.type };
				const task = taskOf({ ...given, progress: progress ?? currentTask?.progress }, agent);
				return taskEnd(status) === null ? { ...task, taskStatus: textOf(status) ?? task.taskStatus } : noTask;
			}),
		agent_metric: (data, event) =>
			this.change(data, event, (agent) => {
				const { metric, value } = data;
				const one = metric && typeof value === 'number' && value >= 0 ? { [metric]: value } : {};
				return usageOf({ ...data.metrics, ...one }, agent);
			}),
		agent_log: (data, event) => this.change(data, event, () => ({})),
		agent_error: (data, event) =>
			this.change(data, event, () => ({
				lastError: textOf(data.message) ?? labelOf(data.error, ['message', 'name', 'code']) ?? labelOf(data.code),
				lastErrorCode: labelOf(data.code) ?? labelOf(isFields(data.error) ? data.error.code : null, []),
				lastErrorAt: event.at,
			})),
		tdd_phase_change: (data, event) =>
			this.change(data, event, (agent) => ({
				phase: textOf(data.currentPhase) ?? agent.phase,
				previousPhase: textOf(data.previousPhase) ?? agent.phase,
				tests: testCountsOf(data.testResults) ?? agent.tests,
				coverage: coverageOf(data.coverage) ?? agent.coverage,
			})),
		test_result: (data, event) =>
			this.change(data, event, (agent) => ({ tests: testCountsOf(data.testResults ?? data) ?? agent.tests })),
		coverage_update: (data, event) =>
			this.change(data, event, (agent) => ({ coverage: coverageOf(data.coverage ?? data) ?? agent.coverage })),
	};

	picture(): readonly Agent[] {
		return this.roster.list().map(({ item }) => item);
	}

	tick(now: number): boolean {
		return this.roster.expire(now - limits.autosdlcAgentLife);
	}

	nextTick(): number | null {
		const oldest = this.roster.oldest();
		return oldest === null ? null : oldest + limits.autosdlcAgentLife + 1;
	}

	private change(
		{ agentId }: { readonly agentId?: string | null | undefined },
		event: StreamEvent,
		made: (agent: Agent) => Partial<Agent>,
	): boolean {
		const id = textOf(agentId);
		if (id === null) return false;
		const agent = { ...(this.roster.get(id) ?? stranger(id)), heard: event.received };
		this.roster.set(id, { ...agent, ...made(agent) }, event.received);
		return true;
	}
}

/** One of the agent's states, or null for a word that the document does not have. */
export function agentState({ status }: Agent): string | null {
	return agentStates.find((state) => state === status?.toLowerCase()) ?? null;
}

const isBusy = ({ status, currentTask }: DataOf['agent_status']) =>
	currentTask === undefined && status?.toLowerCase() === 'busy';

/** The task with what is known of it; another task starts with nothing known. */
function taskOf(
	{ id, type, progress }: NonNullable<DataOf['agent_status']['currentTask']>,
	agent: Agent,
): Pick<Agent, 'taskId' | 'taskType' | 'taskStatus' | 'progress'> {
	const taskId = textOf(id) ?? agent.taskId;
	const before = taskId === agent.taskId ? agent : noTask;
	return {
		taskId,
		taskType: textOf(type) ?? before.taskType,
		taskStatus: before.taskStatus,
		progress: progress ?? before.progress,
	};
}

function usageOf(
	metrics: DataOf['agent_metric']['metrics'],
	agent: Agent,
): Pick<Agent, 'cpu' | 'memory' | 'tasksCompleted'> {
	return {
		cpu: metrics?.cpuUsage ?? agent.cpu,
		memory: metrics?.memoryUsage ?? agent.memory,
		tasksCompleted: metrics?.tasksCompleted ?? agent.tasksCompleted,
	};
}
