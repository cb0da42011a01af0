import { limits } from '../model/limits';
import type { Component } from './discovery';
import { type Document, HELD, type Removal } from './document';

/** What {@link Removals} works with. */
export interface RemovalParts {
	all(): Iterable<Document>;
	/** A document has to be looked at. */
	touch(document: Document): void;
	/** A removed component is gone from Home Assistant, as far as can be known. */
	gone(topic: string, id: string): void;
	/** Something has left a document, which should be noted soon. */
	moved(): void;
	/** Bookkeeping that should outlast a restart. */
	noted(): void;
	/** No more removals are remembered. */
	full(): void;
}

/** Takes components out of Home Assistant in the steps that it needs, a document each; and moves them from one document to another. */
export class Removals {
	/** True while Home Assistant is known to listen: its birth was seen on this connection. */
	present = false;
	/** By component id: the documents that it is being removed from, and the one whose removal is to be repeated. */
	private readonly leaving = new Map<string, Set<Document>>();
	private readonly remembered = new Map<string, Document>();

	constructor(private readonly parts: RemovalParts) {}

	/** A component is to be shown in a document. @returns whether it has to leave another one before */
	hold(document: Document, id: string): boolean {
		this.remembered.get(id)?.unconfirmed.delete(id);
		this.remembered.delete(id);
		let isHeld = false;
		for (const from of this.leaving.get(id) ?? []) {
			const removal = from.removing.get(id);
			if (from === document || !removal) continue;
			removal.moves = true;
			isHeld = true;
		}
		return isHeld;
	}

	/** Begins one. @param moves whether it comes back in another document, where it is held until then */
	begin(document: Document, id: string, component: Component, moves: boolean): void {
		const shown = document.members.get(id)?.component ?? component;
		document.members.delete(id);
		const known = document.stored || !document.read || (document.sent !== undefined && document.sent !== '');
		if (!known || document.suppressed || document.foreign) this.finish(document, id, 0);
		else this.set(document, id, shown, 'stub', moves);
		this.parts.touch(document);
	}

	/** Goes on with one that an earlier run began, before which it may have been announced elsewhere. */
	resume(document: Document, id: string, component: Component): void {
		this.set(document, id, component, 'stub');
		for (const other of this.parts.all()) {
			if (other === document || other.members.get(id)?.announcedAt !== null) continue;
			if (this.hold(other, id)) other.hold(id);
		}
	}

	/** A component is to be shown again where it is being removed: of its topics only those are emptied that it does not use now. */
	revoke(document: Document, id: string): void {
		this.finish(document, id, 0);
	}

	/** Remembers a removal that is to be repeated after the next birth. */
	keep(document: Document, id: string, component: Component): void {
		document.unconfirmed.set(id, component);
		this.remembered.set(id, document);
	}

	/** A document went out (or was as it should be): each removal in it takes its next step. */
	advance(document: Document, isEmpty: boolean, now: number): void {
		for (const [id, removal] of document.removing) {
			document.dirty = true;
			if (removal.stage === 'announce') {
				removal.stage = 'stub';
			} else if (removal.stage === 'stub' && !isEmpty && !document.members.has(id)) {
				removal.stage = 'omit';
			} else {
				this.remember(document, id, removal);
				this.finish(document, id, now + limits.documentEvery);
				if (removal.moves) this.parts.moved();
				else this.parts.noted();
			}
		}
	}

	/** Home Assistant was born: what it may have missed is done again. */
	repeat(document: Document): void {
		for (const [id, component] of document.unconfirmed) {
			this.set(document, id, component, 'announce');
			this.remembered.delete(id);
		}
		if (document.unconfirmed.size > 0) this.parts.noted();
		document.unconfirmed.clear();
	}

	/**
	 * Home Assistant holds nothing of a document any more, or it is not ours: nothing is left to be removed.
	 * @param at when what was removed may be announced elsewhere, ms since 1970
	 */
	abandon(document: Document, at = 0): void {
		for (const id of [...document.removing.keys()]) this.finish(document, id, at);
		for (const id of document.unconfirmed.keys()) this.remembered.delete(id);
		document.unconfirmed.clear();
	}

	/** All entities of a document move to others: what was to be removed from it went with them, and has to be removed there after a birth. */
	handOver(from: Document, to: Document | undefined): void {
		for (const [id, { component, moves }] of [...from.removing]) {
			if (!moves && to) this.keep(to, id, component);
			this.finish(from, id, 0);
		}
		for (const [id, component] of from.unconfirmed) {
			if (to) this.keep(to, id, component);
			else this.remembered.delete(id);
		}
		from.unconfirmed.clear();
	}

	/** A document did not arrive for certain: what it told is told again. */
	lost(document: Document): void {
		for (const removal of document.removing.values()) if (removal.stage === 'omit') removal.stage = 'stub';
	}

	private set(document: Document, id: string, component: Component, stage: Removal['stage'], moves = false): void {
		document.removing.set(id, { component, stage, moves });
		const from = this.leaving.get(id);
		if (from) from.add(document);
		else this.leaving.set(id, new Set([document]));
	}

	private finish(document: Document, id: string, at: number): void {
		this.drop(document, id, at);
		this.parts.gone(document.topic, id);
	}

	/** Who waits for the removal need not any more. @param at when it may be announced elsewhere, ms since 1970 */
	private drop(document: Document, id: string, at: number): void {
		const isMove = document.removing.get(id)?.moves !== false;
		document.removing.delete(id);
		const from = this.leaving.get(id);
		from?.delete(document);
		if (from?.size === 0) this.leaving.delete(id);
		if (!isMove || this.leaving.has(id)) return;
		for (const other of this.parts.all()) {
			const member = other.members.get(id);
			if (member?.notBefore !== HELD) continue;
			member.notBefore = at;
			other.wake(at);
			this.parts.touch(other);
		}
	}

	/** Keeps what Home Assistant may have missed. One that was never read back in full cannot be announced again, so not removed again either. */
	private remember(document: Document, id: string, { component, moves }: Removal): void {
		// One that is off by default leaves an entry that is off; announced again it would come back on, or make Home Assistant complain.
		if (component.enabled_by_default === false) return;
		if (this.present || moves || (!('state_topic' in component) && !('command_topic' in component))) return;
		if (this.remembered.size < limits.removals) this.keep(document, id, minimal(component));
		else this.parts.full();
	}
}

const NEEDED: ReadonlySet<string> = new Set([
	'p',
	'unique_id',
	'state_topic',
	'command_topic',
	'options',
	// A removal is also what Home Assistant remembers of an entity, should it come back.
	'name',
	'default_entity_id',
	'device_class',
	'event_types',
]);

/** As little as makes an entity of its platform, for one that is announced only to be removed. */
export function minimal(component: Component): Component {
	const { p, unique_id } = component;
	return { ...Object.fromEntries(Object.entries(component).filter(([key]) => NEEDED.has(key))), p, unique_id };
}
