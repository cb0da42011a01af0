import { limits } from '../model/limits';
import type { Announcer } from './announcer';
import { type Ledger, parseLedger } from './ledger';
import type { Message } from './message';
import type { Known, Published } from './published';
import type { Topics } from './topics';

/** Keeps the two retained messages about ourselves: the marker (does the broker remember us?) and the ledger (what is there of us?). */
export class LedgerKeeper {
	private readonly session: string;
	private sequence = 0;
	private markerDue = false;
	private markedAt = 0;
	/** Something was published since the marker was written. */
	private hasWorked = false;
	/** Documents wait until the ledger that names them is written. */
	private isDue = false;
	/** The ledger is out of date in what nothing has to wait for. */
	private isStale = false;
	private writtenAt = 0;
	private written: string | null = null;
	/** When an event type of an endpoint was first healthy in this run (ms since 1970). */
	private readonly healthySince = new Map<string, number>();
	/** Entities that only the ledger knows. */
	private readonly unseen = new Set<Known>();
	private orphansAt: number | null = null;

	constructor(
		private readonly topics: Topics,
		private readonly published: Published,
		private readonly announcer: Announcer,
		private readonly leaving: Map<string, string[]>,
		random: () => number,
	) {
		this.session = Math.floor(random() * 2 ** 48).toString(36);
	}

	/** What the ledger would say has changed. */
	changed(): void {
		this.isDue = true;
	}

	/** A document came to the broker, or left it. In the classic form hundreds do: none waits for the ledger that tells of the last. */
	moved(): void {
		this.isStale = true;
	}

	/** States were published: the marker ages. */
	worked(): void {
		this.hasWorked = true;
	}

	/** Whether the broker still has what we published: our marker stands there, and no older one than the last we wrote. */
	isKept(marker: string | null): boolean {
		if (marker === null) return false;
		const [session, sequence] = marker.split(' ');
		return session !== this.session || Number(sequence) >= this.sequence;
	}

	/** A connection is open: both are written again where the broker may have lost them. */
	opened(forgotten: boolean): void {
		this.markerDue = true;
		if (!forgotten) return;
		this.written = null;
		this.isDue = true;
	}

	/** A marker or ledger did not arrive for certain. */
	lost(): void {
		this.written = null;
		this.isDue = true;
	}

	/** Takes marker and ledger where they are due. @returns true when documents may follow */
	take(into: Message[], most: number, now: number): boolean {
		if (this.markerDue || (this.hasWorked && now - this.markedAt >= limits.markerEvery)) {
			if (into.length >= most) return false;
			this.markerDue = false;
			this.hasWorked = false;
			this.markedAt = now;
			this.sequence++;
			into.push({
				topic: this.topics.marker,
				payload: `${this.session} ${this.sequence}`,
				retain: true,
				kind: 'marker',
			});
		}
		if (!this.isDue && !this.isStale) return true;
		if (now < this.writtenAt + limits.documentEvery) return !this.isDue;
		const payload = JSON.stringify(this.ledger());
		const isEmpty = this.written === null && this.published.byId.size === 0 && !payload.includes('"topic"');
		if (payload !== this.written && !isEmpty) {
			if (into.length >= most) return !this.isDue;
			into.push({ topic: this.topics.ledger, payload, retain: true, kind: 'ledger' });
			this.written = payload;
			this.writtenAt = now;
		}
		this.isDue = false;
		this.isStale = false;
		return true;
	}

	/** When something may be due (ms since 1970), or null. */
	next(): number | null {
		if (!this.isDue && !this.isStale) return this.orphansAt;
		const write = this.writtenAt + limits.documentEvery;
		return this.orphansAt === null ? write : Math.min(write, this.orphansAt);
	}

	/** Documents wait for the ledger until then (ms since 1970); 0 = they need not. */
	blockedUntil(): number {
		return this.isDue ? this.writtenAt + limits.documentEvery : 0;
	}

	/** While an event type of an endpoint is healthy, what is missing is missing indeed. */
	health(source: string, eventType: string, isHealthy: boolean, now: number): void {
		const key = `${source}\n${eventType}`;
		if (!isHealthy) this.healthySince.delete(key);
		if (!isHealthy || this.healthySince.has(key)) return;
		this.healthySince.set(key, now);
		if (this.unseen.size > 0) this.wake(now + limits.orphanAfter);
	}

