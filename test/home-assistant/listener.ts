import { connectAsync, type MqttClient } from 'mqtt';

/** Somebody else on the broker, who counts what is published from now on. */
export class Listener {
	/** Messages since the last `reset`, by topic. */
	readonly counts = new Map<string, number>();
	/** Payloads of Home Assistant's own status since the last `reset`. */
	readonly births: string[] = [];
	/** When each discovery document came since the last `reset`, by topic. */
	readonly documents = new Map<string, number[]>();

	private last = Date.now();

	private constructor(private readonly client: MqttClient) {
		client.on('message', (topic, payload, { retain }) => {
			// What the broker held before comes with the mark of a retained message; after a reconnect it comes again.
			if (retain) return;
			this.last = Date.now();
			this.counts.set(topic, (this.counts.get(topic) ?? 0) + 1);
			if (topic === 'homeassistant/status') this.births.push(payload.toString());
			if (!/^homeassistant\/device\/.*\/config$/.test(topic)) return;
			this.documents.set(topic, [...(this.documents.get(topic) ?? []), Date.now()]);
		});
	}

	static async start(url: string): Promise<Listener> {
		const client = await connectAsync(url, { reconnectPeriod: 100 });
		client.on('error', () => undefined);
		const listener = new Listener(client);
		await client.subscribeAsync('#', { qos: 1 });
		return listener;
	}

	/** Messages of the bridge: all but commands and what Home Assistant says itself. */
	get total(): number {
		let total = 0;
		for (const [topic, count] of this.counts) {
			if (topic !== 'homeassistant/status' && !topic.endsWith('/set')) total += count;
		}
		return total;
	}

	/** Milliseconds since the last message. */
	idle(): number {
		return Date.now() - this.last;
	}

	/** Forgets what it counted. */
	reset(): void {
		this.counts.clear();
		this.births.length = 0;
		this.documents.clear();
	}

	async stop(): Promise<void> {
		await this.client.endAsync(true);
	}
}
