import type { Flow, FlowNode } from '../node-red';
import { blank } from './sheet';

/** Id of the broker's config node. */
export const brokerId = 'demo-broker';

/** A config node and what it keeps secret. */
export interface ConfigNode {
	readonly node: FlowNode;
	readonly credentials: Flow['credentials'];
}

/** What is particular about an endpoint. */
export interface EndpointFields {
	/** Of the config node. */
	readonly id: string;
	readonly name: string;
	/** The endpoint's own id: the root of topics and unique ids. */
	readonly endpointId: string;
	readonly url: string;
	readonly dialect: string;
	readonly allowControl?: boolean;
	/** JSON, of the custom dialect alone. */
	readonly definition?: string;
	readonly token?: string;
}

/** An endpoint; its token, if it has any, stands with the credentials. */
export function endpoint({ id, token, allowControl = false, definition = '', ...fields }: EndpointFields): ConfigNode {
	const node = {
		id,
		type: 'agent-stream-endpoint',
		...fields,
		definition,
		...blank('tokenIn', 'tokenName', 'namespace', 'subscription'),
		...blank('loginUrl', 'loginContentType', 'loginTokenPath', 'loginExpiresPath'),
		loginMethod: 'POST',
		...blank('tls', 'proxy', 'restBase', 'pollSeconds'),
		headers: [],
		strict: false,
		allowControl,
		snapshot: true,
		fallback: true,
		...blank('handshakeSeconds', 'heartbeatSeconds', 'backoffFirstSeconds', 'backoffLongestSeconds'),
	};
	return { node, credentials: token === undefined ? {} : { [id]: { token } } };
}

/** The broker. @param url with its user and password where it wants any: they stand with the credentials */
export function broker(url: string): ConfigNode {
	const { username, password } = new URL(url);
	const bare = new URL(url);
	bare.username = '';
	bare.password = '';
	const secrets = { username: decodeURIComponent(username), password: decodeURIComponent(password) };
	return {
		node: {
			id: brokerId,
			type: 'agent-stream-broker',
			name: 'Broker',
			url: bare.href,
			// What every broker speaks, the embedded one included.
			protocolVersion: '4',
			...blank('tls', 'clientId', 'keepaliveSeconds'),
			topicPrefix: 'agent-stream',
			discoveryPrefix: 'homeassistant',
		},
		credentials: username === '' ? {} : { [brokerId]: secrets },
	};
}
