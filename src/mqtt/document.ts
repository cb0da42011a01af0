import type { Device } from '../model/entity';
import { isOurs } from './announced';
import {
	type Component,
	classicDocument,
	componentId,
	deviceDocument,
	MIGRATE,
	type Origin,
	type Place,
} from './discovery';

/** A component that is being removed, in steps, a document each. `announce`: shown in full once more, as Home Assistant was away at the first try. */
export interface Removal {
	readonly component: Component;
	/** After the stub it is left out, and with that done. */
	stage: 'announce' | 'stub' | 'omit';
	/** Whether it comes back in another document. */
	moves: boolean;
}

/** A member that is not announced before its removal from another document is done. */
export const HELD = Number.POSITIVE_INFINITY;

interface Member {
	component: Component;
	/** Not announced before this time (ms since 1970, or {@link HELD}): its old form has to go first. */
	notBefore: number;
	/** It was in another document before: Home Assistant makes it anew, and is to give it the entity id that it had. */
	follows: boolean;
	/** When it was first part of what we sent; null = not yet, 0 = before our time. */
	announcedAt: number | null;
}

/** Under which circumstances a document is read back. */
export interface Circumstances {
	/** The broker lost everything, so that absence means nothing. */
	readonly forgotten: boolean;
	/** Entities belong into the document, reported or not. */
	readonly isUsed: boolean;
	/** Milliseconds since 1970. */
	readonly now: number;
}

/** What one message on a config topic announces: a device's components, or in the classic form a single one. */
export class Document {
	readonly members = new Map<string, Member>();
	readonly removing = new Map<string, Removal>();
	/** Removals that Home Assistant may have missed: repeated once after its next birth. */
	readonly unconfirmed = new Map<string, Component>();
	/** What the broker holds: '' = nothing, undefined = not known. */
	sent: string | undefined;
	/** True while the broker should hold it: when it does not, somebody deleted it. */
	stored = false;
	/** True when somebody else deleted it: not announced again unasked. */
	suppressed = false;
	/** True when another program's message stands on the topic: hands off. */
	foreign = false;
	/** True when the broker's copy was read on this connection (or could not be). */
	read = false;
	/** True when its entities move to other documents: only the migration writes here. */
	retired = false;
	/** True when members, removals or the device may have changed. */
	dirty = true;
	/** True when it is sent even if unchanged (birth, repetition). */
	forced = false;
	/** Not sent before this time (ms since 1970). */
	notBefore = 0;
	/** When a member becomes due whose old form had to go first. */
	wakeAt: number | null = null;
	/** When to repeat it after the first change of a connection; null = no more. */
	againAt: number | null = null;
	repeated = false;
	/** True where an earlier run was removing entities from it: it may have emptied the topic itself. */
	emptying = false;
	/** Topics whose entities come here and have to be told first. */
	readonly heldBy = new Set<string>();

	readonly topic: string;
	readonly filter: string;
	readonly form: 'device' | 'entity';
	readonly base: string;

	constructor(
		place: Place,
		public device: Device,
	) {
		this.topic = place.topic;
		this.filter = place.filter;
		this.form = place.form;
		this.base = place.base;
	}

	/** True when nothing is announced, removed or remembered. */
	get idle(): boolean {
		return this.members.size === 0 && this.removing.size === 0 && this.unconfirmed.size === 0;
	}

	/** Whether it may be sent at all. */
	get open(): boolean {
		return this.read && !this.retired && !this.suppressed && !this.foreign && this.heldBy.size === 0;
	}

	/** A member waits until another document has let go of it. */
	hold(id: string): void {
		const member = this.members.get(id);
		if (!member) return;
		member.notBefore = HELD;
		member.follows = true;
	}

	/**
	 * Takes in what the broker holds.
	 * @param payload undefined = nothing, null = could not be read
	 * @returns `held` = it stands there as we thought, or may be written; `gone` = nothing is left of it, as it should be; `deleted` = somebody
	 * else emptied it; `foreign` = it is another program's
	 */
	take(
		payload: string | undefined | null,
		{ forgotten, isUsed }: Circumstances,
	): 'held' | 'gone' | 'deleted' | 'foreign' {
		this.read = true;
		// A word that is to expire may do so.
		const isNothing = payload === undefined || (payload === MIGRATE && this.form === 'device');
		if (isNothing && !isUsed) {
			this.sent = '';
			this.stored = false;
			return 'gone';
		}
		// In the classic form too many messages come at once to conclude anything from a missing one.
		const isDeleted = payload === undefined && this.stored && !forgotten && !this.emptying;
		if (isDeleted && this.form === 'device') return 'deleted';
		if (payload === null) {
			if (this.sent === undefined) this.stored = true;
			return 'held';
		}
		this.sent = payload === MIGRATE ? undefined : (payload ?? '');
		this.stored = payload !== undefined;
		this.foreign = payload !== undefined && payload !== MIGRATE && !isOurs(payload);
		return this.foreign ? 'foreign' : 'held';
	}

	/** The payload as of now: '' when nothing is left to announce. */
	build(origin: Origin, now: number): string {
		const components = new Map<string, object>();
		let live = 0;
		for (const [id, { component, notBefore, follows }] of this.members) {
			if (notBefore > now || this.removing.has(id)) continue;
			components.set(id, follows ? { ...component, default_entity_id: undefined } : component);
			live++;
		}
		for (const [id, { component, stage }] of this.removing) {
			if (stage === 'announce') live++;
			if (stage === 'omit') continue;
			components.set(id, stage === 'announce' ? component : { p: component.p });
		}
		if (live === 0) return '';
		if (this.form === 'device') return deviceDocument(this.device, origin, components);
		const [only] = components.values();
		// It is live, and so more than a stub.
		return classicDocument(this.device, origin, only as Component);
	}

	/** It went out: its members are known from now on. */
	shown(now: number): void {
		for (const member of this.members.values()) {
			if (member.notBefore <= now) member.announcedAt ??= now;
		}
	}

	/** Brings its members into the order of an earlier document, so that an unchanged one stays the same text. */
	order(components: Iterable<{ readonly unique_id?: unknown }>): void {
		for (const { unique_id } of [...components]) {
			const id = componentId(String(unique_id));
			const member = this.members.get(id);
			if (!member) continue;
			this.members.delete(id);
			this.members.set(id, member);
		}
	}

	/** A member becomes due then (ms since 1970; 0 = it is). */
	wake(at: number): void {
		if (at > 0 && at !== HELD && (this.wakeAt === null || at < this.wakeAt)) this.wakeAt = at;
	}

	/** When a member becomes due whose old form had to go first; null = none waits. */
	nextMember(now: number): number | null {
		let next: number | null = null;
		for (const { notBefore } of this.members.values()) {
			if (notBefore > now && notBefore !== HELD && (next === null || notBefore < next)) next = notBefore;
		}
		return next;
	}
}
