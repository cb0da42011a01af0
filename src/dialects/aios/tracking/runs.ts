import type { Happening } from '../../../model/description';
import { limits } from '../../../model/limits';
import type { DagTotals, Run, Step } from '../pictures';
import type { DataOf } from '../schemas';
import { runState } from '../words';
import { Open } from './open';
import { bounded, type EventOf, happenedAt, idOf, newer, type Part, withHappening } from './part';
import { earlier, Places } from './places';

/** Events that tell of runs. */
export type RunEvent = 'dag_run_status' | 'step_status' | 'dag_run_progress';

const empty = (place: number): Run => ({
	place,
	dag_id: null,
	run_id: null,
	status: null,
	reported: null,
	progress: null,
	total_steps: null,
	completed_steps: null,
	running_steps: null,
	failed_steps: null,
	pending_steps: null,
	started_at: null,
	step: null,
	steps: [],
});

const hasEnded = ({ status }: Run) => status === 'success' || status === 'failed' || status === 'cancelled';

const withStatus = (old: Run, data: DataOf<'dag_run_status'>): Run => ({
	...old,
	status: runState(data.status),
	reported: bounded(data.status),
	started_at: newer(data.started_at, old.started_at),
});

/** The state of a run of which something is told though nobody has told its own: we came after its start. */
const goingOn = ({ status }: Run): Run['status'] => status ?? 'running';

const withProgress = (old: Run, data: DataOf<'dag_run_progress'>): Run => ({
	...old,
	status: (data.completion_percentage ?? 0) < 100 ? goingOn(old) : old.status,
	progress: newer(data.completion_percentage, old.progress),
	total_steps: newer(data.total_steps, old.total_steps),
	completed_steps: newer(data.completed_steps, old.completed_steps),
	running_steps: newer(data.running_steps, old.running_steps),
	failed_steps: newer(data.failed_steps, old.failed_steps),
	pending_steps: newer(data.pending_steps, old.pending_steps),
});

/** The run with a step as the event tells it: a new one at the end, where there is room. */
function withStep(old: Run, data: DataOf<'step_status'>): Run {
	const step_id = bounded(data.step_id, limits.aiosStepText);
	if (step_id === null) return old;
	const step: Step = {
		step_id,
		status: bounded(data.status, limits.aiosStepText),
		duration: typeof data.duration === 'number' ? data.duration / 1000 : null,
		retry_count: data.retry_count ?? null,
		error: bounded(data.error, limits.aiosStepText),
		start_time: data.start_time ?? null,
		end_time: data.end_time ?? null,
	};
	const index = old.steps.findIndex((each) => each.step_id === step_id);
	const steps = index < 0 ? [...old.steps, step].slice(0, limits.aiosSteps) : old.steps.with(index, step);
	return { ...old, status: goingOn(old), step: step_id, steps };
}

/** The run as an event leaves it. */
function changed(old: Run, event: EventOf<RunEvent>): Run {
	const { dag_id, run_id } = event.data;
	const run = { ...old, dag_id: bounded(dag_id) ?? old.dag_id, run_id: idOf(run_id) };
	switch (event.type) {
		case 'dag_run_status':
			return withStatus(run, event.data);
		case 'step_status':
			return withStep(run, event.data);
		case 'dag_run_progress':
			return withProgress(run, event.data);
	}
}

/** DAG runs in their places with their steps, how many are under way, and how many ended how. */
export class Runs implements Part<RunEvent> {
	private readonly places = new Places<Run>(limits.aiosRuns, empty);
	private readonly open = new Open<'running'>();
	private succeeded = 0;
	private failed = 0;
	private failedSteps = 0;
	private failures: readonly Happening[] = [];

	constructor(private readonly counting: number) {}

	readonly pictures = {
		dag_runs: (): readonly Run[] => this.places.list(),
		dag_totals: (): DagTotals => ({
			counting: this.counting,
			running: this.open.count('running'),
			succeeded: this.succeeded,
			failed: this.failed,
			failedSteps: this.failedSteps,
			notShown: this.notShown(),
			failures: this.failures,
		}),
	};

	take(event: EventOf<RunEvent>, again: boolean): readonly string[] {
		const id = idOf(event.data.run_id);
		if (id === null) return [];
		const run = this.places.update(id, happenedAt(event), event.received, (old) => changed(old, event), hasEnded);
		this.open.set(id, run.status === 'running' ? 'running' : null, event.received);
		if (again) return ['dag_runs', 'dag_totals'];
		if (event.type === 'dag_run_status') {
			const said = runState(event.data.status);
			if (said === 'success') this.succeeded += 1;
			if (said === 'failed') this.failed += 1;
		} else if (event.type === 'step_status') this.step(event);
		return ['dag_runs', 'dag_totals'];
	}

	expire(before: number): readonly string[] {
		return [...(this.places.expire(before) ? ['dag_runs'] : []), ...(this.open.expire(before) ? ['dag_totals'] : [])];
	}

	oldest(): number | null {
		return earlier(this.places.oldest(), this.open.oldest());
	}

	private notShown(): number {
		const shown = this.places.list().filter(({ status }) => status === 'running').length;
		return Math.max(0, this.open.count('running') - shown);
	}

	private step(event: EventOf<'step_status'>): void {
		const { data } = event;
		if (runState(data.status) !== 'failed') return;
		this.failedSteps += 1;
		this.failures = withHappening(this.failures, event, 'failed', {
			dag_id: bounded(data.dag_id),
			run_id: bounded(data.run_id),
			step_id: bounded(data.step_id),
			error: bounded(data.error),
			retry_count: data.retry_count,
			duration: typeof data.duration === 'number' ? data.duration / 1000 : null,
		});
	}
}
