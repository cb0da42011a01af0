import type { Clock } from '../../model/clock';
import type { StreamEvent } from '../../model/event';
import { limits } from '../../model/limits';
import { dropOldest } from '../../model/oldest';
import type { Tracked, Tracker } from '../../model/tracker';
import { handled, isMessage, type MessageOf } from './dispatch';
import { Agents } from './tracker/agents';
import { BulletinBoard } from './tracker/bulletins';
import { Deployments } from './tracker/deployments';
import { GitHubNews } from './tracker/github';
import type { Part } from './tracker/part';
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
		if (event.rejected || !isMessage(event)) return {};
		const concerned = Object.values(this.parts).some(({ handlers }) => Object.hasOwn(handlers, event.type));
		if (!concerned || !this.isNew(event)) return {};
		return this.changed(({ handlers }) => handled(handlers, event, event) ?? false);
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
	private isNew({ type, at, data }: StreamEvent & MessageOf): boolean {
		if (!data.envelope?.id) return true;
		const id = `${type} ${data.envelope.id} ${at}`;
		if (this.seen.has(id)) return false;
		this.seen.add(id);
		dropOldest(this.seen, limits.autosdlcSeen);
		return true;
	}
}
