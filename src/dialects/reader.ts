import type { Clock } from '../model/clock';
import { asAgentStreamError } from '../model/errors';
import type { Frame, Issue, StreamEvent } from '../model/event';
import { nestedDeeper, parseJson } from '../model/json';
import { limits } from '../model/limits';
import { epochTime, isZeroTime, parseTime } from '../model/time';
import { aboutOf } from './about';
import { Detector } from './detect';
import type { Dialect, Identified, Item, Session, SessionParts } from './dialect';
import { dialects } from './index';

/** What an {@link EventReader} is made of. */
export interface EventReaderOptions {
	/** Endpoint id that the events come from. */
	readonly source: string;
	/** The protocol; `auto` = told from the first frames. */
	readonly dialect: Dialect | 'auto';
	readonly clock: Clock;
	/** Reject an event with any error, instead of dropping the bad field. */
	readonly strict?: boolean;
	/** The URL of the stream: a hint to its protocol. */
	readonly url?: URL | null;
	/** What a dialect's session works with, where there is a connection. */
	readonly parts?: (dialect: Dialect) => SessionParts;
	/** The session of earlier connections, of the same dialect. */
	readonly session?: Session | null;
}

/** What a session works with where there is nobody to talk to: a file, a message. */
function offline(clock: Clock): SessionParts {
	return { clock, random: Math.random, token: () => null, warn: () => {} };
}

/** When a REST answer's data was collected, by the server's own clock: an answer has no envelope. */
function stampOf(data: unknown): string | null {
	const stamp: unknown = typeof data === 'object' && data !== null && 'timestamp' in data ? data.timestamp : null;
	return typeof stamp === 'string' ? stamp : null;
}

/** Frames that wait for the detector at most; then they go on without a dialect. */
const framesHeld = 20;

/**
 * Steps 2 and 3 of a frame's way: envelope, type, validation. One per connection or file: it remembers what was already
 * reported, and when which type last arrived.
 */
export class EventReader {
	private told: Dialect | null;
	private current: Session | null;
	private readonly detector: Detector;
	private readonly held: (() => StreamEvent[])[] = [];
	/** Whether frames wait for the dialect: only until it is told, or too many have waited. */
	private holding: boolean;
	private readonly seen = new Set<string>();
	private readonly lastFrame = new Map<string, number>();

	constructor(private readonly options: EventReaderOptions) {
		this.told = options.dialect === 'auto' ? null : options.dialect;
		this.current = options.session ?? (this.told && this.sessionOf(this.told));
		this.detector = new Detector(dialects, options.url ?? null);
		this.holding = this.told === null;
	}

	/** The dialect; null while `auto` has not decided. */
	get dialect(): Dialect | null {
		return this.told;
	}

	/** Why the dialect was told, where `auto` told it; else null. */
	get reason(): string | null {
		return this.detector.reason;
	}

	/** The protocol session that decodes; null while `auto` has not decided. */
	get session(): Session | null {
		return this.current;
	}

	/** Everything one frame says, in order. Never throws; a frame that cannot be read is one event of type `invalid`. */
	read(frame: Frame): StreamEvent[] {
		const received = this.options.clock.now();
		let value: unknown;
		try {
			value = this.current ? this.current.decode(frame) : parseJson(frame);
		} catch (thrown) {
			const { detail, message } = asAgentStreamError(thrown, 'FRAME_INVALID');
			return this.inOrder(() => [this.invalid(detail ?? 'invalid', message, received)]);
		}
		return this.readParsed(value, received);
	}

	/** The same for JSON that something else has parsed. */
	readValue(value: unknown): StreamEvent[] {
		const received = this.options.clock.now();
		if (typeof value !== 'object' || value === null) {
			return this.inOrder(() => [this.invalid('scalar', 'The input is neither an object nor an array.', received)]);
		}
		return this.readParsed(value, received);
	}

	/**
	 * An answer of the REST interface as an event of `type`.
	 * Empty where a frame of that type was received since the request was sent: the stream is newer; and where the server has nothing
	 * to say yet.
	 * @param requested milliseconds since 1970 when the request was sent
	 * @param occasion whether it is history, and in how many milliseconds it is fetched again
	 */
	readRest(
		type: string,
		data: unknown,
		requested: number,
		occasion: Pick<StreamEvent, 'replayed' | 'every'> = { replayed: true },
	): StreamEvent[] {
		const { feeds: fed = type, blank, poll } = this.told?.types[type] ?? {};
		if (!this.told || (this.lastFrame.get(fed) ?? Number.NEGATIVE_INFINITY) >= requested) return [];
		// A first picture that is an empty list may be no picture yet: that there is nothing, the stream will say, or the next poll.
		const first = !poll && occasion.replayed && occasion.every === undefined;
		if ((first && Array.isArray(data) && data.length === 0) || blank?.(data, first)) return [];
		const item: Item = { name: type, time: stampOf(data), data, replayed: false, issues: [] };
		// We asked for it by name, so nothing is to be identified.
		const event = this.understand(this.told, item, this.options.clock.now(), { type, by: 'name' });
		return [{ ...event, ...occasion, via: 'rest' }];
	}

	/** What `auto` still holds back, when no more frames will come. */
	flush(): StreamEvent[] {
		if (this.held.length === 0) return [];
		const guess = this.detector.bestGuess();
		if (guess) this.decide(guess);
		return this.release();
	}

