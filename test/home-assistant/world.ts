import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Broker, mosquittoPaths, startMosquitto } from '../support/broker';
import { fixtureJson } from '../support/unraid-recordings';
import { type Allowed, type Comparison, compare, type Shown } from './compare';
import { Listener } from './listener';
import { type Dump, Oracle, parityTool } from './oracle';
import { fixture, type Program, startBridge } from './programs';

/** What differs on purpose: the file that `tools/parity` takes with `--allow`. */
const allowedFile = join(__dirname, '../../docs/parity-differences.json');

/** What differs on purpose, and why. */
export const allowedDifferences = (): Allowed => JSON.parse(readFileSync(allowedFile, 'utf8')) as Allowed;

/** Reasons that were needed so far, by reference. */
export const usedReasons = new Map<string, ReadonlySet<string>>();

/** The entities of a reference file. */
export function readReference(name: string): readonly Shown[] {
	return (fixtureJson(name) as { readonly entities: readonly Shown[] }).entities;
}

/** A broker, a Home Assistant and a bridge between them and an agent; all of them our own, all gone at the end. */
export class World {
	private constructor(
		readonly broker: Broker,
		readonly listener: Listener,
		readonly oracle: Oracle,
	) {}

	bridge: Program | null = null;

	/** Starts broker and Home Assistant, both empty. Those of another name run beside it. */
	static async start(name = 'agent-stream-test'): Promise<World> {
		const mosquitto = mosquittoPaths.find(existsSync);
		if (mosquitto === undefined) throw new Error(`mosquitto is missing: looked for ${mosquittoPaths.join(', ')}`);
		const broker = await startMosquitto(mosquitto);
		try {
			const listener = await Listener.start(broker.url);
			try {
				return new World(broker, listener, await Oracle.start(name, broker.url));
			} catch (thrown) {
				await listener.stop();
				throw thrown;
			}
		} catch (thrown) {
			await broker.stop();
			throw thrown;
		}
	}

	/** Starts `agent-stream bridge`. */
	async connect(endpoint: string): Promise<void> {
		this.bridge = await startBridge(endpoint, this.broker.url);
	}

	/** Ends the bridge and starts it again. */
	async restartBridge(endpoint: string, signal: NodeJS.Signals): Promise<void> {
		await this.bridge?.end(signal);
		await this.connect(endpoint);
	}

	async stop(): Promise<void> {
		await this.bridge?.end();
		await this.oracle.stop();
		await this.listener.stop();
		await this.broker.stop();
	}

	/** Enables every entity, and waits until Home Assistant has reloaded them: at once, and 30 s later once more. */
	async enableAll(): Promise<string[]> {
		this.listener.reset();
		const enabled = await this.oracle.enable();
		await this.until(60, () => this.listener.births.filter((word) => word === 'online').length >= 2);
		return enabled;
	}

	/** Waits until the bridge publishes nothing for a while. */
	async quiet(seconds = 5): Promise<void> {
		await this.until(90, () => this.listener.idle() >= seconds * 1_000);
	}

	/** Waits until it is so. @returns whether it became so */
	async until(seconds: number, isSo: () => boolean | Promise<boolean>): Promise<boolean> {
		const late = Date.now() + seconds * 1_000;
		while (!(await isSo())) {
			if (Date.now() > late) return false;
			await delay(200);
		}
		return true;
	}

	/** What Home Assistant complained about, but for the loss of a broker that we took away. */
	async complaints(): Promise<string[]> {
		const records = await this.oracle.logs();
		return records
			.filter(({ logger, text }) => !lost.test(`${logger}: ${text}`))
			.map(({ level, logger, kind, text }) => `${level} [${logger}] (${kind}) ${text}`);
	}

	/** Compares a dump with a reference; where `tools/parity` is there, it must count the same. */
	async compare(referenceName: string, dump: Dump): Promise<Comparison> {
		const found = compare(readReference(referenceName), dump.entities, allowedDifferences());
		usedReasons.set(referenceName, found.used);
		const folder = await mkdtemp(join(tmpdir(), 'agent-stream-parity-'));
		try {
			const file = join(folder, 'dump.json');
			await writeFile(file, JSON.stringify(dump));
			const theirs = await parityTool(fixture(referenceName), file, allowedFile);
			const ours = summary(found);
			if (theirs !== null && theirs !== ours) throw new Error(`tools/parity says "${theirs}", we say "${ours}"`);
		} finally {
			await rm(folder, { recursive: true });
		}
		return found;
	}
}

/** What Home Assistant says of a broker that goes away. */
const lost =
	/mqtt\.client: (Disconnected from|Failed to connect to|Error returned from) MQTT server|paho\.mqtt\.client: failed to \w+ on socket|publish_birth_message.*The client is not currently connected/s;

/** The closing line of `tools/parity`. */
function summary({ total, present, equal, differences, more }: Comparison): string {
	const against = differences.filter(({ reason }) => reason === null).length;
	return (
		`parity: ${present}/${total} present, ${equal}/${total} equal, ${differences.length} differences, ` +
		`${against} unexplained, ${more} more of ours`
	);
}

/** Differences that nobody gave a reason for, one per line. */
export function unexplained({ differences }: Comparison): string[] {
	return differences
		.filter(({ reason }) => reason === null)
		.map(({ platform, name, field, theirs, ours }) => {
			const [a, b] = [theirs, ours].map((value) => JSON.stringify(value));
			return `${platform}/${name} ${field}: ${a}, ours ${b}`;
		});
}
