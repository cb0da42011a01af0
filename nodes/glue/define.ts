import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';
import type { z } from 'zod';
import { type Clock, systemClock, type Timer } from '../../src/model/clock';
import { type AgentStreamError, asAgentStreamError } from '../../src/model/errors';
import type { Logger } from '../../src/model/logger';
import { whenStarted } from './started';
import { type Shown, StatusLine, sharedTexts } from './status';

/** Sends messages on from an input; one per output, null for none, a list for several. */
export type Send = (outputs: (NodeMessage | NodeMessage[] | null)[]) => void;

/** What a running node does; both may be asynchronous, and whatever they throw reaches status and catch nodes. */
export interface Running {
	input?(message: NodeMessage, send: Send): void | Promise<void>;
	/** `removed`: the node is gone from the flow, neither restarted nor disabled. */
	close?(removed: boolean): void | Promise<void>;
}

/** What a node gets to work with. Timers that it takes from here end with it. */
export interface Parts<S> {
	readonly RED: NodeAPI;
	readonly node: Node;
	readonly settings: S;
	readonly credentials: Readonly<Record<string, string | undefined>>;
	readonly clock: Clock;
	readonly logger: Logger;
	show(status: Shown): void;
	/** Shows an error as status and reports it to catch nodes; `message` is the one that caused it. */
	fail(thrown: unknown, message?: NodeMessage): void;
	/** Sends of its own accord, not in answer to an input. */
	send: Send;
	/** A listener whose errors are the node's, and which does nothing once the node is closed. */
	guard<A extends unknown[]>(handler: (...args: A) => void | Promise<void>): (...args: A) => void;
	/** Runs once after `ms`, unless the node closes before; replaces the one that waits under the same name. */
	later(name: string, ms: number, run: () => void | Promise<void>): void;
	/** Runs when the node closes, before its own `close`. */
	release(run: () => void): void;
}

/** One node type. */
export interface NodeDescription<S> {
	readonly settings: z.ZodType<S>;
	readonly credentials?: Readonly<Record<string, { readonly type: 'text' | 'password' }>>;
	/** Reads nothing but its parts; what it throws leaves the node standing, with the error as its status. */
	start(parts: Parts<S>): Running;
}

/**
 * Registers a node type: the only place that touches `on`, `close` and `status`, so that no adapter can get arity, leaks
 * or rejected promises wrong (a promise that Node-RED does not see rejected ends the process).
 */
export function defineNode<S>(RED: NodeAPI, type: string, description: NodeDescription<S>): void {
	function construct(this: Node, config: NodeDef): void {
		RED.nodes.createNode(this, config);
		new LiveNode(RED, this, description).begin(config);
	}
	RED.nodes.registerType(type, construct, { credentials: { ...description.credentials } });
}

/** How often messages to a node that cannot work are told of, ms. */
const brokenEvery = 60_000;

class LiveNode<S> {
	private readonly status: StatusLine;
	private readonly releases: (() => void)[] = [];
	private readonly timers = new Map<string, Timer>();
	private running: Running | null = null;
	private broken: AgentStreamError | null = null;
	/** When a message was last told of that, ms since 1970. */
	private brokenTold: number | null = null;
	private closed = false;

	constructor(
		private readonly RED: NodeAPI,
		private readonly node: Node,
		private readonly description: NodeDescription<S>,
	) {
		this.status = new StatusLine(RED, node, systemClock);
	}

	begin(config: NodeDef): void {
		const { node } = this;
		node.on('input', (message, send, done) => {
			void this.input(message, send, done);
		});
		node.on('close', (removed: boolean, done: () => void) => {
			void this.close(removed).finally(done);
		});
		try {
			this.running = this.description.start(this.parts(this.read(config)));
		} catch (thrown) {
			this.breaks(asAgentStreamError(thrown, 'CONFIG_INVALID'));
		}
	}

	/** It cannot work. Catch nodes hear of it when they are there. */
	private breaks(error: AgentStreamError): void {
		this.broken = error;
		this.showError(error);
		const stop = whenStarted(this.RED, () => {
			stop();
			this.fail(error);
		});
		this.releases.push(stop);
	}

