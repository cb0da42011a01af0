import { limits } from '../model/limits';
import type { Ledger } from './ledger';
import type { Message } from './message';
import type { Topics } from './topics';

/** What a {@link LedgerKeeper} writes down. */
export interface KeeperParts {
	readonly topics: Topics;
	/** 0 up to 1, for an id. */
	readonly random: () => number;
	/** The ledger as of now. */
	readonly ledger: () => Ledger;
	/** What else must outlast a restart, JSON (undefined = nothing yet); null where nobody has anything. */
	readonly memory: (() => unknown) | null;
}

/**
 * Keeps the retained messages about ourselves: the marker (does the broker remember us?), the ledger (what is there of us?) and, where
 * somebody gives it, a memory. Decides when each is written.
 */
export class LedgerKeeper {
	private readonly session: string;
	private sequence = 0;
	private markerDue = false;
	private markedAt = 0;
	/** Something was published since the marker was written. */
	private hasWorked = false;
	/** Documents wait until the ledger that names them is written. */
	private isDue = false;
	/** The ledger is out of date in what nothing has to wait for: when that began, ms since 1970. */
	private staleSince: number | null = null;
	/** How long it may stay so, ms. */
	private patience: number = limits.ledgerEvery;
	private writtenAt = 0;
	private written: string | null = null;
	private remembered: string | undefined;
	/** Since when something was published that the memory may not have, ms since 1970. */
	private forgetfulSince: number | null = null;

	constructor(private readonly parts: KeeperParts) {
		this.session = Math.floor(parts.random() * 2 ** 48).toString(36);
	}

	/** What the ledger would say has changed, and has to be there before documents follow. */
	changed(): void {
		this.isDue = true;
	}

	/** A document came to the broker, or left it. In the classic form hundreds do: none waits for the ledger that tells of the last. */
	moved(now: number): void {
		this.staleSince ??= now;
		this.patience = 0;
	}

	/** Bookkeeping has changed: a crash would only cost that something is done once more. */
	noted(now: number): void {
		this.staleSince ??= now;
	}

	/** States were published: the marker ages. */
	worked(now: number): void {
		this.hasWorked = true;
		this.forgetfulSince ??= now;
	}

	/** Whether the broker still has what we published: our marker stands there, and no older one than the last we wrote. */
	isKept(marker: string | null): boolean {
		if (marker === null) return false;
		const [session, sequence] = marker.split(' ');
		return session !== this.session || Number(sequence) >= this.sequence;
	}

	/** A connection is open: all is written again where the broker may have lost it. */
	opened(forgotten: boolean): void {
		this.markerDue = true;
		if (forgotten) this.lost();
	}

	/** One of our messages did not arrive for certain. */
	lost(): void {
		this.written = null;
		this.remembered = undefined;
		this.forgetfulSince = 0;
		this.isDue = true;
	}

	/** Takes what is due. @returns true when documents may follow */
	take(into: Message[], most: number, now: number): boolean {
		if (this.markerDue || (this.hasWorked && now - this.markedAt >= limits.markerEvery)) {
			if (into.length >= most) return false;
			this.markerDue = false;
			this.hasWorked = false;
			this.markedAt = now;
			this.sequence++;
			const payload = `${this.session} ${this.sequence}`;
			into.push({ topic: this.parts.topics.marker, payload, retain: true, kind: 'marker' });
		}
		if (into.length < most && (this.memoryAt() ?? now + 1) <= now) into.push(...this.remember());
		if (!this.isDue && (this.staleAt() ?? now + 1) > now) return true;
		if (now < this.writtenAt + limits.documentEvery) return !this.isDue;
		if (into.length >= most) return !this.isDue;
		into.push(...this.write(now));
		return true;
	}

	/** What is to be written before we go. */
	farewell(now: number): Message[] {
		const isStale = this.isDue || this.staleSince !== null;
		return [...(isStale ? this.write(now) : []), ...(this.memoryAt() === null ? [] : this.remember())];
	}

	/** When something may be due (ms since 1970), or null. */
	next(): number | null {
		const written = this.isDue ? this.writtenAt + limits.documentEvery : this.staleAt();
		const times = [written, this.memoryAt()].filter((time) => time !== null);
		return times.length === 0 ? null : Math.min(...times);
	}

	/** Documents wait for the ledger until then (ms since 1970); 0 = they need not. */
	blockedUntil(): number {
		return this.isDue ? this.writtenAt + limits.documentEvery : 0;
	}

	private staleAt(): number | null {
		if (this.staleSince === null) return null;
		return Math.max(this.staleSince + this.patience, this.writtenAt + limits.documentEvery);
	}

	private memoryAt(): number | null {
		if (this.forgetfulSince === null || this.parts.memory === null) return null;
		return this.forgetfulSince + limits.memoryEvery;
	}

	private write(now: number): Message[] {
		this.isDue = false;
		this.staleSince = null;
		this.patience = limits.ledgerEvery;
		const ledger = this.parts.ledger();
		const payload = JSON.stringify(ledger);
		const isEmpty = this.written === null && ledger.entities.length + ledger.documents.length === 0;
		if (payload === this.written || isEmpty) return [];
		this.written = payload;
		this.writtenAt = now;
		return [{ topic: this.parts.topics.ledger, payload, retain: true, kind: 'ledger' }];
	}

	private remember(): Message[] {
		this.forgetfulSince = null;
		const payload = JSON.stringify(this.parts.memory?.());
		if (payload === undefined || payload === this.remembered) return [];
		this.remembered = payload;
		return [{ topic: this.parts.topics.memory, payload, retain: true, kind: 'ledger' }];
	}
}
