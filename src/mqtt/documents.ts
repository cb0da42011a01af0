import type { Device } from '../model/entity';
import { limits } from '../model/limits';
import type { Component, Origin, Place } from './discovery';
import { type Circumstances, Document } from './document';
import type { Message } from './message';
import { Migrations } from './migrations';
import { Removals } from './removals';

/** What {@link Documents} tells its owner. */
export interface DocumentEvents {
	/** A removed component is gone from Home Assistant (as far as can be known): its topics may be emptied. */
	gone(topic: string, id: string): void;
	/** A document is larger than it should be. @returns true when its components were moved elsewhere */
	oversize(topic: string): boolean;
	/** Another program's message stands on our config topic. */
	foreign(topic: string): void;
	/** The list of documents or removals has changed in a way that has to outlast a restart. */
	changed(): void;
	/** A document came to the broker, or left it: to be noted, but nothing has to wait for that. */
	moved(): void;
	/** Bookkeeping that should outlast a restart. */
	noted(): void;
	/** More removals wait for Home Assistant than are remembered. */
	full(): void;
}

/**
 * All discovery documents of one bridge: coalesced, at least `limits.documentEvery` apart, sent only when they changed, removed in the
 * steps that Home Assistant needs. Pure: the time is an argument, messages are the result.
 */
export class Documents {
	private readonly documents = new Map<string, Document>();
	/** Documents that may have something to send. */
	private readonly active = new Set<Document>();
	private readonly migrations = new Migrations(
		(document) => this.touch(document),
		(document) => this.forgetDocument(document),
	);
	private readonly removals: Removals;

	constructor(
		private readonly origin: Origin,
		private readonly sizeLimit: number,
		private readonly events: DocumentEvents,
	) {
		this.removals = new Removals({ ...events, all: () => this.all(), touch: (document) => this.touch(document) });
	}

	/** Home Assistant is known to listen, or not. */
	set present(is: boolean) {
		this.removals.present = is;
	}

	/** The document on a topic, made where there is none. */
	at(place: Place, device: Device): Document {
		let document = this.documents.get(place.topic);
		if (!document) {
			document = new Document(place, device);
			this.documents.set(place.topic, document);
			this.active.add(document);
			this.events.changed();
		}
		return document;
	}

	get(topic: string): Document | undefined {
		return this.documents.get(topic);
	}

	all(): IterableIterator<Document> {
		return this.documents.values();
	}

	/** Announces a component, or its new form. */
	put(document: Document, id: string, component: Component, notBefore = 0): void {
		const member = document.members.get(id);
		if (document.removing.get(id)?.component.p === component.p) this.removals.revoke(document, id);
		const isHeld = this.removals.hold(document, id);
		if (member) member.component = component;
		else document.members.set(id, { component, notBefore, follows: false, announcedAt: null });
		if (!member && isHeld) document.hold(id);
		document.wake(notBefore);
		this.touch(document);
	}

	/** The device has changed: every document of it says so. */
	describe(base: string, device: Device): void {
		for (const document of this.documents.values()) {
			if (document.base !== base) continue;
			document.device = device;
			this.touch(document);
		}
	}

	/** Removes a component in the steps that Home Assistant needs; `gone` follows. */
	remove(document: Document, id: string, component: Component): void {
		this.removals.begin(document, id, component, false);
		this.events.changed();
	}

	/** Goes on with a removal of an earlier run: one that is not done, or is to be repeated after the next birth. */
	resume(document: Document, id: string, component: Component, isDone: boolean): void {
		if (isDone) this.removals.keep(document, id, component);
		else this.removals.resume(document, id, component);
		this.touch(document);
	}

	/** Takes a component out of a document because it was `put` into another, where it is shown only after. */
	leave(from: Document, id: string, component: Component, to: Document): void {
		if (to.members.get(id)?.announcedAt === null) to.hold(id);
		this.removals.begin(from, id, component, true);
		this.events.changed();
	}

	/** Moves all of a document's entities: Home Assistant keeps their ids, names and history. `put` them into their new documents too. */
	migrate(from: Document, to: readonly Document[]): void {
		from.members.clear();
		from.retired = true;
		this.removals.handOver(from, to[0]);
		if (!from.stored && from.read) {
			this.forgetDocument(from);
			return;
		}
		this.migrations.add(from, to);
		this.active.delete(from);
		this.events.changed();
	}

	/** Whether a component's states and events may be sent, and since when Home Assistant could know it. */
	announcedAt(topic: string, id: string): number | null {
		const document = this.documents.get(topic);
		if (!document || document.suppressed || document.foreign) return 0;
		return document.members.get(id)?.announcedAt ?? null;
	}

