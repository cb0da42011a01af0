declare module 'node-red-node-test-helper' {
	import type { Node, NodeAPI } from 'node-red';

	/** The parts of the helper that the tests use. */
	interface Helper {
		init(runtime: string): void;
		settings(settings: object): object;
		load(
			nodes: readonly ((RED: NodeAPI) => void)[],
			flow: readonly object[],
			credentials: Readonly<Record<string, Readonly<Record<string, string>>>>,
		): Promise<void>;
		unload(): Promise<void>;
		getNode(id: string): Node;
		setFlows(flow: readonly object[], deployment: 'full' | 'flows' | 'nodes'): Promise<void>;
	}
	const helper: Helper;
	export default helper;
}
