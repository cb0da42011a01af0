import type { NodeAPI, NodeDef } from 'node-red';
import type { Entity } from '../../src/model/entity';

/** Whether a node lets an entity through its first output. */
type Passes = (entity: Entity) => boolean;

/** A node as it stands in the flow, with what it is wired to. */
interface Wired extends NodeDef {
	/** Disabled. */
	readonly d?: boolean;
	readonly wires?: readonly (readonly string[])[];
	/** Of *link out*: the *link in* nodes. */
	readonly links?: readonly string[];
}

/** What a node shows of its entities, and by which output they leave it. */
interface Offer {
	readonly entities: () => readonly Entity[];
	readonly port: number;
}

/** The output by which a mapper sends its entities. */
const mapped = 0;

/** Nodes that pass on what comes as it is. */
const transparent = new Set(['junction', 'link in', 'link out']);

/**
 * What entities there are in a runtime: who makes them sends only changes, so that a node behind it that is deployed alone asks here for the rest.
 * Also where events come from before any has come, and which node has which unique id of entities that nodes make of their own.
 */
export class EntityDirectory {
	private readonly offers = new Map<string, Offer>();
	/** Endpoint ids by the node that brings their events. */
	private readonly origins = new Map<string, string>();
	private readonly gates = new Map<string, Passes>();
	private readonly owners = new Map<string, string>();
	private readonly mourners = new Set<(entities: readonly Entity[]) => void>();

	/** A mapper, or a node that makes entities of its own, shows those that leave by an output; returns how to stop that. */
	offer(node: string, entities: () => readonly Entity[], port = mapped): () => void {
		const offer: Offer = { entities, port };
		this.offers.set(node, offer);
		return () => {
			const left = entities();
			this.withdraw(this.offers, node, offer);
			for (const mourner of this.mourners) mourner(left);
		};
	}

	/** Calls `told` with the entities of a node that is gone (deployed anew, disabled, deleted); returns how to stop that. */
	onWithdrawn(told: (entities: readonly Entity[]) => void): () => void {
		this.mourners.add(told);
		return () => this.mourners.delete(told);
	}

	/** A node brings the events of an endpoint through its first output; returns how to stop that. */
	bring(node: string, endpoint: string): () => void {
		this.origins.set(node, endpoint);
		return () => this.withdraw(this.origins, node, endpoint);
	}

	/** A node that lets only some entities through shows which; returns how to stop that. */
	gate(node: string, passes: Passes): () => void {
		this.gates.set(node, passes);
		return () => this.withdraw(this.gates, node, passes);
	}

	/** Every mapper's entities. */
	all(): Entity[] {
		return this.shownBy([...this.offers.values()].filter(({ port }) => port === mapped));
	}

	/** Every entity that any node shows. */
	offered(): Entity[] {
		return this.shownBy([...this.offers.values()]);
	}

	/**
	 * The entities that reach a node by its wires, as far as that is known: from who makes them, through junctions, links and nodes that say what they
	 * let through. What comes through any other node may be anything, and is not looked at.
	 */
	reaching(RED: NodeAPI, node: string): Entity[] {
		const found = new Map<string, Entity>();
		this.goUp(RED, node, ({ id, port }, passes) => {
			const offer = this.offers.get(id);
			if (offer?.port !== port) return;
			for (const entity of offer.entities()) if (passes(entity)) found.set(entity.unique_id, entity);
		});
		return [...found.values()];
	}

	/** The ids of the endpoints whose events reach a node by its wires; as far as that is known, see {@link reaching}. */
	endpointsBefore(RED: NodeAPI, node: string): string[] {
		const found = new Set<string>();
		this.goUp(RED, node, ({ id, port }) => {
			const endpoint = port === 0 ? this.origins.get(id) : undefined;
			if (endpoint !== undefined) found.add(endpoint);
		});
		return [...found];
	}

	/** Goes from a node against its wires; tells each source that it finds, and what gets through from there. */
	private goUp(RED: NodeAPI, node: string, found: (source: Source, passes: Passes) => void): void {
		const before = sourcesOf(RED);
		const visit = (id: string, passes: Passes, path: ReadonlySet<string>): void => {
			for (const source of before.get(id) ?? []) {
				if (path.has(source.id)) continue;
				found(source, passes);
				const gate = this.gates.get(source.id);
				const further = new Set(path).add(source.id);
				if (transparent.has(source.type)) visit(source.id, passes, further);
				else if (gate && source.port === 0) visit(source.id, (entity) => gate(entity) && passes(entity), further);
			}
		};
		visit(node, () => true, new Set([node]));
	}

	/** Takes a unique id for a node; false where another one has it. */
	claim(uniqueId: string, node: string): boolean {
		if (this.isTaken(uniqueId, node)) return false;
		this.owners.set(uniqueId, node);
		return true;
	}

	/** Whether another node has a unique id. */
	isTaken(uniqueId: string, node: string): boolean {
		const owner = this.owners.get(uniqueId);
		return owner !== undefined && owner !== node;
	}

	/** Gives back all unique ids of a node. */
	release(node: string): void {
		for (const [uniqueId, owner] of this.owners) if (owner === node) this.owners.delete(uniqueId);
	}

	private shownBy(offers: readonly Offer[]): Entity[] {
		return offers.flatMap(({ entities }) => [...entities()]);
	}

	private withdraw<T>(map: Map<string, T>, node: string, value: T): void {
		if (map.get(node) === value) map.delete(node);
	}
}

interface Source {
	readonly id: string;
	readonly type: string;
	/** The output. */
	readonly port: number;
}

/** What is wired to each node. */
function sourcesOf(RED: NodeAPI): ReadonlyMap<string, readonly Source[]> {
	const before = new Map<string, Source[]>();
	RED.nodes.eachNode((def: NodeDef) => {
		const { id, type, d, wires = [], links = [] } = def as Wired;
		if (d) return;
		const outputs = type === 'link out' ? [links] : wires;
		for (const [port, targets] of outputs.entries()) {
			for (const target of targets) before.set(target, [...(before.get(target) ?? []), { id, type, port }]);
		}
	});
	return before;
}

const directories = new WeakMap<object, EntityDirectory>();

/** The directory of a runtime. Every node set has a `RED` of its own; what they share is the runtime's event bus. */
export function entitiesIn(RED: NodeAPI): EntityDirectory {
	let directory = directories.get(RED.events);
	if (!directory) {
		directory = new EntityDirectory();
		directories.set(RED.events, directory);
	}
	return directory;
}