	/** Entities that the ledger knows and nobody has reported although their event type is healthy. */
	orphans(now: number, removeAfter: number | null): Known[] {
		if (this.orphansAt === null || this.orphansAt > now) return [];
		this.orphansAt = null;
		const found: Known[] = [];
		for (const known of this.unseen) {
			if (known.entity !== null || this.published.byId.get(known.unique_id) !== known) {
				this.unseen.delete(known);
				continue;
			}
			const since = this.healthySince.get(`${known.source}\n${known.event_type}`);
			if (since === undefined) continue;
			const at = since + limits.orphanAfter;
			if (at > now) {
				this.wake(at);
				continue;
			}
			if (known.missingSince === null) this.isDue = true;
			known.missingSince ??= now;
			if (removeAfter !== null && !this.isExpired(known, now, removeAfter)) this.wake(known.missingSince + removeAfter);
			found.push(known);
		}
		return found;
	}

	/** Whether an orphan has been missing for so long that it is removed. */
	isExpired(known: Known, now: number, removeAfter: number | null): boolean {
		return removeAfter !== null && known.missingSince !== null && now - known.missingSince >= removeAfter;
	}

	/** The ledger as of now. */
	ledger(): Ledger {
		const ledger: Ledger = { version: 1, entities: [], documents: {}, removals: [], migrating: [] };
		for (const known of this.published.byId.values()) {
			ledger.entities.push({
				u: known.unique_id,
				p: known.path,
				t: known.platform,
				s: known.subject,
				o: known.source,
				e: known.event_type,
				...(known.document === null ? {} : { d: known.document }),
				...(known.extras.attributes ? { a: true } : {}),
				...(known.extras.thing ? { h: true } : {}),
				...(known.missingSince === null ? {} : { m: known.missingSince }),
			});
		}
		for (const document of this.announcer.documents.all()) {
			const { topic, stored, suppressed, device } = document;
			ledger.documents[topic] = { stored, suppressed };
			const add = (id: string, component: { p: Known['platform']; unique_id: string }, done: boolean): void => {
				const clear = this.leaving.get(`${topic}\n${id}`) ?? [];
				ledger.removals.push({ topic, id, component, device, clear, done });
			};
			for (const [id, { component }] of document.removing) add(id, component, false);
			for (const [id, component] of document.unconfirmed) add(id, component, true);
		}
		ledger.migrating = this.announcer.documents.migrating();
		return ledger;
	}

	/** Takes up an earlier ledger: what is known already stays. @returns false when it is none */
	restore(value: unknown): boolean {
		const ledger = parseLedger(value);
		if (!ledger) return false;
		const announced = new Map<Known, string>();
		for (const entry of ledger.entities) {
			const known = this.published.byId.get(entry.u) ?? this.addEntry(entry);
			if (known && entry.d) announced.set(known, entry.d);
		}
		this.announcer.restore(new Map(Object.entries(ledger.documents)), announced);
		for (const { topic, id, component, device, clear, done } of ledger.removals) {
			const document = this.announcer.documents.get(topic);
			if (!document || document.members.has(id)) continue;
			document.device = document.members.size === 0 ? device : document.device;
			if (done) document.unconfirmed.set(id, component);
			else document.removing.set(id, { component, stage: 'stub' });
			const ours = clear.filter((name) => name.startsWith(`${this.topics.prefix}/`));
			if (ours.length > 0) this.leaving.set(`${topic}\n${id}`, ours);
		}
		this.isDue = true;
		return true;
	}

	private addEntry(entry: Ledger['entities'][number]): Known | null {
		const { u: unique_id, p: path, t: platform, s: subject, o: source, e: event_type } = entry;
		if (!path.startsWith(`${source}/`) || path.split('/').length < 3) return null;
		try {
			const known = this.published.add({ unique_id, path, platform, subject, source, event_type });
			known.extras = { attributes: entry.a === true, thing: entry.h === true };
			if (known.extras.thing) this.published.use(known, known.thingTopic);
			known.missingSince = entry.m ?? null;
			this.unseen.add(known);
			return known;
		} catch {
			return null;
		}
	}

	private wake(at: number): void {
		if (this.orphansAt === null || at < this.orphansAt) this.orphansAt = at;
	}
}
