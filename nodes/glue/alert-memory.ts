import { isDeepStrictEqual } from 'node:util';
import type { Node, NodeAPI } from 'node-red';
import { AgentStreamError } from '../../src/model/errors';
import { isFields } from '../../src/model/fields';
import { NodeMemory } from './memory';

/** Key in the node's context. */
const key = 'alerts';

/** Where a node's state may lie. */
interface Place {
	read(): Promise<unknown>;
	write(value: unknown): Promise<void>;
	forget(): Promise<void>;
}

/** When a state was kept, ms since 1970; null = it is none of ours. */
const keptAt = (value: unknown): number | null => (isFields(value) && typeof value.at === 'number' ? value.at : null);

/** Where a node keeps its alerts over deploys and restarts. */
export class AlertMemory {
	private readonly chosen: Place;
	/** Where it was kept before somebody chose another place. */
	private readonly others: readonly Place[];
	/** Of these, where something older than what is kept now lies. */
	private leftovers: Place[] = [];
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
		store: string,
	) {
		const { contextStorage = {} } = RED.settings as { contextStorage?: Record<string, unknown> };
		if (store !== '' && !Object.hasOwn(contextStorage, store)) {
			const sentence = `Node-RED's settings (contextStorage) have no context store ${store.slice(0, 80)}.`;
			throw new AgentStreamError('CONFIG_INVALID', sentence);
		}
		const file = new NodeMemory(RED, node);
		this.chosen = store === '' ? file : this.context(store);
		// A text is another name of a store; two that are set up alike may be one.
		const { [store]: named } = contextStorage;
		const own = typeof named === 'string' ? contextStorage[named] : named;
		const stores = Object.entries(contextStorage)
			.filter(([, settings]) => typeof settings !== 'string' && (store === '' || !isDeepStrictEqual(settings, own)))
			.map(([name]) => this.context(name));
		this.others = store === '' ? stores : [file, ...stores];
	}

	/**
	 * What was kept last, in whichever place; undefined where there is nothing.
	 * @param failed told why the chosen place cannot be read
	 */
	async read(failed: (thrown: unknown) => void): Promise<unknown> {
		let newest = await this.chosen.read().catch(failed);
		const leftovers: Place[] = [];
		for (const place of this.others) {
			const value = await place.read().catch(() => undefined);
			const at = keptAt(value);
			if (at === null) continue;
			leftovers.push(place);
			if (at > (keptAt(newest) ?? Number.NEGATIVE_INFINITY)) newest = value;
		}
		this.leftovers = leftovers;
		return newest;
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
		for (const place of [this.chosen, ...this.leftovers]) await place.forget();
	}

	private async drain(): Promise<void> {
		while (this.again) {
			this.again = false;
			await this.chosen.write(this.newest());
		}
		// Only now nothing is lost by that. Where it fails, what lies there is older from now on.
		for (const place of this.leftovers.splice(0)) await place.forget().catch(() => undefined);
	}

	private context(store: string): Place {
		const context = this.node.context();
		const set = (value: unknown) =>
			new Promise<void>((resolve, reject) => {
				context.set(key, value, store, (error: Error | null) => (error ? reject(error) : resolve()));
			});
		return {
			read: () =>
				new Promise((resolve, reject) => {
					context.get(key, store, (error: Error | null, value: unknown) => (error ? reject(error) : resolve(value)));
				}),
			write: set,
			forget: () => set(undefined),
		};
	}
}
