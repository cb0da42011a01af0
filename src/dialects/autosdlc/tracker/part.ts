import type { Happening } from '../../../model/description';
import type { AttributeValue } from '../../../model/entity';
import type { StreamEvent } from '../../../model/event';
import { limits } from '../../../model/limits';
import type { Handlers } from '../dispatch';

/** What a part does with the message types that concern it; each answers whether the part's picture changed. */
export type PartHandlers = Handlers<boolean, [event: StreamEvent]>;

/** One picture that is made of the news. Items that it hands out are never changed afterwards. */
export interface Part<P> {
	readonly handlers: PartHandlers;
	picture(): P;
	/** What changed by time alone, up to `now` (ms since 1970). */
	tick?(now: number): boolean;
	/** When {@link tick} has something to do next; null = not before another event. */
	nextTick?(): number | null;
}

/** Writes down what happens: each with an id of its own. */
export class Chronicle {
	private written = 0;

	/**
	 * A message as something that happened.
	 * @param type one of the event entity's words
	 * @param shown attributes; null and empty ones are left out
	 */
	happening(event: StreamEvent, type: string, shown: { readonly [name: string]: AttributeValue }): Happening {
		this.written += 1;
		const attributes = Object.entries(shown).filter(([, value]) => value !== null && value !== '');
		return {
			id: `${event.received}-${this.written}`,
			type,
			at: event.at,
			live: !event.replayed,
			attributes: Object.fromEntries(attributes),
		};
	}
}

/** Adds a happening to a bounded list, oldest first. */
export function noted(list: readonly Happening[], happening: Happening): readonly Happening[] {
	return [...list, happening].slice(-limits.autosdlcHappenings);
}

/** One of the known words, or `other`; without a word, too. */
export function wordOf<W extends string>(words: readonly W[], given: string | null | undefined, other: W): W {
	const lower = given?.toLowerCase();
	return words.find((word) => word === lower) ?? other;
}

/** The names that a protocol gives one degree of urgency, in one vocabulary. */
const severityNames: { readonly [name: string]: Severity } = {
	warn: 'warning',
	fatal: 'critical',
	emergency: 'critical',
	high: 'critical',
	medium: 'warning',
	low: 'info',
};

/** Degrees of urgency, from the least to the most urgent. */
export const severities = ['info', 'warning', 'error', 'critical'] as const;
/** See {@link severities}. */
export type Severity = (typeof severities)[number];

/** The degree that a word means. */
export function severityOf(given: string | null | undefined, other: Severity): Severity {
	const lower = given?.toLowerCase() ?? '';
	const known = Object.hasOwn(severityNames, lower) ? severityNames[lower] : undefined;
	return known ?? wordOf(severities, lower, other);
}
