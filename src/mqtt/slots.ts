import { limits } from '../model/limits';
import type { Message, MessageKind } from './message';

/** What of a payload matters: a difference within it is minor, and may wait. */
export type Gist =
	/** A number: minor is what differs by no more than the deadband. */
	| { readonly number: number; readonly deadband: number }
	/** Text without the parts that tick: minor is what leaves it the same. */
	| { readonly text: string };

/** One retained topic: what it should hold and what the broker holds as far as we know. */
interface Slot {
	readonly topic: string;
	readonly kind: MessageKind;
	wanted: string;
	gist: Gist | null;
	/** Undefined while unknown: never sent, lost on the way, or forgotten by the broker. */
	sent: string | undefined;
	sentGist: Gist | null;
	/** When it was sent, ms since 1970. */
	sentAt: number;
}

/** When a slot has to be sent, ms since 1970: 0 = now; null = it holds what it should. */
function dueAt({ wanted, sent, gist, sentGist, sentAt }: Slot): number | null {
	if (sent === undefined) return 0;
	if (wanted === sent) return null;
	return isMinor(gist, sentGist) ? sentAt + limits.minorEvery : 0;
}

function isMinor(now: Gist | null, before: Gist | null): boolean {
	if (now === null || before === null) return false;
	if ('text' in now) return 'text' in before && now.text === before.text;
	return 'number' in before && Math.abs(now.number - before.number) <= now.deadband;
}

/**
 * Retained topics of one kind, conflated: only the newest payload of each is kept, and it is sent once when it differs from what was
 * published last. A minor difference is compared with the last *published* payload, so a slow drift is not lost, and it is sent after
 * `limits.minorEvery` at the latest, so that the broker holds the exact value when all is quiet.
 */
export class RetainedTopics {
	private readonly slots = new Map<string, Slot>();
	/** Topics that differ from what they should hold, oldest first. */
	private readonly waiting = new Set<Slot>();

	constructor(private readonly kind: MessageKind) {}

	/** Topics known. */
	get size(): number {
		return this.slots.size;
	}

	/** What a topic should hold. */
	wanted(topic: string): string | undefined {
		return this.slots.get(topic)?.wanted;
	}

	/** Sets what a topic should hold. */
	set(topic: string, wanted: string, gist: Gist | null = null): void {
		let slot = this.slots.get(topic);
		if (slot) {
			slot.wanted = wanted;
			slot.gist = gist;
		} else {
			slot = { topic, kind: this.kind, wanted, gist, sent: undefined, sentGist: null, sentAt: 0 };
			this.slots.set(topic, slot);
		}
		this.wait(slot);
	}

	/** Deletes a topic from the broker and forgets it. */
	clear(topic: string): void {
		this.set(topic, '');
	}

	/** Assumes that the broker holds this already: it was read back. */
	known(topic: string, payload: string): void {
		const slot = this.slots.get(topic);
		if (!slot) return;
		slot.sent = payload;
		slot.sentGist = null;
		this.wait(slot);
	}

	/** The broker may have lost this topic, or all: they are sent again. */
	forget(topic?: string): void {
		for (const slot of topic === undefined ? this.slots.values() : [this.slots.get(topic)]) {
			if (!slot) continue;
			slot.sent = undefined;
			slot.sentGist = null;
			this.waiting.add(slot);
		}
	}

	/** When a minor difference has waited long enough; null where none waits. */
	next(): number | null {
		let next: number | null = null;
		for (const slot of this.waiting) {
			const due = dueAt(slot);
			if (due !== null && due > 0 && (next === null || due < next)) next = due;
		}
		return next;
	}

	/** Takes messages that are due, at most `most`; `ready` may hold topics back. */
	take(into: Message[], most: number, now: number, ready?: (topic: string) => boolean): void {
		for (const slot of this.waiting) {
			if (into.length >= most) return;
			if ((dueAt(slot) ?? 0) > now) continue;
			if (ready && slot.wanted !== '' && !ready(slot.topic)) continue;
			this.waiting.delete(slot);
			slot.sent = slot.wanted;
			slot.sentGist = slot.gist;
			slot.sentAt = now;
			const kind = slot.wanted === '' ? 'clear' : slot.kind;
			into.push({ topic: slot.topic, payload: slot.wanted, retain: true, kind });
			if (slot.wanted === '') this.slots.delete(slot.topic);
		}
	}

	private wait(slot: Slot): void {
		if (dueAt(slot) === null) this.waiting.delete(slot);
		else this.waiting.add(slot);
	}
}
