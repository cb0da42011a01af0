import type { Clock, Timer } from '../model/clock';
import { asAgentStreamError } from '../model/errors';
import { limits } from '../model/limits';
import type { Phase } from './connection';
import type { LogLimiter } from './log-limiter';
import { type Fetch, Rounds } from './rounds';
import type { EndpointSettings } from './settings';

/** What polling needs to know of an event type; see `EventType` of the dialects. */
export interface PolledType {
	/** Seconds between two frames by default; null = only on change. */
	readonly interval: number | null;
	readonly rest?: string;
	readonly feeds?: string;
	readonly poll?: true;
}

/** How an answer came about. */
export interface Occasion {
	/** Part of the first picture: history, no news. */
	readonly replayed: boolean;
	/** In how many milliseconds it is fetched again; absent where the stream is to tell it, or nobody. */
	readonly every?: number;
}

/** What {@link Polling} is made of. */
export interface PollingOptions {
	readonly clock: Clock;
	readonly log: LogLimiter;
	readonly settings: Pick<EndpointSettings, 'snapshot' | 'pollEvery' | 'fallback'>;
	/** Event types of the server; null while they are not known, or where it has no REST interface. */
	types(): Readonly<Record<string, PolledType>> | null;
	/** Event types that are wanted; empty = all. */
	readonly wanted: ReadonlySet<string>;
	/** Fetches a path; undefined where the server does not have it. */
	get(path: string): Promise<unknown>;
	/** @param requested milliseconds since 1970 when the request was sent */
	found(type: string, body: unknown, requested: number, occasion: Occasion): void;
	/** `since` has changed. */
	changed(): void;
}

/** A path with what its answers are told with. */
interface Polled extends Fetch {
	readonly told: number | null;
}

/**
 * All that an endpoint reads by REST of its own accord, one request at a time:
 * the first picture after connecting; then, every `pollEvery`, what only REST knows; and, when the stream has been down for
 * `limits.fallbackAfter`, everything at the stream's own pace, until it is back.
 */
export class Polling {
	private readonly rounds: Rounds<Polled>;
	/** `stream`: it is up. `down`: it is not, for now. `fallback`: REST is read instead. */
	private mode: 'off' | 'stream' | 'down' | 'fallback' = 'off';
	private timer: Timer | undefined;
	private works: number | null = null;
	/** The request under way, and those that wait. */
	private turn: Promise<unknown> = Promise.resolve();

	constructor(private readonly options: PollingOptions) {
		const { clock, log, found } = options;
		this.rounds = new Rounds<Polled>({
			clock,
			wanted: () => this.paths(),
			get: (path) => this.inTurn(path),
			found: ({ type, told }, body, requested, first) =>
				found(type, body, requested, { replayed: first, ...(told !== null && { every: told }) }),
			failed: (path, thrown) => {
				// That a server is away as a whole was said when the stream was lost.
				if (this.mode === 'fallback' && this.works === null) return;
				const { code, message } = asAgentStreamError(thrown, 'REST_FAILED');
				log.say('warn', `fetch ${code}`, `${path} could not be fetched: ${message} [${code}]`);
			},
			ended: (answered) => this.worked(answered),
		});
	}

	/** Since when the stream's values are polled (ms since 1970), while that works; null = they are not. */
	get since(): number | null {
		return this.works;
	}

	/** The connection is in this phase now. */
	connection(phase: Phase): void {
		if (phase === 'open') this.enter('stream');
		else if (phase === 'closed' || phase === 'idle') this.enter('off');
		else if (this.mode === 'off' || this.mode === 'stream') this.enter('down');
	}

	/** What is wanted, or known, has changed. */
	refresh(): void {
		this.rounds.refresh();
	}

	/** Fetches the newest data of these event types, where REST has them. What fails is logged. */
	async fetch(types: readonly string[]): Promise<void> {
		const known = this.options.types();
		if (types.length === 0 || known === null) return;
		for (const [type, { rest: path }] of restPaths(known, new Set(types))) {
			if (this.mode === 'off') return;
			const requested = this.options.clock.now();
			try {
				const body = await this.inTurn(path);
				if (body !== undefined) this.options.found(type, body, requested, this.occasionOf(path));
			} catch (thrown) {
				const { code, message } = asAgentStreamError(thrown, 'REST_FAILED');
				this.options.log.say('warn', `refresh ${code}`, `${path} could not be fetched again: ${message} [${code}]`);
			}
		}
	}

	private enter(mode: Polling['mode']): void {
		const { clock, settings } = this.options;
		this.mode = mode;
		this.works = null;
		clock.cancel(this.timer);
		this.timer = undefined;
		if (mode === 'stream' || mode === 'fallback') this.rounds.start();
		else this.rounds.stop();
		if (mode === 'down' && settings.fallback !== false) {
			this.timer = clock.after(limits.fallbackAfter, () => this.enter('fallback'));
		}
	}

	/** A round is over: what it found is all there before anybody is told that values come again. */
	private worked(answered: boolean): void {
		if (this.mode !== 'fallback' || answered === (this.works !== null)) return;
		const { clock, log, changed } = this.options;
		this.works = answered ? clock.now() : null;
		if (answered) log.say('info', 'polling', 'the stream is down, but REST answers: values are polled.');
		else log.say('warn', 'polling ended', 'REST does not answer any more: values are not polled.');
		changed();
	}

	/** What is to be fetched now, and how often. */
	private paths(): Polled[] {
		const { settings, wanted } = this.options;
		const { snapshot = true, pollEvery = limits.pollEvery } = settings;
		const paths: Polled[] = [];
		for (const [type, { rest: path, interval, poll }] of restPaths(this.options.types() ?? {}, wanted)) {
			if (poll && pollEvery > 0) {
				paths.push({ type, path, every: pollEvery, told: pollEvery });
			} else if (this.mode === 'fallback' && !poll) {
				const every = interval === null ? limits.pollEvery : Math.max(interval * 1_000, limits.fallbackLeast);
				// What comes only on change never goes stale, not after the stream is back either.
				paths.push({ type, path, every, told: interval === null ? null : every });
			} else if (snapshot) {
				paths.push({ type, path, every: null, told: null });
			}
		}
		return paths;
	}

	private occasionOf(path: string): Occasion {
		const told = this.paths().find((each) => each.path === path)?.told ?? null;
		return { replayed: false, ...(told !== null && { every: told }) };
	}

	private inTurn(path: string): Promise<unknown> {
		const mine = this.turn.then(() => this.options.get(path));
		this.turn = mine.catch(() => undefined);
		return mine;
	}
}

/**
 * The types that have a REST path, each path once: of two types with one path, the one that is no older name of another.
 * @param wanted event types; empty = all
 */
export function restPaths<T extends PolledType>(
	types: Readonly<Record<string, T>>,
	wanted: ReadonlySet<string>,
): [type: string, known: T & { readonly rest: string }][] {
	const paths = new Map<string, [string, T & { readonly rest: string }]>();
	for (const [type, known] of Object.entries(types)) {
		const { rest, feeds } = known;
		if (rest === undefined || (wanted.size > 0 && !wanted.has(type))) continue;
		if (feeds === undefined || !paths.has(rest)) paths.set(rest, [type, { ...known, rest }]);
	}
	return [...paths.values()];
}
