import { limits } from '../model/limits';
import { MIGRATE } from './discovery';
import type { Document } from './document';
import type { Message } from './message';

/** Entities move from one document to others: they are told (`flag`), announced there (`move`), and the old topic of the classic form is emptied. */
interface Migration {
	readonly from: Document;
	readonly to: readonly Document[];
	stage: 'flag' | 'move' | 'empty';
	at: number;
}

/** Moves entities between discovery documents in the steps with which Home Assistant keeps their ids, names and history. */
export class Migrations {
	private readonly running = new Map<string, Migration>();

	/**
	 * @param released a document may be sent now
	 * @param done nothing is left of a document
	 */
	constructor(
		private readonly released: (document: Document) => void,
		private readonly done: (document: Document) => void,
	) {}

	/** Begins a move. */
	add(from: Document, to: readonly Document[]): void {
		this.running.set(from.topic, { from, to, stage: 'flag', at: 0 });
		for (const document of to) document.heldBy.add(from.topic);
	}

	/** A message on the old topic did not arrive for certain: from the beginning. */
	lost(topic: string): void {
		const migration = this.running.get(topic);
		if (migration) migration.stage = 'flag';
	}

	/** Takes the next steps. */
	take(into: Message[], most: number, now: number): void {
		for (const migration of this.running.values()) {
			if (into.length >= most) return;
			if (migration.from.read) this.step(into, migration, now);
		}
	}

	/** When a step is due (ms since 1970), or null. */
	next(now: number): number | null {
		let next: number | null = null;
		for (const migration of this.running.values()) {
			const at = migration.stage === 'empty' ? migration.at : isMoved(migration) ? now : null;
			if (at !== null && (next === null || at < next)) next = at;
		}
		return next;
	}

	private step(into: Message[], migration: Migration, now: number): void {
		const { from, to, stage } = migration;
		const isNothing = !from.stored && from.sent === '';
		if (stage === 'flag') {
			if (!isNothing) into.push(flag(from));
			for (const document of to) {
				document.heldBy.delete(from.topic);
				document.notBefore = Math.max(document.notBefore, isNothing ? now : now + limits.documentEvery / 2);
				this.released(document);
			}
			migration.stage = 'move';
		} else if (stage === 'move') {
			if (!isMoved(migration)) return;
			migration.stage = 'empty';
			migration.at = now + limits.documentEvery;
		} else if (migration.at <= now) {
			if (!isNothing && from.form === 'entity') {
				into.push({ topic: from.topic, payload: '', retain: true, kind: 'clear' });
			}
			this.running.delete(from.topic);
			this.done(from);
		}
	}
}

/**
 * Tells that a document's entities move. On a device's topic it is left to expire: an empty message there, now that no component is
 * left, makes Home Assistant log a warning (tried with 2026.11); a flag that stays says nothing to it.
 */
function flag({ topic, form }: Document): Message {
	const message = { topic, payload: MIGRATE, retain: true, kind: 'document' } as const;
	return form === 'device' ? { ...message, expiry: limits.migrationExpiry } : message;
}

function isMoved({ stage, to }: Migration): boolean {
	if (stage !== 'move') return false;
	return to.every(({ stored, suppressed, foreign, members }) => stored || suppressed || foreign || members.size === 0);
}