	private readParsed(value: unknown, received: number): StreamEvent[] {
		if (!this.told) {
			const dialect = this.detector.look(value);
			if (dialect) this.decide(dialect);
		}
		return this.inOrder(() => this.events(value, received));
	}

	/** While the dialect is open, frames wait; they are read in the order in which they came. */
	private inOrder(read: () => StreamEvent[]): StreamEvent[] {
		if (!this.holding) return read();
		this.held.push(read);
		return this.told || this.held.length >= framesHeld ? this.release() : [];
	}

	private decide(dialect: Dialect): void {
		this.told = dialect;
		this.current = this.sessionOf(dialect);
	}

	private sessionOf(dialect: Dialect): Session {
		const { parts = () => offline(this.options.clock) } = this.options;
		return dialect.session(parts(dialect));
	}

	private release(): StreamEvent[] {
		this.holding = false;
		return this.held.splice(0).flatMap((read) => read());
	}

	private events(value: unknown, received: number): StreamEvent[] {
		const { told, current } = this;
		if (!told || !current) {
			const issue: Issue = {
				path: '',
				code: 'unknown_dialect',
				severity: 'notice',
				message: 'No known protocol fits this stream; choose its dialect.',
			};
			return [{ ...this.blank('unknown', received), data: value, issues: [issue] }];
		}
		try {
			return current.unwrap(value).map((item) => {
				const event = this.understand(told, item, received);
				if (!event.rejected) this.lastFrame.set(told.types[event.type]?.feeds ?? event.type, received);
				return event;
			});
		} catch (thrown) {
			// No dialect should throw here; one that does must cost no more than its frame.
			const why = thrown instanceof Error ? thrown.message.slice(0, 120) : 'unreadable';
			return [this.invalid('unreadable', `The frame cannot be read as ${told.title}: ${why}.`, received)];
		}
	}

	/** Identifies (unless that is `known`) and validates one item. */
	private understand(dialect: Dialect, item: Item, received: number, known?: Identified): StreamEvent {
		const { type, by, issues: doubts } = known ?? dialect.identify(item);
		const time = this.timeOf(item);
		let issues: readonly Issue[] = noIssues;
		if (item.issues.length > 0 || time.issues || doubts)
			issues = [...item.issues, ...(time.issues ?? []), ...(doubts ?? [])];
		let { data } = item;
		let rejected = false;
		if (type !== 'unknown') {
			// Strict rejects every event with a new word, not only the first one that has it.
			const checked = dialect.validate(type, data, this.options.strict ? new Set() : this.seen);
			({ data, rejected } = checked);
			if (checked.issues.length > 0) issues = [...issues, ...checked.issues];
		} else if (nestedDeeper(data, limits.depth)) {
			issues = [...issues, tooDeep];
			rejected = true;
			data = null;
		} else if (!doubts) {
			issues = [...issues, noRuleFits];
		}
		if (this.options.strict === true) issues = issues.map(asStrict);
		const errors = rejected || issues.some(({ severity }) => severity === 'error');
		if (this.options.strict === true && errors) rejected = true;
		return {
			source: this.options.source,
			dialect: dialect.name,
			type,
			by,
			time: time.text,
			at: time.at ?? received,
			received,
			replayed: item.replayed,
			via: 'stream',
			...(item.every !== undefined && { every: item.every }),
			...(dialect.dimensions && aboutOf(dialect.dimensions, data)),
			data,
			valid: !errors && !rejected,
			rejected,
			// Nobody writes to it: most events share the empty one.
			issues: issues as Issue[],
		};
	}

	private timeOf(item: Item): {
		readonly text: string | null;
		readonly at: number | null;
		readonly issues?: readonly Issue[];
	} {
		const { time } = item;
		if (time === null) return noTime;
		const at = typeof time === 'number' ? epochTime(time) : parseTime(time);
		if (at !== null) return { text: typeof time === 'number' ? new Date(at).toISOString() : time, at };
		if (isZeroTime(time)) return noTime;
		const message = `The timestamp "${String(time).slice(0, 40)}" is no time; the time of receipt is used.`;
		return { ...noTime, issues: [{ path: 'timestamp', code: 'timestamp', severity: 'error', message }] };
	}

	private invalid(code: string, message: string, received: number): StreamEvent {
		const issues: Issue[] = [{ path: '', code, severity: 'error', message }];
		return {
			...this.blank('invalid', received),
			dialect: this.told?.name ?? null,
			valid: false,
			rejected: true,
			issues,
		};
	}

	private blank(type: string, received: number): StreamEvent {
		return {
			source: this.options.source,
			dialect: null,
			type,
			by: null,
			time: null,
			at: received,
			received,
			replayed: false,
			via: 'stream',
			data: null,
			valid: true,
			rejected: false,
			issues: [],
		};
	}
}

const noIssues: readonly Issue[] = [];
const noTime = { text: null, at: null } as const;

const tooDeep: Issue = {
	path: '',
	code: 'too_deep',
	severity: 'error',
	message: `The data is nested deeper than ${limits.depth} levels.`,
};

const noRuleFits: Issue = {
	path: '',
	code: 'unknown_structure',
	severity: 'notice',
	message: 'No identification rule fits the structure of the data.',
};

/** Notices that a strict reader takes as errors: the document's validation rules 1 (required) and 4 (enums). */
const strictCodes = new Set(['missing', 'unknown_word']);

function asStrict(issue: Issue): Issue {
	return strictCodes.has(issue.code) ? { ...issue, severity: 'error' } : issue;
}
