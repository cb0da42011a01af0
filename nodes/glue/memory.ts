import type { Node } from 'node-red';

/** A value of a node's context, whichever store it is in; undefined where there is none. */
export function remembered(node: Node, key: string): Promise<unknown> {
	return new Promise((resolve, reject) => {
		node.context().get(key, (error: Error | null, value: unknown) => (error ? reject(error) : resolve(value)));
	});
}

/** Keeps a value in a node's context. */
export function remember(node: Node, key: string, value: unknown): Promise<void> {
	return new Promise((resolve, reject) => {
		node.context().set(key, value, (error: Error | null) => (error ? reject(error) : resolve()));
	});
}