	/** Every document is due once, changed or not, and removals that Home Assistant may have missed are repeated. */
	birth(): void {
		for (const document of this.documents.values()) {
			this.removals.repeat(document);
			document.forced = document.members.size > 0;
			document.againAt = null;
			this.touch(document);
		}
	}

	/** The connection is gone: what the broker holds is read again on the next one. */
	closed(): void {
		this.removals.present = false;
		for (const document of this.documents.values()) {
			document.read = false;
			document.repeated = false;
			document.againAt = null;
			document.forced = false;
			this.active.add(document);
		}
	}

	/** A message that was taken did not reach the broker for certain. */
	lost(topic: string): void {
		this.migrations.lost(topic);
		const document = this.documents.get(topic);
		if (!document) return;
		document.sent = undefined;
		document.stored = false;
		this.removals.lost(document);
		this.touch(document);
	}

	/**
	 * What the broker holds on a document's topic.
	 * @param payload undefined = nothing, null = could not be read
	 */
	readBack(document: Document, payload: string | undefined | null, circumstances: Circumstances): void {
		const meaning = document.take(payload, circumstances);
		if (meaning === 'deleted') this.emptied(document.topic);
		if (meaning === 'gone') this.removals.abandon(document, circumstances.now + limits.documentEvery);
		if (meaning === 'foreign') {
			this.removals.abandon(document);
			this.events.foreign(document.topic);
		}
		this.touch(document);
	}

	/** Somebody else emptied a config topic: Home Assistant, because its user deleted the device. */
	emptied(topic: string): void {
		const document = this.documents.get(topic);
		if (!document?.stored || document.sent === '') return;
		document.sent = '';
		document.stored = false;
		document.suppressed = true;
		this.removals.abandon(document);
		this.events.changed();
	}

	/** Announces again what was deleted in Home Assistant. */
	announce(): void {
		for (const document of this.documents.values()) {
			document.suppressed = false;
			document.forced = document.members.size > 0;
			this.touch(document);
		}
		this.events.changed();
	}

	/** Takes messages that are due, at most `most` in all of `into`. */
	take(into: Message[], most: number, now: number): void {
		this.migrations.take(into, most, now);
		for (const document of this.active) {
			if (into.length >= most) return;
			this.takeDocument(into, document, now);
		}
	}

	/** When `take` may have more (ms since 1970), or null. What waits to be read back is not counted. */
	next(now: number): number | null {
		let next: number | null = null;
		const add = (at: number | null): void => {
			if (at !== null && (next === null || at < next)) next = at;
		};
		add(this.migrations.next(now));
		for (const document of this.active) {
			if (!document.open) continue;
			if (document.dirty || document.forced) add(Math.max(now, document.notBefore));
			add(document.againAt);
			add(document.wakeAt);
		}
		return next;
	}

	private touch(document: Document): void {
		document.dirty = true;
		this.active.add(document);
	}

	private takeDocument(into: Message[], document: Document, now: number): void {
		if (!document.open) return;
		if (document.againAt !== null && document.againAt <= now) {
			document.againAt = null;
			document.forced = document.members.size > 0;
		}
		if (document.wakeAt !== null && document.wakeAt <= now) document.dirty = true;
		if ((!document.dirty && !document.forced) || document.notBefore > now) return;
		const payload = document.build(this.origin, now);
		const isTooLarge = payload.length > this.sizeLimit && document.form === 'device';
		if (isTooLarge && this.events.oversize(document.topic)) return;
		const changed = payload !== document.sent && !(payload === '' && !document.stored);
		if (changed || (document.forced && payload !== '')) {
			into.push({ topic: document.topic, payload, retain: true, kind: payload === '' ? 'clear' : 'document' });
			this.sent(document, payload, changed, now);
		}
		document.dirty = false;
		document.forced = false;
		document.wakeAt = document.nextMember(now);
		this.removals.advance(document, payload === '', now);
		this.settle(document);
	}

	private sent(document: Document, payload: string, changed: boolean, now: number): void {
		const before = document.stored;
		document.sent = payload;
		document.stored = payload !== '';
		document.notBefore = now + limits.documentEvery;
		if (changed && !document.repeated && payload !== '') {
			document.repeated = true;
			document.againAt = now + limits.documentAgain;
		}
		document.shown(now);
		if (before !== document.stored) this.events.moved();
	}

	/** Drops a document from the active ones when nothing is left to do, and from all when nothing is left of it. */
	private settle(document: Document): void {
		if (document.dirty || document.forced || document.againAt !== null || document.wakeAt !== null) return;
		this.active.delete(document);
		if (document.idle && !document.stored) this.forgetDocument(document);
	}

	private forgetDocument(document: Document): void {
		this.documents.delete(document.topic);
		this.active.delete(document);
		this.events.changed();
	}
}
