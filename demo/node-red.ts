import { once } from 'node:events';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import RED from 'node-red';
import { listenOn, portOf } from './ports';

/** A node of a flow file. */
export type FlowNode = { readonly id: string; readonly type: string } & { readonly [field: string]: unknown };

/** A flow and what its nodes keep secret, by node id. */
export interface Flow {
	readonly nodes: readonly FlowNode[];
	readonly credentials: { readonly [id: string]: { readonly [name: string]: string } };
}

/** Node-RED inside this process. */
export interface EmbeddedNodeRed {
	readonly port: number;
	stop(): Promise<void>;
}

/** One message on its way out of a node: what Node-RED's `onSend` hook passes. */
export interface Sent {
	readonly msg: { readonly [field: string]: unknown };
	readonly source: { readonly node: { readonly type: string }; readonly port: number };
}

/** What an Express application is to the server. */
type Handler = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

const PACKAGE = '@agent-stream/node-red-agent-stream';

/** Listens on 127.0.0.1. @throws Error with code `EADDRINUSE` where the port is taken */
export async function reservePort(port: number): Promise<Server> {
	const server = createServer();
	await listenOn(server, port);
	return server;
}

/**
 * Starts Node-RED on a server that listens already, with a user directory of its own that holds nothing but the flow and
 * this package.
 * @param root the repository
 * @param sent told of every message that a node sends
 */
export async function startNodeRed(
	server: Server,
	root: string,
	flow: Flow,
	sent: (message: Sent) => void,
): Promise<EmbeddedNodeRed> {
	const port = portOf(server);
	const userDir = join(root, '.cache/demo', String(port));
	prepare(userDir, root, flow);
	RED.init(server, {
		userDir,
		flowFile: 'flows.json',
		flowFilePretty: true,
		credentialSecret: false,
		uiHost: '127.0.0.1',
		uiPort: port,
		httpAdminRoot: '/',
		httpNodeRoot: '/',
		telemetry: { enabled: false, updateNotification: false },
		editorTheme: { tours: false },
		externalModules: { autoInstall: false, palette: { allowInstall: false } },
		logging: { console: { level: 'off' }, demo: { level: 'warn', handler: () => complain } },
	} as unknown as Parameters<typeof RED.init>[1]);
	const { httpAdmin, httpNode } = RED as unknown as { readonly httpAdmin: Handler; readonly httpNode: Handler };
	server.on('request', (request, response) => {
		httpAdmin(request, response, () =>
			httpNode(request, response, () => {
				response.writeHead(404).end();
			}),
		);
	});
	RED.hooks.add('onSend.demo', (events: readonly Sent[]) => events.forEach(sent));
	const deployed = once(RED.events, 'flows:started');
	await RED.start();
	await deployed;
	return {
		port,
		async stop() {
			RED.hooks.remove('onSend.demo');
			await RED.stop();
			const closed = new Promise<void>((resolve) => server.close(() => resolve()));
			server.closeAllConnections();
			await closed;
		},
	};
}

/** What Node-RED warns of because the demo is set up as it is. */
const expected = /unencrypted credentials|^Projects disabled/;

/** Prints a warning or an error of Node-RED. */
function complain({
	msg,
	name,
	type,
}: {
	readonly msg: unknown;
	readonly name?: string;
	readonly type?: string;
}): void {
	if (expected.test(String(msg))) return;
	console.error(`\n[node-red] ${type === undefined ? '' : `${name || type}: `}${String(msg)}`);
}

/** A fresh user directory: the flow, its secrets, and this repository as an installed package. */
function prepare(userDir: string, root: string, flow: Flow): void {
	rmSync(userDir, { recursive: true, force: true });
	const link = join(userDir, 'node_modules', PACKAGE);
	mkdirSync(dirname(link), { recursive: true });
	symlinkSync(root, link, 'junction');
	writeFileSync(join(userDir, 'package.json'), JSON.stringify({ name: 'agent-stream-demo', private: true }));
	writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flow.nodes, null, '\t'));
	writeFileSync(join(userDir, 'flows_cred.json'), JSON.stringify(flow.credentials), { mode: 0o600 });
}
