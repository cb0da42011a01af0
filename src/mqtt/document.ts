import type { Device } from '../model/entity';
import { type Component, classicDocument, componentId, deviceDocument, type Origin, type Place } from './discovery';

/** A component that is being removed, in steps, a document each. `announce`: shown in full once more, as Home Assistant was away at the first try. */
export interface Removal {
	readonly component: Component;
	/** After the stub it is left out, and with that done. */
	stage: 'announce' | 'stub' | 'omit';
}

interface Member {
	component: Component;
	/** Not announced before this time (ms since 1970): its old form has to go first. */
	notBefore: number;
	/** When it was first part of what we sent; null = not yet, 0 = before our time. */
	announcedAt: number | null;
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

	/** The payload as of now: '' when nothing is left to announce. */
	build(origin: Origin, now: number): string {
		const components = new Map<string, object>();
		let live = 0;
		for (const [id, { component, notBefore }] of this.members) {
			if (notBefore > now || this.removing.has(id)) continue;
			components.set(id, component);
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
		return classicDocument(this.device, origin, only as Component);
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

	/** When a member becomes due whose old form had to go first; null = none waits. */
	nextMember(now: number): number | null {
		let next: number | null = null;
		for (const { notBefore } of this.members.values()) {
			if (notBefore > now && (next === null || notBefore < next)) next = notBefore;
		}
		return next;
	}
}
