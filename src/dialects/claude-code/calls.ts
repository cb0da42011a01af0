import { limits } from '../../model/limits';
import { dropOldest } from '../../model/oldest';
import { round } from '../../model/presets';
import type { Hook } from './hook';

/** A tool call that was seen. */
interface Call {
	/** When it was first seen, ms since 1970. */
	readonly at: number;
	readonly tool: string | null;
	readonly done: boolean;
}

/** What the tool calls of a session add up to; durations in seconds. */
export interface CallPicture {
	readonly lastTool: string | null;
	readonly toolCalls: number;
	readonly duration: number | null;
	readonly averageDuration: number | null;
}

/** The tool calls of one session: counts and times each once, in whatever order its events come. Remembers the newest. */
export class Calls {
	/** By the id of the call; by its tool where it has none. */
	private readonly known = new Map<string, Call>();
	private count = 0;
	private lastTool: string | null = null;
	private duration: number | null = null;
	private durations = 0;
	private durationSum = 0;

	/** A tool was called; answers whether that counts: once per id, also where its end came first. */
	called({ toolUse, tool, at }: Hook): boolean {
		this.lastTool = tool ?? this.lastTool;
		const key = toolUse ?? unnamed(tool);
		const known = this.known.get(key);
		if (toolUse !== null && known) return false;
		this.remember(key, { at, tool, done: false });
		this.count += 1;
		return true;
	}

	/** A tool returned: takes its time; answers whether the call counts by it, because its begin was not seen. */
	returned({ toolUse, tool, at, duration }: Hook): boolean {
		this.lastTool = tool ?? this.lastTool;
		const key = toolUse ?? unnamed(tool);
		const call = this.known.get(key);
		const open = call?.done === false ? call : undefined;
		const took = duration ?? (open && at >= open.at ? at - open.at : null);
		if (took !== null && !call?.done) {
			this.duration = round(took / 1_000, 3);
			this.durations += 1;
			this.durationSum += took / 1_000;
		}
		if (toolUse === null) this.known.delete(key);
		else this.remember(key, { at: call?.at ?? at, tool, done: true });
		if (call) return false;
		this.count += 1;
		return true;
	}

	/** Whether a call was seen that has not returned. */
	isOpen(key: string): boolean {
		return this.known.get(key)?.done === false;
	}

	/** Whether a call has returned. */
	isDone(key: string): boolean {
		return this.known.get(key)?.done === true;
	}

	/**
	 * The key of the call that a permission request is about, by its id, else the newest open one of that tool that nobody asked about.
	 * @param asked whether somebody was asked about a call
	 */
	keyOf({ toolUse, tool }: Hook, asked: (key: string) => boolean): string {
		if (toolUse !== null) return toolUse;
		const open = [...this.known].findLast(([key, call]) => call.tool === tool && !call.done && !asked(key));
		return open?.[0] ?? unnamed(tool);
	}

	/** What they add up to. */
	picture(): CallPicture {
		return {
			lastTool: this.lastTool,
			toolCalls: this.count,
			duration: this.duration,
			averageDuration: this.durations === 0 ? null : round(this.durationSum / this.durations, 3),
		};
	}

	private remember(key: string, call: Call): void {
		this.known.delete(key);
		this.known.set(key, call);
		dropOldest(this.known, limits.claudeCalls);
	}
}

/** The key of a call without id. */
const unnamed = (tool: string | null): string => `~${tool}`;
