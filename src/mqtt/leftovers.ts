import { limits } from '../model/limits';

/** Retained topics that are to be emptied: of removed entities once Home Assistant has let go of them, and of bridges that are gone. */
export class Leftovers {
	/** By document topic and component id, until Home Assistant has let go of them. */
	private readonly leaving = new Map<string, readonly string[]>();
	private due: { readonly at: number; readonly topics: readonly string[] }[] = [];

	/** An entity is being removed: `topics` are its own. */
	leave(document: string, id: string, topics: readonly string[]): void {
		this.leaving.set(keyOf(document, id), topics);
	}

	/** The topics of an entity that is being removed. */
	of(document: string, id: string): readonly string[] {
		return this.leaving.get(keyOf(document, id)) ?? [];
	}

	/** Home Assistant has let go of an entity: after a moment its topics are emptied. */
	gone(document: string, id: string, now: number): void {
		const topics = this.of(document, id);
		this.leaving.delete(keyOf(document, id));
		this.later(topics, now + limits.documentEvery);
	}

	/** Topics are to be emptied at a time, ms since 1970. */
	later(topics: readonly string[], at: number): void {
		if (topics.length === 0) return;
		this.due.push({ at, topics });
		this.due.sort((a, b) => a.at - b.at);
	}

	/** Takes the topics that are to be emptied by now. */
	take(now: number): string[] {
		const topics: string[] = [];
		while (this.due[0] && this.due[0].at <= now) topics.push(...(this.due.shift()?.topics ?? []));
		return topics;
	}

	/** When {@link take} has something (ms since 1970); null = not yet. */
	next(): number | null {
		return this.due[0]?.at ?? null;
	}
}

const keyOf = (document: string, id: string): string => `${document}\n${id}`;
