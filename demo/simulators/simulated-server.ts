import type { Clock, Timer } from '../../src/model/clock';
import type { Door } from './door';
import { seeded } from './random';

/** How a simulated server is set up. */
export interface SimulatedServerOptions {
	readonly clock: Clock;
	/** The same seed gives the same life. Default 1. */
	readonly seed?: number;
	/** How fast it lives, as a multiple of its protocol's intervals. Default 1. */
	readonly speed?: number;
	/** What clients must show to be let in. Default: none is asked for. */
	readonly token?: string;
	/** Lets things happen by themselves, as its story tells. Default false. */
	readonly story?: boolean;
}

/** Something that happens once in a round of a story. */
export interface Moment {
	/** Seconds of the server's life after the start of the round. */
	readonly at: number;
	run(): void;
}

/**
 * A simulated server on 127.0.0.1: how it is started and stopped, what a script does to it, and its timers. What it says is its
 * protocol's, in a class of its own.
 */
export abstract class SimulatedServer<Opened extends Door, Type extends string = string> {
	protected readonly clock: Clock;
	protected readonly random: () => number;
	protected readonly speed: number;
	/** The token that is asked for now; null = none. */
	protected token: string | null;
	/** Open while the server runs. */
	protected door: Opened | undefined;
	private readonly story: boolean;
	private readonly timers = new Map<string, Timer>();
	private refusal: number | null = null;

	constructor({ clock, seed = 1, speed = 1, token, story = false }: SimulatedServerOptions) {
		this.clock = clock;
		this.random = seeded(seed);
		this.speed = speed;
		this.token = token ?? null;
		this.story = story;
	}

	/** Path of its WebSocket. */
	protected abstract readonly path: string;

	/** A new door, which does not listen yet. */
	protected abstract open(): Opened;

	/** Begins what the server does by itself. @param isTold whether its story is told, too */
	protected abstract live(isTold: boolean): void;

	/**
	 * Something happens now: whoever the protocol lets hear of it is told.
	 * @throws Error where the protocol has nothing of that type
	 */
	abstract emit(type: Type): unknown;

	/**
	 * @param port 0 = any free one
	 * @throws Error with code `EADDRINUSE` where the port is taken
	 */
	async start(port = 0): Promise<void> {
		const door = this.open();
		door.refusal = this.refusal;
		await door.listen(port);
		this.door = door;
		this.live(this.story);
	}

	/** Ends the server and every connection; `start` starts it again, with what it remembers. */
	async stop(): Promise<void> {
		for (const timer of this.timers.values()) this.clock.cancel(timer);
		this.timers.clear();
		const { door } = this;
		this.door = undefined;
		await door?.close();
	}

	/** @throws Error while it does not run */
	get port(): number {
		return this.running.port;
	}

	/** Where a client connects. */
	get url(): string {
		return `ws://127.0.0.1:${this.port}${this.path}`;
	}

	/** Connections that stand. */
	get connections(): number {
		return this.door?.clients.length ?? 0;
	}

	/** The same many times at once, faster than a slow client reads. */
	burst(type: Type, count: number): void {
		for (let index = 0; index < count; index += 1) this.emit(type);
	}

	/** Cuts every connection without a close frame. */
	drop(): void {
		this.running.drop();
	}

	/** Keeps every connection open but no longer reads, writes or answers: a server that lost its power. */
	freeze(): void {
		this.running.freeze();
	}

	/** Refuses everyone with this HTTP status from now on; null admits again. Connections that stand are left alone. */
	refuse(status: number | null): void {
		this.refusal = status;
		if (this.door) this.door.refusal = status;
	}

	/** Asks for another token from now on; null for none. Connections that stand are left alone. */
	setToken(token: string | null): void {
		this.token = token;
	}

	/** @throws Error while it does not run */
	protected get running(): Opened {
		if (!this.door) throw new Error('The simulator is not running');
		return this.door;
	}

	/** Does something once, in so many seconds of the server's life. One thing waits under each name: the last one said. */
	protected after(name: string, seconds: number, run: () => void): void {
		this.clock.cancel(this.timers.get(name));
		this.timers.set(name, this.clock.after((seconds * 1_000) / this.speed, run));
	}

	/** Does something again and again. @param first seconds before the first time */
	protected repeat(name: string, seconds: number, run: () => void, first = seconds): void {
		this.after(name, first, () => {
			this.repeat(name, seconds, run);
			run();
		});
	}

	/**
	 * Tells a story, round after round.
	 * @param length seconds of a round
	 * @param scenes what happens in a round, in order of time; rounds are counted from 0
	 */
	protected tell(length: number, scenes: (round: number) => readonly Moment[], round = 0): void {
		const play = ([scene, ...rest]: readonly Moment[], passed: number): void => {
			const until = scene?.at ?? length;
			this.after('story', until - passed, () => {
				scene?.run();
				if (scene) play(rest, until);
				else this.tell(length, scenes, round + 1);
			});
		};
		play(scenes(round), 0);
	}
}
