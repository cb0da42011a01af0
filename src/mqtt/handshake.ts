import type { Clock, Timer } from '../model/clock';
import { limits } from '../model/limits';
import { type Claim, overlaps, parseClaim } from './claim';
import type { BrokerConnection } from './connection';
import type { Opening } from './publisher';
import type { Topics } from './topics';

/** What a handshake needs to know. */
export interface HandshakeParts {
	readonly connection: BrokerConnection;
	readonly topics: Topics;
	readonly clock: Clock;
	/** Random, the same for the life of a bridge. */
	readonly session: string;
	/** Endpoint ids that the bridge publishes for, as known by now. */
	readonly endpoints: () => readonly string[];
	/** Whether a retained message can be of this program: others' are not kept. */
	readonly isOurs: (topic: string) => boolean;
}

/** Reads back what the broker holds of us, and makes sure that no other bridge publishes the same topics. One per connection. */
export class Handshake {
	/** True once the topics are ours: another bridge that asks is told so. */
	private holds = false;
	private taken = false;
	private isClosed = false;
	private count = 0;
	private echoed = 0;
	private retained = new Map<string, string>();
	private retainedAt = 0;
	private claimed: readonly string[] = [];
	private readonly waits = new Map<() => void, Timer>();

	constructor(private readonly parts: HandshakeParts) {}

	/** Whether all endpoints have been asked for. */
	get isClaimed(): boolean {
		return this.parts.endpoints().every((endpoint) => this.claimed.includes(endpoint));
	}

	/** Reads what we keep at the broker. @returns null when the connection is gone */
	async begin(): Promise<(Opening & { readonly memory: string | null }) | null> {
		const { connection, topics } = this.parts;
		await connection.subscribe([...this.own, topics.claims], false);
		await this.settle();
		// What we write there from now on need not come back.
		if (!this.isClosed) await connection.unsubscribe(this.own);
		if (this.isClosed) return null;
		const read = (topic: string): string | null => this.retained.get(topic) ?? null;
		return { marker: read(topics.marker), ledger: read(topics.ledger), memory: read(topics.memory) };
	}

	/** Asks for our endpoints. @returns false when another live bridge holds one of them, or our name */
	async claim(): Promise<boolean> {
		this.claimed = this.parts.endpoints();
		this.say('ask');
		await this.wait(limits.claimWithin);
		this.holds = !this.taken;
		return !this.taken;
	}

	/** What the broker holds under a filter; null when it may not be read. */
	async readBack(filters: readonly string[]): Promise<ReadonlyMap<string, string> | null> {
		const granted = await this.parts.connection.subscribe(filters, true);
		await this.settle();
		const found = this.retained;
		this.retained = new Map();
		return granted && !this.isClosed ? found : null;
	}

	/** Takes a message. @returns true when it was for the handshake alone */
	message(topic: string, payload: string, retained: boolean): boolean {
		if (topic.endsWith('/claim')) {
			const claim = parseClaim(payload);
			if (claim && !retained) this.heard(claim, topic === this.parts.topics.claim);
			return claim !== null;
		}
		const isOwn = this.own.includes(topic);
		if (retained) this.retainedAt = this.parts.clock.now();
		if (retained && (isOwn || this.parts.isOurs(topic))) this.retained.set(topic, payload);
		return isOwn;
	}

	/** Ends every wait. */
	close(): void {
		this.isClosed = true;
		for (const [resolve, timer] of this.waits) {
			this.parts.clock.cancel(timer);
			resolve();
		}
		this.waits.clear();
	}

	private get own(): readonly string[] {
		const { marker, ledger, memory } = this.parts.topics;
		return [marker, ledger, memory];
	}

	private heard(claim: Claim, isSameInstance: boolean): void {
		const { session } = this.parts;
		if (claim.session === session) {
			this.echoed = Math.max(this.echoed, claim.count);
			return;
		}
		if (claim.kind === 'echo' || !overlaps(claim, isSameInstance, this.claimed)) return;
		if (claim.kind === 'hold') this.taken = true;
		else if (this.holds || claim.session > session) this.say('hold');
		else this.taken = true;
	}

	private say(kind: Claim['kind']): void {
		const claim: Claim = { session: this.parts.session, kind, endpoints: [...this.claimed], count: ++this.count };
		const message = { topic: this.parts.topics.claim, payload: JSON.stringify(claim), retain: false } as const;
		this.parts.connection.publish({ ...message, kind: 'marker' }, () => {});
	}

	/** Waits until all retained messages of the last subscription are here: our own message after it is back, and then all is quiet. */
	private async settle(): Promise<void> {
		const { clock } = this.parts;
		const end = clock.now() + limits.readBack;
		this.say('echo');
		const expected = this.count;
		this.retainedAt = clock.now();
		while (!this.isClosed && clock.now() < end) {
			const quiet = clock.now() - this.retainedAt;
			if (this.echoed >= expected && quiet >= limits.readBackQuiet) return;
			await this.wait(Math.max(10, limits.readBackQuiet - quiet));
		}
	}

	private wait(ms: number): Promise<void> {
		if (this.isClosed) return Promise.resolve();
		return new Promise((resolve) => {
			const done = (): void => {
				this.waits.delete(done);
				resolve();
			};
			this.waits.set(done, this.parts.clock.after(ms, done));
		});
	}
}