	/** Whether a message to a node that cannot work is told of: not each of a stream. */
	private isBrokenDue(): boolean {
		const now = systemClock.now();
		if (this.brokenTold !== null && Math.abs(now - this.brokenTold) < brokenEvery) return false;
		this.brokenTold = now;
		return true;
	}

	private read(config: NodeDef): S {
		const parsed = this.description.settings.safeParse(config);
		if (parsed.success) return parsed.data;
		const [issue] = parsed.error.issues;
		throw asAgentStreamError(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`, 'CONFIG_INVALID');
	}

	private async input(message: NodeMessage, send: (message: NodeMessage[]) => void, done: (error?: Error) => void) {
		try {
			if (this.broken && this.isBrokenDue()) throw this.broken;
			await this.running?.input?.(message, (outputs) => {
				if (!this.closed) (send as Send)(outputs);
			});
			done();
		} catch (thrown) {
			const error = asAgentStreamError(thrown, 'INPUT_INVALID');
			this.showError(error);
			done(error);
		}
	}

	private async close(removed: boolean): Promise<void> {
		if (this.closed) return;
		this.closed = true;
		for (const timer of this.timers.values()) systemClock.cancel(timer);
		this.timers.clear();
		for (const release of this.releases.splice(0)) release();
		try {
			await this.running?.close?.(isGone(this.RED, this.node, removed));
		} catch (thrown) {
			this.node.error(asAgentStreamError(thrown, 'CLOSED').message);
		}
		this.status.close();
	}

	private fail(thrown: unknown, message?: NodeMessage): void {
		if (this.closed) return;
		const error = asAgentStreamError(thrown, 'INPUT_INVALID');
		this.showError(error);
		// An error object keeps its code for catch nodes (`msg.error.code` of Node-RED 4); its message is for people.
		this.node.error(error, message ?? {});
	}

	private showError(error: AgentStreamError): void {
		this.status.error({ fill: 'red', shape: 'ring', text: `${sharedTexts}errors.${error.code}` });
	}

	private guarded(run: () => void | Promise<void>): void {
		if (this.closed) return;
		try {
			Promise.resolve(run()).catch((thrown: unknown) => this.fail(thrown));
		} catch (thrown) {
			this.fail(thrown);
		}
	}

	private parts(settings: S): Parts<S> {
		const { node, RED } = this;
		return {
			RED,
			node,
			settings,
			credentials: (node.credentials ?? {}) as Record<string, string | undefined>,
			clock: systemClock,
			logger: {
				debug: (text) => node.debug(text),
				info: (text) => node.log(text),
				warn: (text) => node.warn(text),
				error: (text) => node.error(text),
			},
			show: (status) => {
				if (!this.closed) this.status.show(status);
			},
			fail: (thrown, message) => this.fail(thrown, message),
			send: (outputs) => {
				if (!this.closed) (node.send as Send).call(node, outputs);
			},
			guard:
				(handler) =>
				(...args) =>
					this.guarded(() => handler(...args)),
			later: (name, ms, run) => {
				if (this.closed) return;
				systemClock.cancel(this.timers.get(name));
				const timer = systemClock.after(ms, () => {
					this.timers.delete(name);
					this.guarded(run);
				});
				this.timers.set(name, timer);
			},
			release: (run) => {
				this.releases.push(run);
			},
		};
	}
}

/**
 * Whether the flow has a node no more. Node-RED says `removed` of one that is disabled too, or whose tab is, and never of one in a subflow whose
 * instance is deleted: its id begins with the instance's.
 */
function isGone(RED: NodeAPI, node: Node, removed: boolean): boolean {
	if (!removed && !('_alias' in node)) return false;
	const ids = new Set<string>();
	// When nodes are closed this is the new configuration already.
	RED.nodes.eachNode(({ id }) => ids.add(id));
	const begins = [...node.id.matchAll(/-/g)].map(({ index }) => node.id.slice(0, index));
	return !ids.has(node.id) && (removed || !begins.some((id) => ids.has(id)));
}
