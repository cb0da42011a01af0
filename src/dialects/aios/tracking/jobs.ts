import type { Happening } from '../../../model/description';
import type { StreamEvent } from '../../../model/event';
import { limits } from '../../../model/limits';
import { parseTime } from '../../../model/time';
import type { Job, JobTotals } from '../pictures';
import type { DataOf } from '../schemas';
import { toldJobState } from '../words';
import { Open } from './open';
import { bounded, type EventOf, happenedAt, idOf, newer, type Part, withHappening } from './part';
import { earlier, Places } from './places';

/** Events that tell of jobs. */
export type JobEvent = 'processing_job_status' | 'processing_job_completed' | 'processing_job_failed';
/** All that one of them can have. */
type Data = DataOf<'processing_job_status'> & DataOf<'processing_job_completed'> & DataOf<'processing_job_failed'>;

const empty = (place: number): Job => ({
	place,
	job_id: null,
	run_id: null,
	filename: null,
	type: null,
	status: null,
	reported: null,
	progress: null,
	current_step: null,
	started_at: null,
	estimated_completion: null,
	ended_at: null,
	duration: null,
	error: null,
	retry_count: null,
	can_retry: null,
	entities: null,
	insights: null,
});

const hasEnded = ({ status }: Job) => status === 'completed' || status === 'failed' || status === 'cancelled';

/** The seconds between two times of the server; null where one is not known, or they are in the wrong order. */
function secondsBetween(start: string | null, end: string | null): number | null {
	const [from, to] = [parseTime(start), parseTime(end)];
	return from === null || to === null || to < from ? null : (to - from) / 1000;
}

/** A job as an event leaves it. */
function changed(job: Job, data: Data, event: StreamEvent): Job {
	const status = toldJobState(event.type, data.status);
	// A job that runs again after it ended (a retry) begins anew.
	const base =
		hasEnded(job) && (status === 'queued' || status === 'processing')
			? { ...empty(job.place), filename: job.filename }
			: job;
	const said = newer(data.completed_at, newer(data.failed_at, null));
	const started_at = newer(data.started_at, base.started_at);
	const next: Job = {
		...base,
		job_id: idOf(data.job_id),
		run_id: bounded(data.run_id) ?? base.run_id,
		filename: bounded(data.filename) ?? base.filename,
		type: bounded(data.type) ?? base.type,
		status,
		reported: bounded(data.status),
		progress: status === 'completed' ? (data.progress ?? 100) : newer(data.progress, base.progress),
		current_step: bounded(newer(data.current_step, base.current_step)),
		started_at,
		estimated_completion: newer(data.estimated_completion, base.estimated_completion),
		error: bounded(newer(data.error, base.error)),
		retry_count: newer(data.retry_count, base.retry_count),
		can_retry: newer(data.can_retry, base.can_retry),
		entities: data.result?.entities?.length ?? base.entities,
		insights: data.result?.insights?.length ?? base.insights,
	};
	if (!hasEnded(next)) return next;
	const ended_at = said ?? base.ended_at ?? event.time;
	return {
		...next,
		current_step: null,
		estimated_completion: null,
		ended_at,
		duration: secondsBetween(started_at, ended_at),
	};
}

/** Jobs in their places, how many are under way, and how many ended how. */
export class Jobs implements Part<JobEvent> {
	private readonly places = new Places<Job>(limits.aiosJobs, empty);
	private readonly open = new Open<'queued' | 'processing'>();
	private completed = 0;
	private failed = 0;
	private completions: readonly Happening[] = [];
	private failures: readonly Happening[] = [];

	constructor(private readonly counting: number) {}

	readonly pictures = {
		jobs: (): readonly Job[] => this.places.list(),
		job_totals: (): JobTotals => ({
			counting: this.counting,
			queued: this.open.count('queued'),
			processing: this.open.count('processing'),
			completed: this.completed,
			failed: this.failed,
			notShown: this.notShown(),
			completions: this.completions,
			failures: this.failures,
		}),
	};

	take(event: EventOf<JobEvent>, again: boolean): readonly string[] {
		const data: Data = event.data;
		const id = idOf(data.job_id);
		if (id === null) return [];
		const change = (old: Job) => changed(old, data, event);
		const job = this.places.update(id, happenedAt(event), event.received, change, hasEnded);
		const { status } = job;
		this.open.set(id, status === 'queued' || status === 'processing' ? status : null, event.received);
		if (again) return ['jobs', 'job_totals'];
		const { job_id, run_id, filename, type, duration } = job;
		const about = { job_id, run_id, file_name: filename, job_type: type };
		if (event.type === 'processing_job_completed') {
			this.completed += 1;
			const { entities, insights } = job;
			this.completions = withHappening(this.completions, event, 'completed', {
				...about,
				duration,
				entities,
				insights,
			});
		} else if (event.type === 'processing_job_failed') {
			this.failed += 1;
			const { retry_count, can_retry } = data;
			const error = bounded(data.error);
			this.failures = withHappening(this.failures, event, 'failed', { ...about, error, retry_count, can_retry });
		}
		return ['jobs', 'job_totals'];
	}

	expire(before: number): readonly string[] {
		return [...(this.places.expire(before) ? ['jobs'] : []), ...(this.open.expire(before) ? ['job_totals'] : [])];
	}

	oldest(): number | null {
		return earlier(this.places.oldest(), this.open.oldest());
	}

	private notShown(): number {
		const shown = this.places.list().filter(({ status }) => status === 'queued' || status === 'processing').length;
		return Math.max(0, this.open.count('queued') + this.open.count('processing') - shown);
	}
}
