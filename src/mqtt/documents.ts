import type { Device } from '../model/entity';
import { limits } from '../model/limits';
import { type Component, MIGRATE, ORIGIN, type Origin, type Place } from './discovery';
import { Document, type Removal } from './document';
import type { Message } from './message';
import { Migrations } from './migrations';

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
	/** True while Home Assistant is known to listen. */
	present = false;

	constructor(
		private readonly origin: Origin,
		private readonly sizeLimit: number,
		private readonly events: DocumentEvents,
	) {}

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

	/** Topics that are being emptied because their entities moved. */
	migrating(): string[] {
		return this.migrations.topics;
	}

	/** Announces a component, or its new form. */
	put(document: Document, id: string, component: Component, notBefore = 0): void {
		const member = document.members.get(id);
		if (document.removing.get(id)?.component.p === component.p) document.removing.delete(id);
		document.unconfirmed.delete(id);
		if (member) member.component = component;
		else document.members.set(id, { component, notBefore, announcedAt: null });
		if (notBefore > 0 && (document.wakeAt === null || notBefore < document.wakeAt)) document.wakeAt = notBefore;
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
		const shown = document.members.get(id)?.component ?? component;
		document.members.delete(id);
		const known = document.stored || !document.read || (document.sent !== undefined && document.sent !== '');
		if (!known || document.suppressed || document.foreign) {
			this.events.gone(document.topic, id);
		} else {
			document.removing.set(id, { component: shown, stage: 'stub' });
		}
		this.touch(document);
		this.events.changed();
	}

	/** Moves all of a document's entities: Home Assistant keeps their ids, names and history. `put` them into their new documents too. */
	migrate(from: Document, to: readonly Document[]): void {
		from.members.clear();
		from.retired = true;
		for (const [id, { component }] of from.removing) {
			to[0]?.unconfirmed.set(id, component);
			this.events.gone(from.topic, id);
		}
		from.removing.clear();
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
			for (const [id, component] of document.unconfirmed) {
				document.removing.set(id, { component, stage: 'announce' });
			}
			if (document.unconfirmed.size > 0) this.events.changed();
			document.unconfirmed.clear();
			document.forced = document.members.size > 0;
			document.againAt = null;
			this.touch(document);
		}
	}

	/** The connection is gone: what the broker holds is read again on the next one. */
	closed(): void {
		this.present = false;
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
		this.touch(document);
	}

	/**
	 * What the broker holds on a document's topic.
	 * @param payload undefined = nothing, null = could not be read
	 * @param forgotten true when the broker lost everything, so that absence means nothing
	 */
	readBack(document: Document, payload: string | undefined | null, forgotten: boolean): void {
		document.read = true;
		// In the classic form too many messages come at once to conclude anything from a missing one.
		if (payload === undefined && document.stored && !forgotten && document.form === 'device') {
			this.emptied(document.topic);
		} else if (payload !== null) {
			document.sent = payload === MIGRATE ? undefined : (payload ?? '');
			document.stored = payload !== undefined;
			document.foreign = payload !== undefined && payload !== MIGRATE && !isOurs(payload);
			if (document.foreign) this.events.foreign(document.topic);
		} else if (document.sent === undefined) {
			document.stored = true;
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
		for (const id of document.removing.keys()) this.events.gone(topic, id);
		document.removing.clear();
		document.unconfirmed.clear();
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
		if (this.isTooLarge(document, payload)) return;
		const changed = payload !== document.sent && !(payload === '' && !document.stored);
		if (changed || (document.forced && payload !== '')) {
			into.push({ topic: document.topic, payload, retain: true, kind: payload === '' ? 'clear' : 'document' });
			this.sent(document, payload, changed, now);
		}
		document.dirty = false;
		document.forced = false;
		document.wakeAt = document.nextMember(now);
		for (const [id, removal] of document.removing) this.advance(document, id, removal, payload === '');
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
		for (const member of document.members.values()) {
			if (member.notBefore <= now) member.announcedAt ??= now;
		}
		if (before !== document.stored) this.events.moved();
	}

	private advance(document: Document, id: string, removal: Removal, isEmpty: boolean): void {
		document.dirty = true;
		if (removal.stage === 'announce') {
			removal.stage = 'stub';
		} else if (removal.stage === 'stub' && !isEmpty && !document.members.has(id)) {
			removal.stage = 'omit';
		} else {
			document.removing.delete(id);
			// One that was never read back in full cannot be announced again.
			const repeatable = !this.present && 'availability' in removal.component;
			if (repeatable && document.unconfirmed.size < limits.removals) document.unconfirmed.set(id, removal.component);
			this.events.gone(document.topic, id);
			this.events.changed();
		}
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

	private isTooLarge(document: Document, payload: string): boolean {
		if (payload.length <= this.sizeLimit || document.form !== 'device') return false;
		return this.events.oversize(document.topic);
	}
}

/** Whether a retained discovery message was written by this program. */
function isOurs(payload: string): boolean {
	try {
		const parsed: unknown = JSON.parse(payload);
		if (typeof parsed !== 'object' || parsed === null) return false;
		const origin: unknown = (parsed as { origin?: unknown }).origin;
		return typeof origin === 'object' && origin !== null && (origin as { name?: unknown }).name === ORIGIN;
	} catch {
		return false;
	}
}
