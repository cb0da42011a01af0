import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Node, NodeAPI } from 'node-red';

/** Folder of all nodes' memories below the user directory. */
const folder = 'agent-stream';

/**
 * What a node keeps over restarts, as JSON: a file in the user directory, because Node-RED's usual context store lives in memory and
 * energy totals would start from 0 with every restart. Where there is no user directory, the node's context.
 */
export class NodeMemory {
	private readonly path: string | null;

	constructor(
		RED: NodeAPI,
		private readonly node: Node,
	) {
		const { userDir } = RED.settings;
		// Node ids are Node-RED's own, but flows can be written by hand.
		const isName = /^[\w.-]+$/.test(node.id) && !node.id.startsWith('.');
		this.path = userDir && isName ? join(userDir, folder, `${node.id}.json`) : null;
	}

	/** What was kept; undefined where there is nothing, or nothing that can be read. */
	async read(): Promise<unknown> {
		if (this.path === null) return this.context((done) => this.node.context().get('memory', done));
		try {
			return JSON.parse(await readFile(this.path, 'utf8'));
		} catch (thrown) {
			if (thrown instanceof SyntaxError || (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT'))
				return undefined;
			throw thrown;
		}
	}

	/** Keeps a value: whole, or not at all. */
	async write(value: unknown): Promise<void> {
		if (this.path === null) {
			await this.context((done) =>
				this.node.context().set('memory', value, (error: Error | null) => done(error, undefined)),
			);
			return;
		}
		await mkdir(join(this.path, '..'), { recursive: true });
		await writeFile(`${this.path}.new`, JSON.stringify(value), { mode: 0o600 });
		await rename(`${this.path}.new`, this.path);
	}

	/** The node is gone for good. */
	async forget(): Promise<void> {
		if (this.path !== null) await rm(this.path, { force: true });
	}

	private context(ask: (done: (error: Error | null, value: unknown) => void) => void): Promise<unknown> {
		return new Promise((resolve, reject) => ask((error, value) => (error ? reject(error) : resolve(value))));
	}
}
