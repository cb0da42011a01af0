import type { Node, NodeAPI } from 'node-red';
import { AgentStreamError } from '../../src/model/errors';
import { NodeMemory } from './memory';

/** Key in the node's context. */
const key = 'alerts';

/** Where a node keeps its alerts over deploys and restarts. */
export class AlertMemory {
	private readonly file: NodeMemory | null;
	private newest: () => unknown = () => undefined;
	private writing: Promise<void> | null = null;
	private again = false;

	/**
	 * @param store a context store of Node-RED's settings; empty = a file in the user directory, which survives a restart in any case. The store
	 *   that Node-RED has without any settings is none: it forgets a node with each deploy.
	 * @throws AgentStreamError CONFIG_INVALID: there is no such store (Node-RED would take another one without a word)
	 */
	constructor(
		RED: NodeAPI,
		private readonly node: Node,
		private readonly store: string,
	) {
		this.file = store === '' ? new NodeMemory(RED, node) : null;
		if (this.file) return;
		const { contextStorage = {} } = RED.settings as { contextStorage?: Record<string, unknown> };
		if (Object.hasOwn(contextStorage, store)) return;
		const sentence = `Node-RED's settings (contextStorage) have no context store ${store.slice(0, 80)}.`;
		throw new AgentStreamError('CONFIG_INVALID', sentence);
	}

	/** What was kept; undefined where there is nothing. */
	async read(): Promise<unknown> {
		if (this.file) return await this.file.read();
		return await new Promise((resolve, reject) => {
			this.node.context().get(key, this.store, (error: Error | null, value: unknown) => {
				if (error) reject(error);
				else resolve(value);
			});
		});
	}

	/**
	 * Keeps a value; resolves when it is kept. While one is being written the next one waits, and is made only then: a storm of alerts costs no
	 * more than the writing.
	 */
	async write(value: () => unknown): Promise<void> {
		this.newest = value;
		this.again = true;
		this.writing ??= this.drain().finally(() => {
			this.writing = null;
		});
		await this.writing;
	}

	/** The node is gone for good; its context goes with it. */
	async forget(): Promise<void> {
		await this.writing?.catch(() => undefined);
		await this.file?.forget();
	}

	private async drain(): Promise<void> {
		while (this.again) {
			this.again = false;
			await this.put(this.newest());
		}
	}

	private async put(value: unknown): Promise<void> {
		if (this.file) {
			await this.file.write(value);
			return;
		}
		await new Promise<void>((resolve, reject) => {
			this.node.context().set(key, value, this.store, (error: Error | null) => (error ? reject(error) : resolve()));
		});
	}
}
