import type { Node, NodeAPI } from 'node-red';
import { AgentStreamError } from '../../src/model/errors';
import type { BridgeSettings } from '../../src/mqtt/settings';

/** What stands behind each broker config node. */
export const brokers = new WeakMap<Node, BridgeSettings>();

/**
 * The settings of a broker config node.
 * @throws AgentStreamError CONFIG_INVALID: none chosen, disabled, or itself not in order
 */
export function brokerSettings(RED: NodeAPI, nodeId: string): BridgeSettings {
	const node = nodeId === '' ? null : RED.nodes.getNode(nodeId);
	const settings = node && brokers.get(node);
	if (!settings) throw new AgentStreamError('CONFIG_INVALID', 'No broker is chosen, or it is disabled or not set up.');
	return settings;
}
