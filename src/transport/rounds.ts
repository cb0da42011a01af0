import type { Clock, Timer } from '../model/clock';
import { limits } from '../model/limits';

/** One REST path that is to be fetched. */
export interface Fetch {
	/** Event type of what it answers with. */
	readonly type: string;
	readonly path: string;
	/** Milliseconds between two fetches; null = once. */
	readonly every: number | null;
}

/** What {@link Rounds} are made of. */
export interface RoundsOptions<F extends Fetch> {
	readonly clock: Clock;
	/** What is wanted now; each path once. */
	wanted(): readonly F[];
	/** Fetches a path; undefined where the server does not have it. */
	get(path: string): Promise<unknown>;
	/**
	 * @param requested milliseconds since 1970 when the request was sent
	 * @param first whether it is the path's first answer since the start
	 */
	found(fetch: F, body: unknown, requested: number, first: boolean): void;
	failed(path: string, thrown: unknown): void;
	/** A round is over: `answered` = the server gave something; false = it failed again and again, and is left alone for a while. */
	ended(answered: boolean): void;
}

/** A server that fails this often in a row is left alone for a while. */
const failuresInRow = 3;

/**
 * Fetches REST paths, each when it is due, one after another, in rounds: never more than one in `limits.roundEvery`, however often
 * it is started anew. What a round asks for is less than the agent lets through at once (100), and a round refills that.
 * A path that the server does not have is not asked again until the next start.
 */
export class Rounds<F extends Fetch> {
	/** When the round began in which a path was asked last. */
	private readonly asked = new Map<string, number>();
	private readonly answered = new Set<string>();
	private readonly missing = new Set<string>();
	private lastRound = Number.NEGATIVE_INFINITY;
	private timer: Timer | undefined;
	/** Changes with every start and stop: a round of an older one ends. */
	private generation = 0;
	private started = false;
	private running = false;
	private failures = 0;
	/** How often in a row the server was given up, and until when it is left alone. */
	private pauses = 0;
	private pausedUntil = Number.NEGATIVE_INFINITY;

	constructor(private readonly options: RoundsOptions<F>) {}

	/** Begins anew: everything that is wanted is due. */
	start(): void {
		this.stop();
		this.started = true;
		this.refresh();
	}

	/** Forgets what was asked, and what is still to come. */
	stop(): void {
		this.generation += 1;
		this.started = false;
		this.running = false;
		this.asked.clear();
		this.answered.clear();
		this.missing.clear();
		this.failures = 0;
		this.pauses = 0;
		this.pausedUntil = Number.NEGATIVE_INFINITY;
		this.options.clock.cancel(this.timer);
		this.timer = undefined;
	}

	/** Looks anew at what is wanted: fetches it as soon as it is due and the limit allows. */
	refresh(): void {
		if (!this.started || this.running) return;
		const { clock } = this.options;
		clock.cancel(this.timer);
		this.timer = undefined;
		const now = clock.now();
		this.notAheadOf(now);
		const due = this.options
			.wanted()
			.reduce((first, fetch) => Math.min(first, this.dueAt(fetch)), Number.POSITIVE_INFINITY);
		if (due === Number.POSITIVE_INFINITY) return;
		const wait = Math.max(due, this.lastRound + limits.roundEvery, this.pausedUntil) - now;
		if (wait > 0) this.timer = clock.after(wait, () => this.refresh());
		else void this.round(now);
	}

	/** When a path is to be fetched; at once where it never was. */
	private dueAt({ path, every }: F): number {
		const asked = this.asked.get(path);
		if (this.missing.has(path)) return Number.POSITIVE_INFINITY;
		if (asked === undefined) return Number.NEGATIVE_INFINITY;
		return every === null ? Number.POSITIVE_INFINITY : asked + every;
	}

	/** A clock that was set back must not make us wait for the old time to return. */
	private notAheadOf(now: number): void {
		this.lastRound = Math.min(this.lastRound, now);
		this.pausedUntil = Math.min(this.pausedUntil, now + limits.restPauseLongest);
		for (const [path, at] of this.asked) if (at > now) this.asked.set(path, now);
	}

	/** What is due, the longest waiting first: of a server that gives little, everything gets its turn. */
	private due(now: number): F[] {
		const since = ({ path }: F) => this.asked.get(path) ?? Number.NEGATIVE_INFINITY;
		const due = this.options.wanted().filter((fetch) => this.dueAt(fetch) <= now);
		return due.sort((a, b) => (since(a) === since(b) ? 0 : since(a) - since(b)));
	}

	private async round(start: number): Promise<void> {
		const { generation, options } = this;
		this.running = true;
		this.lastRound = start;
		let answers = 0;
		for (const fetch of this.due(start)) {
			if (this.failures >= failuresInRow) break;
			const { path } = fetch;
			this.asked.set(path, start);
			const requested = options.clock.now();
			try {
				const body = await options.get(path);
				if (this.generation !== generation) return;
				this.failures = 0;
				if (body === undefined) this.missing.add(path);
				else {
					answers += 1;
					const first = !this.answered.has(path);
					this.answered.add(path);
					options.found(fetch, body, requested, first);
				}
			} catch (thrown) {
				if (this.generation !== generation) return;
				this.failures += 1;
				options.failed(path, thrown);
			}
			// What was told may have ended it.
			if (this.generation !== generation) return;
		}
		this.running = false;
		this.close(answers);
		if (this.generation === generation) this.refresh();
	}

	private close(answers: number): void {
		const { clock, ended } = this.options;
		if (this.failures >= failuresInRow) {
			const pause = Math.min(limits.restPauseFirst * 2 ** Math.min(this.pauses, 30), limits.restPauseLongest);
			this.pauses += 1;
			this.failures = 0;
			this.pausedUntil = clock.now() + pause;
			ended(false);
		} else if (answers > 0) {
			this.pauses = 0;
			ended(true);
		}
	}
}
