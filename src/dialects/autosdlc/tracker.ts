import type { Clock } from '../../model/clock';
import type { StreamEvent } from '../../model/event';
import { limits } from '../../model/limits';
import type { Tracked, Tracker } from '../../model/tracker';
import type { MessageType } from './schemas';
import { Agents } from './tracker/agents';
import { BulletinBoard } from './tracker/bulletins';
import { Deployments } from './tracker/deployments';
import { GitHubNews } from './tracker/github';
import { idOf, type Part } from './tracker/part';
import { LatestQuality } from './tracker/quality';
import { Counters } from './tracker/totals';
import { Workflows } from './tracker/workflows';

/** The pictures by their types: what entities are made of. */
export interface AutosdlcWorld {
	readonly agents?: ReturnType<Agents['picture']>;
	readonly workflows?: ReturnType<Workflows['picture']>;
	readonly deployments?: ReturnType<Deployments['picture']>;
	readonly quality?: ReturnType<LatestQuality['picture']>;
	readonly github?: ReturnType<GitHubNews['picture']>;
	readonly bulletins?: ReturnType<BulletinBoard['picture']>;
	readonly totals?: ReturnType<Counters['picture']>;
}

/** Folds the news of one endpoint into its pictures. A message that comes twice (two subscriptions fit it) counts once. */
export class AutosdlcTracker implements Tracker {
	private readonly parts: { readonly [T in keyof AutosdlcWorld]-?: Part<AutosdlcWorld[T]> };
	/** Messages that came, oldest first. */
	private readonly seen = new Set<string>();

	constructor(clock: Clock) {
		this.parts = {
			agents: new Agents(),
			workflows: new Workflows(),
			deployments: new Deployments(),
			quality: new LatestQuality(),
			github: new GitHubNews(),
			bulletins: new BulletinBoard(),
			totals: new Counters(clock.now()),
		};
	}

	apply(event: StreamEvent): Tracked {
		if (event.rejected || typeof event.data !== 'object' || event.data === null) return {};
		const handled = ({ handlers }: Part<unknown>) =>
			Object.hasOwn(handlers, event.type) ? handlers[event.type as MessageType] : undefined;
		if (!Object.values(this.parts).some(handled) || !this.isNew(event)) return {};
		return this.changed((part) => handled(part)?.(event.data as never, event) ?? false);
	}

	tick(now: number): Tracked {
		return this.changed((part) => part.tick?.(now) ?? false);
	}

	nextTick(): number | null {
		const due = Object.values(this.parts).flatMap((part: Part<unknown>) => part.nextTick?.() ?? []);
		return due.length === 0 ? null : Math.min(...due);
	}

	private changed(changes: (part: Part<unknown>) => boolean): Tracked {
		const changed = Object.entries(this.parts).filter(([, part]) => changes(part));
		return Object.fromEntries(changed.map(([type, part]: [string, Part<unknown>]) => [type, part.picture()]));
	}

	/** A message without id cannot be told from another one: it is always new. */
	private isNew(event: StreamEvent): boolean {
		if (!Object(event.data).envelope?.id) return true;
		const id = idOf(event);
		if (this.seen.has(id)) return false;
		this.seen.add(id);
		for (const oldest of this.seen) {
			if (this.seen.size <= limits.autosdlcSeen) break;
			this.seen.delete(oldest);
		}
		return true;
	}
}
