import type { Clock, Timer } from '../model/clock';
import { limits } from '../model/limits';

/** One REST path that answers with the data of an event type. */
export interface SnapshotPath {
	readonly type: string;
	readonly path: string;
}

/**
 * The paths of the wanted types, each once: of two types with one path, the one that is no older name of another.
 * @param wanted event types; empty = all
 */
export function snapshotPaths(
	types: Readonly<Record<string, { readonly rest?: string; readonly feeds?: string }>>,
	wanted: ReadonlySet<string>,
): SnapshotPath[] {
	const paths = new Map<string, SnapshotPath>();
	for (const [type, { rest: path, feeds }] of Object.entries(types)) {
		if (path === undefined || (wanted.size > 0 && !wanted.has(type))) continue;
		if (feeds === undefined || !paths.has(path)) paths.set(path, { type, path });
	}
	return [...paths.values()];
}

/** What a {@link Snapshot} is made of. */
export interface SnapshotOptions {
	readonly clock: Clock;
	/** What is wanted now. */
	wanted(): readonly SnapshotPath[];
	/** Fetches a path; undefined where the server does not have it. */
	get(path: string): Promise<unknown>;
	/** @param requested milliseconds since 1970 when the request was sent */
	found(type: string, body: unknown, requested: number): void;
	failed(path: string, thrown: unknown): void;
}

/** A server that fails this often in a row is left alone until the next connection. */
const failuresInRow = 3;

/**
 * The first picture after connecting: each wanted path once per connection, one after another, and never more than one
 * round in `limits.snapshotEvery`, however often the connection flaps.
 */
export class Snapshot {
	private readonly asked = new Set<string>();
	private lastRound = Number.NEGATIVE_INFINITY;
	private timer: Timer | undefined;
	/** Changes with every connection: a round of an older one stops. */
	private connection = 0;
	private running = false;

	constructor(private readonly options: SnapshotOptions) {}

	/** Fetches what is wanted and was not asked on this connection yet, as soon as the limit allows. */
	refresh(): void {
		if (this.timer !== undefined || this.running || this.missing().length === 0) return;
		const { clock } = this.options;
		const wait = Math.max(0, this.lastRound + limits.snapshotEvery - clock.now());
		if (wait === 0) return void this.round();
		this.timer = clock.after(Math.min(wait, limits.snapshotEvery), () => {
			this.timer = undefined;
			void this.round();
		});
	}

	/** The connection is gone: forgets what was asked, and what is still to come. */
	closed(): void {
		this.connection += 1;
		this.running = false;
		this.asked.clear();
		this.options.clock.cancel(this.timer);
		this.timer = undefined;
	}

	private missing(): readonly SnapshotPath[] {
		return this.options.wanted().filter(({ path }) => !this.asked.has(path));
	}

	private async round(): Promise<void> {
		const { connection, options } = this;
		this.running = true;
		this.lastRound = options.clock.now();
		let failures = 0;
		for (const { type, path } of this.missing()) {
			if (failures >= failuresInRow) break;
			this.asked.add(path);
			const requested = options.clock.now();
			try {
				const body = await options.get(path);
				if (this.connection !== connection) return;
				failures = 0;
				if (body !== undefined) options.found(type, body, requested);
			} catch (thrown) {
				if (this.connection !== connection) return;
				failures += 1;
				options.failed(path, thrown);
			}
			if (this.connection !== connection) return;
		}
		this.running = false;
		if (failures < failuresInRow) this.refresh();
	}
}
