import { limits } from '../../model/limits';
import { dropOldest } from '../../model/oldest';

/** One thing that a session waits for. */
export interface Wait {
	readonly shown: string;
	/** The subagent that asked; null = the session itself. */
	readonly agent: string | null;
}

/** What one session waits for; several calls can ask at once. */
export class Waits {
	/** By the key of the call that was asked about; empty = by a notification. */
	private readonly waits = new Map<string, Wait>();

	/** Whether it waits for nothing. */
	get none(): boolean {
		return this.waits.size === 0;
	}

	/** What it waits for, each once; null = nothing. */
	get shown(): string | null {
		return this.none ? null : [...new Set([...this.waits.values()].map(({ shown }) => shown))].join(', ');
	}

	/** Whether somebody was asked about a call, and has not answered. */
	has(key: string): boolean {
		return this.waits.has(key);
	}

	/** Somebody is asked about a call; answers whether that is news: the notification about it may have come before. */
	asked(key: string, wait: Wait): boolean {
		const isNews = !this.waits.delete('');
		this.waits.set(key, wait);
		dropOldest(this.waits, limits.claudeCalls);
		return isNews;
	}

	/** A notification says that it waits. */
	notified(shown: string): void {
		this.waits.set('', { shown, agent: null });
	}

	/** It goes on: what it waits for is over, except what is still open. */
	keep(still: (key: string, wait: Wait) => boolean): void {
		for (const [key, wait] of [...this.waits]) if (!still(key, wait)) this.waits.delete(key);
	}

	/** It waits for nothing any more. */
	clear(): void {
		this.waits.clear();
	}
}
