import type { StreamEvent } from '../../../model/event';
import { limits } from '../../../model/limits';
import { epochTime, parseTime } from '../../../model/time';
import { Roster } from '../../roster';
import type { DataOf } from '../schemas';
import { labelOf, numberOf, textOf } from '../values';
import type { Part, PartHandlers } from './part';

/** States of a place for workflows; `idle`: no workflow is there. */
export const workflowStates = ['idle', 'running', 'completed', 'failed'] as const;

/** One place for workflows, with the one that is there; null = not known, or none. */
export interface Workflow {
	/** 1-based. */
	readonly place: number;
	readonly status: (typeof workflowStates)[number];
	readonly id: string | null;
	readonly name: string | null;
	/** The step that is under way, or that ended last. */
	readonly step: string | null;
	readonly completedSteps: number | null;
	readonly totalSteps: number | null;
	/** 0 to 100. */
	readonly progress: number | null;
	/** Milliseconds since 1970, as the other times. */
	readonly estimated: number | null;
	readonly started: number | null;
	readonly ended: number | null;
	/** Milliseconds. */
	readonly duration: number | null;
	readonly error: string | null;
	/** When the newest message about it was written. */
	readonly heard: number | null;
}

/** A message about a workflow that was written up to this long before the newest one was overtaken by it; by more, two clocks wrote them. */
const overtaken = 10_000;

type Data = DataOf['workflow_started'];

const noWorkflow = {
	status: 'idle',
	id: null,
	name: null,
	step: null,
	completedSteps: null,
	totalSteps: null,
	progress: null,
	estimated: null,
	started: null,
	ended: null,
	duration: null,
	error: null,
	heard: null,
} as const;

/** Workflows at numbered places: whatever comes, there are never more; a place that was used stays. */
export class Workflows implements Part<readonly Workflow[]> {
	private readonly roster = new Roster<Omit<Workflow, 'place'>>(limits.autosdlcWorkflows);
	private shown: Workflow[] = [];

	readonly handlers: PartHandlers = {
		workflow_started: (data, event) =>
			this.change(data, event, (known, id) =>
				isLate(known, event)
					? {
							name: known.name ?? textOf(data.name),
							totalSteps: known.totalSteps ?? data.totalSteps ?? null,
							started: event.at,
						}
					: { ...noWorkflow, id, status: 'running', started: event.at, ...progressOf(data) },
			),
		workflow_step_complete: (data, event) =>
			this.change(data, event, (known) =>
				isLate(known, event) ? {} : { status: 'running', ...progressOf(data, known, labelOf(data.step)) },
			),
		workflow_complete: (data, event) =>
			this.change(data, event, (known) => {
				const steps = { completedSteps: data.completedSteps ?? known.totalSteps ?? known.completedSteps };
				return {
					...progressOf(data, known),
					...steps,
					progress: 100,
					status: 'completed',
					...endOf(data, event, known),
				};
			}),
		workflow_failed: (data, event) =>
			this.change(data, event, (known) => ({
				...progressOf(data, known, labelOf(data.step)),
				status: 'failed',
				error: labelOf(data.error, ['message', 'code']) ?? textOf(data.message),
				...endOf(data, event, known),
			})),
	};

	picture(): readonly Workflow[] {
		return this.shown;
	}

	tick(now: number): boolean {
		if (!this.roster.expire(now - limits.autosdlcWorkflowLife)) return false;
		this.show();
		return true;
	}

	nextTick(): number | null {
		const oldest = this.roster.oldest();
		return oldest === null ? null : oldest + limits.autosdlcWorkflowLife + 1;
	}

	private change(
		data: Data,
		event: StreamEvent,
		made: (known: Omit<Workflow, 'place'>, id: string) => Partial<Omit<Workflow, 'place'>>,
	): boolean {
		const id = textOf(data.workflowId) ?? textOf(data.runId);
		if (id === null) return false;
		const known = this.roster.get(id) ?? { ...noWorkflow, id };
		const heard = isLate(known, event) ? known.heard : event.at;
		const next = { ...known, ...made(known, id), heard };
		this.roster.set(id, next, event.received, next.status !== 'running');
		this.show();
		return true;
	}

	/** Places that were used once and are free now show that nothing is there. */
	private show(): void {
		const shown: Workflow[] = this.shown.map(({ place }) => ({ place, ...noWorkflow }));
		for (const { place, item } of this.roster.list()) shown[place - 1] = { place, ...item };
		this.shown = shown;
	}
}

/** Whether a message was overtaken by one that was written later: it tells nothing of how things stand. */
function isLate({ heard }: Pick<Workflow, 'heard'>, { at }: StreamEvent): boolean {
	return heard !== null && at < heard && heard - at <= overtaken;
}

/** How far it is, by what a message tells and what is known. */
function progressOf(data: Data, known: Omit<Workflow, 'place'> = noWorkflow, ended: string | null = null) {
	const completedSteps = data.completedSteps ?? known.completedSteps;
	const totalSteps = data.totalSteps ?? known.totalSteps;
	const counted = completedSteps !== null && totalSteps ? Math.min(100, (completedSteps / totalSteps) * 100) : null;
	return {
		name: textOf(data.name) ?? known.name,
		step: labelOf(data.currentStep) ?? ended ?? labelOf(data.step) ?? known.step,
		completedSteps,
		totalSteps,
		progress: data.progress ?? counted ?? known.progress,
		estimated: timeOf(data.estimatedCompletion) ?? known.estimated,
	};
}

function endOf(data: Data, event: StreamEvent, known: Omit<Workflow, 'place'>) {
	const measured = known.started === null ? null : Math.max(0, event.at - known.started);
	return { ended: event.at, estimated: null, duration: numberOf(data.duration) ?? measured };
}

function timeOf(value: unknown): number | null {
	return typeof value === 'number' ? epochTime(value) : parseTime(value);
}
