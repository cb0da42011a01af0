import type { Flow } from '../node-red';
import { type AgentsOptions, agentsTab } from './agents';
import { broker } from './config-nodes';
import { dashboard } from './dashboard';
import { type UnraidOptions, unraidTab } from './unraid';

/** Where the ends of the flow are. */
export interface FlowOptions {
	readonly broker: string;
	/** null: without this tab and its page. */
	readonly unraid: UnraidOptions | null;
	/** Empty: without this tab and its page. */
	readonly agents: readonly AgentsOptions[];
}

/** The demo's flow: a tab and a page for the Unraid server, and a tab and a page for all agents. */
export function demoFlow({ broker: url, unraid, agents }: FlowOptions): Flow {
	const parts: readonly Flow[] = [
		...(unraid ? [unraidTab(unraid)] : []),
		...(agents.length > 0 ? [agentsTab(agents)] : []),
	];
	const { node, credentials } = broker(url);
	return {
		nodes: [...parts.flatMap((part) => part.nodes), ...dashboard, node],
		credentials: Object.assign({}, credentials, ...parts.map((part) => part.credentials)) as Flow['credentials'],
	};
}
