import { createHash } from 'node:crypto';
import type { StreamEvent } from '../../../model/event';
import { limits } from '../../../model/limits';
import { dropOldest } from '../../../model/oldest';

/** Events that were seen: one that comes through two rooms is the same. Bounded. */
export class Repeats {
	/** When each was received, by its mark, oldest first. */
	private readonly seen = new Map<string, number>();
	private unlike = 0;

	/**
	 * A mark of this event, unless it was seen: null. Events of one name, with the same ids, timestamp and content, are the same;
	 * without a timestamp only within a moment.
	 */
	mark({ type, time, data, received }: StreamEvent): string | null {
		const text = `${type} ${this.textOf(data)}`;
		const mark = createHash('sha256').update(text).digest('base64').slice(0, 22);
		const before = this.seen.get(mark);
		if (before !== undefined && (time !== null || received - before < limits.agentsApiRepeatWithin)) return null;
		this.seen.delete(mark);
		this.seen.set(mark, received);
		dropOldest(this.seen, limits.agentsApiRepeats);
		return time === null ? `${mark}${received}` : mark;
	}

	/** Data as text; what a flow hands in need be no JSON, and then is like nothing else. */
	private textOf(data: unknown): string {
		try {
			return JSON.stringify(data);
		} catch {
			this.unlike += 1;
			return `${this.unlike}`;
		}
	}
}
