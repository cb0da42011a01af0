import type { Message, MessageKind } from './message';

/** One retained topic: what it should hold and what the broker holds as far as we know. */
interface Slot {
	readonly topic: string;
	readonly kind: MessageKind;
	wanted: string;
	/** The wanted payload as a number, where a deadband applies. */
	number: number | null;
	deadband: number;
	/** Undefined while unknown: never sent, lost on the way, or forgotten by the broker. */
	sent: string | undefined;
	sentNumber: number | null;
}

/** Whether a slot has to be sent: it differs by more than its deadband from what was published last. */
function isDue({ wanted, sent, number, sentNumber, deadband }: Slot): boolean {
	if (sent === undefined) return true;
	if (wanted === sent) return false;
	return number === null || sentNumber === null || Math.abs(number - sentNumber) > deadband;
}

/**
 * Retained topics of one kind, conflated: only the newest payload of each is kept, and it is sent once when it differs from what was
 * published last. A deadband compares with the last *published* value, so a slow drift is not lost.
 */
export class RetainedTopics {
	private readonly slots = new Map<string, Slot>();
	/** Topics that may be due, oldest first. */
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
	set(topic: string, wanted: string, number: number | null = null, deadband = 0): void {
		let slot = this.slots.get(topic);
		if (slot) {
			slot.wanted = wanted;
			slot.number = number;
			slot.deadband = deadband;
		} else {
			slot = { topic, kind: this.kind, wanted, number, deadband, sent: undefined, sentNumber: null };
			this.slots.set(topic, slot);
		}
		if (isDue(slot)) this.waiting.add(slot);
		else this.waiting.delete(slot);
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
		slot.sentNumber = null;
		if (isDue(slot)) this.waiting.add(slot);
		else this.waiting.delete(slot);
	}

	/** The broker may have lost this topic, or all: they are sent again. */
	forget(topic?: string): void {
		for (const slot of topic === undefined ? this.slots.values() : [this.slots.get(topic)]) {
			if (!slot) continue;
			slot.sent = undefined;
			slot.sentNumber = null;
			this.waiting.add(slot);
		}
	}

	/** Takes messages that are due, at most `most`; `ready` may hold topics back. */
	take(into: Message[], most: number, ready?: (topic: string) => boolean): void {
		for (const slot of this.waiting) {
			if (into.length >= most) return;
			if (ready && slot.wanted !== '' && !ready(slot.topic)) continue;
			this.waiting.delete(slot);
			slot.sent = slot.wanted;
			slot.sentNumber = slot.number;
			const kind = slot.wanted === '' ? 'clear' : slot.kind;
			into.push({ topic: slot.topic, payload: slot.wanted, retain: true, kind });
			if (slot.wanted === '') this.slots.delete(slot.topic);
		}
	}
}
