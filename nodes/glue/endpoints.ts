import { EventEmitter } from 'node:events';
import type { Node, NodeAPI } from 'node-red';
import type { Control } from '../../src/control';
import type { Dialect } from '../../src/dialects/dialect';
import type { ConnectionState, Endpoint } from '../../src/endpoint';
import { type Clock, systemClock, type Timer } from '../../src/model/clock';
import { AgentStreamError } from '../../src/model/errors';
import { limits } from '../../src/model/limits';

/** One user of a shared endpoint. */
export interface EndpointUser {
	/** Changes which event types this user wants; empty = all, null = whatever the others want. */
	want(types: readonly string[] | null): void;
	/** Ends the use; the last one closes the connection. */
	release(): void;
}

/** A live endpoint, as the nodes of one runtime share it. */
export interface SharedEndpoint {
	/** Endpoint id. */
	readonly id: string;
	readonly live: Endpoint;
	/** Carries out commands on it. */
	readonly control: Control;
	/** Connects with its first user. Types as in {@link EndpointUser}. */
	use(types: readonly string[] | null): EndpointUser;
}

/** What stands behind each endpoint config node. */
export const sharedEndpoints = new WeakMap<Node, SharedEndpoint>();

/** Why an endpoint config node has nothing behind it: catch nodes never hear of config nodes, so those that use it tell. */
export const endpointFaults = new WeakMap<Node, AgentStreamError>();

/**
 * The live endpoint behind a config node.
 * @throws AgentStreamError CONFIG_INVALID: none chosen, disabled, or itself not in order; or what keeps the endpoint from working
 */
export function sharedEndpoint(RED: NodeAPI, nodeId: string): SharedEndpoint {
	const node = nodeId === '' ? null : RED.nodes.getNode(nodeId);
	if (!node) throw new AgentStreamError('CONFIG_INVALID', 'No endpoint is chosen, or it is disabled.');
	const shared = sharedEndpoints.get(node);
	const fault = endpointFaults.get(node);
	if (fault) throw new AgentStreamError(fault.code, fault.message);
	if (!shared) throw new AgentStreamError('CONFIG_INVALID', 'The endpoint is not set up completely.');
	return shared;
}

/** Whether an endpoint's values come, and whether they are polled because its socket is down. */
export interface LinkState {
	readonly open: boolean;
	readonly polling: boolean;
}

const closed: LinkState = { open: false, polling: false };

/** Endpoint ids of one runtime: each taken once, what it speaks, and whether its values come. */
export class Directory {
	private readonly owners = new Map<string, Node>();
	private readonly lives = new Map<string, Endpoint>();
	private readonly links = new Map<string, LinkState>();
	private readonly controls = new Map<string, Control>();
	/** Endpoints that were given back a moment ago, and may be back at once: what is known of their links meanwhile. */
	private readonly leaving = new Map<string, { readonly timer: Timer; link: LinkState }>();
	private readonly changes = new EventEmitter().setMaxListeners(0);

	constructor(private readonly clock: Clock = systemClock) {}

	/** Takes an id for a config node; false where another one has it. */
	claim(id: string, node: Node): boolean {
		const owner = this.owners.get(id);
		if (owner && owner !== node) return false;
		this.owners.set(id, node);
		return true;
	}

	/**
	 * Gives an id back; whoever follows it sees the connection closed, unless its node is only being deployed again: a connection that we
	 * have closed ourselves for a moment is no outage.
	 */
	release(id: string, node: Node): void {
		if (this.owners.get(id) !== node) return;
		this.owners.delete(id);
		this.lives.delete(id);
		this.controls.delete(id);
		if (this.leaving.has(id)) return;
		if (!this.links.get(id)?.open) {
			this.links.delete(id);
			return;
		}
		const timer = this.clock.after(limits.returnWithin, () => {
			this.show(id, this.leaving.get(id)?.link ?? closed);
			if (!this.owners.has(id)) this.links.delete(id);
		});
		this.leaving.set(id, { timer, link: closed });
	}

	/** Shows what stands behind an id, until the id is given back. */
	present(id: string, live: Endpoint): void {
		this.lives.set(id, live);
	}

	/** Whether there is an endpoint of this id. */
	has(id: string): boolean {
		return this.lives.has(id);
	}

	/** What an endpoint speaks; null where there is none, or it is not told yet. */
	dialect(id: string): Dialect | null {
		return this.lives.get(id)?.dialect ?? null;
	}

	/** Lets commands for an id go straight to its endpoint, until the id is given back. */
	offer(id: string, control: Control): void {
		this.controls.set(id, control);
	}

	/** What carries out commands on an endpoint, where it allows that. */
	control(id: string): Control | undefined {
		return this.controls.get(id);
	}

	/** Tells followers whether values come. */
	report(id: string, { phase, pollingSince }: ConnectionState): void {
		const polling = pollingSince !== undefined;
		const link = { open: phase === 'open' || polling, polling };
		const leaving = this.leaving.get(id);
		if (leaving && !link.open) leaving.link = link;
		else this.show(id, link);
	}

	private show(id: string, link: LinkState): void {
		const { leaving, links } = this;
		this.clock.cancel(leaving.get(id)?.timer);
		leaving.delete(id);
		const before = links.get(id);
		links.set(id, link);
		if (before?.open !== link.open || before.polling !== link.polling) this.changes.emit(id, link);
	}

	/** Whether an endpoint's values come; undefined while nobody has said, or where there is none. */
	link(id: string): LinkState | undefined {
		return this.owners.has(id) ? this.links.get(id) : undefined;
	}

	/** Follows an endpoint by its id, whichever node has it; returns how to stop. */
	follow(id: string, changed: (link: LinkState) => void): () => void {
		this.changes.on(id, changed);
		return () => this.changes.off(id, changed);
	}

	/** Followers of an id, for tests that count them. */
	followers(id: string): number {
		return this.changes.listenerCount(id);
	}
}

const directories = new WeakMap<object, Directory>();

/** The directory of a runtime. Every node set has a `RED` of its own; what they share is the runtime's event bus. */
export function directoryOf(RED: NodeAPI): Directory {
	let directory = directories.get(RED.events);
	if (!directory) {
		directory = new Directory();
		directories.set(RED.events, directory);
	}
	return directory;
}
