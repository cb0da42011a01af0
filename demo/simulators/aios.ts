import { parseTime } from '../../src/model/time';
import { AiosClient, type SentEvent } from './aios-clients';
import { type Sample, samples } from './aios-samples';
import { roundLength, type Scene, scenes } from './aios-story';
import { keep } from './kept';
import type { Moment, SimulatedServerOptions } from './simulated-server';
import type { StreamClient } from './stream-server';
import { StreamSimulator } from './stream-simulator';

/** How the simulated server is set up. */
export interface AiosSimulatorOptions extends SimulatedServerOptions {
	/** What `auth` must carry. Default: none is asked for. */
	readonly token?: string;
}

/** Seconds between heartbeats, and between dashboard metrics. */
const every = 30;
/** Time in which a client must have authenticated. */
const authenticateWithin = 10_000;
/** Events kept for those who ask for what they missed. */
const historyLength = 1_000;
/** Close code of a connection that was not let in. */
const unauthorized = 4401;

/** A simulated AIOS v2 server on 127.0.0.1, path `/ws`. Written from its document, knows nothing of our client. */
export class AiosSimulator extends StreamSimulator<AiosClient> {
	protected override readonly path = '/ws';
	private readonly history: { readonly at: number; readonly sent: SentEvent }[] = [];
	private readonly expired = new Set<string>();
	private clientsSeen = 0;
	private processed = 1_240;

	constructor(options: AiosSimulatorOptions) {
		super(options);
	}

	/**
	 * An event happens now: it goes to those who subscribed it, and to those who ask later for what they missed.
	 * @param data what is particular about it; the rest is as in the document's example
	 * @throws Error where the document has no such event
	 */
	override emit(type: string, data: object = {}): void {
		this.happen(type, { ...this.sample(type)(this.now()), timestamp: this.now(), ...data });
	}

	/** A token is over: whoever authenticated with it is told so and closed. Default: the one that is asked for now. */
	expireToken(token: string | null = this.token): void {
		if (token === null) return;
		this.expired.add(token);
		for (const client of this.clients.values()) {
			if (client.token === token) this.turnAway(client, 'token_expired', 'The token has expired');
		}
	}

	protected override live(isTold: boolean): void {
		this.repeat('ping', every, () => this.emit('ping'));
		this.repeat('metrics', every, () => this.metrics());
		if (isTold) this.tell(roundLength, (round) => scenes(round, this.random).map((scene) => this.staged(scene)));
	}

	private now(): string {
		return new Date(this.clock.now()).toISOString();
	}

	private sample(type: string): Sample {
		const sample = samples[type];
		if (!sample) throw new Error(`AIOS has no event ${type}`);
		return sample;
	}

	private happen(type: string, data: SentEvent['data']): void {
		const sent = this.event(type, data);
		// A heartbeat is nobody's history.
		if (type !== 'ping' && type !== 'connected') {
			keep(this.history, { at: this.clock.now(), sent }, historyLength);
		}
		for (const client of this.clients.values()) if (client.wants(sent)) client.stream.send(sent);
	}

	/** `connected` is the one event without a timestamp. */
	private event(event: string, { timestamp, ...data }: { readonly [field: string]: unknown }): SentEvent {
		return { event, data: event === 'connected' ? data : { ...data, timestamp } };
	}

	protected override opened(stream: StreamClient): AiosClient {
		const client = new AiosClient(stream, this.clock);
		this.clientsSeen += 1;
		stream.send({ event: 'connected', data: { client_id: `client-${this.clientsSeen}`, server_time: this.now() } });
		if (this.token === null) client.accept(null);
		else {
			client.mustAuthenticate(authenticateWithin, () =>
				this.turnAway(client, 'authentication_required', 'No authentication within 10 seconds'),
			);
		}
		return client;
	}

	protected override message(client: AiosClient, value: unknown): void {
		const { event, data } = Object(value) as { readonly event?: unknown; readonly data?: unknown };
		const fields = Object(data) as { readonly [field: string]: unknown };
		if (event === 'auth') this.authenticate(client, fields.token);
		else if (client.token === undefined) this.turnAway(client, 'unauthorized', 'Authenticate first');
		else this.serve(client, event, fields);
	}

	protected override closed(client: AiosClient): void {
		client.release();
	}

	/** A right token is not answered: the document has no message for it. */
	private authenticate(client: AiosClient, token: unknown): void {
		if (this.token === null) client.accept(null);
		else if (token !== this.token) this.turnAway(client, 'invalid_token', 'The token is not valid');
		else if (this.expired.has(this.token)) this.turnAway(client, 'token_expired', 'The token has expired');
		else client.accept(this.token);
	}

	private serve(client: AiosClient, event: unknown, fields: { readonly [field: string]: unknown }): void {
		const types = Array.isArray(fields.types) ? fields.types : [];
		switch (event) {
			case 'subscribe': {
				const wrong = client.subscribe(types, Object(fields.filters));
				if (wrong.length > 0) this.fault(client, 'invalid_subscription', `No updates are called ${wrong.join(', ')}`);
				break;
			}
			case 'unsubscribe':
				client.unsubscribe(types);
				break;
			case 'subscribe_dag_run':
				if (typeof fields.run_id === 'string') client.subscribeRun(fields.run_id);
				else this.fault(client, 'invalid_subscription', 'A run_id is missing');
				break;
			case 'resync':
				this.resync(client, parseTime(fields.since));
				break;
			default:
				this.fault(client, 'invalid_message', 'There is no such message');
		}
	}

	/** What happened since then, the moment itself included: what was heard last may come again. */
	private resync(client: AiosClient, since: number | null): void {
		if (since === null) this.fault(client, 'invalid_message', 'A time is missing');
		else for (const { at, sent } of this.history) if (at >= since && client.wants(sent)) client.stream.send(sent);
	}

	private fault(client: AiosClient, code: string, message: string): void {
		client.stream.send({ event: 'error', data: { code, message, details: {}, timestamp: this.now() } });
	}

	private turnAway(client: AiosClient, code: string, message: string): void {
		client.release();
		client.token = undefined;
		this.fault(client, code, message);
		client.stream.close(unauthorized, code);
	}

	private metrics(): void {
		const more = Math.floor(this.random() * 4);
		this.processed += more;
		this.emit('dashboard_metrics_update', {
			total_processed: this.processed,
			success_rate: Math.round(970 + this.random() * 20) / 10,
			changes: { total_processed: `+${more}`, success_rate: '+0.1' },
		});
	}

	private staged({ at, event, data }: Scene): Moment {
		return { at, run: () => this.happen(event, { ...data(this.now()), timestamp: this.now() }) };
	}
}
