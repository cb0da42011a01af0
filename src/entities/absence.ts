import type { Subject } from '../model/description';
import { limits } from '../model/limits';
import type { Thing } from './registry';

/** Decides which things are gone. A gap deletes nothing: only long absence from lists that follow each other does. */
export class Absence {
	/** When the last list of a subject was received, ms since 1970; unknown after a gap. */
	private readonly lastList = new Map<Subject, number>();

	/** @param removeAfter absence after which a thing is gone, ms; null = never */
	constructor(private readonly removeAfter: number | null = limits.removeAfter) {}

	/** The stream had a gap: the time until the next list (of one event type, or of all) is no absence. */
	forget(type?: string): void {
		for (const subject of [...this.lastList.keys()]) {
			if (type === undefined || subject.from[0] === type) this.lastList.delete(subject);
		}
	}

	/**
	 * Those that a list no longer has: missing for the first time, or gone for good.
	 * @param listed natural keys on the list
	 * @param received when it was received, ms since 1970
	 */
	judge(
		subject: Subject,
		things: Iterable<Thing>,
		listed: ReadonlySet<string>,
		received: number,
	): { readonly missing: readonly Thing[]; readonly gone: readonly Thing[] } {
		const absent = [...things].filter(({ key }) => !listed.has(key ?? ''));
		if (subject.kept) return { missing: [], gone: absent };
		const since = Math.max(0, received - (this.lastList.get(subject) ?? received));
		this.lastList.set(subject, received);
		const missing: Thing[] = [];
		const gone: Thing[] = [];
		for (const thing of absent) {
			if (thing.present) {
				missing.push(thing);
				continue;
			}
			// Only the time between two lists that followed each other counts, and of a slow type not all of it.
			thing.missingFor += Math.min(since, limits.healthyGap);
			if (this.removeAfter !== null && thing.missingFor >= this.removeAfter) gone.push(thing);
		}
		return { missing, gone };
	}
}
