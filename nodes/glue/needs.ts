import type { Node, NodeAPI } from 'node-red';
import type { Dialect } from '../../src/dialects/dialect';

/** What an entity mapper node makes use of, by dialect; empty = all event types. */
export const mapperNeeds = new WeakMap<Node, (dialect: Dialect) => readonly string[]>();

/**
 * The event types that the nodes wired to the first output make use of. Empty = all: where the dialect is not known, nothing is wired,
 * or anything but a mapper.
 */
export function neededBehind(RED: NodeAPI, node: Node, dialect: Dialect | null): readonly string[] {
	const { wires = [] } = node as Node & { readonly wires?: readonly (readonly string[])[] };
	const needs = (wires[0] ?? []).map((id) => {
		const target: Node | null = RED.nodes.getNode(id);
		return (dialect && target && mapperNeeds.get(target)?.(dialect)) || [];
	});
	return needs.some((types) => types.length === 0) ? [] : [...new Set(needs.flat())];
}
