import type { Node, NodeAPI, NodeStatusFill, NodeStatusShape } from 'node-red';
import type { Clock, Timer } from '../../src/model/clock';

/** Where the texts that all nodes share stand: the catalogue of the endpoint. */
export const sharedTexts = '@agent-stream/node-red-agent-stream/endpoint:';

/** What a node shows under itself. */
export interface Status {
	readonly fill: NodeStatusFill;
	readonly shape: NodeStatusShape;
	/** Key in the node's own catalogue or, with a namespace in front, in another. */
	readonly text: string;
	/** Values of the text; without any, the editor translates it, else the runtime does. */
	readonly values?: Readonly<Record<string, string | number>>;
}

/** A status, or how to find out about it where that costs something: asked only when it is shown. */
export type Shown = Status | (() => Status);

/** Milliseconds between two status messages of one node: each goes to every open editor. */
const statusEvery = 1_000;
/** Milliseconds that the error of one message stays in front of what the node usually shows. */
const errorFor = 10_000;

/** Shows a node's status, at most once a second: the first at once, later ones at the end of the second, the last one wins. */
export class StatusLine {
	private waiting: Shown | null = null;
	private timer: Timer | undefined;
	private shown = '';
	/** What the node shows when no error is in front of it. */
	private usual: Shown | null = null;
	private errorTimer: Timer | undefined;

	constructor(
		private readonly RED: NodeAPI,
		private readonly node: Node,
		private readonly clock: Clock,
	) {}

	show(status: Shown): void {
		this.clock.cancel(this.errorTimer);
		this.usual = status;
		this.next(status);
	}

	/** Shows an error for a while, where the node has a usual status to go back to. */
	error(status: Status): void {
		this.clock.cancel(this.errorTimer);
		this.next(status);
		this.errorTimer = this.clock.after(errorFor, () => {
			if (this.usual) this.next(this.usual);
		});
	}

	private next(status: Shown): void {
		if (this.timer) this.waiting = status;
		else this.send(status);
	}

	/** Takes the status away and stops the timer. */
	close(): void {
		this.clock.cancel(this.timer);
		this.clock.cancel(this.errorTimer);
		this.timer = undefined;
		this.waiting = null;
		this.node.status({});
	}

	private send(status: Shown): void {
		const { fill, shape, text, values } = typeof status === 'function' ? status() : status;
		const shownText = values ? this.RED._(text, values) : text;
		const key = `${fill} ${shape} ${shownText}`;
		if (key === this.shown) return;
		this.shown = key;
		this.node.status({ fill, shape, text: shownText });
		this.timer = this.clock.after(statusEvery, () => {
			this.timer = undefined;
			const next = this.waiting;
			this.waiting = null;
			if (next) this.send(next);
		});
	}
}

/** `14:03`, local time: since when a state lasts. */
export function hourAndMinute(at: number): string {
	const date = new Date(at);
	return `${String(date.getHours()).padStart(2, '0')}:${String(date.getMinutes()).padStart(2, '0')}`;
}
