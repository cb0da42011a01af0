import type { Issue } from '../../model/event';
import { parseJson } from '../../model/json';
import type { Item, Link, Session, SessionParts } from '../dialect';

/** How the agent's WebSocket works: as real agents behave, which is more than the document says. */
export class UnraidSession implements Session {
	/** Topics that the user restricted the endpoint to; null = none but what its users need. */
	private readonly chosen: readonly string[] | null;

	constructor({ subscription }: Pick<SessionParts, 'subscription'>) {
		// The endpoint has checked it by our schema.
		this.chosen = (subscription as readonly string[] | undefined) ?? null;
	}

	/** No login message and no greeting: an upgraded connection is an open one. */
	opened(link: Link): void {
		link.ready();
		if (this.chosen) this.subscribe(null, link);
	}

	decode = parseJson;

	unwrap(value: unknown): readonly Item[] {
		return [unwrap(value)];
	}

	/**
	 * Replaces the agent's filter; it does not answer. `collector_state_change` goes out under the name `update`,
	 * and an older agent calls everything so: a filter always contains it.
	 */
	subscribe(types: readonly string[] | null, link: Link): void {
		const { chosen } = this;
		const wanted = chosen && types ? types.filter((type) => chosen.includes(type)) : (types ?? chosen);
		link.send(JSON.stringify({ subscribe: wanted === null ? [] : [...new Set([...wanted, 'update'])] }));
	}
}

/** Takes the envelope `{event, timestamp, data}` off; anything else is bare data. */
export function unwrap(value: unknown): Item {
	if (!isEnvelope(value)) return { name: null, time: null, data: value, replayed: false, issues: [] };
	const { event, timestamp } = value;
	const issues: Issue[] = [];
	if (typeof event !== 'string') {
		issues.push({
			path: 'event',
			code: event === undefined ? 'missing' : 'type',
			severity: 'notice',
			message: 'The envelope has no event name; the type is told from the structure of the data.',
		});
	}
	if (timestamp !== undefined && typeof timestamp !== 'string') {
		issues.push({
			path: 'timestamp',
			code: 'type',
			severity: 'error',
			message: 'The timestamp of the envelope is no text; the time of receipt is used.',
		});
	}
	return {
		name: typeof event === 'string' ? event : null,
		time: typeof timestamp === 'string' ? timestamp : null,
		data: value.data ?? null,
		replayed: false,
		issues,
	};
}

interface Envelope {
	readonly event?: unknown;
	readonly timestamp?: unknown;
	readonly data?: unknown;
}

function isEnvelope(value: unknown): value is Envelope {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
	if (!Object.hasOwn(value, 'data')) {
		// A named frame that lost its data is still a frame of that name; bare data never has `event` beside nothing else.
		return Object.hasOwn(value, 'event') && Object.keys(value).every((key) => key === 'event' || key === 'timestamp');
	}
	return Object.hasOwn(value, 'event') || Object.hasOwn(value, 'timestamp');
}
