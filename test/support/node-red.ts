import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '../..');

/** A real Node-RED of its own process, with the built package in its user directory. */
export interface NodeRed {
	readonly url: string;
	readonly userDir: string;
	/** Everything that it wrote to standard output and error. */
	log(): string;
	/** Deploys flows, with credentials inside the nodes, as the editor does, and waits until they are started. */
	deploy(flows: readonly object[]): Promise<void>;
	get(path: string): Promise<unknown>;
	/** Presses the button of an inject node. */
	inject(id: string): Promise<void>;
	/** Ends the process (by default as a power cut would) and starts it again with the same user directory, flows and port. */
	restart(signal?: NodeJS.Signals): Promise<void>;
	stop(): Promise<void>;
}

async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	server.close();
	await once(server, 'close');
	return port;
}

const settings = (port: number) => `module.exports = {
	uiHost: '127.0.0.1', uiPort: ${port}, flowFile: 'flows.json', credentialSecret: false,
	telemetry: { enabled: false, updateNotification: false }, contextStorage: { default: { module: 'localfilesystem' } },
	editorTheme: { tours: false, palette: { editable: false, catalogues: [] } }, logging: { console: { level: 'info', metrics: false, audit: false } },
};`;

/**
 * Starts Node-RED on a free loopback port. The package must have been built. `NODE_RED_SCRIPT` and `NODE_RED_NODE` name another
 * Node-RED and the Node.js that runs it (see `scripts/test-nodered5.ts`).
 */
export async function startNodeRed(): Promise<NodeRed> {
	if (!existsSync(join(root, 'dist/nodes/connect.js')))
		throw new Error('There is no build: run `npm run build` first.');
	const userDir = await mkdtemp(join(tmpdir(), 'agent-stream-node-red-'));
	const scope = join(userDir, 'node_modules/@agent-stream');
	await mkdir(scope, { recursive: true });
	await symlink(root, join(scope, 'node-red-agent-stream'));
	const port = await freePort();
	await writeFile(join(userDir, 'settings.js'), settings(port));
	const script = process.env.NODE_RED_SCRIPT ?? require.resolve('node-red/red.js');
	const node = process.env.NODE_RED_NODE ?? process.execPath;
	let log = '';
	const launch = async () => {
		const from = log.length;
		const child: ChildProcess = spawn(node, [script, '--userDir', userDir], { cwd: userDir });
		const exited = once(child, 'exit');
		const read = (part: Buffer) => {
			log += part.toString();
		};
		child.stdout?.on('data', read);
		child.stderr?.on('data', read);
		while (!log.slice(from).includes('Started flows')) {
			const ended = await Promise.race([
				once(child.stdout ?? child, 'data').then(() => false),
				exited.then(() => true),
			]);
			if (ended) throw new Error(`Node-RED did not start:\n${log.slice(from)}`);
		}
		return { child, exited };
	};
	const url = `http://127.0.0.1:${port}/`;
	let running = await launch();
	const end = async (signal: NodeJS.Signals) => {
		running.child.kill(signal);
		await running.exited;
	};
	const api = async (path: string, init: RequestInit = {}): Promise<unknown> => {
		const headers = { 'Node-RED-API-Version': 'v2', 'Content-Type': 'application/json', Accept: 'application/json' };
		const response = await fetch(url + path, { headers, ...init });
		const text = await response.text();
		if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
		return text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text;
	};
	return {
		url,
		userDir,
		log: () => log,
		get: (path) => api(path),
		async deploy(flows) {
			const { rev } = (await api('flows')) as { rev: string };
			const from = log.length;
			const child = running.child;
			await api('flows', { method: 'POST', body: JSON.stringify({ rev, flows }) });
			while (!/Started (modified )?(flows|nodes)/.test(log.slice(from))) await once(child.stdout ?? child, 'data');
		},
		async inject(id) {
			await api(`inject/${id}`, { method: 'POST' });
		},
		async restart(signal = 'SIGKILL') {
			await end(signal);
			running = await launch();
		},
		async stop() {
			await end('SIGTERM');
			await rm(userDir, { recursive: true, force: true });
		},
	};
}
