import type { Flow } from '../node-red';
import { type AgentsOptions, agentsTab, watchedAgents } from './agents';
import { alertsTab } from './alerts';
import { broker } from './config-nodes';
import { dashboard } from './dashboard';
import { type UnraidOptions, unraidTab, watchedUnraid } from './unraid';

/** Where the ends of the flow are. */
export interface FlowOptions {
	readonly broker: string;
	/** null: without this tab and its page. */
	readonly unraid: UnraidOptions | null;
	/** Empty: without this tab and its page. */
	readonly agents: readonly AgentsOptions[];
}

/** The demo's flow: a tab and a page for the Unraid server, for all agents, and for the alerts of both. */
export function demoFlow({ broker: url, unraid, agents }: FlowOptions): Flow {
	const watched = [...(unraid ? [watchedUnraid(unraid)] : []), ...(agents.length > 0 ? [watchedAgents(agents)] : [])];
	const parts: readonly Flow[] = [
		...(unraid ? [unraidTab(unraid)] : []),
		...(agents.length > 0 ? [agentsTab(agents)] : []),
		...(watched.length > 0 ? [alertsTab(watched)] : []),
	];
	const { node, credentials } = broker(url);
	return {
		nodes: [...parts.flatMap((part) => part.nodes), ...dashboard, node],
		credentials: Object.assign({}, credentials, ...parts.map((part) => part.credentials)) as Flow['credentials'],
	};
}
