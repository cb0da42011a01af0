import type { StreamEvent } from '../../../model/event';
import { isFields } from '../../../model/fields';
import { limits } from '../../../model/limits';
import { dropOldest } from '../../../model/oldest';

/** What tells two events of a type apart, besides their time: only types that count or fire. */
const identity: Readonly<Record<string, readonly string[]>> = {
	processing_job_completed: ['job_id', 'run_id'],
	processing_job_failed: ['job_id', 'run_id'],
	agent_task_completed: ['agent_id', 'task_id'],
	agent_error: ['agent_id', 'error'],
	knowledge_item_created: ['item_id'],
	knowledge_item_updated: ['item_id'],
	insight_generated: ['insight_id'],
	dag_run_status: ['run_id', 'status'],
	step_status: ['run_id', 'step_id', 'status'],
	error: ['code', 'message'],
	connection_error: ['code', 'message'],
};

/** Knows which events came before, so that what a resync repeats counts once: the newest `limits.aiosRepeats` of them. */
export class Repeats {
	private readonly seen = new Set<string>();

	/** Whether this very event came before. Without a time of the server no two are the same. */
	has(event: StreamEvent): boolean {
		const fields = Object.hasOwn(identity, event.type) ? identity[event.type] : undefined;
		if (!fields || event.time === null) return false;
		const data = isFields(event.data) ? event.data : {};
		const about = fields.map((field) => String(data[field] ?? '').slice(0, limits.textLength));
		const key = JSON.stringify([event.type, event.at, ...about]);
		if (this.seen.has(key)) return true;
		this.seen.add(key);
		dropOldest(this.seen, limits.aiosRepeats);
		return false;
	}
}
