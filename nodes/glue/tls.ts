import type { Node, NodeAPI } from 'node-red';
import { AgentStreamError } from '../../src/model/errors';
import type { TlsSettings } from '../../src/transport/target';

/** The core node `tls-config`, which writes its settings into an object of TLS options. */
interface TlsNode extends Node {
	valid: boolean;
	addTLSOptions(options: object): void;
}

/**
 * TLS settings of a `tls-config` node; null where none is chosen.
 * @throws AgentStreamError CONFIG_INVALID: the node is missing, disabled, or its files cannot be read
 */
export function tlsOf(RED: NodeAPI, nodeId: string): TlsSettings | null {
	if (nodeId === '') return null;
	const node = RED.nodes.getNode(nodeId) as TlsNode | null;
	if (!node || typeof node.addTLSOptions !== 'function' || !node.valid) {
		throw new AgentStreamError('CONFIG_INVALID', 'The TLS configuration is missing, disabled or not in order.');
	}
	const options: TlsSettings = {};
	node.addTLSOptions(options);
	const { ca, cert, key, passphrase, servername, rejectUnauthorized } = options;
	return {
		...(ca && { ca }),
		...(cert && { cert }),
		...(key && { key }),
		...(passphrase && { passphrase }),
		...(servername && { servername }),
		...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
	};
}
