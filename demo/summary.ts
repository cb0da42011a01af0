import { connect, type MqttClient } from 'mqtt';
import type { Sent } from './node-red';

/** What went through the demo since it was asked last. */
export interface Counts {
	readonly seconds: number;
	readonly events: number;
	readonly entities: number;
	readonly messages: number;
	readonly connected: boolean;
}

/** Counts what flows: events and entities as Node-RED's nodes send them, messages as the broker delivers them. */
export class Counter {
	private readonly client: MqttClient;
	private readonly entities = new Set<string>();
	private events = 0;
	private messages = 0;
	private since = Date.now();

	/** @param broker URL of the broker, with its user and password where it wants any */
	constructor(broker: string) {
		this.client = connect(broker, { reconnectPeriod: 2_000 });
		this.client.on('connect', () => this.client.subscribe(['agent-stream/#', 'homeassistant/#']));
		this.client.on('message', () => {
			this.messages += 1;
		});
		// The bridge shows what is wrong with the broker; here it only means that nothing is counted.
		this.client.on('error', () => undefined);
	}

	/** Takes note of a message that a node sent. */
	sent({ msg, source }: Sent): void {
		if (source.node.type === 'agent-stream-connect' && source.port === 0) this.events += 1;
		if (source.node.type !== 'agent-stream-entity') return;
		for (const entity of [msg.entity].flat()) {
			const { unique_id } = Object(entity) as { readonly unique_id?: unknown };
			if (typeof unique_id === 'string') this.entities.add(unique_id);
		}
	}

	/** The counts since the last call; entities since the start. */
	take(): Counts {
		const now = Date.now();
		const { events, messages } = this;
		const counts = {
			seconds: Math.max(0.001, (now - this.since) / 1_000),
			events,
			entities: this.entities.size,
			messages,
			connected: this.client.connected,
		};
		this.since = now;
		this.events = 0;
		this.messages = 0;
		return counts;
	}

	async close(): Promise<void> {
		await this.client.endAsync(true);
	}
}

/** One line for people. */
export function summary({ seconds, events, entities, messages, connected }: Counts): string {
	const rate = (events / seconds).toFixed(1);
	return `${rate} events/s · ${entities} entities · ${messages} broker messages${connected ? '' : ' (broker not connected)'}`;
}
